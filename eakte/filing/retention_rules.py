"""Which retention periods has the office decided on, and which are still open?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import ChangedMeanwhile, NotFound, RuleBroken, Sentence
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.file_plan import PlanEntry
from eakte.model.keeping import rules_by_entry
from eakte.model.periods import LONGEST_YEARS, Disposal, Rounding, Rule, Start, Trigger
from eakte.model.retention_rule import EVER, RetentionRule, RuleEdition
from eakte.unit_of_work import UnitOfWork

# The job that lets running periods follow a new edition of their rule.
MOVE_PERIODS = "retention-rule"
LONGEST = {"key": 40, "title": 200, "basis": 300, "event": 100, "archive": 200}
MOST_MONTHS = 11


@dataclass(frozen=True)
class RuleFields:
    """A rule as people write it; ``years`` without a number and not ``permanent``: undecided.

    ``valid_from`` None: since ever for what nobody has decided before, else from today on.
    """

    key: str
    title: str
    years: int | None = None
    months: int = 0
    permanent: bool = False
    trigger: Trigger = Trigger.CLOSING
    event: str = ""
    start: Start = Start.YEAR_END
    rounding: Rounding = Rounding.NONE
    transfer_years: int | None = None
    disposal: Disposal | None = None
    basis: str = ""
    archive: str = ""
    keeps_metadata: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def terms(self) -> dict[str, object]:
        """What stands in an edition, without the days on which it is valid."""
        return {name: getattr(self, name) for name in TERMS}

    @property
    def rule(self) -> Rule:
        """The same as a value to compute with; faults must have been looked for before."""
        return Rule(**{one.name: getattr(self, one.name) for one in fields(Rule)})


TERMS = tuple(
    one.name
    for one in fields(RuleFields)
    if one.name not in ("key", "title", "valid_from", "valid_until")
)


@dataclass(frozen=True)
class RuleShown:
    """A rule with what it says today, or will; ``number`` marks its newest edition."""

    rule: RetentionRule
    edition: RuleEdition
    number: int

    @property
    def says(self) -> Rule:
        """What it says."""
        return self.edition.rule

    @property
    def fields(self) -> RuleFields:
        """The same as people write it."""
        return fields_of_edition(self.rule, self.edition)


def retention_rules(work: UnitOfWork) -> Sequence[RuleShown]:
    """List the rules by title, each with the newest that it says."""
    require(work, Action.SEE_PLAN)
    rows = work.session.execute(
        select(RetentionRule, RuleEdition)
        .join(RuleEdition, RuleEdition.rule_id == RetentionRule.id)
        .order_by(RetentionRule.title, RetentionRule.key, RuleEdition.number)
    )
    newest = {rule.id: RuleShown(rule, edition, edition.number) for rule, edition in rows}
    return list(newest.values())


def retention_rule(work: UnitOfWork, key: str) -> RuleShown:
    """Return the rule with this key.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_PLAN)
    rule = work.session.scalar(select(RetentionRule).where(RetentionRule.key == key.strip()))
    newest = _newest(work, rule) if rule else None
    if rule is None or newest is None:
        raise NotFound("Die Aufbewahrungsregel „%(key)s“ gibt es nicht.", key=key)
    return RuleShown(rule, newest, newest.number)


def editions_of(work: UnitOfWork, rule: RetentionRule) -> Sequence[RuleEdition]:
    """List everything that a rule ever said, the newest first."""
    require(work, Action.SEE_PLAN)
    return work.session.scalars(
        select(RuleEdition)
        .where(RuleEdition.rule_id == rule.id)
        .order_by(RuleEdition.number.desc())
    ).all()


def rules_in_plan(
    work: UnitOfWork, rules: Sequence[RuleShown] | None = None
) -> dict[UUID, RuleShown | None]:
    """Return for each entry that ever stood in the plan the rule that holds for it.

    ``rules`` are those that were listed already.
    """
    require(work, Action.SEE_PLAN)
    listed = retention_rules(work) if rules is None else rules
    known = {one.rule.id: one for one in listed}
    by_entry = rules_by_entry(work.session)
    return {entry: known.get(rule) if rule else None for entry, rule in by_entry.items()}


