"""Who can be in charge of a dossier?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.user import Membership, Role, User, UserKind
from eakte.unit_of_work import UnitOfWork

KINDS = frozenset({Role.CLERK.value, Role.LEAD.value})


def clerks(work: UnitOfWork, units: Collection[UUID]) -> Sequence[User]:
    """List who can be in charge of a dossier of one of these units, by name.

    That is whoever works there on dossiers or leads, and has an active account; not whoever only
    scans there, audits, or is stood in for by somebody of another unit.
    """
    require(work, Action.SEE_LISTS)
    members = work.session.scalars(
        select(User)
        .where(
            User.active,
            User.kind == UserKind.PERSON,
            User.id.in_(select(Membership.user_id).where(Membership.department_id.in_(units))),
        )
        .order_by(User.name, User.login)
    )
    return [member for member in members if KINDS & set(member.roles)]


def unfit_clerk(work: UnitOfWork, person_id: UUID, unit: UUID) -> list[str]:
    """Say why a person cannot be in charge of a dossier of this unit."""
    require(work, Action.SEE_LISTS)
    if any(person.id == person_id for person in clerks(work, {unit})):
        return []
    return [Sentence("Die gewählte Person bearbeitet in diesem Sachgebiet keine Akten.")]
