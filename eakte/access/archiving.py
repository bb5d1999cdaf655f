"""By which rules are dossiers offered to archives and handed over to them?

The table of `eakte.access.rules` goes on here.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from eakte.access import within
from eakte.access.actions import Action
from eakte.access.reach import Table, Thing
from eakte.access.rules import CONFIRMED, GIVEN, OF_THE_UNIT, RECORDS, THE_SYSTEM, AnyOf, Rule
from eakte.model.offer import Offer
from eakte.model.user import Actor


def of_unit(actor: Actor, thing: Thing) -> bool:
    """Say whether dossiers of one of the actor's units are offered by it."""
    return isinstance(thing, Offer) and thing.department_id in actor.departments


def of_unit_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which an offer is one of the actor's units."""
    return Offer.department_id.in_(actor.departments) if table is Offer else false()


OFFER_OF_UNIT = Rule(
    "Angeboten werden Akten eines Sachgebiets der Person.",
    of_unit,
    of_unit_rows,
    within.of_rows(of_unit_rows),
)

TABLE: dict[Action, AnyOf] = {
    Action.SEE_OFFERS: ((RECORDS,), (THE_SYSTEM,)),
    Action.SEE_OFFER: ((RECORDS, OFFER_OF_UNIT), (THE_SYSTEM,)),
    Action.OFFER_DOSSIER: ((RECORDS, OF_THE_UNIT), (RECORDS, GIVEN)),
    Action.HAND_TO_ARCHIVE: ((RECORDS, OFFER_OF_UNIT, CONFIRMED),),
    Action.CALL_OFF_OFFER: ((RECORDS, OFFER_OF_UNIT),),
    Action.TAKE_FROM_ARCHIVE: ((RECORDS,), (THE_SYSTEM,)),
}
