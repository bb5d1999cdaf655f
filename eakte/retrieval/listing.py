"""What lies where? Lists of the inbox, of dossiers, cases and documents, filtered by right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import folded
from eakte.errors import NotFound
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.dossier import Dossier
from eakte.model.job import Job, JobState
from eakte.unit_of_work import UnitOfWork

T = TypeVar("T")
PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    rows: Sequence[T]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Progress:
    """How far the processing of a document is; ``total`` 0 = not known yet."""

    step: str
    done: int
    total: int
    running: bool


@dataclass(frozen=True)
class InboxRow:
    """A document of the inbox with the progress of its processing, None when nothing runs."""

    document: Document
    progress: Progress | None


def inbox(
    work: UnitOfWork,
    *,
    department_id: UUID | None = None,
    only_problems: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[InboxRow]:
    """List what waits to be filed, the newest first."""
    require(work, Action.SEE_INBOX)
    conditions: list[ColumnElement[bool]] = [
        Document.state == DocumentState.INBOX,
        visible(work.actor, Action.SEE_DOCUMENT, Document),
    ]
    if department_id is not None:
        conditions.append(Document.department_id == department_id)
    if only_problems:
        conditions.append(
            or_(
                Document.processing == ProcessingState.FAILED,
                Document.problem.is_not(None),
            )
        )
    query = select(Document).options(joinedload(Document.department)).where(*conditions)
    found = _page(
        work, query.order_by(Document.receipt_number.desc()), page=page, per_page=per_page
    )
    running = progress_of(work, [document.id for document in found.rows])
    rows = [InboxRow(document, running.get(document.id)) for document in found.rows]
    return Page(rows, found.total, found.page, found.pages)


def progress_of(work: UnitOfWork, document_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Return how far the processing of each document is, of those that wait or run."""
    require(work, Action.SEE_INBOX)
    if not document_ids:
        return {}
    jobs = work.session.scalars(
        select(Job).where(
            Job.subject_id.in_(document_ids), Job.kind == "process", Job.state != JobState.DEAD
        )
    )
    return {
        job.subject_id: Progress(job.step, job.done, job.total, job.state is JobState.RUNNING)
        for job in jobs
    }


def next_in_inbox(work: UnitOfWork, document: Document) -> Document | None:
    """Return the document to take up after this one: the next older, else the newest."""
    require(work, Action.SEE_INBOX)
    waiting = select(Document).where(
        Document.state == DocumentState.INBOX,
        Document.id != document.id,
        visible(work.actor, Action.SEE_DOCUMENT, Document),
    )
    older = work.session.scalar(
        waiting.where(Document.receipt_number < document.receipt_number)
        .order_by(Document.receipt_number.desc())
        .limit(1)
    )
    return older or work.session.scalar(waiting.order_by(Document.receipt_number.desc()).limit(1))


def dossiers(
    work: UnitOfWork,
    typed: str = "",
    *,
    plan_entry_id: UUID | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Dossier]:
    """List dossiers by reference; each typed word must occur in reference, person or subject."""
    require(work, Action.SEE_PLAN)
    query = (
        select(Dossier)
        .options(joinedload(Dossier.plan_entry), joinedload(Dossier.department))
        .where(visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .order_by(Dossier.person_folded, Dossier.reference_folded)
    )
    if plan_entry_id is not None:
        query = query.where(Dossier.plan_entry_id == plan_entry_id)
    for word in folded(typed).split():
        plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(
            or_(
                Dossier.reference_folded.like(f"%{plain}%", escape="\\"),
                Dossier.person_folded.like(f"%{plain}%", escape="\\"),
            )
        )
    return _page(work, query, page=page, per_page=per_page)


def dossier_by_id(work: UnitOfWork, dossier_id: UUID) -> Dossier:
    """Return a dossier the actor may see."""
    dossier = work.session.get(
        Dossier,
        dossier_id,
        options=[joinedload(Dossier.plan_entry), joinedload(Dossier.department)],
    )
    if dossier is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_DOSSIER, dossier)
    return dossier


def case_by_id(work: UnitOfWork, case_id: UUID) -> Case:
    """Return a case the actor may see."""
    case = work.session.get(Case, case_id, options=[joinedload(Case.dossier)])
    if case is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_CASE, case)
    return case


def document_by_id(work: UnitOfWork, document_id: UUID) -> Document:
    """Return a document the actor may see."""
    document = work.session.get(
        Document,
        document_id,
        options=[
            joinedload(Document.case).joinedload(Case.dossier),
            joinedload(Document.department),
        ],
    )
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_DOCUMENT, document)
    return document


def sent_document(work: UnitOfWork, document_id: UUID) -> Document:
    """Return a document whose receipt the actor may see, even when it was filed since."""
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_RECEIPT, document)
    return document


def cases_of(work: UnitOfWork, dossier: Dossier) -> Sequence[Case]:
    """List the cases of a dossier, in their order."""
    require(work, Action.SEE_DOSSIER, dossier)
    return work.session.scalars(
        select(Case)
        .options(joinedload(Case.dossier))
        .where(Case.dossier_id == dossier.id)
        .order_by(Case.number)
    ).all()


def documents_of_dossier(work: UnitOfWork, dossier: Dossier) -> dict[UUID, list[Document]]:
    """Return the documents of every case of a dossier, in the order of the case."""
    require(work, Action.SEE_DOSSIER, dossier)
    rows = work.session.scalars(
        select(Document)
        .join(Case, Case.id == Document.case_id)
        .where(Case.dossier_id == dossier.id, visible(work.actor, Action.SEE_DOCUMENT, Document))
        .order_by(Case.number, Document.position)
    )
    found: dict[UUID, list[Document]] = {}
    for document in rows:
        if document.case_id is not None:
            found.setdefault(document.case_id, []).append(document)
    return found


def versions_of(work: UnitOfWork, document: Document) -> Sequence[Version]:
    """List the versions of a document, the newest first."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalars(
        select(Version)
        .options(joinedload(Version.content))
        .where(Version.document_id == document.id)
        .order_by(Version.number.desc())
    ).all()


def history_of(work: UnitOfWork, document: Document) -> Sequence[AuditEntry]:
    """Return what was done with a document, without who merely read it."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id == document.id, AuditEntry.act != "document.read")
        .order_by(AuditEntry.sequence)
    ).all()


def _page(work: UnitOfWork, query: Select[tuple[T]], *, page: int, per_page: int) -> Page[T]:
    total = work.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    pages = max(1, -(-(total or 0) // per_page))
    page = min(max(1, page), pages)
    rows = work.session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all()
    return Page(rows, total or 0, page, pages)
