"""May this actor do this with this thing, and which of many may they see?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, False_, and_, false, or_, true

from eakte.access.actions import Action
from eakte.access.reach import Table, Thing, stood_in_for
from eakte.access.rules import TABLE, Rule
from eakte.errors import NotAllowed, NotFound
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
    ways = [_all_of(actor, rules, table) for rules in TABLE.get(action, ())]
    return or_(false(), *(way for way in ways if way is not None))


def _all_of(
    actor: Actor, rules: tuple[Rule, ...], table: Table
) -> ColumnElement[bool] | None:
    """One way as a condition, None when no row can meet it."""
    conditions = []
    for rule in rules:
        condition = rule.visible(actor, table)
        if isinstance(condition, False_):
            # Roles stand first; what their holders reach is costly to write down.
            return None
        conditions.append(condition)
    return and_(true(), *conditions)


def require(work: UnitOfWork, action: Action, thing: Thing = None) -> None:
    """Return if the actor may, raise otherwise.

    Raises:
        NotFound: the actor may not even know of the thing, which must look like its absence.
        NotAllowed: the actor sees the thing but may not do this with it.
    """
    if may(work.actor, action, thing):
        absent = stood_in_for(work.actor, thing)
        if absent is not None:
            work.in_stead_of[absent.person] = absent.name
        return
    if thing is not None and not may(work.actor, SEEING[type(thing)], thing):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    raise NotAllowed("Sie dürfen das nicht: %(act)s.", act=action.value)
