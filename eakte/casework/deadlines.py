"""By when must something happen in a case, and what became of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.casework.periods import Computed, Period, compute, german
from eakte.casework.working_days import GermanWorkingDays
from eakte.db import Page, paged
from eakte.errors import BadInput, CaseClosed, ChangedMeanwhile, NotFound, NotUnique, RuleBroken
from eakte.model.case import Case, CaseState, Deadline, DeadlineState
from eakte.model.catalogue import DeadlineRule, DeadlineStart
from eakte.model.dossier import Dossier, DossierState
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
# A deadline of the law lies within a human life.
FARTHEST = timedelta(days=100 * 366)


class Urgency(StrEnum):
    """Which of the running deadlines are asked for."""

    ALL = "all"
    OVERDUE = "overdue"
    THIS_WEEK = "this-week"


@dataclass(frozen=True)
class Counts:
    """How many deadlines run, of what the actor may see; this week includes today."""

    overdue: int
    this_week: int
    running: int


def add_deadline(
    work: UnitOfWork, case: Case, *, key: str, event_on: date, arrived_on: date | None = None
) -> Deadline:
    """Let a deadline of the law run in a case, computed from a rule of the unit.

    The rule is that of the day of the event, since laws change. ``arrived_on`` says when a posted
    notice arrived, if that was later than the law supposes.

    Raises:
        NotFound: the unit has no such rule for that day.
        CaseClosed: nothing runs in the case any more.
        BadInput: the event lies ahead, or the arrival before the posting.
        NotUnique: the same deadline runs from the same event already.
    """
    require(work, Action.EDIT_CASE, case)
    _refuse_unless_open(case)
    rule = _rule(work, case, key, event_on)
    computed = _computed(work, rule, event_on, arrived_on)
    twin = select(Deadline.id).where(
        Deadline.case_id == case.id,
        Deadline.key == rule.key,
        Deadline.event_on == computed.event_on,
        Deadline.state == DeadlineState.RUNNING,
    )
    if work.session.scalar(twin) is not None:
        raise NotUnique("Die Frist „%(title)s“ läuft schon.", title=rule.title)
    return _added(
        work,
        Deadline(
            case_id=case.id,
            key=rule.key,
            title=rule.title,
            basis=rule.basis,
            event_on=computed.event_on,
            begins_on=computed.begins_on,
            ends_on=computed.ends_on,
            computation=computed.sentence[:500],
        ),
    )


def add_own_deadline(
    work: UnitOfWork, case: Case, *, title: str, basis: str, ends_on: date
) -> Deadline:
    """Let a deadline run that the office or a court has set, up to and including a day.

    Raises:
        CaseClosed: nothing runs in the case any more.
        BadInput: title or basis is missing, or the day is past.
    """
    require(work, Action.EDIT_CASE, case)
    _refuse_unless_open(case)
    today = work.clock.today()
    if not title.strip() or not basis.strip():
        raise BadInput("Eine eigene Frist braucht eine Bezeichnung und ihre Grundlage.")
    if not today <= ends_on <= today + FARTHEST:
        raise BadInput("Das Fristende muss heute oder später liegen.")
    return _added(
        work,
        Deadline(
            case_id=case.id,
            key="",
            title=title.strip()[:200],
            basis=basis.strip()[:400],
            event_on=today,
            begins_on=today,
            ends_on=ends_on,
            computation=f"Gesetzt bis {german(ends_on)} ({basis.strip()[:400]})."[:500],
        ),
    )


def meet_deadline(
    work: UnitOfWork, deadline: Deadline, *, note: str = "", edits: int | None = None
) -> None:
    """Note that what had to happen has happened.

    Raises:
        RuleBroken: the deadline runs no longer.
        ChangedMeanwhile: somebody else was faster.
    """
    require(work, Action.EDIT_CASE, deadline.case)
    _end(work, deadline, DeadlineState.MET, note, edits)


def drop_deadline(
    work: UnitOfWork, deadline: Deadline, *, reason: str, edits: int | None = None
) -> None:
    """Let a deadline go, with the reason why it no longer matters.

    Raises:
        BadInput: no reason was given.
        RuleBroken: the deadline runs no longer.
        ChangedMeanwhile: somebody else was faster.
    """
    require(work, Action.EDIT_CASE, deadline.case)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum die Frist entfällt.")
    _end(work, deadline, DeadlineState.DROPPED, reason, edits)


def deadline_by_id(work: UnitOfWork, deadline_id: UUID) -> Deadline:
    """Return a deadline of a case that the actor may see."""
    require(work, Action.SEE_DEADLINES)
    deadline = work.session.get(
        Deadline, deadline_id, options=[joinedload(Deadline.case).joinedload(Case.dossier)]
    )
    if deadline is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_CASE, deadline.case)
    return deadline


def deadlines_of(work: UnitOfWork, case: Case) -> Sequence[Deadline]:
    """List the deadlines of a case: what runs first, by its end; then what is over."""
    require(work, Action.SEE_CASE, case)
    rows = work.session.scalars(
        select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.ends_on, Deadline.id)
    ).all()
    return sorted(rows, key=lambda row: row.state is not DeadlineState.RUNNING)


def deadline_rules(work: UnitOfWork, case: Case) -> Sequence[DeadlineRule]:
    """List the rules of today that the unit has for a case of this procedure, by title."""
    require(work, Action.SEE_CASE, case)
    rows = work.session.scalars(
        select(DeadlineRule)
        .where(
            DeadlineRule.department_id == case.dossier.department_id,
            _holding(work.clock.today()),
        )
        .order_by(DeadlineRule.title)
    )
    return [row for row in rows if not row.procedures or case.procedure_key in row.procedures]


def running_deadlines(
    work: UnitOfWork,
    *,
    urgency: Urgency = Urgency.ALL,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Deadline]:
    """List what runs in the cases the actor may see, the next end first."""
    require(work, Action.SEE_DEADLINES)
    query = _running(work)
    today = work.clock.today()
    if urgency is Urgency.OVERDUE:
        query = query.where(Deadline.ends_on < today)
    elif urgency is Urgency.THIS_WEEK:
        query = query.where(Deadline.ends_on >= today, Deadline.ends_on <= end_of_week(today))
    return paged(work.session, query, page=page, per_page=per_page)


def next_deadlines(work: UnitOfWork, *, most: int) -> Sequence[Deadline]:
    """Return the running deadlines that end first, overdue ones before all, in the cases seen.

    One question to the database and no counting, since it stands where everybody begins.
    """
    require(work, Action.SEE_DEADLINES)
    return work.session.scalars(_running(work).limit(most)).all()


def deadline_counts(work: UnitOfWork) -> Counts:
    """Count what runs in the cases the actor may see."""
    require(work, Action.SEE_DEADLINES)
    today = work.clock.today()
    overdue = func.count().filter(Deadline.ends_on < today)
    week = func.count().filter(Deadline.ends_on >= today, Deadline.ends_on <= end_of_week(today))
    found = work.session.execute(
        select(overdue, week, func.count())
        .select_from(Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.state == DeadlineState.RUNNING, visible(work.actor, Action.SEE_CASE, Case))
    ).one()
    return Counts(*found)


def end_of_week(day: date) -> date:
    """Return the Sunday of the week of a day."""
    return day + timedelta(days=6 - day.weekday())


def _running(work: UnitOfWork) -> Select[Deadline]:
    return (
        select(Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .join(Dossier, Dossier.id == Case.dossier_id)
        .options(contains_eager(Deadline.case).contains_eager(Case.dossier))
        .where(Deadline.state == DeadlineState.RUNNING, visible(work.actor, Action.SEE_CASE, Case))
        .order_by(Deadline.ends_on, Dossier.reference_folded, Deadline.id)
    )


def _refuse_unless_open(case: Case) -> None:
    if case.state is not CaseState.OPEN or case.dossier.state is not DossierState.OPEN:
        raise CaseClosed("In einem geschlossenen Vorgang läuft keine Frist mehr.")


def _holding(day: date) -> ColumnElement[bool]:
    return (DeadlineRule.valid_from <= day) & or_(
        DeadlineRule.valid_until.is_(None), DeadlineRule.valid_until >= day
    )


def _rule(work: UnitOfWork, case: Case, key: str, day: date) -> DeadlineRule:
    rule = work.session.scalar(
        select(DeadlineRule).where(
            DeadlineRule.department_id == case.dossier.department_id,
            DeadlineRule.key == key,
            _holding(day),
        )
    )
    if rule is None:
        raise NotFound(
            "Eine Frist „%(key)s“ kennt das Sachgebiet für diesen Tag nicht.",
            key=key,
            next_step="Bitte wählen Sie eine Frist aus der Liste oder prüfen Sie den Tag.",
        )
    return rule


def _computed(
    work: UnitOfWork, rule: DeadlineRule, event_on: date, arrived_on: date | None
) -> Computed:
    today = work.clock.today()
    if event_on > today or (arrived_on is not None and arrived_on > today):
        raise BadInput("Das Ereignis, von dem an die Frist läuft, liegt in der Zukunft.")
    if arrived_on is not None and rule.start is not DeadlineStart.POSTED:
        raise BadInput("Ein Tag des Zugangs gehört nur zu einem Bescheid, der zur Post ging.")
    if arrived_on is not None and arrived_on < event_on:
        raise BadInput("Der Zugang liegt vor der Aufgabe zur Post.")
    period = Period(
        rule.start,
        rule.amount,
        rule.unit,
        rule.fiction_days,
        rule.fiction_basis,
        rule.counting_basis,
    )
    days = GermanWorkingDays(work.settings.land)
    return compute(period, event_on, days, arrived_on=arrived_on)


def _added(work: UnitOfWork, deadline: Deadline) -> Deadline:
    deadline.made_at = work.clock.now()
    deadline.made_by_id = work.actor.id
    work.session.add(deadline)
    work.session.flush()
    work.session.refresh(deadline, ["case"])
    audit.note(
        work,
        "deadline.added",
        kind="case",
        subject=deadline.case_id,
        deadline=str(deadline.id),
        key=deadline.key,
        ends_on=deadline.ends_on.isoformat(),
    )
    return deadline


def _end(
    work: UnitOfWork, deadline: Deadline, state: DeadlineState, note: str, edits: int | None
) -> None:
    if edits is not None and edits != deadline.edits:
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")
    if deadline.state is not DeadlineState.RUNNING:
        raise RuleBroken("Die Frist läuft nicht mehr.")
    deadline.state = state
    deadline.ended_on = work.clock.today()
    deadline.note = note.strip()[:300]
    work.session.flush()
    audit.note(
        work,
        f"deadline.{state.value}",
        kind="case",
        subject=deadline.case_id,
        deadline=str(deadline.id),
    )
