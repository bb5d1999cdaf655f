"""Who takes part in one case without reaching the rest: doctors, experts, other units?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.people import (
    LONGEST_RIGHT,
    end_of,
    out_of_time,
    roles_of,
    unfit,
    unfounded,
)
from eakte.errors import NotFound, RuleBroken, Sentence
from eakte.model.case import Case
from eakte.model.right import Participation
from eakte.model.user import Membership, Role, User
from eakte.unit_of_work import UnitOfWork

PARTAKERS = (Role.MEDICAL, Role.EXPERT, Role.CLERK, Role.LEAD)
LONGEST_EXPERT = timedelta(days=90)


def let_take_part(
    work: UnitOfWork, case: Case, person: User, *, reason: str, until: date
) -> Participation:
    """Let a person take part in a case, up to and including the day ``until``.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.TAKE_PART_IN_CASE, case)
    outside = Role.EXPERT in roles_of(person)
    reasons: list[str] = [
        *unfit(person, PARTAKERS),
        *unfounded(reason),
        *out_of_time(work.clock.today(), until, most=LONGEST_EXPERT if outside else LONGEST_RIGHT),
        *_standing_against(work, case, person),
    ]
    if reasons:
        raise RuleBroken("Die Person kann nicht beteiligt werden.", reasons=reasons)
    part = Participation(
        case_id=case.id,
        user_id=person.id,
        reason=reason.strip(),
        given_by_id=work.actor.id,
        given_at=work.clock.now(),
        ends_at=end_of(until),
    )
    work.session.add(part)
    work.session.flush()
    audit.note(
        work,
        "participation.begun",
        kind="case",
        subject=case.id,
        person=str(person.id),
        until=until.isoformat(),
        reason=reason.strip(),
    )
    return part


def end_part(work: UnitOfWork, case: Case, participation_id: UUID) -> None:
    """End a participation; the case is closed to the person from the next request on.

    Raises:
        NotFound: there is no such participation any more.
    """
    require(work, Action.TAKE_PART_IN_CASE, case, although_cancelled=True)
    part = work.session.get(Participation, participation_id)
    if part is None or part.case_id != case.id or part.withdrawn_at is not None:
        raise NotFound("Diese Beteiligung gibt es nicht mehr.")
    part.withdrawn_at = work.clock.now()
    work.session.flush()
    audit.note(work, "participation.ended", kind="case", subject=case.id, person=str(part.user_id))


def _standing_against(work: UnitOfWork, case: Case, person: User) -> list[str]:
    reasons: list[str] = []
    if person.id == work.actor.id:
        reasons.append(Sentence("Sich selbst kann niemand beteiligen."))
    if case.dossier.locked or case.dossier.staff:
        reasons.append(
            Sentence("Die Akte ist gesperrt; sie öffnet sich nur namentlich benannten Personen.")
        )
    there = work.session.get(Membership, (person.id, case.dossier.department_id))
    if there is not None and roles_of(person).isdisjoint({Role.MEDICAL, Role.EXPERT}):
        reasons.append(
            Sentence("Die Person arbeitet im selben Sachgebiet; geben Sie ihr eine Zuständigkeit.")
        )
    running = work.session.scalar(
        select(Participation.id).where(
            Participation.case_id == case.id,
            Participation.user_id == person.id,
            Participation.withdrawn_at.is_(None),
            Participation.ends_at > work.clock.now(),
        )
    )
    if running is not None:
        reasons.append(Sentence("Die Person ist schon beteiligt."))
    return reasons
