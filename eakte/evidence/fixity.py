"""Is everything still there and unchanged? Rows, bytes, log and index compared with one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import PartUnavailable
from eakte.evidence.heads import check_log
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.proving import faults_of_notes
from eakte.model.content import Content, keep_content
from eakte.model.document import Document, DocumentState, Version
from eakte.model.job import Job
from eakte.model.naming import is_named
from eakte.unit_of_work import UnitOfWork
from search import Index, SearchError
from storage import Digest, ObjectCorrupt, ObjectMissing, StorageError, Store

BATCH = 500
Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Report = Callable[[int, int], None]


@dataclass
class Findings:
    """What a check of the whole house found; it holds when ``faults`` is empty."""

    documents: int = 0
    contents: int = 0
    bytes_read: int = 0
    log_entries: int = 0
    log_head: str = ""
    indexed: int = 0
    unnamed_objects: int = 0
    swept: int = 0
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def verify(begin: Begin, *, report: Report | None = None) -> Findings:
    """Read every byte that a row names, walk the log and compare the index with the rows.

    The log has to fit every head that was signed of it, each transfer note what it speaks of.

    Many short transactions: nobody is kept from working meanwhile. Documents that are just being
    processed are compared with the index only when they are done.

    Raises:
        PartUnavailable: a part does not answer; then nothing can be said about it.
    """
    findings = Findings()
    with begin() as work:
        require(work, Action.MAINTAIN)
        findings.documents = work.session.scalar(select(func.count(Document.id))) or 0
        total = work.session.scalar(select(func.count()).select_from(Content)) or 0
        findings.faults.extend(_documents_without_version(work.session))
        signer = Signer(work.settings.audit_key)
    log = check_log(begin, trusted={signer.public})
    findings.log_entries, findings.log_head = log.entries, log.head
    findings.faults.extend(log.faults)
    findings.faults.extend(faults_of_notes(begin, trusted={signer.public}))
    for content in _contents(begin):
        _check_bytes(content, findings, begin)
        if report is not None:
            report(findings.contents, total)
    with begin() as work:
        _compare_index(work, findings)
        findings.unnamed_objects = sum(1 for _ in _unnamed(work, older_than=timedelta(0)))
        audit.note(
            work,
            "house.verified",
            kind="house",
            subject=None,
            contents=findings.contents,
            faults=len(findings.faults),
            log_head=findings.log_head,
        )
    return findings


def sweep(work: UnitOfWork, *, older_than: timedelta) -> int:
    """Remove bytes that no row names and that are older than the grace time; return how many.

    A row is put over the bytes while they are deleted: whoever names the same bytes at that moment
    waits, and then finds them gone instead of half gone.
    """
    require(work, Action.MAINTAIN)
    removed = 0
    listed_at = work.clock.now() - older_than
    for sha256, size in list(_unnamed(work, older_than=older_than)):
        keep_content(work.session, sha256, size=size, at=work.clock.now())
        if is_named(work.session, sha256):
            continue
        work.store.delete(Digest(sha256), stored_before=listed_at)
        work.session.execute(delete(Content).where(Content.sha256 == sha256))
        removed += 1
    removed += work.store.sweep(older_than=older_than)
    if removed:
        audit.note(work, "house.swept", kind="house", subject=None, objects=removed)
    return removed


def _unnamed(work: UnitOfWork, *, older_than: timedelta) -> Iterator[tuple[str, int]]:
    limit = work.clock.now() - older_than
    batch: dict[str, int] = {}
    for listed in work.store.listing():
        if listed.stored_at <= limit:
            batch[str(listed.digest)] = listed.size
        if len(batch) >= BATCH:
            yield from _without_row(work.session, batch)
            batch = {}
    yield from _without_row(work.session, batch)


def _without_row(session: Session, batch: dict[str, int]) -> Iterator[tuple[str, int]]:
    known = set(session.scalars(select(Content.sha256).where(Content.sha256.in_(batch))))
    yield from ((sha256, size) for sha256, size in batch.items() if sha256 not in known)


def _documents_without_version(session: Session) -> list[str]:
    lost = session.scalars(
        select(Document.receipt_number).where(
            ~exists().where(
                Version.document_id == Document.id, Version.number == Document.current_version
            )
        )
    )
    return [f"Dokument Nr. {number} hat keine Fassung." for number in lost]


def _contents(begin: Begin) -> Iterator[Content]:
    last = ""
    while True:
        with begin() as work:
            rows = work.session.scalars(
                select(Content).where(Content.sha256 > last).order_by(Content.sha256).limit(BATCH)
            ).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].sha256


def _check_bytes(content: Content, findings: Findings, begin: Begin) -> None:
    with begin() as work:
        store = work.store
    if content.erased_at is not None:
        if store.exists(Digest(content.sha256)):
            findings.faults.append(f"Inhalt {content.sha256} ist vernichtet und liegt noch da.")
        return
    findings.contents += 1
    try:
        length = _read_all(store, content.sha256)
    except ObjectMissing:
        with begin() as work:
            named = is_named(work.session, content.sha256)
        if named:
            findings.faults.append(f"Inhalt {content.sha256} fehlt im Speicher.")
        return
    except ObjectCorrupt:
        findings.faults.append(f"Inhalt {content.sha256} ist verändert.")
        return
    except StorageError as error:
        raise PartUnavailable("Der Speicher ist zurzeit nicht erreichbar.") from error
    findings.bytes_read += length
    if length != content.size:
        findings.faults.append(f"Inhalt {content.sha256} hat eine andere Größe als vermerkt.")


def _read_all(store: Store, sha256: str) -> int:
    length = 0
    with store.open(Digest(sha256)) as stream:
        while chunk := stream.read(1 << 20):
            length += len(chunk)
    return length


def _compare_index(work: UnitOfWork, findings: Findings) -> None:
    rows = work.session.execute(
        select(Document.id, Document.edits).where(
            Document.state != DocumentState.CANCELLED,
            ~exists().where(Job.subject_id == Document.id),
        )
    ).all()
    busy = set(work.session.scalars(select(Job.subject_id)))
    try:
        work.index.check()
        indexed = _indexed(work.index)
    except SearchError as error:
        findings.faults.append(f"Der Suchindex ist nicht lesbar: {error}")
        return
    findings.indexed = len(indexed)
    expected = {str(document_id): edits for document_id, edits in rows}
    for key, edits in expected.items():
        if key not in indexed:
            findings.faults.append(f"Dokument {key} fehlt im Suchindex.")
        elif indexed[key] != edits:
            findings.faults.append(f"Dokument {key} steht veraltet im Suchindex.")
    pending = {str(document_id) for document_id in busy}
    findings.faults.extend(
        f"Der Suchindex nennt {key}, das es nicht gibt."
        for key in indexed
        if key not in expected and key not in pending
    )


def _indexed(index: Index) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in index.keys():  # noqa: SIM118  # an index is no mapping, it has no __iter__
        fields = index.get(key)
        if fields is not None:
            found[key] = int(str(fields.get("edits", 0)))
    return found
