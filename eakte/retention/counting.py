"""How many dossiers met what in a span of time, by unit and plan entry, in one question?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.clock import OFFICE_ZONE
from eakte.model.audit_entry import REPORTED, AuditEntry
from eakte.model.batch import Batch
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.file_plan import PlanEntry
from eakte.model.hold import HeldDossier, RetentionHold
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.paper import DestroyedPaper, Destruction, DestructionState
from eakte.model.retention_rule import Keeping
from eakte.unit_of_work import UnitOfWork

REOPENED = "dossier.reopened"
TAKEN_OVER = "A"
# What an entry is called now: of several with its number, as the newest.
NEWEST = aliased(PlanEntry)
NEWEST_TITLE = (
    select(NEWEST.title)
    .where(NEWEST.number == PlanEntry.number)
    .order_by(NEWEST.valid_from.desc(), NEWEST.id)
    .limit(1)
    .correlate(PlanEntry)
    .scalar_subquery()
    .label("title")
)
Ids = Select[Any] | CompoundSelect[Any]
GONE = (ErasedState.ERASING, ErasedState.ERASED)


class Figure(StrEnum):
    """What is counted of dossiers."""

    CLOSED = "closed"
    REOPENED = "reopened"
    DUE = "due"
    HELD = "held"
    STILL_HELD = "still-held"
    OFFERED = "offered"
    TRANSFERRED = "transferred"
    WAIVED = "waived"
    PROPOSED = "proposed"
    APPROVED = "approved"
    SPARED = "spared"
    DESTROYED = "destroyed"


class PaperFigure(StrEnum):
    """What is counted of the paper of stacks."""

    STACKS = "stacks"
    PAGES = "pages"


@dataclass(frozen=True)
class Span:
    """A calendar year as the office counts it, up to and with a day."""

    year: int
    until: date

    @property
    def begins(self) -> datetime:
        """The first instant."""
        return datetime(self.year, 1, 1, tzinfo=OFFICE_ZONE)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        after = self.until + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=OFFICE_ZONE)

    def holds(
        self, at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    ) -> ColumnElement[bool]:
        """The condition that an instant lies in it."""
        return and_(at >= self.begins, at < self.ends)


@dataclass(frozen=True)
class Counted:
    """How many of what, in which unit; of paper there is no entry of the plan."""

    what: Figure | PaperFigure
    unit_id: UUID
    unit: str
    number: str
    title: str
    count: int


def counts_of(work: UnitOfWork, span: Span) -> Iterator[Counted]:
    """Count what the actor may see; every dossier once, however often something met it."""
    require(work, Action.SEE_RETENTION)
    # What was destroyed is seen as before: that there was one is left of it.
    seen = visible(work.actor, Action.SEE_DOSSIER, Dossier)
    dossiers = [_counted(figure, asked, seen) for figure, asked in _asked(span)]
    for row in work.session.execute(union_all(*dossiers, *_paper(work, span))):
        what, unit_id, unit, number, title, count = row
        known = PaperFigure if what in set(PaperFigure) else Figure
        yield Counted(known(what), unit_id, unit, number, title, count)


def _counted(figure: Figure, asked: Ids, seen: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(figure.value).label("what"),
            Department.id,
            Department.name,
            PlanEntry.number,
            NEWEST_TITLE,
            func.count().label("counted"),
        )
        .select_from(Dossier)
        .join(PlanEntry, PlanEntry.id == Dossier.plan_entry_id)
        .join(Department, Department.id == Dossier.department_id)
        .where(Dossier.id.in_(asked), seen)
        .group_by(Department.id, Department.name, PlanEntry.number)
    )


def _paper(work: UnitOfWork, span: Span) -> Iterator[Select[*tuple[Any, ...]]]:
    """Paper of stacks that was destroyed: how many stacks, and how many pages they had."""
    for figure, counted in (
        (PaperFigure.STACKS, func.count()),
        (PaperFigure.PAGES, func.coalesce(func.sum(Batch.pages), 0)),
    ):
        yield (
            select(
                literal(figure.value).label("what"),
                Department.id,
                Department.name,
                literal("").label("number"),
                literal("").label("title"),
                counted.label("counted"),
            )
            .select_from(Batch)
            .join(Department, Department.id == Batch.department_id)
            .join(DestroyedPaper, DestroyedPaper.batch_id == Batch.id)
            .join(Destruction, Destruction.id == DestroyedPaper.destruction_id)
            .where(
                Destruction.state == DestructionState.CONFIRMED,
                span.holds(Destruction.decided_at),
                visible(work.actor, Action.SEE_BATCH, Batch),
            )
            .group_by(Department.id, Department.name)
        )


def _asked(span: Span) -> Iterator[tuple[Figure, Ids]]:
    """For each figure the dossiers that it counts."""
    first = date(span.year, 1, 1)
    yield (
        Figure.CLOSED,
        select(Dossier.id).where(Dossier.closed_on >= first, Dossier.closed_on <= span.until),
    )
    yield (
        Figure.REOPENED,
        select(AuditEntry.subject_id).where(
            REPORTED, AuditEntry.act == REOPENED, span.holds(AuditEntry.at)
        ),
    )
    yield Figure.DUE, _due(first - timedelta(days=1), span.until - timedelta(days=1))
    yield Figure.HELD, _held(span)
    yield Figure.STILL_HELD, _held(span, on=span.ends)
    yield from _offered(span)
    yield from _erased(span)


def _due(first: date, last: date) -> Ids:
    """Whose period ends between two days; the day after, they are due."""
    gone = exists().where(ErasedDossier.dossier_id == Dossier.id, ErasedDossier.state.in_(GONE))
    standing = select(Dossier.id).where(
        Dossier.keeping == Keeping.RUNNING,
        Dossier.kept_until >= first,
        Dossier.kept_until <= last,
        ~gone,
    )
    destroyed = select(ErasedDossier.dossier_id).where(
        ErasedDossier.state.in_(GONE),
        ErasedDossier.kept_until >= first,
        ErasedDossier.kept_until <= last,
    )
    return standing.union_all(destroyed)


def _held(span: Span, *, on: datetime | None = None) -> Ids:
    """On which a hold stood in the span, or at the end of it; by name, or by their person."""
    begins = on or span.begins
    stood = and_(
        RetentionHold.set_at < span.ends,
        or_(RetentionHold.ended_at.is_(None), RetentionHold.ended_at >= begins),
    )
    named = select(HeldDossier.dossier_id).join(
        RetentionHold, and_(RetentionHold.id == HeldDossier.hold_id, stood)
    )
    of_person = select(Dossier.id).join(
        RetentionHold,
        and_(
            stood,
            RetentionHold.person_folded != "",
            RetentionHold.person_folded == Dossier.person_folded,
            RetentionHold.department_id == Dossier.department_id,
            or_(
                RetentionHold.birth_date.is_(None),
                Dossier.birth_date.is_(None),
                RetentionHold.birth_date == Dossier.birth_date,
            ),
            Dossier.opened_on <= span.until,
            # One that ended before the dossier was opened never stood on it.
            or_(
                RetentionHold.ended_at.is_(None),
                func.date(RetentionHold.ended_at) >= func.date(Dossier.opened_on),
            ),
        ),
    )
    return named.union_all(of_person)


def _offered(span: Span) -> Iterator[tuple[Figure, Ids]]:
    in_offers = select(OfferedDossier.dossier_id).join(Offer, Offer.id == OfferedDossier.offer_id)
    yield (
        Figure.OFFERED,
        in_offers.where(OfferedDossier.says != ArchiveSays.CALLED_OFF, span.holds(Offer.made_at)),
    )
    released = in_offers.where(
        OfferedDossier.says == ArchiveSays.RELEASED, span.holds(Offer.ended_at)
    )
    yield Figure.TRANSFERRED, released.where(OfferedDossier.verdict == TAKEN_OVER)
    yield Figure.WAIVED, released.where(OfferedDossier.verdict != TAKEN_OVER)


def _erased(span: Span) -> Iterator[tuple[Figure, Ids]]:
    dossiers = select(ErasedDossier.dossier_id).join(
        Erasure, Erasure.id == ErasedDossier.erasure_id
    )
    decided = dossiers.where(
        Erasure.state.in_((ErasureState.APPROVED, ErasureState.FINISHED)),
        span.holds(Erasure.decided_at),
    )
    yield Figure.PROPOSED, dossiers.where(span.holds(Erasure.proposed_at))
    yield Figure.APPROVED, decided
    yield Figure.SPARED, decided.where(ErasedDossier.state == ErasedState.SPARED)
    yield (
        Figure.DESTROYED,
        dossiers.where(
            ErasedDossier.state == ErasedState.ERASED, span.holds(ErasedDossier.erased_at)
        ),
    )
