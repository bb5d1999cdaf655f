"""Who may let a package go that was put together for a court? Never whoever put it together.

Both faces of the rule: one about a single package, one as a condition in SQL.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from eakte.access.reach import Table, Thing
from eakte.model.sending import Sending
from eakte.model.user import Actor


def of_another(actor: Actor, thing: Thing) -> bool:
    """Say whether a package was put together by somebody else than the actor."""
    return isinstance(thing, Sending) and thing.asked_by_id != actor.id


def of_another_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which a package was put together by somebody else."""
    return Sending.asked_by_id != actor.id if table is Sending else false()
