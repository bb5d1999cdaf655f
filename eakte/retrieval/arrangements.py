"""How far is an order of pages, and which documents came out of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.errors import NotFound
from eakte.model.arrangement import Arrangement
from eakte.model.document import Document
from eakte.model.job import Job, JobState
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Ordered:
    """An order of pages with the document it began with and what the actor sees of its results."""

    arrangement: Arrangement
    document: Document
    results: Sequence[Document]
    job: Job | None


def ordered(work: UnitOfWork, arrangement_id: UUID) -> Ordered:
    """Return how far an order of pages is.

    Raises:
        NotFound: there is none, or none of a document that the actor sees.
    """
    require(work, Action.SEE_LISTS)
    arrangement = work.session.get(Arrangement, arrangement_id)
    document = work.session.get(Document, arrangement.document_id) if arrangement else None
    if arrangement is None or document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_DOCUMENT, document)
    results = work.session.scalars(
        select(Document)
        .where(
            Document.id.in_([UUID(one) for one in arrangement.results]),
            visible(work.actor, Action.SEE_DOCUMENT, Document),
        )
        .order_by(Document.receipt_number)
    ).all()
    job = work.session.scalar(
        select(Job).where(Job.subject_id == arrangement.id, Job.state != JobState.DEAD)
    )
    return Ordered(arrangement, document, results, job)
