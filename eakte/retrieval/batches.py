"""Which stacks arrived, how far is each, and where did its pages go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import Page, paged
from eakte.errors import NotFound
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState, ProcessingState
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50


class Whereabouts(StrEnum):
    """How far a document is, for those who look after its stack and may not open it."""

    RUNNING = "running"
    FAILED = "failed"
    INBOX = "inbox"
    DONE = "done"


@dataclass(frozen=True)
class PartShown:
    """One document of a stack, as far as the person may see it.

    ``document`` is None where it is hidden from them; its pages, and in ``whereabouts`` how far it
    is, are told all the same: whoever scanned it has to know that it arrived at a desk. At which
    one, and in which dossier, is not told.
    """

    pages: tuple[int, ...]
    blanks: tuple[int, ...]
    document: Document | None
    whereabouts: Whereabouts | None = None


def batches(work: UnitOfWork, *, page: int = 1) -> Page[Batch]:
    """List the stacks the actor may see, the newest first."""
    require(work, Action.SEE_BATCHES)
    query = (
        select(Batch)
        .options(joinedload(Batch.sender), joinedload(Batch.department))
        .where(visible(work.actor, Action.SEE_BATCH, Batch))
        .order_by(Batch.number.desc())
    )
    return paged(work.session, query, page=page, per_page=PER_PAGE)


def batch_by_id(work: UnitOfWork, batch_id: UUID) -> Batch:
    """Return a stack the actor may see.

    Raises:
        NotFound: there is none, or none for them.
    """
    batch = work.session.get(
        Batch, batch_id, options=[joinedload(Batch.sender), joinedload(Batch.department)]
    )
    if batch is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_BATCH, batch)
    return batch


def pages_of(work: UnitOfWork, batch: Batch) -> Sequence[BatchPage]:
    """List the pages of a stack with what became of each, in the order of the stack."""
    require(work, Action.SEE_BATCH, batch)
    return work.session.scalars(
        select(BatchPage).where(BatchPage.batch_id == batch.id).order_by(BatchPage.page)
    ).all()


def parts_of(work: UnitOfWork, batch: Batch, pages: Sequence[BatchPage]) -> list[PartShown]:
    """Return the documents of a stack, in the order of their first pages."""
    require(work, Action.SEE_BATCH, batch)
    ids = {page.document_id for page in pages if page.document_id is not None}
    seen = {
        document.id: document
        for document in work.session.scalars(
            select(Document)
            .options(joinedload(Document.case).joinedload(Case.dossier))
            .where(Document.id.in_(ids), visible(work.actor, Action.SEE_DOCUMENT, Document))
        )
    }
    hidden = _whereabouts(work, ids - seen.keys())
    placed: dict[UUID, dict[int, int]] = {}
    blanks: dict[UUID, list[int]] = {}
    for page in pages:
        if page.document_id is None:
            continue
        if page.fate is Fate.FILED:
            placed.setdefault(page.document_id, {})[page.place or 0] = page.page
        else:
            blanks.setdefault(page.document_id, []).append(page.page)
    return [
        PartShown(
            tuple(places[place] for place in sorted(places)),
            tuple(blanks.get(document_id, ())),
            seen.get(document_id),
            hidden.get(document_id),
        )
        for document_id, places in sorted(placed.items(), key=lambda one: min(one[1].values()))
    ]


def _whereabouts(work: UnitOfWork, ids: set[UUID]) -> dict[UUID, Whereabouts]:
    """How far documents are of a stack which the actor may see, without anything of what they say.

    Filed, handed over and cancelled are one word: which it is, is no business of the scanner's.
    """
    if not ids:
        return {}
    rows = work.session.execute(
        select(Document.id, Document.state, Document.processing).where(Document.id.in_(ids))
    )
    return {
        one: Whereabouts.DONE
        if state is not DocumentState.INBOX
        else _INBOX.get(processing, Whereabouts.INBOX)
        for one, state, processing in rows
    }


_INBOX = {
    ProcessingState.WAITING: Whereabouts.RUNNING,
    ProcessingState.RUNNING: Whereabouts.RUNNING,
    ProcessingState.FAILED: Whereabouts.FAILED,
}
