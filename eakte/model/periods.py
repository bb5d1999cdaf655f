"""Until when is something kept, from what day on may it go, and why? Pure rules about days.

No number of years stands here: every one comes from the office's catalogue. A rule without one is
undecided, and what is undecided never ends.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from eakte.errors import Sentence

LONGEST_YEARS = 500


class Trigger(StrEnum):
    """What has to happen before a period runs."""

    CLOSING = "closing"
    DEATH = "death"
    LAST_DECISION = "last-decision"
    EVENT = "event"


class Start(StrEnum):
    """From when it is counted.

    * ``YEAR_END``: from the end of the calendar year of the trigger (RegR, Anlage 5).
    * ``NEXT_NEW_YEAR``: from the 1st of January after it (Brandenburg's social courts); Swiss
      offices say the same as "1 January of the year of the end + period + 1".
    * ``DAY``: from the day itself, which counts (§ 187 Abs. 2 BGB; Noark 5 counts so from closing).
    * ``NEXT_DAY``: the day of the trigger does not count (§ 187 Abs. 1 BGB).
    """

    YEAR_END = "year-end"
    NEXT_NEW_YEAR = "next-new-year"
    DAY = "day"
    NEXT_DAY = "next-day"


class Rounding(StrEnum):
    """How the end is rounded; always to a later day."""

    NONE = "none"
    YEAR_END = "year-end"


class Disposal(StrEnum):
    """What becomes of it at the end (code list Aussonderungsart)."""

    ARCHIVE = "A"
    APPRAISE = "B"
    DESTROY = "V"


TRIGGERS = {
    Trigger.CLOSING: Sentence("geschlossen am"),
    Trigger.DEATH: Sentence("verstorben am"),
    Trigger.LAST_DECISION: Sentence("letzte Entscheidung am"),
    Trigger.EVENT: Sentence("Ereignis am"),
}
AWAITED = {
    Trigger.CLOSING: Sentence("die Schließung"),
    Trigger.DEATH: Sentence("der Sterbetag"),
    Trigger.LAST_DECISION: Sentence("eine Entscheidung"),
    Trigger.EVENT: Sentence("das Ereignis"),
}
STARTS = {
    Start.YEAR_END: Sentence("ab Ende des Kalenderjahres"),
    Start.NEXT_NEW_YEAR: Sentence("ab dem 1. Januar danach"),
    Start.DAY: Sentence("ab diesem Tag"),
    Start.NEXT_DAY: Sentence("nach diesem Tag"),
}


@dataclass(frozen=True)
class Rule:
    """How long something is kept; ``years`` and ``months`` are added.

    ``event`` names the event a person enters by hand, where that is the trigger. ``transfer_years``
    is how long it stays in the active registry after the trigger (Transferfrist).
    ``keeps_metadata``: what was destroyed leaves its description behind (Norway).
    """

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
    valid_from: date | None = None
    valid_until: date | None = None
    keeps_metadata: bool = False

    def __post_init__(self) -> None:
        """Refuse what no catalogue means.

        Raises:
            ValueError: a number out of bounds, or years of what is permanent.
        """
        for number in (self.years, self.months, self.transfer_years):
            if number is not None and not 0 <= number <= LONGEST_YEARS:
                raise ValueError(f"no period: {number}")
        if self.permanent and (self.years is not None or self.months):
            raise ValueError("permanent has no years")

    @property
    def decided(self) -> bool:
        """Say whether somebody has decided how long."""
        return self.permanent or self.years is not None

    def in_force(self, on: date) -> bool:
        """Say whether the rule is valid on a day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True)
class Facts:
    """What is known of a dossier or case; ``newest_document`` is when the newest was filed."""

    closed_on: date | None = None
    died_on: date | None = None
    decided_on: tuple[date, ...] = ()
    events: Mapping[str, date] = field(default_factory=dict)
    newest_document: date | None = None


