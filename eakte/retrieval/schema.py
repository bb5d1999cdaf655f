"""Which fields of a document does the index know, and by which words do people name them?"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from eakte.model.user import Actor, UserKind
from search import AnyOf, Everything, Field, FieldKind, Query, Schema

SCHEMA = Schema(
    fields=(
        Field("title", FieldKind.TEXT, weight=3.0, default=True),
        Field("reference", FieldKind.TEXT, weight=3.0, default=True),
        Field("person", FieldKind.TEXT, weight=2.0, default=True),
        Field("subject", FieldKind.TEXT, weight=1.5, default=True),
        Field("kind", FieldKind.TEXT, weight=1.5, default=True),
        Field("document", FieldKind.KEYWORD),
        Field("visible", FieldKind.KEYWORD),
        Field("state", FieldKind.KEYWORD),
        Field("letter", FieldKind.DATE),
        Field("received", FieldKind.DATE),
        Field("number", FieldKind.NUMBER),
        Field("edits", FieldKind.NUMBER),
    )
)

# What people type before a colon, in both languages of the interface.
NAMES = {
    "titel": "title",
    "title": "title",
    "akte": "reference",
    "aktenzeichen": "reference",
    "az": "reference",
    "reference": "reference",
    "person": "person",
    "name": "person",
    "vorgang": "subject",
    "betreff": "subject",
    "subject": "subject",
    "typ": "kind",
    "art": "kind",
    "type": "kind",
    "datum": "letter",
    "date": "letter",
    "eingang": "received",
    "received": "received",
    "nr": "number",
    "nummer": "number",
    "number": "number",
}


def tokens_of_department(department_id: UUID) -> list[str]:
    """Return the tokens under which a document of this unit is visible."""
    return [f"department:{department_id}"]


def rights_filter(actor: Actor) -> Query:
    """Return the filter that leaves what the actor's rights reach; the rows are asked again."""
    if actor.kind is UserKind.SYSTEM:
        return Everything()
    return AnyOf("visible", tuple(_tokens(actor.departments)))


def _tokens(departments: Iterable[UUID]) -> list[str]:
    return sorted(token for unit in departments for token in tokens_of_department(unit))
