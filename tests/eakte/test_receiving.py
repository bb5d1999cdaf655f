"""Does a document come in once, whole, with a receipt that holds?"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eakte.errors import (
    BadInput,
    ContentTooLarge,
    EmptyContent,
    KeyUsed,
    NotAllowed,
    NotAsDeclared,
    PartUnavailable,
    UnknownType,
)
from eakte.intake.receiving import clean_name
from eakte.model.audit_entry import AuditEntry
from eakte.model.document import Document, ProcessingState
from eakte.model.findings import Kind, Look, Problem
from eakte.model.job import Job
from storage import Digest, MemoryStore, StoreFull, StoreUnreachable
from tests.builders import bring, document, house


class DownStore(MemoryStore):
    """A store that is out of reach, or full, until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None
        self.asked = 0

    def put(self, stream, **wanted):
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return super().put(stream, **wanted)


def test_the_receipt_names_the_bytes_that_the_store_gives_back(tmp_path: Path) -> None:
    content = b"%PDF-1.7 Bescheid"
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in", content=content)
        assert receipt.sha256 == hashlib.sha256(content).hexdigest()
        assert receipt.size == len(content)
        with office.store.open(Digest(receipt.sha256)) as stream:
            assert stream.read() == content


def test_a_received_document_waits_in_the_inbox_with_a_job_and_a_log_entry(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            arrived = document(work, receipt)
            assert arrived.department_id == staff.unit.id
            assert arrived.processing is ProcessingState.WAITING
            assert work.session.scalar(select(Job.kind)) == "process"
            entry = work.session.scalar(
                select(AuditEntry).where(AuditEntry.act == "document.received")
            )
            assert entry is not None
            assert entry.details["sha256"] == receipt.sha256


def test_the_same_bytes_again_are_a_new_document_with_one_object_and_a_mark(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        first = bring(office, staff.clerk, tmp_path / "in")
        second = bring(office, staff.clerk, tmp_path / "in")
        assert second.document_id != first.document_id
        assert second.number == first.number + 1
        assert second.duplicate_of == first.document_id
        assert [str(listed.digest) for listed in office.store.listing()] == [first.sha256]


def test_a_duplicate_in_another_unit_is_not_told(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        bring(office, staff.clerk, tmp_path / "in")
        elsewhere = bring(office, staff.other_clerk, tmp_path / "in")
        assert elsewhere.duplicate_of is None


def test_the_same_key_with_the_same_bytes_gives_the_same_receipt(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        first = bring(office, staff.scanning, tmp_path / "in", key="stapel-1/7")
        again = [bring(office, staff.scanning, tmp_path / "in", key="stapel-1/7") for _ in "123"]
        assert {receipt.document_id for receipt in again} == {first.document_id}
        assert all(receipt.repeated for receipt in again)
        assert not first.repeated
        with office.as_system() as work:
            assert work.session.scalar(select(func.count(Document.id))) == 1


def test_the_same_key_with_other_bytes_changes_nothing(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        bring(office, staff.scanning, tmp_path / "in", key="k")
        with pytest.raises(KeyUsed):
            bring(office, staff.scanning, tmp_path / "in", key="k", content=b"something else")
        with office.as_system() as work:
            assert work.session.scalar(select(func.count(Document.id))) == 1


def test_fifty_deliveries_under_one_key_at_once_make_one_document(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), ThreadPoolExecutor(16) as pool:
        receipts = list(
            pool.map(
                lambda number: bring(
                    office, staff.scanning, tmp_path / f"in{number}", key="gleichzeitig"
                ),
                range(50),
            )
        )
        assert len({receipt.document_id for receipt in receipts}) == 1
        assert sum(not receipt.repeated for receipt in receipts) == 1


def test_receipt_numbers_have_no_gap_after_refusals(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        first = bring(office, staff.clerk, tmp_path / "in", key="a")
        with pytest.raises(KeyUsed):
            bring(office, staff.clerk, tmp_path / "in", key="a", content=b"other")
        second = bring(office, staff.clerk, tmp_path / "in", key="b")
        assert second.number == first.number + 1


def test_an_empty_document_is_refused_without_residue(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        with pytest.raises(EmptyContent, match="ist leer"):
            bring(office, staff.clerk, tmp_path / "in", content=b"")
        assert list(office.store.listing()) == []


def test_a_document_over_the_limit_is_refused_without_residue(tmp_path: Path) -> None:
    with house(tmp_path, max_upload_mb=1) as (office, staff):
        with pytest.raises(ContentTooLarge, match="1 MB"):
            bring(office, staff.clerk, tmp_path / "in", content=b"x" * 1_000_001)
        assert list(office.store.listing()) == []


@pytest.mark.parametrize(
    "declared", [{"sha256": "0" * 64}, {"size": 3}, {"sha256": "keine Prüfsumme"}]
)
def test_what_differs_from_the_declaration_is_refused(tmp_path: Path, declared) -> None:
    with house(tmp_path) as (office, staff):
        with pytest.raises(NotAsDeclared):
            bring(office, staff.clerk, tmp_path / "in", **declared)
        assert list(office.store.listing()) == []
        with office.as_system() as work:
            assert work.session.scalar(select(func.count(Document.id))) == 0


def test_an_archive_is_refused_before_a_byte_is_kept(tmp_path: Path) -> None:
    archive = Look("application/zip", Kind.ARCHIVE, None, Problem("archive", "Archiv."), True)
    with house(tmp_path) as (office, staff):
        with pytest.raises(UnknownType):
            bring(office, staff.clerk, tmp_path / "in", look=archive)
        assert list(office.store.listing()) == []


def test_who_may_not_deliver_is_refused(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        for person in (staff.administrator, staff.records):
            with pytest.raises(NotAllowed):
                bring(office, person, tmp_path / "in")


def test_nobody_delivers_into_a_unit_in_which_they_do_not_work(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), pytest.raises(BadInput, match="Wohngeld"):
        bring(office, staff.clerk, tmp_path / "in", department="wog")


def test_without_a_unit_the_system_delivers_into_the_central_inbox(tmp_path: Path) -> None:
    with house(tmp_path) as (office, _), office.as_system() as opened:
        actor = opened.actor
    with house(tmp_path / "second") as (office, _):
        receipt = bring(office, actor, tmp_path / "in")
        with office.as_system() as work:
            assert document(work, receipt).department.key == "zentral"


@pytest.mark.parametrize("fault", [StoreUnreachable("down"), StoreFull("full")])
def test_a_store_that_fails_refuses_and_works_again_without_a_restart(
    tmp_path: Path, fault: Exception
) -> None:
    store = DownStore()
    with house(tmp_path, store=store) as (office, staff):
        store.fault = fault
        with pytest.raises(PartUnavailable):
            bring(office, staff.clerk, tmp_path / "in")
        assert store.asked == 1
        with office.as_system() as work:
            assert work.session.scalar(select(func.count(Document.id))) == 0
        store.fault = None
        assert bring(office, staff.clerk, tmp_path / "in").number == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Scans\\Bescheid.pdf", "Bescheid.pdf"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),
        ("zeile\r\numbruch.pdf", "zeileumbruch.pdf"),
        ("Pru\u0308fung.pdf", "Prüfung.pdf"),
        ("", "Dokument"),
        ("...", "Dokument"),
    ],
)
def test_a_name_keeps_only_what_cannot_mislead(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_a_name_of_three_hundred_signs_keeps_its_ending() -> None:
    kept = clean_name("ä" * 300 + ".pdf")
    assert len(kept) == 200
    assert kept.endswith(".pdf")
