"""Which retention periods has the office decided on, and which are still open?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import NotFound, RuleBroken, Sentence
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.retention_rule import RetentionKind, RetentionRule
from eakte.unit_of_work import UnitOfWork

LONGEST = 100
COUNTED = (RetentionKind.YEARS_FROM_YEAR_END, RetentionKind.YEARS_FROM_CLOSING)


def retention_rules(work: UnitOfWork) -> Sequence[RetentionRule]:
    """List the rules by title."""
    require(work, Action.SEE_PLAN)
    return work.session.scalars(select(RetentionRule).order_by(RetentionRule.title)).all()


def retention_rule(work: UnitOfWork, key: str) -> RetentionRule:
    """Return the rule with this key.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_PLAN)
    rule = work.session.scalar(select(RetentionRule).where(RetentionRule.key == key.strip()))
    if rule is None:
        raise NotFound("Die Aufbewahrungsregel „%(key)s“ gibt es nicht.", key=key)
    return rule


def set_retention_rule(
    work: UnitOfWork,
    key: str,
    *,
    title: str,
    kind: RetentionKind,
    years: int | None = None,
    basis: str = "",
) -> RetentionRule:
    """Add a rule, or change the one with this key.

    What an undecided rule leaves open can be decided at any time. A decided period of dossiers
    that exist stays as it is: another period is another rule.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.EDIT_PLAN)
    key, title, basis = key.strip(), title.strip(), basis.strip()
    rule = work.session.scalar(select(RetentionRule).where(RetentionRule.key == key))
    reasons = rule_faults(key, title=title, kind=kind, years=years, basis=basis)
    if rule is not None and _rewrites_the_past(work, rule, kind, years):
        reasons.append(
            Sentence(
                "Nach der Regel „%(title)s“ werden schon Akten aufbewahrt; für eine andere Frist "
                "legen Sie bitte eine neue Regel an.",
                title=rule.title,
            )
        )
    if reasons:
        raise RuleBroken("Die Aufbewahrungsregel ist so nicht möglich.", reasons=reasons)
    wanted = {"title": title, "kind": kind, "years": years, "basis": basis}
    if rule is None:
        rule = RetentionRule(key=key, **wanted)
        work.session.add(rule)
        work.session.flush()
        _note(work, "retention-rule.added", rule, {}, wanted)
        return rule
    before = {name: getattr(rule, name) for name in wanted}
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if changed:
        for name, value in changed.items():
            setattr(rule, name, value)
        work.session.flush()
        _note(work, "retention-rule.changed", rule, {one: before[one] for one in changed}, changed)
    return rule


def rule_faults(
    key: str, *, title: str, kind: RetentionKind, years: int | None, basis: str
) -> list[str]:
    """Name everything that is wrong with what a rule says, in German."""
    faults: list[str] = []
    if not key or not title:
        faults.append(Sentence("Schlüssel und Titel dürfen nicht leer sein."))
    if len(key) > 40 or len(title) > 200 or len(basis) > 300:
        faults.append(
            Sentence("Schlüssel (40), Titel (200) oder Grundlage (300 Zeichen) ist zu lang.")
        )
    if kind in COUNTED and (years is None or not 1 <= years <= LONGEST):
        faults.append(
            Sentence(
                "Die Frist braucht eine Zahl von Jahren zwischen 1 und %(longest)s.",
                longest=LONGEST,
            )
        )
    if kind not in COUNTED and years is not None:
        faults.append(Sentence("Nur eine Frist, die in Jahren zählt, hat eine Zahl von Jahren."))
    return faults


def _rewrites_the_past(
    work: UnitOfWork, rule: RetentionRule, kind: RetentionKind, years: int | None
) -> bool:
    if rule.kind is RetentionKind.UNDECIDED or (rule.kind, rule.years) == (kind, years):
        return False
    kept = exists().where(
        Dossier.plan_entry_id == PlanEntry.id, PlanEntry.retention_rule_id == rule.id
    )
    return bool(work.session.scalar(select(kept)))


def _note(
    work: UnitOfWork,
    act: str,
    rule: RetentionRule,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    audit.note(
        work,
        act,
        kind="retention-rule",
        subject=rule.id,
        key=rule.key,
        before={name: _plain(value) for name, value in before.items()},
        after={name: _plain(value) for name, value in after.items()},
    )


def _plain(value: object) -> object:
    return value.value if isinstance(value, RetentionKind) else value
