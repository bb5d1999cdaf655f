"""Who acts: what do the rows grant a person at this moment?"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, Uuid, literal, or_, select, union_all
from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.model.case import Case
from eakte.model.right import Deputy, Duty, Grant, GrantKind, Participation
from eakte.model.user import Actor, Membership, Role, Scope, Share, User

MEMBER, TAKES_PART = "member", "takes-part"


def actor_of(session: Session, user: User, clock: Clock, *, confirmed: bool = False) -> Actor:
    """Return who acts, with the rights that the rows grant at this moment.

    Grants are personal: a deputy gets the units, duties and cases of those they stand in for, and
    nothing that was given to them by name. ``confirmed``: they have just proved who they are again.
    """
    own = frozenset(Role(role) for role in user.roles)
    known = {user.id: (user.name, own)} | _absent(session, user, clock)
    names = list(known)
    units: dict[UUID, set[UUID]] = {}
    cases: dict[UUID, set[tuple[UUID, UUID]]] = {}
    granted: dict[str, set[UUID]] = {kind.value: set() for kind in GrantKind}
    for kind, person, thing, owner in session.execute(_rights(user, names, clock)):
        if kind == MEMBER:
            units.setdefault(person, set()).add(thing)
        elif kind == TAKES_PART:
            cases.setdefault(person, set()).add((thing, owner or thing))
        else:
            granted[kind].add(thing)
    shares = _shares(session, names, clock)
    scopes = [
        Scope(
            person=person,
            name=name,
            roles=roles,
            departments=frozenset(units.get(person, ())),
            shares=tuple(shares.get(person, ())),
            cases=frozenset(cases.get(person, ())),
        )
        for person, (name, roles) in known.items()
    ]
    return Actor(
        id=user.id,
        kind=user.kind,
        name=user.name,
        roles=own,
        own=scopes[0],
        deputising=tuple(scopes[1:]),
        granted=frozenset(granted[GrantKind.GRANTED.value]),
        glass=frozenset(granted[GrantKind.BREAK_GLASS.value]),
        confirmed=confirmed,
    )


def _absent(session: Session, user: User, clock: Clock) -> dict[UUID, tuple[str, frozenset[Role]]]:
    """Those for whom the person stands in today, by name, with the kinds of work they do."""
    today = clock.today()
    found = session.execute(
        select(User.id, User.name, User.roles)
        .join(Deputy, Deputy.absent_id == User.id)
        .where(
            Deputy.deputy_id == user.id,
            Deputy.withdrawn_at.is_(None),
            Deputy.first_day <= today,
            Deputy.last_day >= today,
            User.active,
        )
        .order_by(User.name, User.id)
    )
    return {
        person: (name, frozenset(Role(role) for role in roles))
        for person, name, roles in found
        if person != user.id
    }


def _rights(
    user: User, people: Iterable[UUID], clock: Clock
) -> Select[str, UUID, UUID, UUID | None]:
    """Units, cases and grants in one question: every request asks it."""
    now, anybody = clock.now(), list(people)
    # With its type: SQLite's ids come back as text from a column that has none.
    nothing = literal(None, Uuid())
    members = select(
        literal(MEMBER).label("kind"),
        Membership.user_id.label("person"),
        Membership.department_id.label("thing"),
        nothing.label("owner"),
    ).where(Membership.user_id.in_(anybody))
    parts = (
        select(literal(TAKES_PART), Participation.user_id, Case.id, Case.dossier_id)
        .join(Case, Case.id == Participation.case_id)
        .where(
            Participation.user_id.in_(anybody),
            Participation.withdrawn_at.is_(None),
            Participation.ends_at > now,
        )
    )
    grants = [
        select(literal(kind.value), Grant.user_id, Grant.dossier_id, nothing).where(
            Grant.user_id == user.id,
            Grant.kind == kind,
            Grant.withdrawn_at.is_(None),
            Grant.ends_at > now,
        )
        for kind in GrantKind
    ]
    found = union_all(members, parts, *grants).subquery()
    return select(found.c.kind, found.c.person, found.c.thing, found.c.owner)


def _shares(session: Session, people: Iterable[UUID], clock: Clock) -> dict[UUID, list[Share]]:
    today = clock.today()
    found: dict[UUID, list[Share]] = {}
    for duty in session.scalars(
        select(Duty)
        .where(
            Duty.user_id.in_(list(people)),
            Duty.valid_from <= today,
            or_(Duty.valid_until.is_(None), Duty.valid_until >= today),
        )
        .order_by(Duty.id)
    ):
        found.setdefault(duty.user_id, []).append(
            Share(duty.department_id, duty.first_letter, duty.last_letter, duty.procedure_key)
        )
    return found
