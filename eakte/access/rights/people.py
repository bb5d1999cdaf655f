"""Who could be given a right, and what stands against it?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.errors import NotFound, Sentence
from eakte.model.user import Role, User, UserKind
from eakte.unit_of_work import UnitOfWork

SHORTEST_REASON = 10
LONGEST_REASON = 500
LONGEST_RIGHT = timedelta(days=365)


def colleagues(work: UnitOfWork, roles: Collection[Role]) -> Sequence[User]:
    """List the active people who do one of these kinds of work, by name."""
    require(work, Action.SEE_LISTS)
    query = select(User).where(User.active, User.kind == UserKind.PERSON).order_by(User.name)
    return [one for one in work.session.scalars(query) if not roles_of(one).isdisjoint(roles)]


def colleague(work: UnitOfWork, person_id: UUID) -> User:
    """Return the account of one person.

    Raises:
        NotFound: there is none, or nobody stands behind it.
    """
    require(work, Action.SEE_LISTS)
    person = work.session.get(User, person_id)
    if person is None or person.kind is not UserKind.PERSON:
        raise NotFound("Diese Person gibt es nicht.")
    return person


def roles_of(person: User) -> frozenset[Role]:
    """Return the kinds of work a person does."""
    return frozenset(Role(role) for role in person.roles)


def unfit(person: User, roles: Collection[Role]) -> list[str]:
    """Say why a person can be given nothing, or nothing of this kind."""
    reasons: list[str] = []
    if not person.active or person.kind is not UserKind.PERSON:
        reasons.append(Sentence("Das Konto der Person ist nicht aktiv."))
    if roles_of(person).isdisjoint(roles):
        reasons.append(Sentence("Die Person hat keine Rolle, in der sie damit arbeiten könnte."))
    return reasons


def unfounded(reason: str, *, shortest: int = SHORTEST_REASON) -> list[str]:
    """Say whether a reason is none, or too long to be kept."""
    if len(reason.strip()) < shortest:
        return [
            Sentence("Die Begründung ist zu kurz; bitte nennen Sie den Anlass in ganzen Worten.")
        ]
    if len(reason.strip()) > LONGEST_REASON:
        return [Sentence("Die Begründung ist zu lang; höchstens 500 Zeichen.")]
    return []


def out_of_time(today: date, until: date, *, most: timedelta = LONGEST_RIGHT) -> list[str]:
    """Say whether a last day lies behind or too far ahead."""
    if until < today:
        return [Sentence("Der letzte Tag liegt in der Vergangenheit.")]
    if until > today + most:
        return [Sentence("Der letzte Tag liegt zu weit in der Zukunft.")]
    return []


def end_of(day: date) -> datetime:
    """Return the instant at which a day ends in the office."""
    return datetime.combine(day + timedelta(days=1), time.min, OFFICE_ZONE)
