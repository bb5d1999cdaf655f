"""Who acts for the person of a dossier?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import NotFound
from eakte.model.dossier import Dossier
from eakte.model.representative import Representative, acting_on, in_order
from eakte.unit_of_work import UnitOfWork


def representatives_of(work: UnitOfWork, dossier: Dossier) -> Sequence[Representative]:
    """List everybody who acts or acted for the person, first whom letters go to."""
    require(work, Action.SEE_DOSSIER, dossier)
    return _listed(work, Representative.dossier_id == dossier.id)


def acting_for(work: UnitOfWork, dossier: Dossier) -> Sequence[Representative]:
    """List who acts for the person today, first whom letters go to (§ 13 Abs. 3 SGB X)."""
    require(work, Action.SEE_DOSSIER, dossier)
    today = work.clock.today()
    return _listed(work, Representative.dossier_id == dossier.id, acting_on(today))


def representative_by_id(work: UnitOfWork, dossier: Dossier, wanted: UUID) -> Representative:
    """Return one of those who act for the person of a dossier.

    Raises:
        NotFound: nobody of this dossier has the id.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    found = work.session.get(Representative, wanted)
    if found is None or found.dossier_id != dossier.id:
        raise NotFound("Diese Vertretung der Person gibt es nicht mehr.")
    return found


def _listed(work: UnitOfWork, *asked: ColumnElement[bool]) -> Sequence[Representative]:
    return work.session.scalars(select(Representative).where(*asked).order_by(*in_order())).all()
