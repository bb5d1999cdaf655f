"""Somebody who acts for the person of a dossier, where a house needs one."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eakte.filing.representing import Representation, add_representative
from eakte.model.dossier import Dossier
from eakte.model.representative import RepresentativeRole
from eakte.unit_of_work import UnitOfWork

LAWYER = Representation(
    role=RepresentativeRole.LAWYER,
    name="Klug, Petra",
    address="Kanzleiweg 3\n84028 Musterstadt",
    reference="112/26 KL",
    mandate="Vollmacht vom 3. März 2026",
    valid_from=date(2026, 3, 3),
)


def one_represented(work: UnitOfWork, dossier_id: UUID, said: Representation = LAWYER) -> UUID:
    """Enter somebody who acts for the person of a dossier, and return their id."""
    return add_representative(work, work.session.get_one(Dossier, dossier_id), said).id
