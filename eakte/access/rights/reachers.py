"""Who reaches a dossier at this moment, by which right, and until when?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.granting import grants_of
from eakte.access.rights.people import roles_of
from eakte.access.rights.taking_part import participants_of
from eakte.model.dossier import Dossier
from eakte.model.file_plan import Access
from eakte.model.right import LAST_LETTER, Deputy, Duty
from eakte.model.user import Membership, Role, User
from eakte.unit_of_work import UnitOfWork


class Why(StrEnum):
    """By which right somebody reaches a dossier or a part of it."""

    IN_CHARGE = "in-charge"
    GIVEN = "given"
    DUTY = "duty"
    PROCEDURE = "procedure"
    UNIT = "unit"
    RECORDS = "records"
    TAKES_PART = "takes-part"
    STANDS_IN = "stands-in"


@dataclass(frozen=True)
class Reacher:
    """A person and the right; ``about`` names the letters, the case, or who is stood in for."""

    person: UUID
    name: str
    why: Why
    about: str = ""
    until: date | datetime | None = None


def reachers(work: UnitOfWork, dossier: Dossier) -> Sequence[Reacher]:
    """List who reaches the dossier or a case in it, each right for itself, the strongest first."""
    require(work, Action.SEE_ACCESS, dossier)
    found = [*_by_name(work, dossier)]
    if not dossier.locked and not dossier.staff:
        found += _by_place(work, dossier)
        found += _deputies(work, found)
    return found


def _by_name(work: UnitOfWork, dossier: Dossier) -> Iterator[Reacher]:
    if dossier.clerk is not None and dossier.clerk.active:
        yield Reacher(dossier.clerk.id, dossier.clerk.name, Why.IN_CHARGE)
    for grant in grants_of(work, dossier):
        if grant.user.active and not (dossier.staff and Role.PERSONNEL in roles_of(grant.user)):
            yield Reacher(grant.user_id, grant.user.name, Why.GIVEN, until=grant.ends_at)


def _by_place(work: UnitOfWork, dossier: Dossier) -> Iterator[Reacher]:
    today = work.clock.today()
    for duty in work.session.scalars(
        select(Duty)
        .join(User, User.id == Duty.user_id)
        .options(joinedload(Duty.user))
        .where(
            Duty.department_id == dossier.department_id,
            Duty.first_letter <= dossier.letter,
            Duty.last_letter >= dossier.letter,
            Duty.valid_from <= today,
            or_(Duty.valid_until.is_(None), Duty.valid_until >= today),
            User.active,
        )
        .order_by(User.name, Duty.id)
    ):
        last = "" if duty.last_letter == LAST_LETTER else duty.last_letter
        letters = f"{duty.first_letter}–{last}".upper() if duty.first_letter or last else ""
        why = Why.PROCEDURE if duty.procedure_key else Why.DUTY
        about = " ".join(part for part in (letters, duty.procedure_key) if part)
        yield Reacher(duty.user_id, duty.user.name, why, about, duty.valid_until)
    for person in work.session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.department_id == dossier.department_id, User.active)
        .order_by(User.name)
    ):
        roles = roles_of(person)
        if dossier.access is Access.UNIT and roles & {Role.CLERK, Role.LEAD}:
            yield Reacher(person.id, person.name, Why.UNIT)
        elif Role.RECORDS_MANAGER in roles:
            yield Reacher(person.id, person.name, Why.RECORDS)
    for parts in participants_of(work, dossier).values():
        for part in parts:
            if part.user.active:
                yield Reacher(
                    part.user_id, part.user.name, Why.TAKES_PART, part.case.procedure, part.ends_at
                )


def _deputies(work: UnitOfWork, found: Sequence[Reacher]) -> list[Reacher]:
    today = work.clock.today()
    inherited = {one.person: one.name for one in found if one.why is not Why.GIVEN}
    rows = work.session.scalars(
        select(Deputy)
        .options(joinedload(Deputy.deputy), joinedload(Deputy.absent))
        .where(
            Deputy.absent_id.in_(inherited),
            Deputy.withdrawn_at.is_(None),
            Deputy.first_day <= today,
            Deputy.last_day >= today,
        )
        .order_by(Deputy.last_day, Deputy.id)
    )
    return [
        Reacher(
            one.deputy_id, one.deputy.name, Why.STANDS_IN, inherited[one.absent_id], one.last_day
        )
        for one in rows
        if one.deputy.active and roles_of(one.deputy) & roles_of(one.absent)
    ]
