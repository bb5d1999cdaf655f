"""What stands above every page of a person: what they were told, which glass is broken?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, and_, case, func, literal, select, union_all

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.glass import still_open
from eakte.access.rights.notices import MOST, Told, not_seen
from eakte.model.dossier import Dossier
from eakte.model.right import Grant, LiftRequest, Notice
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork

OPEN_GLASS = "open-glass"


@dataclass(frozen=True)
class Standing:
    """One thing that stands above the page; ``kind`` is ``OPEN_GLASS`` or one of ``Told``.

    ``at`` says when an open glass ends, or when the person was told; ``words`` is the reference of
    the dossier that is open, or the name of whom the notice is about.
    """

    kind: str
    id: UUID
    dossier_id: UUID | None
    at: datetime
    words: str


def standing_above(work: UnitOfWork) -> Sequence[Standing]:
    """List what was told and not seen yet, the latest first, then the open glass by its end.

    One question, since every page asks it.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    latest = (
        select(Notice)
        .where(*not_seen(work))
        .order_by(Notice.made_at.desc(), Notice.id)
        .limit(MOST)
        .subquery()
    )
    meant = case((latest.c.kind == Told.OWN_DUTY, latest.c.subject_id), else_=Grant.user_id)
    questions = [
        select(
            *(latest.c.kind, latest.c.id, LiftRequest.dossier_id, latest.c.made_at),
            func.coalesce(User.name, literal("", String())),
        )
        .select_from(latest)
        .outerjoin(Grant, and_(latest.c.kind == Told.GLASS_BROKEN, Grant.id == latest.c.subject_id))
        .outerjoin(
            LiftRequest,
            and_(latest.c.kind == Told.LIFT_ASKED, LiftRequest.id == latest.c.subject_id),
        )
        .outerjoin(User, User.id == meant)
    ]
    if work.actor.glass:
        questions.append(
            select(
                *(literal(OPEN_GLASS, String()), Grant.id, Grant.dossier_id, Grant.ends_at),
                Dossier.reference,
            )
            .join(Dossier, Dossier.id == Grant.dossier_id)
            .where(*still_open(work))
        )
    found = [Standing(*row) for row in work.session.execute(union_all(*questions))]
    told = [one for one in found if one.kind != OPEN_GLASS]
    glass = [one for one in found if one.kind == OPEN_GLASS]
    return [
        *sorted(sorted(told, key=lambda one: one.id), key=lambda one: one.at, reverse=True),
        *sorted(glass, key=lambda one: (one.at, one.id)),
    ]
