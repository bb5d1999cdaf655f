"""May this actor do this with this thing, and which of many may they see?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement

from eakte.access.actions import Action
from eakte.access.reach import Table, Thing, all_of, any_of
from eakte.access.rules import Rule
from eakte.access.table import TABLE
from eakte.access.within import Lying
from eakte.errors import Cancelled, NeedsConfirmation, NotAllowed, NotFound
from eakte.model.batch import Batch
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, DossierState
from eakte.model.sending import Sending
from eakte.model.user import Actor, Scope, UserKind
from eakte.unit_of_work import UnitOfWork

# Each way by which an act may be allowed: who is at work, and the rules that must all hold.
Ways = tuple[tuple[Actor, tuple[Rule, ...]], ...]

SEEING: dict[type, Action] = {
    Document: Action.SEE_DOCUMENT,
    Dossier: Action.SEE_DOSSIER,
    Case: Action.SEE_CASE,
    Batch: Action.SEE_BATCH,
    Sending: Action.SEE_SENDINGS,
}

# A cancelled thing is frozen: it is read, and shut to readers, and nothing else is done with it.
ALSO_WHEN_CANCELLED = frozenset(
    {
        *(Action.SEE_DOCUMENT, Action.SEE_RECEIPT, Action.READ_CONTENT),
        *(Action.SEE_DOSSIER, Action.SEE_CASE, Action.SEE_ACCESS, Action.LOCK_DOSSIER),
        Action.SEE_SENDINGS,
    }
)
# So many conditions are kept. They follow from actor, act and table alone, and a page asks for the
# same ones several times; whoever gains or loses a right is another actor.
KEPT = 512


def may(actor: Actor, action: Action, thing: Thing = None) -> bool:
    """Say whether the actor may; an act without a row in the table is denied."""
    return any(
        all(rule.may(at_work, thing) for rule in rules) for at_work, rules in _ways(actor, action)
    )


@lru_cache(maxsize=KEPT)
def visible(actor: Actor, action: Action, table: Table) -> ColumnElement[bool]:
    """Return the SQL condition under which the actor may do ``action`` with rows of a table."""
    return any_of(
        *(
            all_of(*(rule.visible(at_work, table) for rule in rules))
            for at_work, rules in _open_ways(actor, action)
        )
    )


def split_by_name(actor: Actor) -> tuple[Actor, frozenset[UUID]]:
    """Return the actor without what was given to them by name, and the dossiers that was about.

    What the actor sees beyond the other lies in these dossiers: few rows to look at, where all
    would have to be asked whether they are among them.
    """

    def bare(scope: Scope) -> Scope:
        return replace(scope, cases=frozenset())

    named = actor.granted | actor.glass
    named |= {owner for scope in actor.scopes for _, owner in scope.cases}
    alone = replace(
        actor,
        own=bare(actor.own),
        deputising=tuple(bare(scope) for scope in actor.deputising),
        granted=frozenset(),
        glass=frozenset(),
    )
    return alone, frozenset(named)


def visible_within(
    actor: Actor,
    action: Action,
    table: Lying,
    dossiers: Iterable[Dossier],
) -> ColumnElement[bool]:
    """Return the condition on rows of a table that lie in these dossiers and may be acted on.

    It says what `visible` says and costs less: what follows from a dossier is not asked of rows.
    """
    ways = _open_ways(actor, action)
    alike: dict[tuple[Hashable, ...], list[UUID]] = {}
    for dossier in dossiers:
        stands = tuple(
            rule.within.stands(at_work, dossier) for at_work, rules in ways for rule in rules
        )
        alike.setdefault(stands, []).append(dossier.id)
    return any_of(
        *(
            all_of(table.dossier_id.in_(ids), _within(ways, table, stands, ids))
            for stands, ids in alike.items()
        )
    )


def _within(
    ways: Ways, table: Lying, stands: Iterable[Hashable], ids: Sequence[UUID]
) -> ColumnElement[bool]:
    """The condition on rows in dossiers to which the actor stands alike, in the order of rules."""
    following = iter(stands)
    return any_of(
        *(
            all_of(*(rule.within.rows(at_work, table, next(following), ids) for rule in rules))
            for at_work, rules in ways
        )
    )


@lru_cache(maxsize=KEPT)
def _open_ways(actor: Actor, action: Action) -> Ways:
    """The ways that are open to somebody who does the work they name, without naming it again."""
    # Whoever does two kinds of work reaches the same by both: asked once.
    ways = {
        (at_work, tuple(rule for rule in rules if rule.role is None)): None
        for at_work, rules in _ways(actor, action)
        if all(rule.role is None or at_work.has(rule.role) for rule in rules)
    }
    return tuple(ways)


def require(
    work: UnitOfWork, action: Action, thing: Thing = None, *, although_cancelled: bool = False
) -> None:
    """Return if the actor may, raise otherwise.

    A cancelled thing, and what lies in one, takes no change. ``although_cancelled`` is for what
    takes the cancellation back, or a right away.

    Raises:
        NotFound: the actor may not even know of the thing, which must look like its absence.
        NeedsConfirmation: the actor may, as soon as they have proved again who they are.
        NotAllowed: the actor sees the thing but may not do this with it.
        Cancelled: the actor might, were it not cancelled, or destroyed, which nothing takes back.
    """
    if may(work.actor, action, thing):
        erased = isinstance(thing, Dossier) and thing.state is DossierState.ERASED
        if erased and action is not Action.SEE_DOSSIER:
            refuse_if_cancelled(thing)
        if action not in ALSO_WHEN_CANCELLED and not although_cancelled:
            refuse_if_cancelled(thing)
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


def cancelled(thing: Thing) -> Cancelled | None:
    """Return what there is to say of a cancelled thing, or of what it lies in."""
    match thing:
        case Document() if thing.state is DocumentState.CANCELLED:
            return Cancelled("Das Dokument ist storniert und bleibt, wie es ist.")
        case Document():
            return cancelled(thing.case)
        case Case() if thing.state is CaseState.CANCELLED:
            return Cancelled(
                "Der Vorgang %(number)s ist storniert und bleibt, wie er ist.", number=thing.number
            )
        case Case() | Sending():
            return cancelled(thing.dossier)
        case Dossier() if thing.state is DossierState.CANCELLED:
            return Cancelled(
                "Die Akte %(reference)s ist storniert und bleibt, wie sie ist.",
                reference=thing.reference,
            )
        case Dossier() if thing.state is DossierState.ERASED:
            return Cancelled(
                "Die Akte %(reference)s ist vernichtet; es gibt nur noch den Nachweis.",
                reference=thing.reference,
                next_step="Den Nachweis führt die Schriftgutverwaltung.",
            )
        case _:
            return None


def refuse_if_cancelled(thing: Thing) -> None:
    """Raise Cancelled for a thing that is, or that lies in one that is."""
    fault = cancelled(thing)
    if fault is not None:
        raise fault


def stood_in_for(actor: Actor, action: Action, thing: Thing) -> Scope | None:
    """Return in whose stead the actor may, None when they may by themselves or not at all."""
    if not actor.deputising or may(replace(actor, deputising=()), action, thing):
        return None
    for scope in actor.deputising:
        if may(replace(actor, deputising=(scope,)), action, thing):
            return scope
    return None


def works_in(work: UnitOfWork, action: Action, unit: UUID) -> bool:
    """Say whether the actor does this in a unit, for acts that begin without a thing.

    Where only a deputyship leads there, it is noted in whose stead the actor does it.
    """
    if work.actor.kind is UserKind.SYSTEM:
        return True
    ways = [
        at_work
        for at_work, rules in _ways(work.actor, action)
        if all(rule.may(at_work, None) for rule in rules)
    ]
    if any(unit in at_work.own.departments for at_work in ways):
        return True
    for scope in (scope for at_work in ways for scope in at_work.deputising):
        if unit in scope.departments:
            work.in_stead_of[scope.person] = scope.name
            return True
    return False


def _ways(actor: Actor, action: Action) -> Iterator[tuple[Actor, tuple[Rule, ...]]]:
    """The ways in which an act may be allowed, each with the actor at the work it names."""
    for rules in TABLE.get(action, ()):
        role = next((rule.role for rule in rules if rule.role is not None), None)
        yield (actor.doing(role) if role is not None else actor), rules
