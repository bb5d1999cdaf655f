"""Does what is too much for one message go in several, and what no message carries on a disk?"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import subprocess
import threading
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pycdlib
import pytest
from lxml import etree
from sqlalchemy import select

from eakte.casework.handover.giving import ask_for_hand_over
from eakte.casework.sending.desk import ROOM
from eakte.casework.sending.writing import write_sending
from eakte.errors import PartUnavailable, RuleBroken
from eakte.model.dossier import Dossier
from eakte.model.job import Job
from eakte.model.sending import SendingState
from eakte.model.user import Actor, Role
from eakte.retrieval.sendings import sending_by_id
from eakte.worker import Worker
from tests.builders import appoint, now_
from tests.eakte.listing import stored, work_off
from tests.sending.conftest import Desk, furnished

MESSAGE = "xjustiz_nachricht.xml"
XJ = "{http://www.xjustiz.de}"


def inside(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def told(message: bytes) -> list[tuple[str, str]]:
    """The identity and the file of every document of the dossier, in the order of the message."""
    inner = etree.fromstring(message).find(f".//{XJ}akte")
    if inner is None:  # the part that brings the bound whole alone
        return []
    return [
        (one.findtext(f".//{XJ}identifikation/{XJ}id", ""), one.findtext(f".//{XJ}dateiname", ""))
        for one in inner.iter(f"{XJ}dokument")
    ]


def on_the_disk(image: bytes, manifest: bytes) -> int:
    """How many files of an image have the digests that its manifest names, under both names."""
    disk = pycdlib.PyCdlib()
    disk.open_fp(io.BytesIO(image))
    lines = [line.split("  ") for line in manifest.decode().splitlines()]
    for digest, name in lines:
        for way in ("udf_path", "rr_path"):
            read = io.BytesIO()
            disk.get_file_from_iso_fp(read, **{way: f"/{name}"})
            assert hashlib.sha256(read.getvalue()).hexdigest() == digest, (way, name)
    kept = io.BytesIO()
    disk.get_file_from_iso_fp(kept, udf_path="/MANIFEST.sha256")
    assert kept.getvalue() == manifest
    disk.close()
    return len(lines)


def read_elsewhere(image: bytes, folder: Path) -> dict[str, dict[str, str]]:
    """The digests of all that another program than the writer reads, by the way it is read."""
    folder.mkdir()
    (folder / "disk.iso").write_bytes(image)
    found = {}
    for way in ("udf", "iso"):
        inside = folder / way
        command = ["7zz", "x", f"-t{way}", f"-o{inside}", str(folder / "disk.iso")]
        subprocess.run(command, check=True, capture_output=True)
        found[way] = {
            path.relative_to(inside).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in inside.rglob("*")
            if path.is_file()
        }
    return found


def test_parts_join_to_the_whole_a_disk_takes_all_and_what_did_not_change_keeps_its_name(
    tmp_path: Path, schemas: Path
) -> None:
    given = {"schemas": schemas, "court_message_files": 6, "court_outbox": tmp_path}
    with furnished(tmp_path, **given) as desk:
        first, disk = desk.ask(), desk.ask(carrier=True)
        work_off(desk.office)
        assert desk.row(first).state is SendingState.READY, desk.row(first).reasons
        files = desk.fetched(first)
        parts = [inside(content) for name, content in sorted(files.items()) if "-Teil-" in name]
        assert [len(part) <= 6 for part in parts] == [True] * len(parts) and len(parts) > 1
        joined = [one for part in parts for one in told(part[MESSAGE])]
        assert [identity for identity, _ in joined] == [str(one) for one in desk.letters]
        numbers = [f"Teil {number} von {len(parts)}" for number in range(1, len(parts) + 1)]
        for number, part in zip(numbers, parts, strict=True):
            assert number.encode() in part[MESSAGE] or b":akte>" not in part[MESSAGE]
        on_disk = desk.fetched(disk)
        (image,) = (content for name, content in on_disk.items() if name.endswith(".iso"))
        (manifest,) = (content for name, content in on_disk.items() if name.endswith(".txt"))
        (packed,) = (content for name, content in on_disk.items() if name.endswith(".zip"))
        assert on_the_disk(image, manifest) == len(inside(packed)) > 6
        listed = dict(reversed(line.split("  ")) for line in manifest.decode().splitlines())
        listed["MANIFEST.sha256"] = hashlib.sha256(manifest).hexdigest()
        assert read_elsewhere(image, tmp_path / "disk") == {"udf": listed, "iso": listed}
        # The same contents in another package: the names of the documents are the same.
        assert told(inside(packed)[MESSAGE]) == joined
        refused(desk, disk)
        desk.file("Nachtrag", 1)
        later = desk.ask()
        work_off(desk.office)
        files = desk.fetched(later)
        parts = [inside(content) for name, content in sorted(files.items()) if "-Teil-" in name]
        kept = [one for part in parts for one in told(part[MESSAGE])]
        assert set(joined) < set(kept) and len(kept) == len(joined) + 1


def refused(desk: Desk, disk: UUID) -> None:
    """A disk is no message: it cannot go into the outbox."""
    actor = replace(now_(desk.office, desk.staff.clerk), confirmed=True)
    with desk.office.begin(actor) as work, pytest.raises(RuleBroken) as told_:
        ask_for_hand_over(work, sending_by_id(work, disk).sending)
    assert told_.value.reasons == (
        "Das Paket geht auf einem Datenträger; für eine Nachricht ist es zu groß.",
    )


def test_two_at_once_a_lock_and_a_full_disk_leave_whole_packages_or_none(
    desk: Desk,
) -> None:
    office = desk.office
    second = appoint(office, "second", Role.CLERK, units=[desk.staff.unit])
    desk.change(Dossier, desk.dossier.id, address="Am Markt 1, 84028 Musterstadt")
    first, other = desk.ask(), desk.ask(second)
    before = stored(office)

    def full(step: str, done: int, total: int) -> None:
        if done == total // 2 + 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(PartUnavailable, match="kein Platz"):
        write_sending(
            lambda: office.on_behalf_of(desk.staff.clerk.id, writes=False), first, show=full
        )
    assert stored(office) == before
    assert not list((office.settings.work_folder / ROOM).glob("sending-*"))
    # Two workers write for two persons at the same time.
    workers = [threading.Thread(target=Worker(office)._errand_turn) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # Whoever met the other one in the database begins anew when its time has come.
    with office.database.transaction(writes=False) as session:
        left = select(Job).where(Job.subject_id.in_([first, other]))
        told_of = [(one.state.value, one.last_error) for one in session.scalars(left)]
    assert all(state == "waiting" for state, _ in told_of), told_of
    office.clock.move(timedelta(minutes=2))
    work_off(office)
    assert [desk.row(one).state for one in (first, other)] == [SendingState.READY] * 2
    made = [inside(packed_of(desk, first)), inside(packed_of(desk, other, second))]
    assert told(made[0][MESSAGE]) == told(made[1][MESSAGE])
    town = etree.fromstring(made[0][MESSAGE]).find(f".//{XJ}natuerlichePerson/{XJ}anschrift")
    assert town is not None and [one.text for one in town] == [
        *("Am Markt", "1", "84028", "Musterstadt"),
    ]
    late = desk.ask()
    desk.change(Dossier, desk.dossier.id, locked=True, clerk_id=second.id)
    work_off(office)
    assert desk.row(late).state is SendingState.REFUSED
    assert "durfte es nicht mehr" in desk.row(late).reasons[0]


def packed_of(desk: Desk, sending: UUID, who: Actor | None = None) -> bytes:
    """The one message of a package as this person gets it."""
    found = desk.fetched(sending, who)
    return next(content for name, content in found.items() if name.endswith(".zip"))
