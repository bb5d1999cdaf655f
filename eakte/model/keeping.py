"""Until when is this dossier kept? The one place that computes it and writes it into the row.

A period runs by the edition of the rule that held on the day of closing, or to which it was moved
since; it is computed again from that edition and from what is known, never from what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eakte.model.case import Case, CaseState
from eakte.model.columns import Among
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.periods import Facts, Period, Rule, period_of, together
from eakte.model.retention_rule import Keeping, RetentionRule, RuleEdition, keeping_of

# A plan is never so deep; what is wrongly its own parent must not be followed for ever.
DEEPEST = 20


class Known(NamedTuple):
    """What of a dossier its period depends on; the same for many, and then computed once."""

    closed_on: date | None
    died_on: date | None
    decided_on: date | None
    events: tuple[tuple[str, str], ...]
    newest_on: date | None

    @property
    def facts(self) -> Facts:
        """The same as `periods` asks for it."""
        return Facts(
            closed_on=self.closed_on,
            died_on=self.died_on,
            decided_on=(self.decided_on,) if self.decided_on else (),
            events={name: date.fromisoformat(day) for name, day in self.events},
            newest_document=self.newest_on,
        )


def known_of(dossier: Dossier | Any) -> Known:
    """Return what of a dossier, or of a row with the same columns, its period depends on."""
    return Known(
        dossier.closed_on,
        dossier.death_date,
        dossier.decided_on,
        tuple(sorted((dossier.period_events or {}).items())),
        dossier.newest_on,
    )


@dataclass(frozen=True)
class Kept:
    """The period of a dossier as it stands, with the rule it runs by and where that came from."""

    period: Period
    keeping: Keeping
    rule: Rule | None
    title: str
    edition: RuleEdition | None


def rules_by_entry(session: Session) -> dict[UUID, UUID | None]:
    """Return the rule that holds for each entry that ever stood in the plan.

    An entry without one has that of the entry above it; where no one above has any, that of the
    newest entry of the same number, so that a rule decided late reaches what was undecided before.
    """
    rows = session.execute(
        select(
            PlanEntry.id,
            PlanEntry.number,
            PlanEntry.parent_id,
            PlanEntry.retention_rule_id,
            PlanEntry.valid_from,
        )
    ).all()
    parents = {one: above for one, _, above, _, _ in rows}
    own = {one: rule for one, _, _, rule, _ in rows}
    newest: dict[str, tuple[date, UUID]] = {}
    for one, number, _, _, begins in rows:
        newest[number] = max(newest.get(number, (begins, one)), (begins, one), key=lambda at: at[0])
    found = {one: _inherited(one, parents, own) for one in own}
    return {
        one: found[one] if found[one] is not None else found[newest[number][1]]
        for one, number, _, _, _ in rows
    }


def _inherited(
    entry: UUID, parents: Mapping[UUID, UUID | None], own: Mapping[UUID, UUID | None]
) -> UUID | None:
    at: UUID | None = entry
    for _ in range(DEEPEST):
        if at is None:
            return None
        if own.get(at) is not None:
            return own[at]
        at = parents.get(at)
    return None


def entries_of_rule(session: Session, rule_id: UUID) -> list[UUID]:
    """Return every entry of the plan for which a rule holds."""
    return [entry for entry, rule in rules_by_entry(session).items() if rule == rule_id]


def edition_on(session: Session, rule_id: UUID | None, on: date) -> RuleEdition | None:
    """Return what a rule says on a day: of what is valid the latest, as of editions that stand."""
    if rule_id is None:
        return None
    editions = session.scalars(
        select(RuleEdition).where(RuleEdition.rule_id == rule_id).order_by(RuleEdition.number)
    )
    valid = [one for one in editions if one.rule.in_force(on)]
    return max(valid, key=lambda one: (one.valid_from, one.number), default=None)


def rule_of(session: Session, dossier: Dossier) -> UUID | None:
    """Return the rule that holds for a dossier: its own, or that of its entry in the plan."""
    if dossier.own_rule_id is not None:
        return dossier.own_rule_id
    return rules_by_entry(session).get(dossier.plan_entry_id)


def start_period(session: Session, dossier: Dossier, *, on: date) -> Kept:
    """Let a dossier that was just closed run by what its rules say on a day; opened, by none."""
    closed = dossier.state is DossierState.CLOSED
    dossier.edition_id = _edition_id(session, rule_of(session, dossier), on) if closed else None
    for case in _ruled_cases(session, [dossier.id]):
        case.edition_id = _edition_id(session, case.own_rule_id, on) if closed else None
    session.flush()
    return settle(session, dossier)


def follow_rule(session: Session, dossier: Dossier, *, on: date) -> Kept:
    """Compute the period of a dossier anew; where its rule is another one now, by that of a day."""
    if dossier.state is not DossierState.CLOSED:
        return settle(session, dossier)
    dossier.edition_id = _followed(session, dossier.edition_id, rule_of(session, dossier), on)
    for case in session.scalars(select(Case).where(Case.dossier_id == dossier.id)):
        case.edition_id = _followed(session, case.edition_id, case.own_rule_id, on)
    session.flush()
    return settle(session, dossier)


def _followed(
    session: Session, edition_id: UUID | None, rule_id: UUID | None, on: date
) -> UUID | None:
    edition = session.get(RuleEdition, edition_id) if edition_id else None
    if edition is not None and edition.rule_id == rule_id:
        return edition_id
    return _edition_id(session, rule_id, on)


def _edition_id(session: Session, rule_id: UUID | None, on: date) -> UUID | None:
    edition = edition_on(session, rule_id, on)
    return edition.id if edition else None


def settle(session: Session, dossier: Dossier) -> Kept:
    """Write into the row of a dossier until when it is kept, and return it explained."""
    kept = period_kept(session, dossier)
    session.flush()
    # Past the counter of edits: nobody has changed what a person sees in a form.
    session.execute(
        update(Dossier)
        .where(Dossier.id == dossier.id)
        .values(keeping=kept.keeping, kept_until=kept.period.last_day)
        .execution_options(synchronize_session=False)
    )
    session.refresh(dossier, ["keeping", "kept_until"])
    return kept


def period_kept(session: Session, dossier: Dossier, *, on: date | None = None) -> Kept:
    """Compute the period of a dossier from the editions it runs by; changes nothing.

    Nothing runs in an open dossier; with ``on`` it is told what its rule says on that day.
    """
    closed = dossier.state is DossierState.CLOSED
    edition = session.get(RuleEdition, dossier.edition_id) if dossier.edition_id else None
    rule_id = edition.rule_id if edition else rule_of(session, dossier)
    named = session.get(RetentionRule, rule_id) if rule_id else None
    if not closed and on is not None:
        edition = edition_on(session, rule_id, on)
    rule = edition.rule if edition else None
    facts = known_of(dossier)
    if not closed:
        facts = facts._replace(closed_on=None)
    cases = case_rules(session, [dossier.id]).get(dossier.id, []) if closed else []
    period = combined(rule, facts, cases)
    deciding = _deciding(rule, facts, cases)
    keeping = keeping_of(deciding, closed=closed, last_day=period.last_day)
    return Kept(period, keeping, rule, named.title if named else "", edition)


def combined(rule: Rule | None, known: Known, cases: Sequence[Rule | None]) -> Period:
    """Return the period of a dossier together with those of its cases that have their own rule."""
    facts = known.facts
    return together(period_of(rule, facts), [period_of(one, facts) for one in cases])


def _deciding(rule: Rule | None, known: Known, cases: Sequence[Rule | None]) -> Rule | None:
    """The rule of which the combined period came."""
    facts = known.facts
    whole = combined(rule, known, cases)
    return next((one for one in (rule, *cases) if period_of(one, facts) == whole), rule)


def keeping_by(
    rule: Rule | None, known: Known, cases: Iterable[Rule | None] = ()
) -> tuple[Keeping, date | None]:
    """Return what stands in the row of a closed dossier with these rules."""
    own = tuple(cases)
    period = combined(rule, known, own)
    deciding = _deciding(rule, known, own) if own else rule
    return keeping_of(deciding, closed=True, last_day=period.last_day), period.last_day


def _ruled_cases(session: Session, dossiers: Iterable[UUID]) -> Iterable[Case]:
    return session.scalars(
        select(Case).where(
            Among(Case.dossier_id, list(dossiers)),
            Case.own_rule_id.is_not(None),
            Case.state != CaseState.CANCELLED,
        )
    ).all()


def case_rules(session: Session, dossiers: Iterable[UUID]) -> dict[UUID, list[Rule | None]]:
    """Return the rules of cases that have their own; None is one that says nothing for its day."""
    found: dict[UUID, list[Rule | None]] = {}
    for case in _ruled_cases(session, dossiers):
        edition = session.get(RuleEdition, case.edition_id) if case.edition_id else None
        found.setdefault(case.dossier_id, []).append(edition.rule if edition else None)
    return found
