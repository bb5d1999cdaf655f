"""Which stacks does a person reach: those of their units, and those they have delivered?

Each question has two faces that must agree: one about a single thing, one as a condition in SQL.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from eakte.access.reach import Table, Thing
from eakte.model.batch import Batch
from eakte.model.user import Actor


def of_unit(actor: Actor, thing: Thing) -> bool:
    """Say whether a stack was delivered into one of the actor's units."""
    return isinstance(thing, Batch) and thing.department_id in actor.departments


def of_unit_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which a stack was delivered into one of the actor's units."""
    return Batch.department_id.in_(actor.departments) if table is Batch else false()


def sent(actor: Actor, thing: Thing) -> bool:
    """Say whether the actor has delivered the stack."""
    return isinstance(thing, Batch) and thing.sender_id == actor.id


def sent_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which the actor has delivered a stack."""
    return Batch.sender_id == actor.id if table is Batch else false()
