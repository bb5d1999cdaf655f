"""Whom does a changed rule touch, and how do running periods follow it?

A period that runs is never shortened by the way: it keeps its later end, and the edition by which
it was computed, unless whoever changed the rule has said otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, func, or_, select, update

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.filing.retention_rules import RuleFields, begins_on, refuse_impossible, retention_rules
from eakte.model.case import Case, CaseState
from eakte.model.columns import Among
from eakte.model.dossier import Dossier, DossierState
from eakte.model.keeping import (
    Known,
    edition_on,
    entries_of_rule,
    keeping_by,
    known_of,
    settle,
)
from eakte.model.paper_period import follow_decision
from eakte.model.periods import Rule, shift
from eakte.model.retention_rule import RetentionRule, RuleEdition
from eakte.unit_of_work import UnitOfWork

SHOWN = 20
# What of a dossier its period depends on.
KNOWN = (
    Dossier.closed_on,
    Dossier.death_date,
    Dossier.decided_on,
    Dossier.period_events,
    Dossier.newest_on,
)


@dataclass(frozen=True)
class Move:
    """So many periods would end on another day; None: not at all, or not yet."""

    before: date | None
    after: date | None
    dossiers: int
    shortens: bool


@dataclass(frozen=True)
class RuleChange:
    """What a changed rule would do to the dossiers its author sees; nothing is done yet.

    ``open``: dossiers that are not closed and will follow it then. ``number`` is the edition it
    was looked at against.
    """

    moves: Sequence[Move]
    open: int
    unmoved: int
    examples: Sequence[str]
    number: int

    @property
    def shortened(self) -> int:
        """How many running periods would end earlier."""
        return sum(one.dossiers for one in self.moves if one.shortens)

    @property
    def moved(self) -> int:
        """How many periods would end later, or have an end for the first time."""
        return sum(one.dossiers for one in self.moves if not one.shortens)


class _Shifted(NamedTuple):
    """What a changed rule does to one period."""

    before: date | None
    after: date | None
    shortens: bool


def preview_rule(work: UnitOfWork, wanted: RuleFields) -> RuleChange:
    """Say whom a changed rule would touch, from which to which day; changes nothing.

    What its author does not see is not counted, and follows the same rule.

    Raises:
        RuleBroken: naming everything that is wrong with it.
    """
    require(work, Action.EDIT_PLAN)
    known = next((one for one in retention_rules(work) if one.rule.key == wanted.key.strip()), None)
    refuse_impossible(wanted, known.edition if known else None)
    if known is None:
        return RuleChange((), 0, 0, (), 0)
    today = work.clock.today()
    seen = visible(work.actor, Action.SEE_DOSSIER, Dossier)
    where = and_(follows(work, known.rule.id), seen)
    still_open = work.session.scalar(
        select(func.count()).select_from(Dossier).where(where, Dossier.state == DossierState.OPEN)
    )
    if begins_on(wanted, known.edition, today) > today:
        return RuleChange((), still_open or 0, 0, (), known.number)
    rules = _editions(work)
    moves: Counter[tuple[date | None, date | None, bool]] = Counter()
    unmoved = 0
    shortened: list[Known] = []
    for facts, edition_id, dossiers in _groups(work, where):
        moved = _shift(rules.get(edition_id), wanted.rule, facts)
        if moved.before == moved.after:
            unmoved += dossiers
            continue
        moves[(moved.before, moved.after, moved.shortens)] += dossiers
        if moved.shortens and len(shortened) < SHOWN:
            shortened.append(facts)
    return RuleChange(
        [
            Move(before, after, dossiers, shortens)
            for (before, after, shortens), dossiers in sorted(moves.items(), key=_by_day)
        ],
        still_open or 0,
        unmoved,
        _examples(work, where, shortened),
        known.number,
    )


def move_periods(work: UnitOfWork, rule_id: UUID) -> None:
    """Let the periods that run by a rule follow its edition of today, in one transaction."""
    require(work, Action.MAINTAIN)
    session = work.session
    rule = session.get(RetentionRule, rule_id)
    edition = edition_on(session, rule_id, work.clock.today())
    if rule is None or edition is None:
        return
    follow_decision(session, rule, on=work.clock.today())
    rules, moved, kept = _editions(work), 0, 0
    own = _ruled_dossiers(work)
    rows = session.execute(
        select(Dossier.id, Dossier.edition_id, *KNOWN).where(
            follows(work, rule_id),
            Dossier.state == DossierState.CLOSED,
            or_(Dossier.edition_id.is_(None), Dossier.edition_id != edition.id),
        )
    ).all()
    values: list[dict[str, Any]] = []
    settled: list[UUID] = []
    for row in rows:
        facts = known_of(row)
        change = _shift(rules.get(row.edition_id), edition.rule, facts)
        if change.shortens and not edition.shortens:
            kept += 1
            continue
        moved += 1
        if row.id in own:
            settled.append(row.id)
            continue
        keeping, until = keeping_by(edition.rule, facts)
        values.append(
            {"dossier": row.id, "edition_id": edition.id, "keeping": keeping, "kept_until": until}
        )
    _write(work, values)
    for dossier in session.scalars(select(Dossier).where(Among(Dossier.id, settled))):
        dossier.edition_id = edition.id
        settle(session, dossier)
    _move_cases(work, edition, rules)
    audit.note(
        work,
        "retention-rule.applied",
        kind="retention-rule",
        subject=rule.id,
        key=rule.key,
        number=edition.number,
        moved=moved,
        unmoved=kept,
    )


def follows(work: UnitOfWork, rule_id: UUID) -> ColumnElement[bool]:
    """Return the condition on dossiers for which a rule holds: their own or that of the plan."""
    require(work, Action.SEE_PLAN)
    return or_(
        Dossier.own_rule_id == rule_id,
        and_(
            Dossier.own_rule_id.is_(None),
            Among(Dossier.plan_entry_id, entries_of_rule(work.session, rule_id)),
        ),
    )


def _groups(
    work: UnitOfWork, where: ColumnElement[bool]
) -> Iterator[tuple[Known, UUID | None, int]]:
    """Closed dossiers of which the same is known, counted: thousands end on the same day."""
    rows = work.session.execute(
        select(Dossier.edition_id, *KNOWN, func.count().label("dossiers"))
        .where(where, Dossier.state == DossierState.CLOSED)
        .group_by(Dossier.edition_id, *KNOWN)
    )
    for row in rows:
        yield known_of(row), row.edition_id, row.dossiers


def _shift(old: Rule | None, new: Rule, facts: Known) -> _Shifted:
    """What a rule does to one period; what was undecided had none that could be shortened."""
    change = shift(old, new, facts.facts)
    ran = old is not None and old.decided
    return _Shifted(change.before, change.after, ran and change.shortens)


def _editions(work: UnitOfWork) -> dict[UUID | None, Rule]:
    return {one.id: one.rule for one in work.session.scalars(select(RuleEdition))}


def _by_day(one: tuple[tuple[date | None, date | None, bool], int]) -> tuple[date, date]:
    (before, after, _), _ = one
    return before or date.min, after or date.max


def _examples(
    work: UnitOfWork, where: ColumnElement[bool], shortened: Iterable[Known]
) -> list[str]:
    days = {facts.closed_on for facts in shortened}
    if not days:
        return []
    return list(
        work.session.scalars(
            select(Dossier.reference)
            .where(where, Dossier.state == DossierState.CLOSED, Dossier.closed_on.in_(days))
            .order_by(Dossier.reference_folded)
            .limit(SHOWN)
        )
    )


def _write(work: UnitOfWork, values: Sequence[dict[str, Any]]) -> None:
    if not values:
        return
    table = cast(Table, Dossier.__table__)
    # Past the counter of edits: nobody has changed what a person sees in a form.
    statement = (
        update(table)
        .where(table.c.id == bindparam("dossier"))
        .values({name: bindparam(name) for name in ("edition_id", "keeping", "kept_until")})
    )
    work.session.connection().execute(statement, list(values))
    work.session.expire_all()


def _ruled_dossiers(work: UnitOfWork) -> set[UUID]:
    """Dossiers of which a case has a rule of its own."""
    rows = work.session.scalars(
        select(Case.dossier_id).where(
            Case.own_rule_id.is_not(None), Case.state != CaseState.CANCELLED
        )
    )
    return set(rows)


def _move_cases(work: UnitOfWork, edition: RuleEdition, rules: dict[UUID | None, Rule]) -> None:
    """Let cases that have this rule for their own follow it too."""
    closed = exists().where(Dossier.id == Case.dossier_id, Dossier.state == DossierState.CLOSED)
    rows = work.session.scalars(
        select(Case).where(
            Case.own_rule_id == edition.rule_id, closed, Case.state != CaseState.CANCELLED
        )
    ).all()
    for case in rows:
        change = _shift(rules.get(case.edition_id), edition.rule, known_of(case.dossier))
        if case.edition_id != edition.id and (edition.shortens or not change.shortens):
            case.edition_id = edition.id
            settle(work.session, case.dossier)
