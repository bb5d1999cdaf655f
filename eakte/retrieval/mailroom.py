"""What has to be known of a waiting document beside itself: who sent it here, what is unclear?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import Page, paged
from eakte.model.clarification import Clarification, ClarificationState
from eakte.model.court_message import CourtMessage
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState
from eakte.model.hand_over import HandOver
from eakte.retrieval.listing import PER_PAGE
from eakte.unit_of_work import UnitOfWork

GIVEN, ASKED = aliased(HandOver), aliased(Clarification)


@dataclass(frozen=True)
class Beside:
    """The latest note with which a document was handed over, and what was asked about it last.

    ``court_waits``: a court asks for an acknowledgement of receipt that was not sent back yet.
    """

    handed: HandOver | None
    asked: Clarification | None
    court_waits: bool = False

    @property
    def open(self) -> Clarification | None:
        """The question that still waits for an answer."""
        waits = self.asked is not None and self.asked.state is ClarificationState.OPEN
        return self.asked if waits else None


def beside(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Beside]:
    """Return what stands beside each of these documents, of which the actor sees every one."""
    require(work, Action.SEE_LISTS)
    query = with_beside(select(Document.id).select_from(Document).where(Document.id.in_(ids)))
    rows = work.session.execute(query)
    return {
        one: Beside(given, asked, bool(waits))
        for one, given, asked, waits in rows
        if given or asked or waits
    }


def with_beside(query: Select[Any]) -> Select[Any]:
    """Return a question about documents with three columns more: what stands beside each."""
    last_given = _latest(HandOver.id, HandOver.document_id, HandOver.at)
    last_asked = _latest(Clarification.id, Clarification.document_id, Clarification.asked_at)
    return (
        query.add_columns(GIVEN, ASKED, CourtMessage.confirmation_wanted)
        .outerjoin(GIVEN, GIVEN.id == last_given)
        .outerjoin(ASKED, ASKED.id == last_asked)
        .outerjoin(
            CourtMessage,
            (CourtMessage.document_id == Document.id)
            & CourtMessage.confirmation_wanted
            & CourtMessage.confirmed_on.is_(None),
        )
        .options(joinedload(GIVEN.giver), joinedload(GIVEN.taker), joinedload(ASKED.addressee))
    )


def questions(
    work: UnitOfWork, *, mine: bool = False, page: int = 1, per_page: int = PER_PAGE
) -> Page[Clarification]:
    """List what has to be clarified, the most urgent first (Klärungsliste).

    A question stays on it as long as its document waits to be filed. ``mine``: what is put to the
    actor by name, or to their whole unit.
    """
    require(work, Action.SEE_INBOX)
    query = (
        select(Clarification)
        .join(Document, Document.id == Clarification.document_id)
        .options(
            contains_eager(Clarification.document).joinedload(Document.department),
            joinedload(Clarification.addressee),
        )
        .where(*_open(work))
        .order_by(Clarification.due_on.is_(None), Clarification.due_on, Clarification.asked_at)
    )
    if mine:
        query = query.where(
            or_(Clarification.for_id == work.actor.id, Clarification.for_id.is_(None))
        )
    return paged(work.session, query, page=page, per_page=per_page)


def other_units(work: UnitOfWork, unit_id: UUID) -> list[tuple[UUID, str]]:
    """List id and name of every unit but this one, by name: to which something can be given."""
    require(work, Action.SEE_LISTS)
    query = select(Department.id, Department.name).order_by(Department.name)
    rows = work.session.execute(query.where(Department.id != unit_id))
    return [(unit, name) for unit, name in rows]


def _open(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (
        Clarification.state == ClarificationState.OPEN,
        Document.state == DocumentState.INBOX,
        visible(work.actor, Action.SEE_DOCUMENT, Document),
    )


def _latest(
    key: InstrumentedAttribute[UUID],
    owner: InstrumentedAttribute[UUID],
    at: InstrumentedAttribute[datetime],
) -> ScalarSelect[UUID]:
    """The key of the latest row that belongs to the document of the question around."""
    newest = select(key).where(owner == Document.id).order_by(at.desc(), key).limit(1)
    return newest.correlate(Document).scalar_subquery()
