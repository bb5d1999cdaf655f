"""Who works in a department, and as what, by the files that it edits?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from eakte.access.accounts import change_user, create_user
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.office_files import DUTIES, ROLES, OfficeFiles
from eakte.filing.tables import Fault
from eakte.model.department import Department
from eakte.model.user import Membership, Role, User, UserKind
from eakte.unit_of_work import UnitOfWork


@dataclass
class People:
    """The accounts that the files name, by login, and how many are new or another by them."""

    ids: dict[str, UUID]
    new: int = 0
    changed: int = 0


def faults_of_people(work: UnitOfWork, office: OfficeFiles) -> list[Fault]:
    """Name every line about an account that is not there, or behind which nobody stands."""
    require(work, Action.LOAD_OFFICE)
    there = _accounts(work, office)
    coming = {said.login for said in office.accounts}
    return [
        *(
            Fault(ROLES, said.line, f"Hinter dem Konto „{said.login}“ steht keine Person.")
            for said in office.accounts
            if said.login in there and there[said.login].kind is not UserKind.PERSON
        ),
        *(
            Fault(DUTIES, duty.line, f"Das Konto „{duty.login}“ gibt es nicht.")
            for duty in office.duties
            if duty.login and duty.login not in there.keys() | coming
        ),
    ]


def take_on(work: UnitOfWork, office: OfficeFiles, unit: Department) -> People:
    """Give every account the name and roles that the files say, and its place in the unit.

    An account that is not there yet is made without a password and locked: the administration
    lets it in. One that is locked stays so. Units of other departments are theirs to say, and
    accounts that the files do not name stay as they are.

    Raises:
        NotAllowed: an account is another by the files, and the actor keeps no accounts.
    """
    require(work, Action.LOAD_OFFICE)
    there = _accounts(work, office)
    people = People({login: user.id for login, user in there.items()})
    for said in office.accounts:
        user = there.get(said.login)
        if user is None:
            made = create_user(
                work,
                said.login,
                name=said.name,
                roles=said.roles,
                departments=[unit] if said.member else [],
                active=False,
            )
            people.ids[said.login] = made.id
            people.new += 1
            continue
        before = _units(work, user)
        others = [one for one in before if one.id != unit.id]
        after = [*others, unit] if said.member else others
        same = (
            user.name == said.name
            and {Role(role) for role in user.roles} == said.roles
            and {one.id for one in before} == {one.id for one in after}
        )
        if not same:
            change_user(
                work,
                user,
                name=said.name,
                roles=said.roles,
                departments=after,
                active=user.active,
            )
            people.changed += 1
    return people


def _accounts(work: UnitOfWork, office: OfficeFiles) -> dict[str, User]:
    logins = {said.login for said in office.accounts} | {duty.login for duty in office.duties}
    rows = work.session.scalars(select(User).where(User.login.in_(logins)))
    return {user.login: user for user in rows}


def _units(work: UnitOfWork, user: User) -> Sequence[Department]:
    return work.session.scalars(
        select(Department)
        .join(Membership, Membership.department_id == Department.id)
        .where(Membership.user_id == user.id)
        .order_by(Department.key)
    ).all()
