"""How does a program of the administration keep accounts, and who sees their own sessions?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field, SecretStr

from eakte.access import accounts as kept
from eakte.access import sessions
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput
from eakte.model.department import Department
from eakte.model.user import Role, User
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Edits, EditsOut, Id, Model, SomeText, refuse_stale
from eakte.web.per_request import current_work, signed_in

accounts = APIBlueprint("api_accounts", __name__, url_prefix="/api/v1", tag="Konten")


class UserOut(Model):
    """An account; when somebody works is told to nobody."""

    id: UUID
    login: str
    name: str
    roles: list[Role]
    department_ids: list[UUID]
    active: bool
    edits: EditsOut


class UsersOut(Model):
    """Every account of a person."""

    users: list[UserOut]


class UserIn(Model):
    """A new account; without a password nobody can sign in to it by one."""

    login: SomeText = Field(max_length=80)
    name: SomeText = Field(max_length=200)
    roles: list[Role] = Field(max_length=20)
    department_ids: list[Id] = Field(default_factory=list, max_length=500)
    password: SecretStr | None = Field(default=None, max_length=1000)


class UserChangeIn(Model):
    """An account as it is to be."""

    name: SomeText = Field(max_length=200)
    roles: list[Role] = Field(max_length=20)
    department_ids: list[Id] = Field(max_length=500)
    active: bool
    edits: Edits


class SessionOut(Model):
    """A signed-in browser of the asking person."""

    id: UUID
    device: str
    began_at: datetime
    last_used_on: date
    ends_at: datetime
    here: bool = Field(description="the session that asks")


class SessionsOut(Model):
    """The own sessions, the newest first."""

    sessions: list[SessionOut]


@accounts.get("/users")
@accounts.output(UsersOut)
@accounts.doc(summary="Konten auflisten", security=LOCKED, responses=[401, 403])
def index() -> UsersOut:
    """List the accounts; for administrators."""
    work = current_work()
    listed = kept.users(work)
    units = kept.unit_ids_of(work)
    return UsersOut(users=[_out(user, units.get(user.id, ())) for user in listed])


@accounts.post("/users")
@accounts.input(UserIn, arg_name="wanted")
@accounts.output(UserOut, status_code=201)
@accounts.doc(summary="Ein Konto anlegen", security=LOCKED, responses=[401, 403, 409, 422])
def create(wanted: UserIn) -> tuple[UserOut, int]:
    """Create an account; what is not named here cannot be set."""
    work = current_work()
    user = kept.create_user(
        work,
        wanted.login,
        name=wanted.name,
        roles=set(wanted.roles),
        departments=_units(work, wanted.department_ids),
        password=wanted.password.get_secret_value() if wanted.password else None,
    )
    return _out(user, wanted.department_ids), 201


@accounts.get("/users/<uuid:user_id>")
@accounts.output(UserOut)
@accounts.doc(summary="Ein Konto", security=LOCKED, responses=[401, 403, 404])
def show(user_id: UUID) -> UserOut:
    """Show one account."""
    return _shown(current_work(), user_id)


@accounts.put("/users/<uuid:user_id>")
@accounts.input(UserChangeIn, arg_name="wanted")
@accounts.output(UserOut)
@accounts.doc(summary="Ein Konto ändern", security=LOCKED, responses=[401, 403, 404, 409, 422])
def change(user_id: UUID, wanted: UserChangeIn) -> UserOut:
    """Change name, roles, units and whether the account is active."""
    work = current_work()
    user = kept.user_by_id(work, user_id)
    refuse_stale(user.edits, wanted=wanted.edits)
    kept.change_user(
        work,
        user,
        name=wanted.name,
        roles=set(wanted.roles),
        departments=_units(work, wanted.department_ids),
        active=wanted.active,
    )
    work.session.flush()
    return _shown(work, user_id)


@accounts.post("/users/<uuid:user_id>/end-sessions")
@accounts.output({}, status_code=204)
@accounts.doc(summary="Alle Sitzungen beenden", security=LOCKED, responses=[401, 403, 404])
def end_sessions(user_id: UUID) -> tuple[str, int]:
    """End every session of an account."""
    work = current_work()
    sessions.end_sessions_of(work, kept.user_by_id(work, user_id))
    return "", 204


@accounts.get("/account/sessions")
@accounts.output(SessionsOut)
@accounts.doc(summary="Eigene Sitzungen", security=LOCKED, responses=[401, 403])
def own_sessions() -> SessionsOut:
    """List the own sessions."""
    work = current_work()
    who = signed_in()
    here = who.session.id if who and who.session else None
    return SessionsOut(
        sessions=[
            SessionOut(
                id=one.id,
                device=one.device,
                began_at=one.created_at,
                last_used_on=sessions.last_seen(one, work.settings).astimezone(OFFICE_ZONE).date(),
                ends_at=one.ends_at,
                here=one.id == here,
            )
            for one in sessions.own_sessions(work)
        ]
    )


@accounts.delete("/account/sessions/<uuid:id>")
@accounts.output({}, status_code=204)
@accounts.doc(summary="Eine eigene Sitzung beenden", security=LOCKED, responses=[401, 403, 404])
def end_own_session(id: UUID) -> tuple[str, int]:
    """End one of the own sessions."""
    sessions.end_session(current_work(), id)
    return "", 204


def _shown(work: UnitOfWork, user_id: UUID) -> UserOut:
    user = kept.user_by_id(work, user_id)
    return _out(user, [unit.id for unit in kept.departments_of(work, user)])


def _out(user: User, units: Sequence[UUID]) -> UserOut:
    return UserOut(
        id=user.id,
        login=user.login,
        name=user.name,
        roles=[Role(role) for role in user.roles],
        department_ids=list(units),
        active=user.active,
        edits=user.edits,
    )


def _units(work: UnitOfWork, wanted: Sequence[UUID]) -> list[Department]:
    known = {unit.id: unit for unit in kept.departments(work.session)}
    if not set(wanted) <= known.keys():
        raise BadInput("Eines der genannten Sachgebiete gibt es nicht.")
    return [known[one] for one in dict.fromkeys(wanted)]
