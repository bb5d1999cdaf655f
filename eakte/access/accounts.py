"""Which accounts are there, what may they do, and is this their password?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from uuid import UUID

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.passwords import LONGEST_PASSWORD, hashed, hasher
from eakte.clock import Clock
from eakte.db import folded
from eakte.errors import BadInput, NotFound, NotUnique, RolesExclude, Sentence
from eakte.model.department import Department
from eakte.model.login import AccessToken, LoginSession
from eakte.model.user import (
    FORBIDDEN_PAIRS,
    ROLE_TITLES,
    SYSTEM,
    SYSTEM_ID,
    Actor,
    Membership,
    Role,
    User,
    UserKind,
)
from eakte.unit_of_work import UnitOfWork


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hasher.hash("a password that nobody has")


def password_fits(user: User | None, password: str) -> bool:
    """Check a password in a time that does not tell whether the account exists."""
    usable = user is not None and user.active and user.password_hash is not None
    kept = user.password_hash if user is not None and user.password_hash else _nobody()
    try:
        fits = hasher.verify(kept, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return fits and usable


def find_login(session: Session, login: str) -> User | None:
    """Find an account by what was typed as its name."""
    return session.scalar(select(User).where(User.login == folded(login)))


def system_account(session: Session, clock: Clock) -> Actor:
    """Return the application itself as an actor; its account is made when it is missing."""
    if session.get(User, SYSTEM_ID) is None:
        session.add(
            User(
                id=SYSTEM_ID,
                kind=UserKind.SYSTEM,
                login="e-akte",
                name=SYSTEM.name,
                roles=[],
                active=False,
                created_at=clock.now(),
            )
        )
        session.flush()
    return SYSTEM


def users(work: UnitOfWork) -> Sequence[User]:
    """List the accounts of persons, by name; devices are listed by themselves."""
    require(work, Action.MANAGE_USERS)
    return work.session.scalars(
        select(User).where(User.kind == UserKind.PERSON).order_by(User.name)
    ).all()


def user_by_id(work: UnitOfWork, user_id: UUID) -> User:
    """Return one account of a person; a device is never given roles or a password."""
    require(work, Action.MANAGE_USERS)
    user = work.session.get(User, user_id)
    if user is None or user.kind is not UserKind.PERSON:
        raise NotFound("Diesen Benutzer gibt es nicht.")
    return user


def departments_of(work: UnitOfWork, user: User) -> Sequence[Department]:
    """List the units in which an account works."""
    require(work, Action.MANAGE_USERS)
    return work.session.scalars(
        select(Department)
        .join(Membership, Membership.department_id == Department.id)
        .where(Membership.user_id == user.id)
        .order_by(Department.name)
    ).all()


def units_of(work: UnitOfWork) -> dict[UUID, tuple[str, ...]]:
    """Return the names of the units of every account that has any."""
    require(work, Action.MANAGE_USERS)
    found: dict[UUID, tuple[str, ...]] = {}
    for user_id, name in work.session.execute(
        select(Membership.user_id, Department.name)
        .join(Department, Department.id == Membership.department_id)
        .order_by(Department.name)
    ):
        found[user_id] = (*found.get(user_id, ()), name)
    return found


def unit_ids_of(work: UnitOfWork) -> dict[UUID, tuple[UUID, ...]]:
    """Return the ids of the units of every account that has any."""
    require(work, Action.MANAGE_USERS)
    found: dict[UUID, tuple[UUID, ...]] = {}
    for user_id, unit in work.session.execute(
        select(Membership.user_id, Membership.department_id).order_by(Membership.department_id)
    ):
        found[user_id] = (*found.get(user_id, ()), unit)
    return found


def departments(session: Session) -> Sequence[Department]:
    """List the units of the office, by name; their names are no secret inside it."""
    return session.scalars(select(Department).order_by(Department.name)).all()


def create_user(
    work: UnitOfWork,
    login: str,
    *,
    name: str,
    roles: Collection[Role],
    departments: Collection[Department],
    password: str | None = None,
    active: bool = True,
) -> User:
    """Create an account for one person; without a password it cannot sign in until it is given one.

    One that is not ``active`` is locked until an administrator lets it in.

    Raises:
        BadInput: the name is empty.
        WeakPassword: the password is too short or too easily guessed.
        RolesExclude: two of the roles exclude each other.
        NotUnique: the login name is taken.
    """
    require(work, Action.MANAGE_USERS)
    typed = folded(login)
    if not typed or not name.strip():
        raise BadInput("Anmeldename und Name dürfen nicht leer sein.")
    _refuse_forbidden_pairs(roles)
    if find_login(work.session, typed) is not None:
        raise NotUnique("Der Anmeldename „%(login)s“ ist schon vergeben.", login=typed)
    user = User(
        login=typed,
        name=name.strip(),
        password_hash=(
            hashed(password, avoid=(typed, name, work.settings.office_name))
            if password is not None
            else None
        ),
        roles=sorted(role.value for role in roles),
        active=active,
        created_at=work.clock.now(),
    )
    work.session.add(user)
    work.session.flush()
    _join(work, user, departments)
    audit.note(
        work,
        "user.created",
        kind="user",
        subject=user.id,
        roles=user.roles,
        active=active,
        departments=sorted(unit.key for unit in departments),
    )
    return user


def change_user(
    work: UnitOfWork,
    user: User,
    *,
    name: str,
    roles: Collection[Role],
    departments: Collection[Department],
    active: bool,
) -> None:
    """Change what an account may do; a locked account loses its sessions and keys at once."""
    require(work, Action.MANAGE_USERS)
    if user.id == work.actor.id:
        raise BadInput(
            "Das eigene Konto können Sie nicht selbst ändern.",
            next_step="Bitte eine andere Person aus der Verwaltung darum bitten.",
        )
    if not name.strip():
        raise BadInput("Der Name darf nicht leer sein.")
    _refuse_forbidden_pairs(roles)
    before = {"name": user.name, "roles": list(user.roles), "active": user.active}
    user.name = name.strip()
    user.roles = sorted(role.value for role in roles)
    user.active = active
    _join(work, user, departments)
    if not active:
        _end_everything(work, user.id)
    audit.note(
        work,
        "user.changed",
        kind="user",
        subject=user.id,
        before=before,
        after={"name": user.name, "roles": user.roles, "active": active},
        departments=sorted(unit.key for unit in departments),
    )


def set_password(work: UnitOfWork, user: User, *, password: str) -> None:
    """Give an account another password; every session and key of it ends.

    Raises:
        WeakPassword: the password is too short or too easily guessed.
    """
    require(work, Action.MANAGE_USERS)
    user.password_hash = _hashed_for(work, user, password)
    _end_everything(work, user.id)
    audit.note(work, "user.password", kind="user", subject=user.id)


def change_own_password(work: UnitOfWork, *, old: str, new: str) -> None:
    """Change the own password, proving the old one; every session and key ends.

    Raises:
        BadInput: the old password is wrong.
        WeakPassword: the new one is too short or too easily guessed.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    user = work.session.get_one(User, work.actor.id)
    if not password_fits(user, old):
        raise BadInput("Das bisherige Kennwort stimmt nicht.")
    user.password_hash = _hashed_for(work, user, new)
    _end_everything(work, user.id)
    audit.note(work, "user.password", kind="user", subject=user.id)


