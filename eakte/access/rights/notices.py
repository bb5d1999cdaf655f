"""What has a person to be told at once, on every page until they have seen it?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import NotFound
from eakte.model.right import Notice
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork

MOST = 5


class Told(StrEnum):
    """What notices are about; the subject is a grant, a lift request or a person."""

    GLASS_BROKEN = "glass-broken"
    LIFT_ASKED = "lift-asked"
    OWN_DUTY = "own-duty"


def tell(work: UnitOfWork, people: Collection[User], told: Told, subject: UUID) -> None:
    """Let people be told of something; part of the transaction in which it happens."""
    now = work.clock.now()
    work.session.add_all(
        Notice(user_id=person.id, kind=told.value, subject_id=subject, made_at=now)
        for person in people
    )


def unseen(work: UnitOfWork) -> Sequence[Notice]:
    """List what the actor was told and has not seen yet, the latest first."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return work.session.scalars(
        select(Notice).where(*not_seen(work)).order_by(Notice.made_at.desc(), Notice.id).limit(MOST)
    ).all()


def not_seen(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on notices under which the actor has still to be told."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return (Notice.user_id == work.actor.id, Notice.seen_at.is_(None))


def note_seen(work: UnitOfWork, notice_id: UUID) -> None:
    """Note that the actor has seen what they were told.

    Raises:
        NotFound: nobody told them this.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    notice = work.session.get(Notice, notice_id)
    if notice is None or notice.user_id != work.actor.id:
        raise NotFound("Diesen Hinweis gibt es nicht mehr.")
    if notice.seen_at is None:
        notice.seen_at = work.clock.now()
        audit.note(work, "notice.seen", kind=notice.kind, subject=notice.subject_id)
