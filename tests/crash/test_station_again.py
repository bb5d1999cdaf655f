"""Does the scanning PC learn what the office wants scanned again, and is that answered once?"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.access.accounts import departments
from eakte.bootstrap import Office
from eakte.evidence.transfer.releasing import ask_to_scan_again
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.scan_check import ScanRequest
from eakte.model.user import Role
from tests.builders import appoint
from tests.checking import begun, judged
from tests.crash.conftest import Serving, until
from tests.crash.houses import House
from tests.crash.stations import ScanningPC, scan_of, scanning_pc
from tests.proxy import Fault, Kind, Proxy

pytestmark = pytest.mark.crash

SMALL, LARGE = 40_000, 250_000
ASKED = (
    "NOCHMAL  Auftrag 1: Stapel 1 (laufende Nummer 1), Seiten 2, 3: unscharf. "
    "Der Dateiname beginnt mit „nochmal-1“."
)


@pytest.fixture
def pc(house: House, tmp_path: Path) -> ScanningPC:
    return scanning_pc(house, tmp_path / "pc")


def deliver(pc: ScanningPC, *, code: int = 0) -> None:
    ended = pc.run("run", "--until-idle")
    assert ended.returncode == code, ended.stderr


def shown(pc: ScanningPC, *arguments: str) -> str:
    ended = pc.run("status", *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def ask_again(office: Office) -> UUID:
    """Find two of the first stack's three pages bad, as somebody who checks it."""
    with office.as_system() as work:
        batch = work.session.scalars(select(Batch)).one()
        batch.state, batch.pages = BatchState.READY, 3
        work.session.add_all(
            BatchPage(batch_id=batch.id, page=page, fate=Fate.ASIDE) for page in (1, 2, 3)
        )
        units = departments(work.session)
    checker = appoint(office, "petra", Role.SCANNING, units=units)
    begun(office, checker, batch.id)
    judged(office, checker, batch.id, {2: "unscharf", 3: "unscharf"})
    with office.begin(checker) as work:
        stack = work.session.get_one(Batch, batch.id)
        return ask_to_scan_again(work, stack, pages=[2, 3], reason="unscharf").id


def refusals(pc: ScanningPC) -> list[str]:
    aside = pc.home / "station" / "nicht-angenommen"
    return [path.read_text() for path in sorted(aside.glob("*.grund.txt"))]


@pytest.mark.parametrize(
    ("size", "words"), [(SMALL, b"POST /api/v1/batches"), (LARGE, b"PATCH")], ids=["klein", "groß"]
)
def test_what_is_to_be_scanned_again_is_shown_at_the_scanner_and_answered_once(
    pc: ScanningPC, serving: Serving, size: int, words: bytes
) -> None:
    with (
        pc.house.office() as office,
        serving(pc.house) as served,
        Proxy(f"127.0.0.1:{served.caller.port}") as proxy,
    ):
        pc.set_up(proxy.address)
        first = pc.put("scan.pdf", scan_of(1))
        deliver(pc)
        assert "NOCHMAL" not in shown(pc)
        request = ask_again(office)
        assert ASKED in shown(pc)
        assert "NOCHMAL" not in shown(pc, "--offline")
        (told,) = pc.status()[-1]["again"]
        assert (told["number"], told["pages"], told["reason"]) == (1, [2, 3], "unscharf")
        # The answer that says it has arrived gets lost, so it is delivered again.
        proxy.inject(Fault(Kind.SWALLOW_ANSWER, words=words, times=2))
        again = pc.put("nochmal-1-scan.pdf", scan_of(2, size=size))
        deliver(pc)
        assert proxy.fired == 2
        assert "NOCHMAL" not in shown(pc)
        with office.as_system() as work:
            rows = {row.sha256: row.id for row in work.session.scalars(select(Batch))}
            assert rows.keys() == {first, again}
            assert work.session.get_one(ScanRequest, request).answer_id == rows[again]
        pc.there_once({first, again})
        pc.put("nochmal-1-noch-einer.pdf", scan_of(3, size=size))
        deliver(pc, code=1)
        assert [path.name for path in pc.folder.iterdir()] == []
        (reason,) = refusals(pc)
        assert "Einen offenen Auftrag 1, noch einmal zu scannen, gibt es nicht." in reason


def test_a_station_without_its_server_says_that_it_does_not_know(pc: ScanningPC) -> None:
    pc.set_up("127.0.0.1:1")
    pc.put("scan.pdf", scan_of(1))
    with pc.running():
        until("it has tried", lambda: any(one.get("said") for one in pc.status()), patience=20)
    said = shown(pc)
    assert "Ob etwas noch einmal zu scannen ist, weiß nur der Server" in said
    assert "nicht erreichbar" in said