def choose_language(work: UnitOfWork, code: str) -> None:
    """Remember in which language the actor reads the pages."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    work.session.get_one(User, work.actor.id).language = code


def create_department(work: UnitOfWork, key: str, *, name: str) -> Department:
    """Create a unit of the office."""
    require(work, Action.MANAGE_USERS)
    if work.session.scalar(select(Department).where(Department.key == key)) is not None:
        raise NotUnique("Das Sachgebiet „%(key)s“ gibt es schon.", key=key)
    unit = Department(key=key, name=name)
    work.session.add(unit)
    work.session.flush()
    audit.note(work, "department.created", kind="department", subject=unit.id, key=key)
    return unit


def excluded_pairs(roles: Collection[Role]) -> list[tuple[Role, Role]]:
    """Return which two of these roles nobody may hold at the same time, every pair once."""
    held = frozenset(roles)
    order = list(Role)
    found = [sorted(pair, key=order.index) for pair in FORBIDDEN_PAIRS if pair <= held]
    return sorted(((one, other) for one, other in found), key=lambda two: _places(order, two))


def _places(order: list[Role], two: tuple[Role, Role]) -> tuple[int, int]:
    return order.index(two[0]), order.index(two[1])


def _refuse_forbidden_pairs(roles: Collection[Role]) -> None:
    reasons: list[str] = [
        Sentence(
            "„%(one)s“ und „%(other)s“ schließen einander aus.",
            one=Sentence(ROLE_TITLES[one]),
            other=Sentence(ROLE_TITLES[other]),
        )
        for one, other in excluded_pairs(roles)
    ]
    if reasons:
        raise RolesExclude("Diese Rollen darf niemand zugleich haben.", reasons=reasons)


def _hashed_for(work: UnitOfWork, user: User, password: str) -> str:
    return hashed(password, avoid=(user.login, user.name, work.settings.office_name))


def _join(work: UnitOfWork, user: User, departments: Collection[Department]) -> None:
    work.session.execute(delete(Membership).where(Membership.user_id == user.id))
    work.session.add_all(Membership(user_id=user.id, department_id=unit.id) for unit in departments)
    work.session.flush()


def _end_everything(work: UnitOfWork, user_id: UUID) -> None:
    work.session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
    work.session.execute(delete(AccessToken).where(AccessToken.user_id == user_id))
