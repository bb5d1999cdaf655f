"""Does the check of the house find every planted fault, and nothing where there is none?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.evidence.fixity import sweep, verify
from eakte.intake.receiving import Receipt
from eakte.model.content import Content
from eakte.model.document import Document, Version
from eakte.model.job import Job
from eakte.retrieval.indexing import entry_of
from storage import Digest, MemoryStore
from tests.builders import Staff, bring, document, house


def index_everything(office: Office) -> None:
    """Do what the worker would do, without recognising anything."""
    with office.as_system() as work, office.index.writer() as writer:
        for document_id in work.session.scalars(select(Document.id)):
            entry = entry_of(work.session, office.store, document_id)
            assert entry is not None
            writer.put(entry)
        work.session.execute(delete(Job))


def two_documents(office: Office, staff: Staff, folder: Path) -> list[Receipt]:
    receipts = [
        bring(office, staff.clerk, folder / "in", content=text) for text in (b"one", b"two")
    ]
    index_everything(office)
    return receipts


def test_a_house_in_order_has_no_fault(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        two_documents(office, staff, tmp_path)
        findings = verify(office.as_system)
        assert findings.faults == []
        assert (findings.documents, findings.contents, findings.indexed) == (2, 2, 2)
        assert findings.bytes_read == len(b"one") + len(b"two")


def test_missing_bytes_are_found(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt, _ = two_documents(office, staff, tmp_path)
        office.store.delete(Digest(receipt.sha256))
        assert verify(office.as_system).faults == [f"Inhalt {receipt.sha256} fehlt im Speicher."]


def test_changed_bytes_are_found(tmp_path: Path) -> None:
    store = MemoryStore()
    with house(tmp_path, store=store) as (office, staff):
        receipt, _ = two_documents(office, staff, tmp_path)
        store.tamper(Digest(receipt.sha256), b"oNe")
        assert verify(office.as_system).faults == [f"Inhalt {receipt.sha256} ist verändert."]


def test_a_wrong_size_in_the_row_is_found(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt, _ = two_documents(office, staff, tmp_path)
        with office.as_system() as work:
            work.session.execute(
                update(Content).where(Content.sha256 == receipt.sha256).values(size=99)
            )
        [fault] = verify(office.as_system).faults
        assert "andere Größe" in fault


def test_a_document_without_its_version_is_found(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt, _ = two_documents(office, staff, tmp_path)
        with office.as_system() as work:
            work.session.execute(delete(Version).where(Version.document_id == receipt.document_id))
        assert (
            f"Dokument Nr. {receipt.number} hat keine Fassung." in verify(office.as_system).faults
        )


def test_an_index_that_lacks_a_document_or_knows_a_stranger_is_found(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        first, second = two_documents(office, staff, tmp_path)
        with office.as_system() as work:
            stranger = entry_of(work.session, office.store, second.document_id)
        assert stranger is not None
        with office.index.writer() as writer:
            writer.drop(str(first.document_id))
            writer.put(type(stranger)("a-stranger", stranger.fields, stranger.pages))
        faults = verify(office.as_system).faults
        assert f"Dokument {first.document_id} fehlt im Suchindex." in faults
        assert "Der Suchindex nennt a-stranger, das es nicht gibt." in faults


def test_an_index_that_lags_behind_the_rows_is_found(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt, _ = two_documents(office, staff, tmp_path)
        with office.as_system() as work:
            document(work, receipt).title = "Changed without a job"
        assert (
            f"Dokument {receipt.document_id} steht veraltet im Suchindex."
            in verify(office.as_system).faults
        )


def test_what_still_has_a_job_is_no_fault(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        two_documents(office, staff, tmp_path)
        bring(office, staff.clerk, tmp_path / "in", content=b"on its way")
        assert verify(office.as_system).faults == []


def test_the_sweep_takes_old_bytes_without_a_row_and_nothing_else(tmp_path: Path) -> None:
    clock = SetClock(datetime.now(UTC))
    with house(tmp_path, clock=clock) as (office, staff):
        receipts = two_documents(office, staff, tmp_path)
        orphan = office.store.put(BytesIO(b"nobody names me")).digest
        grace = timedelta(days=7)
        with office.as_system() as work:
            assert sweep(work, older_than=grace) == 0
        assert office.store.exists(orphan)
        clock.move(grace + timedelta(hours=1))
        with office.as_system() as work:
            assert sweep(work, older_than=grace) == 1
            assert work.session.scalar(select(func.count()).select_from(Content)) == 2
        assert not office.store.exists(orphan)
        assert all(office.store.exists(Digest(receipt.sha256)) for receipt in receipts)


def test_only_the_system_checks_and_sweeps(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        for person in (staff.clerk, staff.administrator, staff.records):
            with pytest.raises(Exception, match="Sie dürfen das nicht"):
                verify(lambda person=person: office.begin(person))
