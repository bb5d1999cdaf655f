"""May this actor do this with this thing, and which of many may they see?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from sqlalchemy import ColumnElement, False_, True_, and_, false

from eakte.access.actions import Action
from eakte.access.reach import Table, Thing, all_of, any_of
from eakte.access.rules import TABLE, Rule
from eakte.errors import NeedsConfirmation, NotAllowed, NotFound
from eakte.model.batch import Batch
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import Actor, Scope
from eakte.unit_of_work import UnitOfWork

SEEING: dict[type, Action] = {
    Document: Action.SEE_DOCUMENT,
    Dossier: Action.SEE_DOSSIER,
    Case: Action.SEE_CASE,
    Batch: Action.SEE_BATCH,
}


def may(actor: Actor, action: Action, thing: Thing = None) -> bool:
    """Say whether the actor may; an act without a row in the table is denied."""
    return any(
        all(rule.may(at_work, thing) for rule in rules) for at_work, rules in _ways(actor, action)
    )


def visible(actor: Actor, action: Action, table: Table) -> ColumnElement[bool]:
    """Return the SQL condition under which the actor may do ``action`` with rows of a table."""
    return _any_of(actor, action, lambda rule, at_work: rule.visible(at_work, table))


def visible_within(
    actor: Actor,
    action: Action,
    table: type[Document] | type[Case],
    dossiers: Iterable[Dossier],
) -> ColumnElement[bool]:
    """Return the condition on rows of a table that lie in these dossiers and may be acted on.

    It says what `visible` says and costs less: what follows from a dossier is not asked of rows.
    """
    owner = table.dossier_id
    everything, parts = [], []
    for dossier in dossiers:
        condition = _any_of(actor, action, partial(_within, table, dossier))
        if isinstance(condition, True_):
            everything.append(dossier.id)
        elif not isinstance(condition, False_):
            parts.append(and_(owner == dossier.id, condition))
    return any_of(owner.in_(everything) if everything else false(), *parts)


def _within(
    table: type[Document] | type[Case], dossier: Dossier, rule: Rule, actor: Actor
) -> ColumnElement[bool]:
    return rule.within(actor, table, dossier)


def _any_of(
    actor: Actor, action: Action, ask: Callable[[Rule, Actor], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Any of the ways in which an act may be allowed, as a condition."""
    # Whoever does two kinds of work reaches the same by both: asked once.
    ways = {
        (at_work, tuple(rule for rule in rules if rule.role is None)): None
        for at_work, rules in _ways(actor, action)
        if all(rule.role is None or at_work.has(rule.role) for rule in rules)
    }
    return any_of(*(all_of(*(ask(rule, at_work) for rule in rules)) for at_work, rules in ways))


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
