"""What becomes due when, and what of it is still undecided?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import Page, paged_by_id
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.hold import held, held_among
from eakte.model.keeping import rules_by_entry
from eakte.model.periods import Disposal, Rule
from eakte.model.retention_rule import Keeping, RetentionRule, RuleEdition
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
IN_ONE_BITE = 2_000


class DueState(StrEnum):
    """Which dossiers are asked for."""

    DUE = "due"
    RUNNING = "running"
    WAITING = "waiting"
    UNDECIDED = "undecided"
    PERMANENT = "permanent"


KEEPING_OF = {
    DueState.DUE: Keeping.RUNNING,
    DueState.RUNNING: Keeping.RUNNING,
    DueState.WAITING: Keeping.WAITING,
    DueState.UNDECIDED: Keeping.UNDECIDED,
    DueState.PERMANENT: Keeping.PERMANENT,
}


@dataclass(frozen=True)
class DueFilter:
    """What of the closed dossiers is asked for; ``first`` and ``last`` are ends of periods."""

    which: DueState = DueState.DUE
    first: date | None = None
    last: date | None = None
    entry_number: str = ""
    disposal: Disposal | None = None
    held: bool | None = None


@dataclass(frozen=True)
class DueRow:
    """A closed dossier, by which rule it runs, and whether something stands against its end."""

    dossier: Dossier
    rule: Rule | None
    held: bool


@dataclass(frozen=True)
class Month:
    """How many periods end in a month."""

    year: int
    month: int
    dossiers: int


@dataclass(frozen=True)
class Undecided:
    """An entry of the plan without a decided period, with its closed and its open dossiers."""

    entry: PlanEntry
    rule: RetentionRule | None
    closed: int
    open: int


def due_dossiers(
    work: UnitOfWork, asked: DueFilter, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[DueRow]:
    """List closed dossiers the actor may see, the next end first."""
    require(work, Action.SEE_RETENTION)
    order = (Dossier.kept_until, Dossier.reference_folded, Dossier.id)
    conditions = due_conditions(work, asked)
    ids = select(Dossier.id).where(*conditions).order_by(*order)
    # In the order of the index alone: with the last word of the order, all would be sorted to be
    # counted.
    counting = [select(Dossier.id).where(*conditions).order_by(*order[:2])]
    rows = (
        select(Dossier)
        .options(joinedload(Dossier.plan_entry), joinedload(Dossier.department))
        .order_by(*order)
    )
    found = paged_by_id(work.session, ids, rows, page=page, per_page=per_page, counted=counting)
    return Page(_rows(work, found.rows), found.total, found.page, found.pages)


def each_due(work: UnitOfWork, asked: DueFilter, *, bite: int = IN_ONE_BITE) -> Iterator[DueRow]:
    """Return every row of the list, for a table; what was handed out is noted in the log.

    Read by the key of the order, bite by bite, so that a long list costs no more a row.
    """
    require(work, Action.SEE_RETENTION)
    audit.note(work, "retention.exported", kind="retention", subject=None, what=asked.which.value)
    return _bites(work, asked, bite)


def calendar(work: UnitOfWork, asked: DueFilter) -> Sequence[Month]:
    """Count the ends of running periods by month, of what the actor may see."""
    require(work, Action.SEE_RETENTION)
    by_month: dict[tuple[int, int], int] = {}
    for day, dossiers in work.session.execute(
        select(Dossier.kept_until, func.count())
        .where(*due_conditions(work, asked, through_all_days=True), Dossier.kept_until.is_not(None))
        .group_by(Dossier.kept_until)
    ):
        if day is None:
            continue
        by_month[day.year, day.month] = by_month.get((day.year, day.month), 0) + dossiers
    return [Month(*month, dossiers) for month, dossiers in sorted(by_month.items())]


def counted(work: UnitOfWork) -> dict[DueState, int]:
    """Count the closed dossiers the actor may see by how it stands with their periods."""
    require(work, Action.SEE_RETENTION)
    today = work.clock.today()
    due = and_(Dossier.keeping == Keeping.RUNNING, Dossier.kept_until < today)
    rows = work.session.execute(
        select(Dossier.keeping, func.count(), func.count().filter(due))
        .where(Dossier.keeping != Keeping.OPEN, visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .group_by(Dossier.keeping)
    )
    found = dict.fromkeys(DueState, 0)
    for keeping, dossiers, over in rows:
        if keeping is Keeping.ERASED:
            continue
        found[DueState(keeping.value)] = dossiers
        found[DueState.DUE] += over
    return found


def undecided(work: UnitOfWork) -> Sequence[Undecided]:
    """List the entries of today's plan that keep dossiers and have no decided period."""
    require(work, Action.SEE_RETENTION)
    today = work.clock.today()
    editions: dict[UUID, RuleEdition] = {}
    rules: dict[UUID, RetentionRule] = {}
    for rule, edition in work.session.execute(
        select(RetentionRule, RuleEdition)
        .outerjoin(RuleEdition, RuleEdition.rule_id == RetentionRule.id)
        .order_by(RuleEdition.number)
    ):
        rules[rule.id] = rule
        if edition is not None:
            editions[rule.id] = edition
    by_entry = rules_by_entry(work.session)
    open_entries = [
        (entry, by_entry.get(entry.id))
        for entry in work.session.scalars(
            select(PlanEntry).where(PlanEntry.takes_dossiers).order_by(PlanEntry.number)
        )
        if entry.holds_on(today)
    ]
    counts = _by_entry(work)
    return [
        Undecided(
            entry,
            rules.get(rule_id) if rule_id else None,
            counts.get((entry.number, True), 0),
            counts.get((entry.number, False), 0),
        )
        for entry, rule_id in open_entries
        if rule_id is None or rule_id not in editions or not editions[rule_id].rule.decided
    ]


