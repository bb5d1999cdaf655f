"""How does a dossier or a case begin?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.errors import BadInput, DossierClosed, NotAllowed
from eakte.model.case import Case
from eakte.model.counter import hold, next_number
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.user import UserKind
from eakte.unit_of_work import UnitOfWork


def open_dossier(
    work: UnitOfWork,
    entry: PlanEntry,
    *,
    subject: str,
    person_name: str = "",
    birth_date: date | None = None,
) -> Dossier:
    """Open a dossier below a plan entry; its reference is given once and never again.

    The reference is the entry's prefix, a running number and the year: "SBR 12/2026".

    Raises:
        BadInput: the entry keeps no dossiers, the subject is empty, or the birth date lies ahead.
        NotAllowed: the entry belongs to a unit in which the actor does not work.
    """
    require(work, Action.OPEN_DOSSIER)
    today = work.clock.today()
    unit = entry.department_id
    if not entry.takes_dossiers or unit is None:
        raise BadInput("Unter „%(title)s“ werden keine Akten geführt.", title=entry.title)
    if work.actor.kind is not UserKind.SYSTEM and unit not in work.actor.departments:
        raise NotAllowed("Unter „%(title)s“ führt ein anderes Sachgebiet Akten.", title=entry.title)
    if not subject.strip():
        raise BadInput("Der Betreff darf nicht leer sein.")
    if birth_date is not None and birth_date > today:
        raise BadInput("Das Geburtsdatum liegt in der Zukunft.")
    number = next_number(work.session, f"reference:{entry.reference_prefix}:{today.year}")
    reference = f"{entry.reference_prefix} {number}/{today.year}"
    dossier = Dossier(
        reference=reference,
        reference_folded=folded(reference),
        plan_entry_id=entry.id,
        department_id=unit,
        subject=subject.strip()[:300],
        person_name=person_name.strip()[:200],
        person_folded=folded(person_name)[:200],
        birth_date=birth_date,
        opened_on=today,
    )
    work.session.add(dossier)
    work.session.flush()
    audit.note(work, "dossier.opened", kind="dossier", subject=dossier.id, reference=reference)
    return dossier


def open_case(work: UnitOfWork, dossier: Dossier, *, procedure: str, subject: str = "") -> Case:
    """Open the next case of a dossier.

    Raises:
        BadInput: no procedure was named.
        DossierClosed: the dossier takes nothing more in.
    """
    require(work, Action.OPEN_CASE, dossier)
    if not procedure.strip():
        raise BadInput("Bitte geben Sie an, um welches Verfahren es geht.")
    if dossier.state is DossierState.CLOSED:
        raise DossierClosed("Die Akte %(reference)s ist geschlossen.", reference=dossier.reference)
    hold(work.session, f"cases:{dossier.id}")
    last = work.session.scalar(select(func.max(Case.number)).where(Case.dossier_id == dossier.id))
    case = Case(
        dossier_id=dossier.id,
        number=(last or 0) + 1,
        procedure=procedure.strip()[:100],
        subject=(subject.strip() or procedure.strip())[:300],
        opened_on=work.clock.today(),
    )
    work.session.add(case)
    work.session.flush()
    audit.note(
        work,
        "case.opened",
        kind="case",
        subject=case.id,
        dossier=str(dossier.id),
        number=case.number,
    )
    return case
