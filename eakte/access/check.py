"""May this actor do this with this thing, and which of many may they see?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import ColumnElement, False_, and_, false, or_, true

from eakte.access.actions import Action
from eakte.access.reach import Table, Thing
from eakte.access.rules import TABLE, Rule
from eakte.errors import NeedsConfirmation, NotAllowed, NotFound
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import Actor, Scope
from eakte.unit_of_work import UnitOfWork

SEEING: dict[type, Action] = {
    Document: Action.SEE_DOCUMENT,
    Dossier: Action.SEE_DOSSIER,
    Case: Action.SEE_CASE,
}


def may(actor: Actor, action: Action, thing: Thing = None) -> bool:
    """Say whether the actor may; an act without a row in the table is denied."""
    return any(
        all(rule.may(at_work, thing) for rule in rules) for at_work, rules in _ways(actor, action)
    )


def visible(actor: Actor, action: Action, table: Table) -> ColumnElement[bool]:
    """Return the SQL condition under which the actor may do ``action`` with rows of a table."""
    ways = [_all_of(at_work, rules, table) for at_work, rules in _ways(actor, action)]
    return or_(false(), *(way for way in ways if way is not None))


def _all_of(actor: Actor, rules: tuple[Rule, ...], table: Table) -> ColumnElement[bool] | None:
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
        NeedsConfirmation: the actor may, as soon as they have proved again who they are.
        NotAllowed: the actor sees the thing but may not do this with it.
    """
    if may(work.actor, action, thing):
        absent = stood_in_for(work.actor, action, thing)
        if absent is not None:
            work.in_stead_of[absent.person] = absent.name
        return
    # Told before "there is no such thing": it is said to those alone who may, once they confirm.
    if may(replace(work.actor, confirmed=True), action, thing):
        raise NeedsConfirmation("Dafür müssen Sie sich noch einmal ausweisen.")
    if thing is not None and not may(work.actor, SEEING[type(thing)], thing):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    raise NotAllowed("Sie dürfen das nicht: %(act)s.", act=action.value)


def stood_in_for(actor: Actor, action: Action, thing: Thing) -> Scope | None:
    """Return in whose stead the actor may, None when they may by themselves or not at all."""
    if not actor.deputising or may(replace(actor, deputising=()), action, thing):
        return None
    for scope in actor.deputising:
        if may(replace(actor, deputising=(scope,)), action, thing):
            return scope
    return None


def _ways(actor: Actor, action: Action) -> Iterator[tuple[Actor, tuple[Rule, ...]]]:
    """The ways in which an act may be allowed, each with the actor at the work it names."""
    for rules in TABLE.get(action, ()):
        role = next((rule.role for rule in rules if rule.role is not None), None)
        yield (actor.doing(role) if role is not None else actor), rules
