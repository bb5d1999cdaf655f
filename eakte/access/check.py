"""May this actor do this with this thing, and which of many may they see?"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, false, or_

from eakte.access.actions import Action
from eakte.access.reach import Table, Thing, stood_in_for
from eakte.access.rules import TABLE
from eakte.errors import NeedsConfirmation, NotAllowed, NotFound
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import Actor
from eakte.unit_of_work import UnitOfWork

SEEING: dict[type, Action] = {
    Document: Action.SEE_DOCUMENT,
    Dossier: Action.SEE_DOSSIER,
    Case: Action.SEE_CASE,
}


def may(actor: Actor, action: Action, thing: Thing = None) -> bool:
    """Say whether the actor may; an act without a row in the table is denied."""
    return any(all(rule.may(actor, thing) for rule in rules) for rules in TABLE.get(action, ()))


def visible(actor: Actor, action: Action, table: Table) -> ColumnElement[bool]:
    """Return the SQL condition under which the actor may do ``action`` with rows of a table."""
    ways = [
        and_(*(rule.visible(actor, table) for rule in rules)) for rules in TABLE.get(action, ())
    ]
    return or_(*ways) if ways else false()


def require(work: UnitOfWork, action: Action, thing: Thing = None) -> None:
    """Return if the actor may, raise otherwise.

    Raises:
        NotFound: the actor may not even know of the thing, which must look like its absence.
        NeedsConfirmation: the actor may, as soon as they have proved again who they are.
        NotAllowed: the actor sees the thing but may not do this with it.
    """
    if may(work.actor, action, thing):
        absent = stood_in_for(work.actor, thing)
        if absent is not None:
            work.in_stead_of[absent.person] = absent.name
        return
    # Told before "there is no such thing": it is said to those alone who may, once they confirm.
    if may(replace(work.actor, confirmed=True), action, thing):
        raise NeedsConfirmation("Dafür müssen Sie sich noch einmal ausweisen.")
    if thing is not None and not may(work.actor, SEEING[type(thing)], thing):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    raise NotAllowed("Sie dürfen das nicht: %(act)s.", act=action.value)
