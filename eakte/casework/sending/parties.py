"""Who takes part in proceedings about a dossier: the person, the office, who acts for whom?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.addresses import address_of
from eakte.interchange.package import Organisation, Party, Person, Role
from eakte.model.dossier import Dossier
from eakte.model.representative import (
    Representative,
    RepresentativeRole,
    acting_on,
    in_order,
)
from eakte.unit_of_work import UnitOfWork

# Lawyers who are known when a dossier goes to court act there (§ 73 SGG); whoever else was
# mandated is told as what they are for the office.
ROLES = {
    RepresentativeRole.LAWYER: Role.REPRESENTATIVE,
    RepresentativeRole.AUTHORISED: Role.AUTHORISED,
    RepresentativeRole.GUARDIAN: Role.GUARDIAN,
    RepresentativeRole.STATUTORY: Role.STATUTORY,
}


def parties_of(
    work: UnitOfWork, dossier: Dossier, office: Organisation, *, on: date
) -> tuple[Party, ...]:
    """Return the person concerned, the office, and who acts for the person on that day.

    A dossier that names no person names nobody who could be represented.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    defendant = Party(Role.DEFENDANT, office, reference=dossier.reference)
    family, _, given = dossier.person_name.partition(",")
    if not family.strip():
        return (defendant,)
    person = Person(
        family.strip(),
        given.strip(),
        born_on=dossier.birth_date,
        address=address_of(dossier.address),
    )
    acting = work.session.scalars(
        select(Representative)
        .where(Representative.dossier_id == dossier.id, acting_on(on))
        .order_by(*in_order())
    )
    # The person is the first party, so that every one of these names number 0.
    return (Party(Role.CLAIMANT, person), defendant, *map(_acting, acting))


def _acting(one: Representative) -> Party:
    address = address_of(one.address)
    family, _, given = one.name.partition(",")
    who = (
        Organisation(one.name, address)
        if one.organisation
        else Person(family.strip() or one.name, given.strip(), address=address)
    )
    return Party(ROLES[one.role], who, reference=one.reference, represents=0)
