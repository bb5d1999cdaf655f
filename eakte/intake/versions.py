"""How does another version come on top of a document? The bytes of the earlier ones stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import NotFound, RuleBroken
from eakte.intake.delivering import Begin, Declared, LookAt
from eakte.intake.guarding import await_clearance
from eakte.intake.receiving import name_bytes, refuse_unwanted, take_bytes
from eakte.model.document import Document, ProcessingState, Version
from eakte.model.findings import Look
from eakte.unit_of_work import UnitOfWork

Check = Callable[[UnitOfWork, Document], None]


def deliver_version(
    begin: Begin,
    path: Path,
    *,
    document_id: UUID,
    declared: Declared,
    look: LookAt,
    check: Check,
    remark: str = "",
    then: Check | None = None,
) -> int:
    """Put the bytes at ``path`` on top of a document as its newest version; returns its number.

    ``check`` raises when no version may be added; it is asked before the bytes travel and again
    with the rows in hand. ``then`` runs in the transaction of the rows, for example to give back
    what was checked out. The source at ``path`` is never touched.

    Raises:
        NotFound, NotAllowed, RuleBroken, BadInput, PartUnavailable: nothing was kept.
    """
    with begin() as work:
        require(work, Action.WRITE_DOCUMENT, _existing(work, document_id))
        require(work, Action.DELIVER_DOCUMENT)
        check(work, _existing(work, document_id))
        store, limit = work.store, work.settings.max_upload_bytes
    seen = look(path, declared.name)
    refuse_unwanted(seen, name=declared.name)
    arrival = take_bytes(
        store,
        path,
        name=declared.name,
        limit=limit,
        sha256=declared.sha256,
        size=declared.size,
    )
    with begin() as work:
        document = _existing(work, document_id)
        require(work, Action.WRITE_DOCUMENT, document)
        check(work, document)
        if arrival.sha256 == _current(work, document).sha256:
            raise RuleBroken("Diese Fassung ist Byte für Byte dieselbe wie die letzte.")
        name_bytes(work, arrival)
        version = _put_on_top(work, document, arrival.sha256, arrival.name, seen, remark)
        if then is not None:
            then(work, document)
    return version.number


def _existing(work: UnitOfWork, document_id: UUID) -> Document:
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return document


def _current(work: UnitOfWork, document: Document) -> Version:
    return work.session.scalars(
        select(Version).where(
            Version.document_id == document.id, Version.number == document.current_version
        )
    ).one()


def _put_on_top(
    work: UnitOfWork, document: Document, sha256: str, name: str, look: Look, remark: str
) -> Version:
    version = Version(
        document_id=document.id,
        number=document.current_version + 1,
        sha256=sha256,
        media_type=look.media_type,
        name=name,
        created_at=work.clock.now(),
        created_by_id=work.actor.id,
        remark=remark.strip()[:300],
    )
    work.session.add(version)
    document.current_version = version.number
    document.page_count = look.pages
    document.processing = ProcessingState.WAITING
    document.problem_code = document.problem = None
    work.session.flush()
    audit.note(
        work,
        "document.version-added",
        kind="document",
        subject=document.id,
        version=version.number,
        sha256=sha256,
    )
    await_clearance(work, version, priority=jobs.URGENT)
    return version
