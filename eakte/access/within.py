"""What follows for rows that lie in known dossiers, without asking each of them?

How a person stands to a dossier is decided once. Of all dossiers to which they stand alike the rows
are asked together, so that a list of fifty dossiers makes no statement of fifty parts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true

from eakte.access import reach
from eakte.model.case import Case
from eakte.model.columns import Among
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import Actor

Lying = type[Document] | type[Case]
Test = Callable[[Actor, Any], bool]


@dataclass(frozen=True)
class Within:
    """What a rule says of rows in known dossiers.

    ``stands`` tells of one dossier all that the rule wants to know of it; ``rows`` is the condition
    on rows of a table in dossiers, given by their ids, to which the actor stands so.
    """

    stands: Callable[[Actor, Dossier], Hashable]
    rows: Callable[[Actor, Lying, Any, Collection[UUID]], ColumnElement[bool]]


def of_actor(does: Callable[[Actor], bool]) -> Within:
    """What depends on the actor alone."""
    return Within(lambda actor, dossier: does(actor), _as_it_stands)


def of_dossier(may: Test) -> Within:
    """What holds for a dossier holds for all that lies in it."""
    return Within(may, _as_it_stands)


def of_rows(visible: Callable[[Actor, Any], ColumnElement[bool]]) -> Within:
    """What has to be asked of each row, known dossier or not."""
    return Within(
        lambda actor, dossier: None, lambda actor, table, stands, ids: visible(actor, table)
    )


def _as_it_stands(
    actor: Actor, table: Lying, stands: bool, ids: Collection[UUID]
) -> ColumnElement[bool]:
    return true() if stands else false()


def _how_reached(actor: Actor, dossier: Dossier) -> tuple[bool, bool, frozenset[str]]:
    """All of it, some cases by name, and the cases of some procedures."""
    if reach.whole(actor, dossier):
        return True, False, frozenset()
    if dossier.locked or dossier.staff:
        return False, False, frozenset()
    return False, _has_part(actor, dossier), frozenset(reach.procedures(actor, dossier))


def _reached_rows(
    actor: Actor,
    table: Lying,
    stands: tuple[bool, bool, frozenset[str]],
    ids: Collection[UUID],
) -> ColumnElement[bool]:
    everything, by_name, procedures = stands
    if everything or not (by_name or procedures):
        return true() if everything else false()
    taken = _taken(actor, ids)
    if table is Case:
        return or_(Among(Case.id, taken), Case.procedure_key.in_(procedures))
    part = reach.PART
    parts = select(part.id).where(
        part.dossier_id.in_(ids), or_(Among(part.id, taken), part.procedure_key.in_(procedures))
    )
    return Document.case_id.in_(parts)


def _part_taken(actor: Actor, dossier: Dossier) -> bool:
    return not dossier.locked and not dossier.staff and _has_part(actor, dossier)


def _taken_rows(
    actor: Actor, table: Lying, stands: bool, ids: Collection[UUID]
) -> ColumnElement[bool]:
    if not stands:
        return false()
    return Among(Case.id if table is Case else Document.case_id, _taken(actor, ids))


def _has_part(actor: Actor, dossier: Dossier) -> bool:
    return any(owner == dossier.id for scope in actor.scopes for _, owner in scope.cases)


def _taken(actor: Actor, ids: Collection[UUID]) -> list[UUID]:
    known = set(ids)
    return [one for scope in actor.scopes for one, owner in scope.cases if owner in known]


REACHED = Within(_how_reached, _reached_rows)
TAKING_PART = Within(_part_taken, _taken_rows)
