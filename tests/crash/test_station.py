"""Does every scan arrive exactly once, whatever is killed, cut off or swallowed on its way?"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.evidence.signing import Signer
from eakte.model.batch import Batch
from eakte.model.station import Station
from tests.crash.conftest import Serving, until
from tests.crash.houses import House
from tests.crash.stations import ScanningPC, scan_of, scanning_pc
from tests.proxy import Fault, Kind, Proxy

pytestmark = pytest.mark.crash

SMALL, LARGE = 40_000, 250_000


@pytest.fixture
def pc(house: House, tmp_path: Path) -> ScanningPC:
    return scanning_pc(house, tmp_path / "pc")


def delivered(pc: ScanningPC) -> None:
    ended = pc.run("run", "--until-idle")
    assert ended.returncode == 0, ended.stderr


def test_a_server_killed_again_and_again_costs_no_scan(pc: ScanningPC, serving: Serving) -> None:
    dice = random.Random(5)  # noqa: S311  # moments at random, no secret
    expected = {
        pc.put(f"scan-{number:03d}.pdf", scan_of(number, size=SMALL if number % 3 else LARGE))
        for number in range(1, 31)
    }
    with Proxy("127.0.0.1:1") as proxy:
        pc.set_up(proxy.address)
        with pc.running():
            for _ in range(12):
                with serving(pc.house) as served:
                    proxy.lead_to(served.caller.port)
                    time.sleep(dice.uniform(0.2, 0.7))
            with serving(pc.house) as served:
                proxy.lead_to(served.caller.port)
                until("everything is delivered", lambda: not any(pc.folder.iterdir()))
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        delivered(pc)
    pc.there_once(expected)


def test_both_sides_killed_at_random_lose_nothing(pc: ScanningPC, serving: Serving) -> None:
    dice = random.Random(7)  # noqa: S311  # moments at random, no secret
    expected: set[str] = set()
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        for round_ in range(15):
            for number in range(3):
                name = round_ * 3 + number
                size = dice.choice((SMALL, LARGE))
                expected.add(pc.put(f"scan-{name:03d}.pdf", scan_of(name, size=size)))
            with pc.running() as program:
                time.sleep(dice.uniform(0.3, 1.1))
                program.send_signal(signal.SIGKILL)
        delivered(pc)
    pc.there_once(expected)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.SWALLOW_ANSWER, words=b"POST /api/v1/batches", times=2),
        Fault(Kind.SWALLOW_ANSWER, words=b"POST /hochladen", times=2),
        Fault(Kind.SWALLOW_ANSWER, words=b"PATCH", times=3),
        Fault(Kind.CUT_REQUEST, words=b"PATCH", times=3, after=60_000),
        Fault(Kind.CUT_REQUEST, words=b"POST /api", times=2, after=20_000),
        Fault(Kind.CUT_ANSWER, words=b"POST /api", times=2, after=300),
        Fault(Kind.LIE, words=b"POST /api", times=2),
        Fault(Kind.LIE, words=b"PATCH", times=2),
    ],
    ids=lambda fault: f"{fault.kind.name.lower()} {fault.words.decode()}",
)
def test_a_line_that_swallows_cuts_or_lies_costs_no_scan_and_doubles_none(
    pc: ScanningPC, serving: Serving, fault: Fault
) -> None:
    with serving(pc.house) as served, Proxy(f"127.0.0.1:{served.caller.port}") as proxy:
        pc.set_up(proxy.address)
        proxy.inject(fault)
        expected = {pc.put("klein.pdf", scan_of(1)), pc.put("gross.pdf", scan_of(2, size=LARGE))}
        delivered(pc)
        assert proxy.fired == fault.times
    pc.there_once(expected)


def test_a_source_stays_until_a_genuine_receipt_is_there(pc: ScanningPC, serving: Serving) -> None:
    genuine = (pc.home / "office.pem").read_bytes()
    with serving(pc.house) as served:
        expected = {pc.put("scan.pdf", scan_of(1))}
        (pc.home / "office.pem").write_bytes(Signer(pc.home / "other.pem").public_pem())
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        with pc.running():
            until(
                "the receipt was doubted",
                lambda: any("fremden Schlüssel" in told.get("said", "") for told in pc.status()),
            )
        assert [path.name for path in pc.folder.iterdir()] == ["scan.pdf"]
        assert pc.receipts() == []
        (pc.home / "office.pem").write_bytes(genuine)
        delivered(pc)
    pc.there_once(expected)


def test_what_is_refused_lies_aside_with_its_reason_and_the_rest_goes_on(
    pc: ScanningPC, serving: Serving
) -> None:
    house = pc.house.with_settings(EAKTE_MAX_UPLOAD_MB="1")
    with serving(house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}", part_mb=5)
        pc.put("zu-gross.pdf", scan_of(1, size=1_200_000))
        fine = pc.put("gut.pdf", scan_of(2))
        ended = pc.run("run", "--until-idle")
        assert ended.returncode == 1, ended.stderr
    assert [told["sha256"] for told in pc.receipts()] == [fine]
    aside = sorted(path.name for path in (pc.home / "station" / "nicht-angenommen").iterdir())
    assert [name[9:] for name in aside] == ["zu-gross.pdf", "zu-gross.pdf.grund.txt"]
    reason = (pc.home / "station" / "nicht-angenommen" / aside[1]).read_text()
    assert "größer als die erlaubten 1 MB" in reason
    told = {one["name"]: one["state"] for one in pc.status()[:-1]}
    assert told == {"zu-gross.pdf": "refused", "gut.pdf": "delivered"}


def test_half_written_documents_and_partial_names_are_left_alone(
    pc: ScanningPC, serving: Serving
) -> None:
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}", still_seconds=0.8)
        (pc.folder / "scan.pdf.part").write_bytes(b"half")
        (pc.folder / ".verborgen.pdf").write_bytes(b"half")
        whole = scan_of(1)
        with pc.running(), (pc.folder / "scan.pdf").open("wb") as scanner:
            for start in range(0, len(whole), 4000):
                scanner.write(whole[start : start + 4000])
                scanner.flush()
                time.sleep(0.15)
            scanner.close()
            until("it is delivered", lambda: not (pc.folder / "scan.pdf").exists())
        for name in ("scan.pdf.part", ".verborgen.pdf"):
            (pc.folder / name).unlink()
        delivered(pc)
    assert [told["size"] for told in pc.receipts()] == [len(whole)]


def test_a_journal_that_was_lost_goes_on_with_the_numbers_that_the_office_knows(
    pc: ScanningPC, serving: Serving
) -> None:
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        expected = {pc.put(f"{number}.pdf", scan_of(number)) for number in (1, 2)}
        delivered(pc)
        pc.set_up(f"127.0.0.1:{served.caller.port}", state="neu")
        third = pc.put("3.pdf", scan_of(3))
        delivered(pc)
    with pc.house.office() as office, office.as_system() as work:
        rows = {row.sha256: row.sender_number for row in work.session.scalars(select(Batch))}
    assert rows.keys() == expected | {third}
    assert rows[third] == 3


def test_two_programs_never_deliver_from_one_folder(pc: ScanningPC, serving: Serving) -> None:
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        with pc.running():
            until("it runs", lambda: pc.status()[-1]["running"])
            until("the office hears so, with nothing delivered", lambda: _heard(pc))
            second = pc.run("run", "--until-idle")
    assert second.returncode == 1 and "läuft schon" in second.stderr


def test_a_station_waits_as_long_as_it_is_told_and_says_why(
    pc: ScanningPC, serving: Serving
) -> None:
    with pc.house.office() as office, office.as_system() as work:
        station = work.session.scalars(select(Station)).one()
        station.quota_mb = 1
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}", part_mb=5)
        first = pc.put("1.pdf", scan_of(1, size=900_000))
        delivered(pc)
        pc.put("2.pdf", scan_of(2, size=900_000))
        with pc.running():
            until("it is told to wait", lambda: _waiting(pc) > 600)
    told = next(one for one in pc.status() if one.get("name") == "2.pdf")
    assert "höchstens 1 MB" in told["said"]
    assert [one["sha256"] for one in pc.receipts()] == [first]
    assert (pc.folder / "2.pdf").exists()


def _heard(pc: ScanningPC) -> bool:
    with pc.house.office() as office, office.as_system() as work:
        return work.session.scalars(select(Station.seen_at)).one() is not None


def _waiting(pc: ScanningPC) -> int:
    return max((int(one.get("waits_seconds", 0)) for one in pc.status()), default=0)
