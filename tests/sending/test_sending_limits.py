"""Does what is too much for one message go in several, and what no message carries on a disk?"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pycdlib
import pytest
from lxml import etree

from eakte.casework.handover.giving import ask_for_hand_over
from eakte.errors import RuleBroken
from eakte.model.sending import SendingState
from eakte.retrieval.sendings import sending_by_id
from tests.builders import now_
from tests.eakte.listing import work_off
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