def entries_naming(work: UnitOfWork, rule: RetentionRule) -> Sequence[PlanEntry]:
    """List the entries of the plan of today that name a rule."""
    require(work, Action.SEE_PLAN)
    today = work.clock.today()
    rows = work.session.scalars(
        select(PlanEntry).where(PlanEntry.retention_rule_id == rule.id).order_by(PlanEntry.number)
    )
    return [entry for entry in rows if entry.holds_on(today)]


def set_retention_rule(
    work: UnitOfWork, wanted: RuleFields, *, shorten: bool = False, number: int | None = None
) -> RetentionRule:
    """Add a rule, or let the one with this key say something else from a day on.

    What runs follows in a job, unless it would end earlier: that keeps its longer end, but for
    ``shorten``, which whoever decides says on purpose. ``number`` is the edition they looked at.

    Raises:
        RuleBroken: naming every reason against it.
        ChangedMeanwhile: somebody has made another edition since.
        ClockDoubtful: the clock was moved, and nobody has confirmed it yet.
    """
    require(work, Action.EDIT_PLAN)
    wanted = replace(wanted, key=wanted.key.strip(), title=wanted.title.strip())
    rule = work.session.scalar(select(RetentionRule).where(RetentionRule.key == wanted.key))
    newest = _newest(work, rule) if rule else None
    if number is not None and number != (newest.number if newest else 0):
        raise ChangedMeanwhile("Die Aufbewahrungsregel wurde inzwischen geändert.")
    refuse_impossible(wanted, newest)
    if rule is None or newest is None:
        rule = RetentionRule(key=wanted.key, title=wanted.title)
        work.session.add(rule)
        work.session.flush()
        _add(work, rule, wanted, newest=None, shorten=False)
        _note(work, "retention-rule.added", rule, {}, _told(wanted.terms))
        return rule
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    before = fields_of_edition(rule, newest)
    changed = {name: value for name, value in wanted.terms.items() if value != before.terms[name]}
    said = {name: before.terms[name] for name in changed}
    dated = wanted.valid_until != newest.valid_until or wanted.valid_from not in (
        None,
        before.valid_from,
    )
    if dated:
        said |= {"valid_from": before.valid_from, "valid_until": newest.valid_until}
        changed |= {"valid_from": wanted.valid_from, "valid_until": wanted.valid_until}
    anew = bool(changed)
    if wanted.title != rule.title:
        said["title"], changed["title"] = rule.title, wanted.title
        rule.title = wanted.title
    if not changed:
        return rule
    if anew:
        _add(work, rule, wanted, newest=newest, shorten=shorten)
        jobs.enqueue(work, MOVE_PERIODS, rule.id)
    work.session.flush()
    _note(work, "retention-rule.changed", rule, _told(said), _told(changed), shortens=shorten)
    return rule


def says_another(wanted: RuleFields, shown: RuleShown) -> bool:
    """Say whether a rule would say something else than it does; no day is the day it has."""
    now = shown.fields
    return (wanted.title, wanted.terms, wanted.valid_until) != (
        now.title,
        now.terms,
        now.valid_until,
    ) or wanted.valid_from not in (None, now.valid_from)


def begins_on(wanted: RuleFields, newest: RuleEdition | None, today: date) -> date:
    """From when an edition holds: what was never decided is decided for all that was closed."""
    if wanted.valid_from is not None:
        return wanted.valid_from
    return EVER if newest is None or not newest.rule.decided else today


def fields_of_edition(rule: RetentionRule, edition: RuleEdition) -> RuleFields:
    """Return what an edition says as people write it."""
    return RuleFields(
        key=rule.key,
        title=rule.title,
        valid_from=edition.valid_from if edition.valid_from != EVER else None,
        valid_until=edition.valid_until,
        **{name: getattr(edition, name) for name in TERMS},
    )


