"""What waits to be filed, how far is its processing, and which one comes next?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import aliased, joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.access.twins import earlier_twins
from eakte.db import Page, paged
from eakte.model.content import Content
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.proposal import Recognised
from eakte.retrieval.listing import PER_PAGE
from eakte.retrieval.mailroom import Beside, with_beside
from eakte.retrieval.progress import Progress, progress_of
from eakte.unit_of_work import UnitOfWork


class Choice(StrEnum):
    """Which part of the inbox a person wants to see."""

    ALL = "all"
    READY = "ready"
    RUNNING = "running"
    FAILED = "failed"


STATES: dict[Choice, tuple[ProcessingState, ...]] = {
    Choice.ALL: tuple(ProcessingState),
    Choice.READY: (ProcessingState.READY,),
    Choice.RUNNING: (ProcessingState.WAITING, ProcessingState.RUNNING),
    Choice.FAILED: (ProcessingState.FAILED,),
}


@dataclass(frozen=True)
class Counts:
    """How many documents of the inbox are how far."""

    ready: int
    running: int
    failed: int

    @property
    def total(self) -> int:
        """All together."""
        return self.ready + self.running + self.failed


@dataclass(frozen=True)
class InboxRow:
    """A document of the inbox with its size in bytes; ``progress`` is None when nothing runs.

    ``clues`` are what was recognised in it, None while nothing was; ``beside`` who sent it here and
    what is unclear; ``attachments`` counts those that the reader sees.
    """

    document: Document
    size: int
    progress: Progress | None
    duplicate_of: Document | None
    clues: Mapping[str, Any] | None
    beside: Beside
    attachments: int = 0


@dataclass(frozen=True)
class Turn:
    """The neighbours of a document in the inbox; ``number`` counts from 1, the newest first."""

    previous: UUID | None
    next: UUID | None
    number: int
    total: int


def inbox(
    work: UnitOfWork,
    choice: Choice = Choice.ALL,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[InboxRow]:
    """List what waits to be filed, the newest first."""
    require(work, Action.SEE_INBOX)
    query = (
        select(Document)
        .options(joinedload(Document.department))
        .where(_waiting(work), Document.processing.in_(STATES[choice]))
        .order_by(Document.receipt_number.desc())
    )
    found = paged(work.session, query, page=page, per_page=per_page)
    return Page(rows_of(work, found.rows), found.total, found.page, found.pages)


def newest(work: UnitOfWork, *, most: int) -> list[InboxRow]:
    """List what came in last and waits to be filed, without counting the rest."""
    require(work, Action.SEE_INBOX)
    found = work.session.scalars(
        select(Document)
        .options(joinedload(Document.department))
        .where(_waiting(work))
        .order_by(Document.receipt_number.desc())
        .limit(most)
    )
    return rows_of(work, found.all())


def inbox_counts(work: UnitOfWork) -> Counts:
    """Count what waits to be filed, by how far it is."""
    require(work, Action.SEE_INBOX)
    found = work.session.execute(
        select(
            *(
                func.coalesce(
                    func.sum(case((Document.processing.in_(STATES[part]), 1), else_=0)), 0
                )
                for part in (Choice.READY, Choice.RUNNING, Choice.FAILED)
            )
        ).where(_waiting(work))
    ).one()
    return Counts(*(int(number) for number in found))


def rows_of(work: UnitOfWork, documents: Sequence[Document]) -> list[InboxRow]:
    """Return documents with what a list shows beside them."""
    require(work, Action.SEE_INBOX)
    if not documents:
        return []
    ids = [document.id for document in documents]
    running = progress_of(work, ids)
    query = (
        select(Version.document_id, Content.size, Recognised.clues)
        .select_from(Document)
        .join(
            Version,
            (Version.document_id == Document.id) & (Version.number == Document.current_version),
        )
        .join(Content, Content.sha256 == Version.sha256)
        .outerjoin(
            Recognised,
            (Recognised.document_id == Document.id)
            & (Recognised.version == Document.current_version),
        )
        .where(Document.id.in_(ids))
    )
    known: dict[UUID, tuple[int, Mapping[str, Any] | None, Beside]] = {
        document_id: (size, clues, Beside(given, asked, bool(waits)))
        for document_id, size, clues, given, asked, waits in work.session.execute(
            with_beside(query)
        )
    }
    nothing = (0, None, Beside(None, None))
    twins = earlier_twins(work, documents)
    attached: dict[UUID, int] = {
        parent: number
        for parent, number in work.session.execute(
            select(Document.parent_id, func.count())
            .where(Document.parent_id.in_(ids), visible(work.actor, Action.SEE_DOCUMENT, Document))
            .group_by(Document.parent_id)
        )
        if parent is not None
    }
    return [
        InboxRow(
            document,
            size=known.get(document.id, nothing)[0],
            progress=running.get(document.id),
            duplicate_of=twins.get(document.id),
            clues=known.get(document.id, nothing)[1],
            beside=known.get(document.id, nothing)[2],
            attachments=attached.get(document.id, 0),
        )
        for document in documents
    ]


def turn_of(work: UnitOfWork, document: Document) -> Turn | None:
    """Return where a document stands in the inbox, None when it lies there no more."""
    require(work, Action.SEE_DOCUMENT, document)
    if document.state is not DocumentState.INBOX:
        return None
    here = document.receipt_number
    around = (
        select(
            func.coalesce(func.sum(case((Document.receipt_number > here, 1), else_=0)), 0).label(
                "newer"
            ),
            func.count().label("total"),
            func.coalesce(func.sum(case((Document.id == document.id, 1), else_=0)), 0).label(
                "itself"
            ),
            func.min(case((Document.receipt_number > here, Document.receipt_number))).label(
                "above"
            ),
            func.max(case((Document.receipt_number < here, Document.receipt_number))).label(
                "below"
            ),
        )
        .where(_waiting(work))
        .subquery()
    )
    above, below = aliased(Document), aliased(Document)
    previous, following, newer, total, itself = work.session.execute(
        select(above.id, below.id, around.c.newer, around.c.total, around.c.itself)
        .select_from(around)
        .outerjoin(above, above.receipt_number == around.c.above)
        .outerjoin(below, below.receipt_number == around.c.below)
    ).one()
    # An attachment stands beside its main document and not in the row.
    return Turn(previous, following, int(newer) + 1, total) if itself else None


def next_in_inbox(work: UnitOfWork, document: Document) -> Document | None:
    """Return the document to take up after this one: the next older, else the newest."""
    require(work, Action.SEE_INBOX)
    waiting = select(Document).where(_waiting(work), Document.id != document.id)
    older = work.session.scalar(
        waiting.where(Document.receipt_number < document.receipt_number)
        .order_by(Document.receipt_number.desc())
        .limit(1)
    )
    return older or work.session.scalar(waiting.order_by(Document.receipt_number.desc()).limit(1))


def _waiting(work: UnitOfWork) -> ColumnElement[bool]:
    """What stands in the inbox by itself.

    An attachment is filed with its main document and shown beside it; it stands by itself where
    that lies elsewhere, and where it needs somebody's attention.
    """
    main = aliased(Document)
    beside = (
        select(main.id)
        .where(main.id == Document.parent_id, main.state == DocumentState.INBOX)
        .exists()
    )
    return and_(
        Document.state == DocumentState.INBOX,
        or_(
            Document.parent_id.is_(None),
            Document.processing == ProcessingState.FAILED,
            not_(beside),
        ),
        visible(work.actor, Action.SEE_DOCUMENT, Document),
    )