@dataclass(frozen=True)
class Period:
    """A computed period with its reason.

    ``last_day`` is the last day on which it must be kept; None: it has no end (yet).
    ``free_from`` is the day after. ``transfer_ends`` is the end of the Transferfrist.
    """

    sentence: Sentence
    begins: date | None = None
    last_day: date | None = None
    transfer_ends: date | None = None
    basis: str = ""

    @property
    def free_from(self) -> date | None:
        """The first day on which the period no longer stands against disposal."""
        return None if self.last_day is None else self.last_day + timedelta(days=1)


def said(day: date) -> str:
    """Return a day as German offices write it."""
    return f"{day.day}.{day.month}.{day.year}"


def period_of(rule: Rule | None, facts: Facts) -> Period:
    """Return until when something is kept, explained in one sentence.

    An open dossier has no period, whatever else is known; reopening therefore stops it. No period
    begins before the newest document was filed, so that adding one never shortens it.
    """
    basis = rule.basis if rule else ""
    if rule is None or not rule.decided:
        return Period(
            Sentence("Die Aufbewahrungsfrist ist noch nicht festgelegt; bis dahin bleibt alles."),
            basis=basis,
        )
    if facts.closed_on is None:
        return Period(Sentence("Nicht geschlossen; die Frist läuft noch nicht."), basis=basis)
    if rule.permanent:
        return Period(_permanent(rule), transfer_ends=_transfer(rule, facts), basis=basis)
    trigger = _trigger(rule, facts)
    if trigger is None:
        return Period(
            Sentence(
                "Die Frist läuft noch nicht: %(awaited)s ist nicht eingetragen.",
                awaited=Sentence("%(name)s", name=rule.event)
                if rule.trigger is Trigger.EVENT and rule.event
                else AWAITED[rule.trigger],
            ),
            basis=basis,
        )
    base = max(filter(None, (trigger, facts.newest_document)))
    begins, last_day = _counted(rule, base, rule.years or 0, rule.months)
    return Period(
        _explained(rule, trigger, base, last_day),
        begins=begins,
        last_day=last_day,
        transfer_ends=_transfer(rule, facts),
        basis=basis,
    )


def _trigger(rule: Rule, facts: Facts) -> date | None:
    match rule.trigger:
        case Trigger.CLOSING:
            return facts.closed_on
        case Trigger.DEATH:
            return facts.died_on
        case Trigger.LAST_DECISION:
            return max(facts.decided_on, default=None)
        case _:
            return facts.events.get(rule.event)


def _counted(rule: Rule, base: date, years: int, months: int) -> tuple[date, date]:
    """Return the first and the last day of a period that is counted from a day."""
    match rule.start:
        case Start.YEAR_END | Start.NEXT_NEW_YEAR:
            begins = date(base.year + 1, 1, 1)
            last_day = later(begins, years, months) - timedelta(days=1)
        case Start.NEXT_DAY:
            # The period ends on the day with the same number (§ 188 Abs. 2 Halbsatz 1 BGB).
            begins, last_day = base + timedelta(days=1), later(base, years, months)
        case _:
            # It ends on the day before the one with the same number (Halbsatz 2).
            begins = base
            end = later(base, years, months)
            # Where that day is missing in its month, the month's last day is the end (Abs. 3).
            last_day = end if end.day < base.day else end - timedelta(days=1)
    if rule.rounding is Rounding.YEAR_END:
        last_day = date(last_day.year, 12, 31)
    return begins, last_day


def later(day: date, years: int, months: int = 0) -> date:
    """Return the day with the same number so much later, or the last of a shorter month.

    § 188 Abs. 3 BGB: where the day is missing in the month, the period ends with the month.
    """
    months += day.month - 1
    year, month = day.year + years + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _transfer(rule: Rule, facts: Facts) -> date | None:
    if rule.transfer_years is None or facts.closed_on is None:
        return None
    base = max(filter(None, (facts.closed_on, facts.newest_document)))
    return _counted(rule, base, rule.transfer_years, 0)[1]


def _permanent(rule: Rule) -> Sentence:
    return Sentence("Dauernd aufzubewahren%(basis)s.", basis=_basis(rule))


def _basis(rule: Rule) -> str:
    return f" ({rule.basis})" if rule.basis else ""


