"""Who reaches a dossier at this moment, by which right, and until when?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, exists, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.people import roles_of
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.file_plan import Access
from eakte.model.right import LAST_LETTER, Deputy, Duty, Grant, GrantKind, Participation
from eakte.model.user import Membership, Role, User, UserKind
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


@dataclass(frozen=True)
class Holdings:
    """Who could be given something, and what of a dossier is given to whom at this moment.

    ``people`` are all active persons by name, ``members`` those active in the dossier's unit. In
    ``grants`` there is no broken glass, in ``parts`` every case of the dossier, in ``deputies``
    whoever stands in today for anybody, both being active.
    """

    people: Sequence[User]
    members: Sequence[User]
    grants: Sequence[Grant]
    duties: Sequence[Duty]
    parts: Mapping[UUID, Sequence[Participation]]
    deputies: Sequence[Deputy]


def holdings(work: UnitOfWork, dossier: Dossier) -> Holdings:
    """Return who holds what of a dossier: one question about the people and all their rights."""
    require(work, Action.SEE_ACCESS, dossier)
    rights = union_all(*_rights(work, dossier)).subquery()
    member = exists().where(
        Membership.user_id == User.id, Membership.department_id == dossier.department_id
    )
    people: dict[UUID, User] = {}
    members: dict[UUID, User] = {}
    grants: list[Grant] = []
    duties: list[Duty] = []
    parts: dict[UUID, list[Participation]] = {}
    deputies: list[Deputy] = []
    for person, of_the_unit, *held in work.session.execute(
        select(User, member, Grant, Duty, Participation, Deputy)
        .outerjoin(rights, rights.c.user_id == User.id)
        .outerjoin(Grant, Grant.id == rights.c.grant_id)
        .outerjoin(Duty, Duty.id == rights.c.duty_id)
        .outerjoin(Participation, Participation.id == rights.c.part_id)
        .outerjoin(Deputy, Deputy.id == rights.c.deputy_id)
        .options(
            joinedload(Grant.user),
            joinedload(Duty.user),
            joinedload(Participation.user),
            joinedload(Participation.case),
            joinedload(Deputy.absent),
            joinedload(Deputy.deputy),
        )
        .where(or_(User.active, Grant.id.is_not(None), Participation.id.is_not(None)))
        .order_by(User.name, Grant.id, Duty.id, Participation.id)
    ):
        if person.active and person.kind is UserKind.PERSON:
            people[person.id] = person
        if person.active and of_the_unit:
            members[person.id] = person
        match next((one for one in held if one is not None), None):
            case Grant() as grant:
                grants.append(grant)
            case Duty() as duty:
                duties.append(duty)
            case Participation() as part:
                parts.setdefault(part.case_id, []).append(part)
            case Deputy() as deputy:
                deputies.append(deputy)
    deputies.sort(key=lambda one: (one.last_day, one.id))
    return Holdings([*people.values()], [*members.values()], grants, duties, parts, deputies)


def reachers(work: UnitOfWork, dossier: Dossier, held: Holdings) -> Sequence[Reacher]:
    """List who reaches the dossier or a case in it, each right for itself, the strongest first."""
    require(work, Action.SEE_ACCESS, dossier)
    found = [*_by_name(dossier, held)]
    if not dossier.locked and not dossier.staff:
        found += _by_place(dossier, held)
        found += _deputies(found, held)
    return found


def _rights(work: UnitOfWork, dossier: Dossier) -> Iterator[Select[*tuple[Any, ...]]]:
    """Every kind of right on the dossier: who has it, and its id in the column of its kind."""
    today, now = work.clock.today(), work.clock.now()
    # With its type: SQLite's ids come back as text from a column that has none.
    nothing = literal(None, Uuid())
    yield select(
        Grant.user_id,
        Grant.id.label("grant_id"),
        nothing.label("duty_id"),
        nothing.label("part_id"),
        nothing.label("deputy_id"),
    ).where(
        Grant.dossier_id == dossier.id,
        Grant.kind == GrantKind.GRANTED,
        Grant.withdrawn_at.is_(None),
        Grant.ends_at > now,
    )
    yield select(Duty.user_id, nothing, Duty.id, nothing, nothing).where(
        Duty.department_id == dossier.department_id,
        Duty.first_letter <= dossier.letter,
        Duty.last_letter >= dossier.letter,
        Duty.valid_from <= today,
        or_(Duty.valid_until.is_(None), Duty.valid_until >= today),
    )
    yield (
        select(Participation.user_id, nothing, nothing, Participation.id, nothing)
        .join(Case, Case.id == Participation.case_id)
        .where(
            Case.dossier_id == dossier.id,
            Participation.withdrawn_at.is_(None),
            Participation.ends_at > now,
        )
    )
    yield (
        select(Deputy.absent_id, nothing, nothing, nothing, Deputy.id)
        .join(User, User.id == Deputy.deputy_id)
        .where(
            Deputy.withdrawn_at.is_(None),
            Deputy.first_day <= today,
            Deputy.last_day >= today,
            User.active,
        )
    )


def _by_name(dossier: Dossier, held: Holdings) -> Iterator[Reacher]:
    if dossier.clerk is not None and dossier.clerk.active:
        yield Reacher(dossier.clerk.id, dossier.clerk.name, Why.IN_CHARGE)
    for grant in held.grants:
        if grant.user.active and not (dossier.staff and Role.PERSONNEL in roles_of(grant.user)):
            yield Reacher(grant.user_id, grant.user.name, Why.GIVEN, until=grant.ends_at)


def _by_place(dossier: Dossier, held: Holdings) -> Iterator[Reacher]:
    for duty in held.duties:
        last = "" if duty.last_letter == LAST_LETTER else duty.last_letter
        letters = f"{duty.first_letter}–{last}".upper() if duty.first_letter or last else ""
        why = Why.PROCEDURE if duty.procedure_key else Why.DUTY
        about = " ".join(part for part in (letters, duty.procedure_key) if part)
        yield Reacher(duty.user_id, duty.user.name, why, about, duty.valid_until)
    for person in held.members:
        roles = roles_of(person)
        if dossier.access is Access.UNIT and roles & {Role.CLERK, Role.LEAD}:
            yield Reacher(person.id, person.name, Why.UNIT)
        elif Role.RECORDS_MANAGER in roles:
            yield Reacher(person.id, person.name, Why.RECORDS)
    for parts in held.parts.values():
        for part in parts:
            if part.user.active:
                yield Reacher(
                    part.user_id, part.user.name, Why.TAKES_PART, part.case.procedure, part.ends_at
                )


def _deputies(found: Sequence[Reacher], held: Holdings) -> list[Reacher]:
    inherited = {one.person: one.name for one in found if one.why is not Why.GIVEN}
    return [
        Reacher(
            one.deputy_id, one.deputy.name, Why.STANDS_IN, inherited[one.absent_id], one.last_day
        )
        for one in held.deputies
        if one.absent_id in inherited and roles_of(one.deputy) & roles_of(one.absent)
    ]
