"""Which fields of a document does the index know, and by which words do people name them?"""

from __future__ import annotations

from string import ascii_lowercase, digits

from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.file_plan import Access
from eakte.model.user import Actor, Role, Share, UserKind
from search import And, AnyOf, Everything, Field, FieldKind, Not, Query, Schema

SCHEMA = Schema(
    fields=(
        Field("title", FieldKind.TEXT, weight=3.0, default=True),
        Field("reference", FieldKind.TEXT, weight=3.0, default=True),
        Field("person", FieldKind.TEXT, weight=2.0, default=True),
        Field("subject", FieldKind.TEXT, weight=1.5, default=True),
        Field("kind", FieldKind.TEXT, weight=1.5, default=True),
        Field("document", FieldKind.KEYWORD),
        Field("visible", FieldKind.KEYWORD),
        Field("unit", FieldKind.KEYWORD),
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


# What every document of a dossier about staff carries (§ 35 Abs. 1 Satz 3 SGB I).
STAFF = "staff"
LETTERS = digits + ascii_lowercase
# Names that begin otherwise share one token; the rows tell them apart.
ANOTHER = "other"


def tokens_of(document: Document, case: Case | None) -> list[str]:
    """Return the tokens by which those who reach a document are let through to it.

    They say how the document stands and never who reaches it, so a right that is given or taken
    away needs no new entry.
    """
    if case is None:
        return [f"inbox:{document.department_id}", f"delivered:{document.received_by_id}"]
    dossier = case.dossier
    unit, letter = dossier.department_id, _lettered(dossier.letter)
    tokens = [f"dossier:{dossier.id}"]
    if dossier.clerk_id:
        tokens.append(f"clerk:{dossier.clerk_id}")
    if dossier.staff:
        tokens.append(STAFF)
    if dossier.locked or dossier.staff:
        return tokens
    tokens += [
        f"case:{case.id}",
        f"share:{unit}:{letter}:",
        f"share:{unit}:{letter}:{case.procedure_key}",
    ]
    if dossier.access is Access.UNIT:
        tokens.append(f"unit:{unit}")
    if dossier.clerk_id:
        tokens.append(f"stands-in:{dossier.clerk_id}")
    return tokens


def rights_filter(actor: Actor) -> Query:
    """Return the filter that leaves what the actor's rights reach; the rows are asked again."""
    if actor.kind is UserKind.SYSTEM:
        return Everything()
    reached = AnyOf("visible", tuple(sorted(_reached(actor))))
    if actor.has(Role.PERSONNEL):
        return And((reached, Not(AnyOf("visible", (STAFF,)))))
    return reached


def _reached(actor: Actor) -> set[str]:
    tokens: set[str] = set()
    for role in (Role.CLERK, Role.LEAD):
        if actor.has(role):
            tokens |= _of_the_office(actor.doing(role))
    if actor.has(Role.MEDICAL):
        tokens |= _cases(actor.doing(Role.MEDICAL)) | {f"dossier:{one}" for one in actor.glass}
    if actor.has(Role.SCANNING):
        tokens.add(f"delivered:{actor.id}")
    if actor.has(Role.AUDITOR):
        tokens |= {f"dossier:{one}" for one in actor.granted}
    return tokens


def _of_the_office(actor: Actor) -> set[str]:
    tokens = _cases(actor) | {f"dossier:{one}" for one in actor.granted | actor.glass}
    tokens.add(f"clerk:{actor.id}")
    tokens |= {f"stands-in:{scope.person}" for scope in actor.deputising}
    for unit in actor.departments:
        tokens |= {f"inbox:{unit}", f"unit:{unit}"}
    for scope in actor.scopes:
        for share in scope.shares:
            tokens |= _of_share(share)
    return tokens


def _cases(actor: Actor) -> set[str]:
    return {f"case:{case}" for scope in actor.scopes for case, _ in scope.cases}


def _of_share(share: Share) -> set[str]:
    letters = [one for one in LETTERS if share.first_letter <= one <= share.last_letter]
    # Between, before and behind ours there are others, of which any may lie in the range.
    if share.first_letter != share.last_letter or _lettered(share.first_letter) == ANOTHER:
        letters.append(ANOTHER)
    return {f"share:{share.department}:{letter}:{share.procedure}" for letter in letters}


def _lettered(letter: str) -> str:
    return letter if letter and letter in LETTERS else ANOTHER