def rule_faults(said: RuleFields) -> list[str]:
    """Name everything that is wrong with what a rule says, in German."""
    faults: list[str] = []
    if not said.key or not said.title:
        faults.append(Sentence("Schlüssel und Titel dürfen nicht leer sein."))
    if any(len(getattr(said, name)) > most for name, most in LONGEST.items()):
        faults.append(
            Sentence(
                "Schlüssel (40), Titel (200), Grundlage (300), Ereignis (100) oder Archiv "
                "(200 Zeichen) ist zu lang."
            )
        )
    for number in (said.years, said.transfer_years):
        if number is not None and not 0 <= number <= LONGEST_YEARS:
            faults.append(
                Sentence(
                    "Eine Zahl von Jahren liegt zwischen 0 und %(longest)s.", longest=LONGEST_YEARS
                )
            )
    if not 0 <= said.months <= MOST_MONTHS:
        faults.append(Sentence("Die Monate liegen zwischen 0 und %(most)s.", most=MOST_MONTHS))
    if said.permanent and (said.years is not None or said.months):
        faults.append(Sentence("Was dauernd bleibt, hat keine Zahl von Jahren oder Monaten."))
    if said.months and said.years is None and not said.permanent:
        faults.append(Sentence("Zu den Monaten gehört eine Zahl von Jahren, notfalls 0."))
    if said.years == 0 and not said.months:
        faults.append(Sentence("Eine Frist von 0 Jahren ist keine; bitte geben Sie eine Zahl an."))
    if (said.trigger is Trigger.EVENT) != bool(said.event.strip()):
        faults.append(
            Sentence("Ein Ereignis hat einen Namen, und nur eine Frist ab einem Ereignis hat ihn.")
        )
    if said.valid_from and said.valid_until and said.valid_until < said.valid_from:
        faults.append(Sentence("Die Gültigkeit endet, bevor sie beginnt."))
    return faults


def refuse_impossible(wanted: RuleFields, newest: RuleEdition | None) -> None:
    """Raise RuleBroken with everything that is wrong with a rule that follows an edition."""
    reasons = [*rule_faults(wanted), *_out_of_order(wanted, newest)]
    if reasons:
        raise RuleBroken("Die Aufbewahrungsregel ist so nicht möglich.", reasons=reasons)


def _out_of_order(wanted: RuleFields, newest: RuleEdition | None) -> list[str]:
    if newest is None or wanted.valid_from is None or wanted.valid_from >= newest.valid_from:
        return []
    return [Sentence("Eine spätere Fassung der Regel kann nicht früher gelten als die bisherige.")]


def _newest(work: UnitOfWork, rule: RetentionRule) -> RuleEdition | None:
    return work.session.scalar(
        select(RuleEdition)
        .where(RuleEdition.rule_id == rule.id)
        .order_by(RuleEdition.number.desc())
        .limit(1)
    )


def _add(
    work: UnitOfWork,
    rule: RetentionRule,
    wanted: RuleFields,
    *,
    newest: RuleEdition | None,
    shorten: bool,
) -> None:
    work.session.add(
        RuleEdition(
            rule_id=rule.id,
            number=(newest.number if newest else 0) + 1,
            valid_from=begins_on(wanted, newest, work.clock.today()),
            valid_until=wanted.valid_until,
            shortens=shorten,
            made_at=work.clock.now(),
            made_by_id=work.actor.id,
            **wanted.terms,
        )
    )
    work.session.flush()


def _note(
    work: UnitOfWork,
    act: str,
    rule: RetentionRule,
    before: Mapping[str, object],
    after: Mapping[str, object],
    **more: object,
) -> None:
    audit.note(
        work,
        act,
        kind="retention-rule",
        subject=rule.id,
        key=rule.key,
        before=before,
        after=after,
        **more,
    )


def _told(terms: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in terms.items()}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
