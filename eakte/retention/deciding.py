"""What starts the period of one dossier, and does it follow a rule of its own?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.history import change
from eakte.model.case import Case
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.dossier import Dossier
from eakte.model.keeping import Kept, follow_rule, period_kept
from eakte.model.periods import said
from eakte.model.retention_rule import RetentionRule
from eakte.unit_of_work import UnitOfWork

MOST_EVENTS = 10
LONGEST_EVENT = 100


def say_what_starts(
    work: UnitOfWork,
    dossier: Dossier,
    *,
    died_on: date | None,
    decided_on: date | None,
    events: Mapping[str, date],
) -> Kept:
    """Enter the days from which the period of a dossier may be counted, also of a closed one.

    They are facts and are put right when they were wrong, so the period may end earlier by it;
    the old days stay in the history.

    Raises:
        BadInput: a day lies ahead, or there are too many events.
        ClockDoubtful: the clock was moved, and nobody has confirmed it yet.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    work.session.refresh(dossier, with_for_update=True)
    today = work.clock.today()
    for day in filter(None, (died_on, decided_on, *events.values())):
        if day > today:
            raise BadInput("Der %(day)s liegt in der Zukunft.", day=said(day))
    if died_on and dossier.birth_date and died_on < dossier.birth_date:
        raise BadInput("Das Sterbedatum liegt vor dem Geburtsdatum.", field="died_on")
    if len(events) > MOST_EVENTS or any(len(name) > LONGEST_EVENT for name in events):
        raise BadInput("So viele oder so lange Ereignisse sind nicht möglich.")
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    wanted: dict[str, Any] = {
        "death_date": died_on,
        "decided_on": decided_on,
        "period_events": {name.strip(): day.isoformat() for name, day in events.items()},
    }
    change(work, dossier, kind="dossier", act="dossier.period-facts", wanted=wanted)
    return follow_rule(work.session, dossier, on=today)


def rule_alone(
    work: UnitOfWork,
    thing: Dossier | Case,
    *,
    key: str,
    reason: str,
    shorten: bool = False,
) -> Kept:
    """Let a dossier or a case follow a rule of its own; an empty key gives it back to the plan.

    Raises:
        BadInput: there is no such rule, or no reason was given.
        ClockDoubtful: the clock was moved, and nobody has confirmed it yet.
        RuleBroken: a running period would end earlier, and nobody has said that it shall.
    """
    require(work, Action.DECIDE_PERIOD, thing.dossier if isinstance(thing, Case) else thing)
    dossier = thing.dossier if isinstance(thing, Case) else thing
    work.session.refresh(dossier, with_for_update=True)
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    rule = work.session.scalar(select(RetentionRule).where(RetentionRule.key == key.strip()))
    if rule is None and key.strip():
        raise BadInput("Die Aufbewahrungsregel „%(key)s“ gibt es nicht.", key=key, field="rule")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum eine andere Regel gilt.", field="reason")
    before = period_kept(work.session, dossier)
    wanted: dict[str, Any] = {"own_rule_id": rule.id if rule else None}
    if isinstance(thing, Dossier):
        wanted["own_rule_reason"] = reason.strip()[:300] if rule else ""
    change(
        work,
        thing,
        kind="case" if isinstance(thing, Case) else "dossier",
        act="case.own-rule" if isinstance(thing, Case) else "dossier.own-rule",
        wanted=wanted,
        rule=rule.key if rule else "",
        reason=reason.strip()[:300],
    )
    kept = follow_rule(work.session, dossier, on=work.clock.today())
    ran = before.rule is not None and before.rule.decided and before.edition is not None
    after = kept.period.last_day
    ended = before.period.last_day
    if ran and not shorten and after is not None and (ended is None or after < ended):
        raise RuleBroken(
            "Die laufende Frist würde verkürzt.",
            reasons=[
                Sentence(
                    "Bisher endet sie am %(before)s, dann am %(after)s.",
                    before=said(ended) if ended else Sentence("(ohne Ende)"),
                    after=said(after),
                )
            ],
            next_step="Bitte bestätigen Sie, dass sie kürzer wird.",
        )
    return kept


def awaited_events(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """Name the events that the rule of a dossier waits for, and those that were entered."""
    require(work, Action.SEE_DOSSIER, dossier)
    rule = period_kept(work.session, dossier, on=work.clock.today()).rule
    names = [rule.event] if rule and rule.event else []
    return list(dict.fromkeys([*names, *(dossier.period_events or {})]))
