"""Does every dossier say of its period what computing it again gives?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.case import Case, CaseState
from eakte.model.dossier import Dossier, DossierState
from eakte.model.keeping import case_rules, keeping_by, known_of
from eakte.model.periods import said
from eakte.model.retention_rule import Keeping, RuleEdition
from eakte.unit_of_work import UnitOfWork

TOLD = 20


@dataclass
class PeriodsChecked:
    """What was computed again, and what is not as it should be."""

    dossiers: int = 0
    wrong: int = 0
    faults: list[str] = field(default_factory=list)


def check_periods(work: UnitOfWork) -> PeriodsChecked:
    """Compute the period of every closed dossier again and compare; changes nothing."""
    require(work, Action.MAINTAIN)
    checked = PeriodsChecked()
    rules = {one.id: one.rule for one in work.session.scalars(select(RuleEdition))}
    ruled = set(
        work.session.scalars(
            select(Case.dossier_id).where(
                Case.own_rule_id.is_not(None), Case.state != CaseState.CANCELLED
            )
        )
    )
    own = case_rules(work.session, ruled)
    rows = work.session.execute(
        select(
            *(Dossier.id, Dossier.reference, Dossier.edition_id, Dossier.keeping),
            *(Dossier.kept_until, Dossier.closed_on, Dossier.death_date, Dossier.decided_on),
            *(Dossier.period_events, Dossier.newest_on),
        ).where(Dossier.state == DossierState.CLOSED)
    )
    for row in rows:
        checked.dossiers += 1
        rule = rules.get(row.edition_id)
        keeping, until = keeping_by(rule, known_of(row), own.get(row.id, []))
        if (keeping, until) != (row.keeping, row.kept_until):
            _tell(
                checked,
                f"Akte {row.reference}: Die Frist endet am {_day(until)}, vermerkt ist "
                f"{_day(row.kept_until)}.",
            )
    stray = work.session.scalar(
        select(func.count())
        .select_from(Dossier)
        .where(
            Dossier.state.not_in((DossierState.CLOSED, DossierState.ERASED)),
            or_(Dossier.keeping != Keeping.OPEN, Dossier.kept_until.is_not(None)),
        )
    )
    if stray:
        _tell(checked, f"{stray} Akten sind nicht geschlossen, und doch läuft eine Frist.")
    return checked


def _tell(checked: PeriodsChecked, fault: str) -> None:
    checked.wrong += 1
    if len(checked.faults) < TOLD:
        checked.faults.append(fault)


def _day(day: date | None) -> str:
    return said(day) if day else "ohne Ende"
