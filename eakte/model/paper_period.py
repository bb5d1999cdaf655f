"""From when on may the paper of a released stack go? By a rule of the catalogue, where one is set.

The unit's number of months is the least: a rule makes it longer and never shorter. It runs by the
edition of the day of the release; one that was undecided then is followed once it is decided.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.clock import OFFICE_ZONE
from eakte.errors import Sentence
from eakte.model.keeping import edition_on
from eakte.model.legibility import CheckRules
from eakte.model.paper import months_later
from eakte.model.periods import Facts, Trigger, period_of, said
from eakte.model.retention_rule import RetentionRule, RuleEdition
from eakte.model.scan_check import CheckState, ScanCheck

RELEASE = Sentence("Freigabe")


class PaperEnd(NamedTuple):
    """The first day on which paper may go, with its reason; no day: it stays."""

    first: date | None
    sentence: Sentence


def paper_end(rules: CheckRules, edition: RuleEdition | None, *, released_on: date) -> PaperEnd:
    """Return from when on paper may go that was released on a day, explained with its basis.

    It counts from the release, whatever else would start the rule for a dossier.
    """
    least = months_later(released_on, rules.keep_months)
    by_months = PaperEnd(
        least,
        Sentence(
            "Frühestens am %(first)s: Freigabe am %(day)s, dann %(count)s Monate nach der Regel "
            "des Sachgebiets.",
            first=said(least),
            day=said(released_on),
            count=rules.keep_months,
        ),
    )
    if not rules.paper_rule:
        return by_months
    rule = edition.rule if edition is not None else None
    if rule is None or not rule.decided:
        return PaperEnd(
            None,
            Sentence(
                "Die Aufbewahrungsregel „%(key)s“ des Papiers ist noch nicht festgelegt; bis dahin "
                "bleibt es.",
                key=rules.paper_rule,
            ),
        )
    counted = replace(rule, trigger=Trigger.EVENT, event=RELEASE)
    period = period_of(counted, Facts(closed_on=released_on, events={RELEASE: released_on}))
    if period.free_from is not None and period.free_from <= least:
        return by_months
    return PaperEnd(period.free_from, period.sentence)


def keep_paper_from(session: Session, check: ScanCheck, *, on: date) -> PaperEnd:
    """Write into the check of a released stack how long its paper stays, by the rules of a day."""
    rule_id = session.scalar(
        select(RetentionRule.id).where(RetentionRule.key == check.by.paper_rule)
    )
    edition = edition_on(session, rule_id, on)
    if edition is not None and not edition.rule.decided:
        edition = None
    end = paper_end(check.by, edition, released_on=released_on(check))
    check.edition_id = edition.id if edition is not None else None
    check.keep_until = end.first
    return end


def released_on(check: ScanCheck) -> date:
    """The day of the office on which a stack was released."""
    at: datetime | None = check.decided_at
    if at is None:
        raise ValueError("a stack that is not released")
    return at.astimezone(OFFICE_ZONE).date()


def follow_decision(session: Session, rule: RetentionRule, *, on: date) -> int:
    """Let the paper that waits for this rule to be decided run by it; returns how many stacks."""
    waiting = session.scalars(
        select(ScanCheck).where(
            ScanCheck.state == CheckState.RELEASED,
            ScanCheck.keep_until.is_(None),
            ScanCheck.edition_id.is_(None),
        )
    ).all()
    reached = [one for one in waiting if one.by.paper_rule == rule.key]
    for check in reached:
        keep_paper_from(session, check, on=on)
    session.flush()
    return len(reached)
