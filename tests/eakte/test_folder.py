"""Is a watched folder emptied only when the receipt is committed, and never a page twice?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eakte.bootstrap import Office
from eakte.errors import PartUnavailable
from eakte.intake import folder as watched
from eakte.intake.folder import FolderIntake
from eakte.model.document import Document, Source
from eakte.model.findings import Kind, Look, Problem
from storage import MemoryStore
from tests.builders import A_PDF, house


def look(path: Path, name: str) -> Look:
    if name.endswith(".zip"):
        return Look("application/zip", Kind.ARCHIVE, None, Problem("archive", "Archiv."), True)
    return A_PDF


def intake_of(office: Office, folder: Path) -> FolderIntake:
    folder.mkdir(exist_ok=True)
    return FolderIntake(office.as_system, folder, department="sbr", look=look)


def stand_still(intake: FolderIntake) -> bool:
    """Let two looks find the same, far enough apart."""
    intake.turn()
    time.sleep(watched.STILL_SECONDS + 0.05)
    return intake.turn()


def count(office: Office) -> int:
    with office.as_system() as work:
        return work.session.scalar(select(func.count(Document.id))) or 0


def test_what_stands_still_is_taken_and_its_source_removed(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, _):
        folder = tmp_path / "in"
        intake = intake_of(office, folder)
        (folder / "scan.pdf").write_bytes(b"%PDF-1.7 page")
        assert stand_still(intake)
        assert list(folder.iterdir()) == []
        with office.as_system() as work:
            taken = work.session.scalars(select(Document)).one()
            assert taken.source is Source.FOLDER
            assert taken.department.key == "sbr"


def test_what_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, _):
        folder = tmp_path / "in"
        intake = intake_of(office, folder)
        growing = folder / "scan.pdf"
        growing.write_bytes(b"%PDF-1.7")
        (folder / "other.pdf.part").write_bytes(b"%PDF-1.7 half")
        (folder / ".hidden.pdf").write_bytes(b"%PDF-1.7 hidden")
        intake.turn()
        time.sleep(watched.STILL_SECONDS + 0.05)
        growing.write_bytes(b"%PDF-1.7 and more")
        assert not intake.turn()
        assert count(office) == 0
        assert len(list(folder.iterdir())) == 3


def test_a_crash_between_receipt_and_removal_makes_no_second_document(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, _):
        folder = tmp_path / "in"
        scan = folder / "scan.pdf"
        intake = intake_of(office, folder)
        scan.write_bytes(b"%PDF-1.7 page")
        facts = scan.stat()
        assert stand_still(intake)
        # As a crash would leave it: committed, but the source with its old time still there.
        scan.write_bytes(b"%PDF-1.7 page")
        os.utime(scan, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        assert stand_still(intake_of(office, folder))
        assert count(office) == 1
        assert not scan.exists()


def test_a_refused_document_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, _):
        folder = tmp_path / "in"
        intake = intake_of(office, folder)
        (folder / "alles.zip").write_bytes(b"PK\x03\x04")
        stand_still(intake)
        aside = folder / watched.REFUSED
        assert (aside / "alles.zip").read_bytes() == b"PK\x03\x04"
        assert "Archiv" in (aside / "alles.zip.grund.txt").read_text(encoding="utf-8")
        assert count(office) == 0


def test_while_the_store_is_away_sources_stay_and_are_taken_later(tmp_path: Path) -> None:
    store = MemoryStore()
    with house(tmp_path / "house", store=store) as (office, _):
        folder = tmp_path / "in"
        intake = intake_of(office, folder)
        (folder / "scan.pdf").write_bytes(b"%PDF-1.7 page")
        store.reachable = False
        intake.turn()
        time.sleep(watched.STILL_SECONDS + 0.05)
        with pytest.raises(PartUnavailable):
            intake.turn()
        assert (folder / "scan.pdf").exists()
        store.reachable = True
        assert intake.turn()
        assert not (folder / "scan.pdf").exists()
        assert count(office) == 1
