"""Who can be in charge of a dossier, and who can be asked about a document?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from eakte.access.acting import actor_of
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import Sentence
from eakte.model.document import Document
from eakte.model.right import Deputy
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


def askable(work: UnitOfWork, document: Document) -> Sequence[User]:
    """List who can be asked about a document: whoever may see and clarify it, by name.

    These are the clerks of its unit, and of other units those who stand in for one of them today.
    Anybody else would be told of what they may not see: such a document is handed over instead.
    """
    require(work, Action.CLARIFY_DOCUMENT, document)
    own = clerks(work, {document.department_id})
    known = {one.id for one in own}
    today = work.clock.today()
    standing_in = work.session.scalars(
        select(User)
        .join(Deputy, Deputy.deputy_id == User.id)
        .where(
            Deputy.absent_id.in_(known),
            Deputy.first_day <= today,
            Deputy.last_day >= today,
            Deputy.withdrawn_at.is_(None),
            User.active,
        )
    ).unique()
    others = [
        one
        for one in standing_in
        if one.id not in known
        and may(actor_of(work.session, one, work.clock), Action.CLARIFY_DOCUMENT, document)
    ]
    return sorted((*own, *others), key=lambda one: (one.name, one.login))