def _length(rule: Rule) -> Sentence:
    years, months = rule.years or 0, rule.months
    if not months:
        return Sentence("1 Jahr") if years == 1 else Sentence("%(count)s Jahre", count=years)
    if not years:
        return Sentence("1 Monat") if months == 1 else Sentence("%(count)s Monate", count=months)
    return Sentence("%(years)s Jahre und %(months)s Monate", years=years, months=months)


def _explained(rule: Rule, trigger: date, base: date, last_day: date) -> Sentence:
    what: Sentence = TRIGGERS[rule.trigger]
    if rule.trigger is Trigger.EVENT and rule.event:
        what = Sentence("%(event)s am", event=rule.event)
    late = Sentence(", neuestes Dokument vom %(day)s", day=said(base)) if base > trigger else ""
    return Sentence(
        "Aufzubewahren bis %(last)s: %(what)s %(day)s%(late)s, dann %(length)s %(start)s%(basis)s.",
        last=said(last_day),
        what=what,
        day=said(trigger),
        late=late,
        length=_length(rule),
        start=STARTS[rule.start],
        basis=_basis(rule),
    )


def inherited(*rules: Rule | None) -> Rule | None:
    """Return the rule that holds, of plan, dossier and case from the outside to the inside.

    The innermost one that somebody has set holds; an undecided one that was set deliberately holds
    too, and stops disposal.
    """
    return next((rule for rule in reversed(rules) if rule is not None), None)


def in_force(rules: Iterable[Rule], on: date) -> Rule | None:
    """Return the rule of several for the same entry that is valid on a day; the newest wins."""
    valid = [rule for rule in rules if rule.in_force(on)]
    return max(valid, key=lambda rule: rule.valid_from or date.min, default=None)


def together(dossier: Period, cases: Sequence[Period]) -> Period:
    """Return the period of a dossier with its cases: the one that ends last, or never ends.

    RegR Anlage 5: the period is kept at the dossier; what lies in it goes with it.
    """
    endless = [one for one in (dossier, *cases) if one.last_day is None]
    if endless:
        return endless[0]
    return max((dossier, *cases), key=lambda one: one.last_day or date.max)


@dataclass(frozen=True)
class Hold:
    """Something that stands against disposal, whatever the period says."""

    reason: str
    set_on: date
    review_on: date | None = None
    lifted_on: date | None = None

    def stands(self, on: date) -> bool:
        """Say whether it holds on a day; on the day it is lifted it still does."""
        return self.lifted_on is None or on <= self.lifted_on


@dataclass(frozen=True)
class Due:
    """Whether disposal may begin, with every reason against it."""

    due: bool
    reasons: tuple[Sentence, ...] = ()


def due_on(rule: Rule | None, period: Period, holds: Iterable[Hold], on: date) -> Due:
    """Say whether disposal of something may begin on a day. Holds always win.

    A destroyed thing cannot be asked back: what is undecided, has no end, or has no kind of
    disposal stays.
    """
    reasons: list[Sentence] = [
        Sentence("Gesperrt: %(reason)s (seit %(day)s).", reason=hold.reason, day=said(hold.set_on))
        for hold in holds
        if hold.stands(on)
    ]
    if period.last_day is None or on <= period.last_day:
        reasons.append(period.sentence)
    if rule is not None and rule.decided and rule.disposal is None:
        reasons.append(Sentence("Die Aussonderungsart (A, B oder V) ist nicht festgelegt."))
    return Due(not reasons, tuple(reasons))


@dataclass(frozen=True)
class Shift:
    """What a changed rule does to one running period."""

    before: date | None
    after: date | None

    @property
    def shortens(self) -> bool:
        """Say whether something would end earlier, or end at all where it did not before."""
        if self.after is None:
            return False
        return self.before is None or self.after < self.before


def shift(old: Rule | None, new: Rule | None, facts: Facts) -> Shift:
    """Return what a changed rule would do to something (dry run); nothing is changed."""
    return Shift(period_of(old, facts).last_day, period_of(new, facts).last_day)