def _by_entry(work: UnitOfWork) -> dict[tuple[str, bool], int]:
    """Count by number of the plan, and whether the dossiers are closed."""
    rows = work.session.execute(
        select(PlanEntry.number, Dossier.keeping, func.count())
        .join(PlanEntry, PlanEntry.id == Dossier.plan_entry_id)
        .where(visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .group_by(PlanEntry.number, Dossier.keeping)
    )
    found: dict[tuple[str, bool], int] = {}
    for number, keeping, dossiers in rows:
        if keeping is Keeping.ERASED:
            continue
        key = (number, keeping is not Keeping.OPEN)
        found[key] = found.get(key, 0) + dossiers
    return found


def due_conditions(
    work: UnitOfWork, asked: DueFilter, *, through_all_days: bool = False
) -> list[ColumnElement[bool]]:
    """Return the conditions on dossiers for what is asked of the actor's own."""
    require(work, Action.SEE_RETENTION)
    found: list[ColumnElement[bool]] = [Dossier.keeping == KEEPING_OF[asked.which]]
    if asked.which is DueState.DUE and not through_all_days:
        found.append(Dossier.kept_until < work.clock.today())
    if asked.first is not None:
        found.append(Dossier.kept_until >= asked.first)
    if asked.last is not None:
        found.append(Dossier.kept_until <= asked.last)
    if asked.entry_number:
        found.append(
            Dossier.plan_entry_id.in_(
                select(PlanEntry.id).where(PlanEntry.number == asked.entry_number)
            )
        )
    if asked.disposal is not None:
        found.append(
            Dossier.edition_id.in_(
                select(RuleEdition.id).where(RuleEdition.disposal == asked.disposal)
            )
        )
    if asked.held is not None:
        found.append(held() if asked.held else ~held())
    # Rights last: they cost more to ask than a day.
    found.append(visible(work.actor, Action.SEE_DOSSIER, Dossier))
    return found


def _rows(work: UnitOfWork, dossiers: Sequence[Dossier]) -> list[DueRow]:
    standing = held_among(work.session, [one.id for one in dossiers])
    ids = {one.edition_id for one in dossiers if one.edition_id}
    rules = {
        one.id: one.rule
        for one in work.session.scalars(select(RuleEdition).where(RuleEdition.id.in_(ids)))
    }
    return [
        DueRow(one, rules.get(one.edition_id) if one.edition_id else None, one.id in standing)
        for one in dossiers
    ]


def _bites(work: UnitOfWork, asked: DueFilter, most: int) -> Iterator[DueRow]:
    ends = KEEPING_OF[asked.which] is Keeping.RUNNING
    order = (Dossier.kept_until,) if ends else ()
    keys = (*order, Dossier.reference_folded, Dossier.id)
    query = (
        select(Dossier)
        .options(joinedload(Dossier.plan_entry), joinedload(Dossier.department))
        .where(*due_conditions(work, asked), *(() if ends else (Dossier.kept_until.is_(None),)))
        .order_by(*keys)
        .limit(most)
    )
    bite = query
    while True:
        dossiers = work.session.scalars(bite).all()
        yield from _rows(work, dossiers)
        if len(dossiers) < most:
            return
        last = dossiers[-1]
        after = tuple_(*(literal(getattr(last, key.key), key.type) for key in keys))
        bite = query.where(tuple_(*keys) > after)
        for one in dossiers:
            work.session.expunge(one)
