"""What did this person or device deliver, and what of it waits to be filed?

Each question has two faces that must agree: one about a single thing, one as a condition in SQL.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from eakte.access.reach import Table, Thing
from eakte.model.document import Document, DocumentState
from eakte.model.user import Actor


def waiting(actor: Actor, thing: Thing) -> bool:
    """Say whether the actor delivered a document that waits to be filed."""
    return (
        isinstance(thing, Document)
        and thing.received_by_id == actor.id
        and thing.state is DocumentState.INBOX
    )


def waiting_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which the actor delivered a document that waits to be filed."""
    if table is not Document:
        return false()
    return (Document.received_by_id == actor.id) & (Document.state == DocumentState.INBOX)


def sent(actor: Actor, thing: Thing) -> bool:
    """Say whether the actor delivered a document."""
    return isinstance(thing, Document) and thing.received_by_id == actor.id


def sent_rows(actor: Actor, table: Table) -> ColumnElement[bool]:
    """Return the condition under which the actor delivered a document."""
    return Document.received_by_id == actor.id if table is Document else false()
