"""What has to stand on every page: what one was told, broken glass, in whose stead one acts?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from eakte.access.rights.glass import own_glass
from eakte.access.rights.notices import Told, unseen
from eakte.model.right import Grant, LiftRequest, Notice
from eakte.model.user import User, UserKind
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Hint:
    """Something a person was told and has not seen yet."""

    id: UUID
    sentence: str
    made_at: datetime
    link: str


@dataclass(frozen=True)
class OpenGlass:
    """A dossier that is open in an emergency."""

    dossier_id: UUID
    reference: str
    ends_at: datetime


@dataclass(frozen=True)
class Hints:
    """Everything that stands above the page."""

    told: tuple[Hint, ...] = ()
    glass: tuple[OpenGlass, ...] = ()
    in_stead_of: tuple[str, ...] = ()


def hints_of(work: UnitOfWork | None) -> Hints:
    """Return what has to stand above the page of the actor."""
    if work is None or work.actor.kind is not UserKind.PERSON:
        return Hints()
    glass = own_glass(work) if work.actor.glass else ()
    return Hints(
        told=tuple(_hint(work, notice) for notice in unseen(work)),
        glass=tuple(
            OpenGlass(grant.dossier_id, grant.dossier.reference, grant.ends_at) for grant in glass
        ),
        in_stead_of=tuple(sorted(work.in_stead_of.values())),
    )


def _hint(work: UnitOfWork, notice: Notice) -> Hint:
    sentence, link = "", ""
    if notice.kind == Told.GLASS_BROKEN:
        broken = select(User.name).join(Grant, Grant.user_id == User.id)
        name = work.session.scalar(broken.where(Grant.id == notice.subject_id)) or ""
        sentence = _("%(name)s hat eine Akte im Notfall geöffnet.", name=name)
        link = url_for("glass.show")
    elif notice.kind == Told.OWN_DUTY:
        name = work.session.scalar(select(User.name).where(User.id == notice.subject_id)) or ""
        sentence = _("%(name)s hat sich selbst eine Zuständigkeit gegeben.", name=name)
    elif notice.kind == Told.LIFT_ASKED:
        sentence = _("Jemand beantragt, eine Sperre aufzuheben; Sie können entscheiden.")
        request = work.session.get(LiftRequest, notice.subject_id)
        link = url_for("rights.show", dossier_id=request.dossier_id) if request else ""
    return Hint(notice.id, sentence, notice.made_at, link)
