"""Who acts: what do the rows grant a person at this moment?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.db import Instant
from eakte.model.case import Case
from eakte.model.department import Department
from eakte.model.right import Deputy, Duty, Grant, GrantKind, Participation
from eakte.model.user import Actor, Membership, Role, Scope, Share, User

ABSENT, MEMBER, DUTY, TAKES_PART = "absent", "member", "duty", "takes-part"

# What one row grants: the kind of right, whose, on what, in which dossier, and three words.
Right = tuple[str, UUID, UUID | None, UUID | None, str, str, str]


def actor_of(session: Session, user: User, clock: Clock, *, confirmed: bool = False) -> Actor:
    """Return who acts, with the rights that the rows grant at this moment.

    Grants are personal: a deputy gets the units, duties and cases of those they stand in for, and
    nothing that was given to them by name. ``confirmed``: they have just proved who they are again.
    """
    found = session.execute(_rights_of_somebody(), {"person": user.id, **moment(clock)})
    return actor_with(user, (row[:] for row in found), confirmed=confirmed)


def rights_of(person: ColumnElement[UUID]) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the question for every right of a person, and of those they stand in for.

    One question, since every request asks it; its rows are of the form of ``Right``, and it is to
    be asked with ``moment()``. To build it takes longer than to ask it: build it once.
    """
    return union_all(*_questions(person))


def moment(clock: Clock) -> dict[str, object]:
    """Return for which moment ``rights_of`` is asked."""
    return {"today": clock.today(), "now": clock.now()}


@cache
def _rights_of_somebody() -> CompoundSelect[*tuple[Any, ...]]:
    return rights_of(bindparam("person", type_=Uuid()))


def actor_with(user: User, found: Iterable[Right], *, confirmed: bool = False) -> Actor:
    """Return who acts with the rights that were found for them."""
    own = frozenset(Role(role) for role in user.roles)
    rights: dict[str, list[Right]] = {}
    for row in found:
        rights.setdefault(row[0], []).append(row)
    absent = sorted(
        (name, person, roles) for _, person, _, _, name, roles, _ in rights.get(ABSENT, ())
    )
    scopes = [_scope(user.id, user.name, own, rights)]
    for name, person, roles in absent:
        work = frozenset(Role(role) for role in json.loads(roles))
        scopes.append(_scope(person, name, work, rights))
    return Actor(
        id=user.id,
        kind=user.kind,
        name=user.name,
        roles=own,
        own=scopes[0],
        deputising=tuple(scopes[1:]),
        granted=_dossiers(rights, GrantKind.GRANTED),
        glass=_dossiers(rights, GrantKind.BREAK_GLASS),
        confirmed=confirmed,
    )


def fingerprint(actor: Actor) -> str:
    """Return a SHA-256 that is another one as soon as the actor's rights are others.

    What rows of dossiers say about access is not part of it, nor is a recent proof of identity.
    """
    told: list[object] = [str(actor.id), sorted(actor.roles)]
    told += [sorted(map(str, dossiers)) for dossiers in (actor.granted, actor.glass)]
    for scope in sorted(actor.scopes, key=lambda one: str(one.person)):
        told += [
            str(scope.person),
            sorted(scope.roles),
            sorted(map(str, scope.departments)),
            sorted(map(str, scope.shares)),
            sorted(f"{case} {owner}" for case, owner in scope.cases),
        ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _scope(
    person: UUID, name: str, roles: frozenset[Role], rights: dict[str, list[Right]]
) -> Scope:
    def of(kind: str) -> list[Right]:
        return [right for right in rights.get(kind, ()) if right[1] == person]

    return Scope(
        person=person,
        name=name,
        roles=roles,
        departments=frozenset(unit for _, _, unit, *_ in of(MEMBER) if unit),
        unit_names=frozenset(word for *_, word, _, _ in of(MEMBER)),
        shares=tuple(
            Share(unit, first, last, procedure)
            for _, _, unit, _, first, last, procedure in sorted(of(DUTY), key=str)
            if unit
        ),
        cases=frozenset(
            (case, owner) for _, _, case, owner, *_ in of(TAKES_PART) if case and owner
        ),
    )


def _dossiers(rights: dict[str, list[Right]], kind: GrantKind) -> frozenset[UUID]:
    return frozenset(dossier for _, _, dossier, *_ in rights.get(kind.value, ()) if dossier)


def _questions(me: ColumnElement[UUID]) -> Iterator[Select[*tuple[Any, ...]]]:
    """Every kind of right, as rows of one form, of the person and those they stand in for."""
    today, now = bindparam("today", type_=Date()), bindparam("now", type_=Instant())
    # With their types: SQLite's ids come back as text from a column that has none.
    nothing, blank = literal(None, Uuid()), literal("", String())
    stands_in_for = (
        select(Deputy.absent_id)
        .join(User, User.id == Deputy.absent_id)
        .where(
            Deputy.deputy_id == me,
            Deputy.absent_id != me,
            Deputy.withdrawn_at.is_(None),
            Deputy.first_day <= today,
            Deputy.last_day >= today,
            User.active,
        )
    )
    everybody = union_all(select(me), stands_in_for)
    # The first names the columns; without names of their own two of them would be taken for one.
    yield select(
        literal(ABSENT).label("kind"),
        User.id.label("person"),
        nothing.label("thing"),
        nothing.label("owner"),
        User.name.label("first"),
        cast(User.roles, String).label("second"),
        blank.label("third"),
    ).where(User.id.in_(stands_in_for))
    yield (
        select(
            *(literal(MEMBER), Membership.user_id, Membership.department_id, nothing),
            *(Department.name, blank, blank),
        )
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.user_id.in_(everybody))
    )
    yield select(
        *(literal(DUTY), Duty.user_id, Duty.department_id, nothing),
        *(Duty.first_letter, Duty.last_letter, Duty.procedure_key),
    ).where(
        Duty.user_id.in_(everybody),
        Duty.valid_from <= today,
        or_(Duty.valid_until.is_(None), Duty.valid_until >= today),
    )
    yield (
        select(
            *(literal(TAKES_PART), Participation.user_id, Case.id, Case.dossier_id),
            *(blank, blank, blank),
        )
        .join(Case, Case.id == Participation.case_id)
        .where(
            Participation.user_id.in_(everybody),
            Participation.withdrawn_at.is_(None),
            Participation.ends_at > now,
        )
    )
    for kind in GrantKind:
        yield select(
            *(literal(kind.value), Grant.user_id, Grant.dossier_id, nothing, blank, blank, blank)
        ).where(
            Grant.user_id == me,
            Grant.kind == kind,
            Grant.withdrawn_at.is_(None),
            Grant.ends_at > now,
        )
