"""Who could work on a new dossier?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.user import Membership, Role, User
from eakte.unit_of_work import UnitOfWork


def clerks(work: UnitOfWork) -> Sequence[User]:
    """List who works on dossiers in the actor's units, by name."""
    require(work, Action.OPEN_DOSSIER)
    members = work.session.scalars(
        select(User)
        .where(
            User.active,
            User.id.in_(
                select(Membership.user_id).where(
                    Membership.department_id.in_(work.actor.departments)
                )
            ),
        )
        .order_by(User.name, User.login)
    )
    kinds = {Role.CLERK.value, Role.LEAD.value}
    return [member for member in members if kinds & set(member.roles)]
