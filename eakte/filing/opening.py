"""How does a dossier or a case begin?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible, works_in
from eakte.db import folded
from eakte.errors import (
    BadInput,
    DossierClosed,
    NotAllowed,
    NotUnique,
    PersonKnown,
    RuleBroken,
    Sentence,
)
from eakte.filing.clerks import unfit_clerk
from eakte.filing.naming import procedure as listed_procedure
from eakte.filing.persons import faults_of_person, faults_of_term
from eakte.filing.references import rest_of, uses_letter
from eakte.filing.revising import LONGEST_KEYWORD, MOST_KEYWORDS
from eakte.model.case import Case
from eakte.model.counter import hold, next_number
from eakte.model.dossier import Dossier, DossierAlias, DossierState, Medium
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.user import Role
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Opening:
    """What a new dossier is to say of itself beyond subject and person.

    ``clerk_id`` None means whoever the sharing of work says; where nobody but named people reach
    the dossier, it means the actor. ``aliases`` are (program, number).
    """

    clerk_id: UUID | None = None
    death_date: date | None = None
    address: str = ""
    medium: Medium = Medium.ELECTRONIC
    paper_location: str = ""
    term_from: date | None = None
    term_until: date | None = None
    keywords: Sequence[str] = ()
    aliases: Sequence[tuple[str, str]] = ()
    locked: bool = False
    lock_reason: str = ""
    staff: bool = False


PLAIN = Opening()


def open_dossier(
    work: UnitOfWork,
    entry: PlanEntry,
    *,
    subject: str,
    person_name: str = "",
    birth_date: date | None = None,
    given: Opening = PLAIN,
    although_known: bool = False,
) -> Dossier:
    """Open a dossier below a plan entry; its reference is given once and never again.

    The entry's pattern says how the reference looks: "SBR 12/2026". Where the entry keeps one
    dossier a person, a second one needs ``although_known``; of dossiers that the actor may not
    see nothing is said.

    Raises:
        RuleBroken: naming every reason against it.
        NotAllowed: the entry belongs to a unit in which the actor does not work.
        PersonKnown: the person has a dossier there already.
        NotUnique: another dossier has one of the aliases.
    """
    require(work, Action.OPEN_DOSSIER)
    unit = _unit_of(work, entry)
    clerk_id = given.clerk_id or _in_charge(work, entry, given)
    _refuse_if_unsound(work, entry, unit, subject, person_name, birth_date, given, clerk_id)
    aliases = _new_aliases(work, given.aliases)
    known = known_dossiers(work, person_name=person_name, birth_date=birth_date)
    beside = [one for one in known if one.plan_entry.number == entry.number]
    if entry.one_a_person and beside and not although_known:
        raise PersonKnown(
            "Diese Person hat schon eine Akte: %(references)s.",
            references=", ".join(one.reference for one in beside),
        )
    dossier = _dossier(work, entry, unit, subject, person_name, birth_date, given)
    dossier.clerk_id = clerk_id
    work.session.add(dossier)
    work.session.flush()
    work.session.add_all(
        DossierAlias(dossier_id=dossier.id, system=system, value=value, value_folded=folded(value))
        for system, value in aliases
    )
    work.session.flush()
    details: dict[str, object] = {"reference": dossier.reference}
    if dossier.locked or dossier.staff:
        details |= {"locked": dossier.locked, "staff": dossier.staff}
    if entry.one_a_person and beside:
        details["although_known"] = [str(one.id) for one in beside]
    audit.note(work, "dossier.opened", kind="dossier", subject=dossier.id, **details)
    return dossier


def known_dossiers(
    work: UnitOfWork, *, person_name: str, birth_date: date | None
) -> Sequence[Dossier]:
    """List the dossiers of the same person (folded name and birth date) that the actor may see."""
    require(work, Action.OPEN_DOSSIER)
    name = folded(person_name)[:200]
    if not name or birth_date is None:
        return []
    return work.session.scalars(
        select(Dossier)
        .where(
            Dossier.person_folded == name,
            Dossier.birth_date == birth_date,
            Dossier.state != DossierState.CANCELLED,
            visible(work.actor, Action.SEE_DOSSIER, Dossier),
        )
        .order_by(Dossier.opened_on, Dossier.reference_folded)
    ).all()


def open_case(work: UnitOfWork, dossier: Dossier, *, procedure: str, subject: str = "") -> Case:
    """Open the next case of a dossier; a procedure of the unit's catalogue is known by its title.

    Raises:
        BadInput: no procedure was named.
        DossierClosed: the dossier takes nothing more in.
    """
    require(work, Action.OPEN_CASE, dossier)
    if not procedure.strip():
        raise BadInput("Bitte geben Sie an, um welches Verfahren es geht.")
    if dossier.state is not DossierState.OPEN:
        raise DossierClosed("Die Akte %(reference)s ist geschlossen.", reference=dossier.reference)
    listed = listed_procedure(work, dossier.department_id, procedure, out_of_use=False)
    title = listed.title if listed else procedure.strip()[:100]
    hold(work.session, f"cases:{dossier.id}")
    last = work.session.scalar(select(func.max(Case.number)).where(Case.dossier_id == dossier.id))
    case = Case(
        dossier_id=dossier.id,
        number=(last or 0) + 1,
        procedure=title,
        procedure_key=listed.key if listed else "",
        subject=(subject.strip() or title)[:300],
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


def _unit_of(work: UnitOfWork, entry: PlanEntry) -> UUID:
    """The unit that keeps dossiers below the entry, if the actor works there and it holds."""
    if not entry.takes_dossiers or entry.department_id is None:
        raise BadInput("Unter „%(title)s“ werden keine Akten geführt.", title=entry.title)
    if not entry.holds_on(work.clock.today()):
        raise BadInput(
            "Der Eintrag „%(number)s %(title)s“ gilt heute nicht.",
            number=entry.number,
            title=entry.title,
            next_step="Bitte wählen Sie einen Eintrag, der heute gilt.",
        )
    unit = entry.department_id
    if not works_in(work, Action.OPEN_DOSSIER, unit):
        raise NotAllowed("Unter „%(title)s“ führt ein anderes Sachgebiet Akten.", title=entry.title)
    return unit


def _refuse_if_unsound(
    work: UnitOfWork,
    entry: PlanEntry,
    unit: UUID,
    subject: str,
    person_name: str,
    birth_date: date | None,
    given: Opening,
    clerk_id: UUID | None,
) -> None:
    reasons: list[str] = [
        *([Sentence("Der Betreff darf nicht leer sein.")] if not subject.strip() else []),
        *faults_of_person(today=work.clock.today(), birth=birth_date, death=given.death_date),
        *faults_of_term(given.term_from, given.term_until),
        *_wrong_seals(work, given, clerk_id),
    ]
    if uses_letter(entry.reference_pattern) and not _letter(person_name).isalpha():
        reasons.append(Sentence("Das Aktenzeichen verlangt hier den Namen der Person."))
    if given.medium is not Medium.ELECTRONIC and not given.paper_location.strip():
        reasons.append(Sentence("Bitte geben Sie an, wo das Papier liegt."))
    if len(given.keywords) > MOST_KEYWORDS:
        reasons.append(
            Sentence("Mehr als %(most)s Schlagworte sind nicht möglich.", most=MOST_KEYWORDS)
        )
    if given.clerk_id is not None:
        reasons += unfit_clerk(work, given.clerk_id, unit)
    if len(reasons) == 1:
        raise BadInput(reasons[0])
    if reasons:
        raise RuleBroken("Die Akte kann so nicht angelegt werden.", reasons=reasons)


def _in_charge(work: UnitOfWork, entry: PlanEntry, given: Opening) -> UUID | None:
    """A clerk who opens what only named people reach must not lose sight of it."""
    by_name = given.locked or given.staff or entry.default_access is Access.ASSIGNED
    return work.actor.id if by_name and work.actor.has(Role.CLERK) else None


def _wrong_seals(work: UnitOfWork, given: Opening, clerk_id: UUID | None) -> list[str]:
    reasons: list[str] = []
    if given.locked and not given.lock_reason.strip():
        reasons.append(Sentence("Bitte geben Sie an, warum die Akte gesperrt wird."))
    if (given.locked or given.staff) and clerk_id is None:
        reasons.append(Sentence("Eine gesperrte Akte braucht eine Person, die sie bearbeitet."))
    if given.staff and work.actor.has(Role.PERSONNEL):
        reasons.append(
            Sentence(
                "Wer in Personalsachen entscheidet, legt keine Akten über Beschäftigte an "
                "(§ 35 SGB I)."
            )
        )
    return reasons


def _new_aliases(work: UnitOfWork, aliases: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    wanted = [
        (system.strip()[:60], value.strip()[:100]) for system, value in aliases if value.strip()
    ]
    for system, value in wanted:
        taken = select(DossierAlias.id).where(
            DossierAlias.system == system, DossierAlias.value_folded == folded(value)
        )
        if (
            not system
            or work.session.scalar(taken) is not None
            or wanted.count((system, value)) > 1
        ):
            raise NotUnique(
                "Das Geschäftszeichen „%(value)s“ ist schon vergeben oder unvollständig.",
                value=value,
            )
    return wanted


def _dossier(
    work: UnitOfWork,
    entry: PlanEntry,
    unit: UUID,
    subject: str,
    person_name: str,
    birth_date: date | None,
    given: Opening,
) -> Dossier:
    today = work.clock.today()
    reference = _reference(work, entry, _letter(person_name).upper()[:1])
    return Dossier(
        reference=reference,
        reference_folded=folded(reference),
        plan_entry_id=entry.id,
        department_id=unit,
        subject=subject.strip()[:300],
        person_name=person_name.strip()[:200],
        person_folded=folded(person_name)[:200],
        letter=_letter(person_name),
        birth_date=birth_date,
        death_date=given.death_date,
        address=given.address.strip()[:300],
        medium=given.medium,
        paper_location=given.paper_location.strip()[:200],
        term_from=given.term_from,
        term_until=given.term_until,
        keywords=[word.strip()[:LONGEST_KEYWORD] for word in given.keywords if word.strip()],
        access=entry.default_access,
        locked=given.locked,
        lock_reason=given.lock_reason.strip()[:500],
        staff=given.staff,
        opened_on=today,
    )


def _reference(work: UnitOfWork, entry: PlanEntry, letter: str) -> str:
    rest = rest_of(
        entry.reference_pattern,
        plan=entry.number,
        prefix=entry.reference_prefix,
        year=work.clock.today().year,
        letter=letter,
    )
    return rest.reference(next_number(work.session, rest.scope))


def _letter(person_name: str) -> str:
    return next((sign for sign in folded(person_name) if sign.isalnum()), "")
