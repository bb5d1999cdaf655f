"""Does the transfer note of a scan say what it must, and is whatever is altered later found?"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pikepdf
import pytest
from pikepdf import pdfa
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import BadInput, NotAllowed, NotFound
from eakte.evidence.fixity import verify
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.noting import WRITE_NOTE, write_notes
from eakte.model.batch import Batch
from eakte.model.content import Content, keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.job import Job
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.retrieval.proofs import read_document_note, read_stack_note
from eakte.signed import note_faults, read_note
from eakte.station.__main__ import main as station_main
from storage import Digest, MemoryStore, StorageError, Stored
from tests.builders import Staff, house
from tests.checking import (
    begun,
    judged,
    ready_stack,
    released,
    whole_way,
)

Home = tuple[Office, Staff]


def note_of(office: Office, batch_id: UUID) -> bytes:
    with office.as_system() as work:
        sha256 = work.session.get_one(ScanCheck, batch_id).note_sha256
        assert sha256 is not None
        with office.store.open(Digest(sha256)) as stream:
            return stream.read()


def faults(office: Office) -> list[str]:
    return [one for one in verify(office.as_system).faults if "Suchindex" not in one]


def test_the_note_says_all_that_the_guideline_asks_for_and_is_signed(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    odd = {3: {"dpi": 200}}
    stack = ready_stack(office, staff, tmp_path, odd=odd)
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        batch.operator, batch.device = "Petra Probe", "fi-8170"
        batch.settings = {"Farbe": "Graustufen"}
    begun(office, staff.scanning, stack)
    judged(office, staff.scanning, stack)
    released(office, staff.scanning, stack, noted=False)
    with office.as_system() as work:
        assert WRITE_NOTE in work.session.scalars(select(Job.kind)).all()
        write_notes(work, stack)
    written = note_of(office, stack)
    told = read_note(written)
    assert note_faults(told, {Signer(office.settings.audit_key).public}) == []
    scanned, check = told["scanned"], told["check"]
    assert (scanned["operator"], scanned["device"]) == ("Petra Probe", "fi-8170")
    assert scanned["settings"] == {"Farbe": "Graustufen"} and scanned["programs"]
    assert (check["full"], check["pages"], check["of"], check["good"]) == (True, 4, 4, 4)
    assert check["released_by"] == staff.scanning.name and check["remark"] == "Stichprobe gut"
    assert told["balance"] == {
        "delivered": 4, "filed": 3, "separators": 0, "blanks": 1, "aside": 0
    }  # fmt: skip
    assert told["pages"][2]["anomalies"] == ["Die Auflösung ist 200 dpi, verlangt sind 300."]
    assert told["pages"][0]["checked"]["by"] == staff.scanning.name
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        original = work.session.scalars(select(Version)).one().sha256
        assert told["stack"]["sha256"] == batch.sha256
        assert told["documents"][0]["sha256"] == original
        assert (
            told["documents"][0]["reading_copy"]
            == hashlib.sha256(b"%PDF reading copy of stack-1").hexdigest()
        )
    assert staff.unit.name not in json.dumps(told["documents"])


def test_the_note_is_one_page_of_pdf_a_and_stands_beside_each_document(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        reading = read_stack_note(work, batch, as_page=True)
        with office.store.open(Digest(reading.sha256)) as stream:
            page = stream.read()
    with pikepdf.open(io.BytesIO(page)) as pdf:
        assert len(pdf.pages) == 1
        assert pdfa.check(pdf, "2b").passed
    with office.begin(staff.clerk) as work:
        one = work.session.scalars(select(Document)).one()
        with office.store.open(Digest(read_document_note(work, one).sha256)) as stream:
            told = read_note(stream.read())
        assert told["document"]["document_id"] == str(one.id)
        assert [page["page"] for page in told["pages"]] == [1, 2, 3, 4]
        assert "documents" not in told


def test_writing_the_note_twice_changes_nothing(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    before = note_of(office, stack)
    with office.as_system() as work:
        write_notes(work, stack)
        assert len(work.session.scalars(
            select(Rendition).where(Rendition.kind == RenditionKind.TRANSFER_NOTE)
        ).all()) == 1  # fmt: skip
    assert note_of(office, stack) == before
    assert faults(office) == []


def test_no_note_is_read_by_strangers(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    for person, fault in ((staff.clerk, NotAllowed), (staff.other_clerk, NotFound)):
        with pytest.raises(fault), office.begin(person) as work:
            read_stack_note(work, work.session.get_one(Batch, stack), as_page=False)
    with pytest.raises(NotFound), office.begin(staff.other_clerk) as work:
        read_document_note(work, work.session.scalars(select(Document)).one())


def _another_note(office: Office, stack: UUID, told: dict[str, object]) -> None:
    """Put other bytes in the place of a note, with rows that fit them."""
    written = json.dumps(told).encode()
    with office.as_system() as work:
        stored = office.store.put(io.BytesIO(written))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        work.session.get_one(ScanCheck, stack).note_sha256 = str(stored.digest)


def _change_a_word(office: Office, stack: UUID) -> None:
    told = read_note(note_of(office, stack))
    told["check"]["bad"] = [1]
    _another_note(office, stack, told)


def _take_that_of_another(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        rows = work.session.scalars(select(ScanCheck).order_by(ScanCheck.begun_at)).all()
        mine = next(one for one in rows if one.id == stack)
        mine.note_sha256 = next(one for one in rows if one.id != stack).note_sha256


def _change_the_scan(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        other = work.session.scalars(
            select(Content.sha256).where(Content.sha256 != batch.sha256)
        ).first()
        batch.sha256 = str(other)


def _change_the_letter(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        one = work.session.scalars(
            select(Version).join(Document).where(Document.batch_id == stack)
        ).one()
        one.sha256 = work.session.get_one(Batch, stack).sha256


def _lose_the_note_of_a_letter(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        row = work.session.scalars(
            select(Rendition)
            .join(Version)
            .join(Document)
            .where(Document.batch_id == stack, Rendition.kind == RenditionKind.TRANSFER_NOTE)
        ).one()
        work.session.delete(row)


def _take_back_the_release(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        work.session.get_one(ScanCheck, stack).state = CheckState.OPEN


@pytest.mark.parametrize(
    "tamper",
    [
        _change_a_word,
        _take_that_of_another,
        _change_the_scan,
        _change_the_letter,
        _lose_the_note_of_a_letter,
        _take_back_the_release,
    ],
)
def test_whatever_is_altered_afterwards_is_found(home: Home, tmp_path: Path, tamper) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    whole_way(office, staff, tmp_path, key="stack-2")
    assert faults(office) == []
    tamper(office, stack)
    found = faults(office)
    assert found and all("Transfervermerk" in one for one in found)


def test_a_note_is_checked_offline_with_the_key_and_the_scans_alone(
    home: Home,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    paths = {name: tmp_path / name for name in ("note.json", "key.pem", "stack.pdf", "other.pdf")}
    paths["note.json"].write_bytes(note_of(office, stack))
    paths["key.pem"].write_bytes(Signer(office.settings.audit_key).public_pem())
    paths["stack.pdf"].write_bytes(b"%PDF stack stack-1")
    paths["other.pdf"].write_bytes(b"%PDF another one")

    def verified(*more: str) -> int:
        call = ["station", "note", "verify", str(paths["note.json"]), "--key"]
        monkeypatch.setattr("sys.argv", [*call, str(paths["key.pem"]), *more])
        return station_main()

    assert verified("--content", str(paths["stack.pdf"])) == 0
    assert staff.scanning.name in capsys.readouterr().out
    assert verified("--content", str(paths["other.pdf"])) == 1
    told = json.loads(paths["note.json"].read_bytes())
    told["scanned"]["operator"] = "jemand anderes"
    paths["note.json"].write_text(json.dumps(told))
    assert verified() == 1
    assert "Unterschrift" in capsys.readouterr().out
    with pytest.raises(BadInput):
        read_note(b"{}")


class Stumbling(MemoryStore):
    """A store that takes so many more contents, and is away after that."""

    left: int | None = None

    def put(self, stream: BinaryIO, **given: Any) -> Stored:
        if self.left == 0:
            raise StorageError("away")
        if self.left is not None:
            self.left -= 1
        return super().put(stream, **given)


def test_a_store_that_is_away_leaves_no_half_note(tmp_path: Path) -> None:
    store = Stumbling()
    with house(tmp_path / "house", store=store) as (office, staff):
        stack = ready_stack(office, staff, tmp_path)
        begun(office, staff.scanning, stack)
        judged(office, staff.scanning, stack)
        released(office, staff.scanning, stack, noted=False)
        for taken in range(3):
            store.left = taken
            with pytest.raises(StorageError), office.as_system() as work:
                write_notes(work, stack)
            with office.as_system() as work:
                assert work.session.get_one(ScanCheck, stack).note_sha256 is None
                kinds = work.session.scalars(select(Rendition.kind)).all()
                assert RenditionKind.TRANSFER_NOTE not in kinds
        store.left = None
        with office.as_system() as work:
            write_notes(work, stack)
        assert faults(office) == []
