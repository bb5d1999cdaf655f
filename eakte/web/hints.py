"""What has to stand on every page: what one was told, broken glass, in whose stead one acts?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from eakte.access.rights.above import OPEN_GLASS, Standing, standing_above
from eakte.access.rights.notices import Told
from eakte.model.user import UserKind
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
    found = standing_above(work)
    return Hints(
        told=tuple(_hint(one) for one in found if one.kind != OPEN_GLASS),
        glass=tuple(
            OpenGlass(one.dossier_id, one.words, one.at)
            for one in found
            if one.kind == OPEN_GLASS and one.dossier_id
        ),
        in_stead_of=tuple(sorted(work.in_stead_of.values())),
    )


def _hint(one: Standing) -> Hint:
    sentence, link = "", ""
    if one.kind == Told.GLASS_BROKEN:
        sentence = _("%(name)s hat eine Akte im Notfall geöffnet.", name=one.words)
        link = url_for("glass.show")
    elif one.kind == Told.OWN_DUTY:
        sentence = _("%(name)s hat sich selbst eine Zuständigkeit gegeben.", name=one.words)
    elif one.kind == Told.LIFT_ASKED:
        sentence = _("Jemand beantragt, eine Sperre aufzuheben; Sie können entscheiden.")
        link = url_for("rights.show", dossier_id=one.dossier_id) if one.dossier_id else ""
    return Hint(one.id, sentence, one.at, link)
