"""Which documents contain these words, of those this person may read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.errors import BadQueryText, PartUnavailable
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState
from eakte.retrieval.indexing import lost_from_index
from eakte.retrieval.schema import NAMES, SCHEMA, rights_filter
from eakte.unit_of_work import UnitOfWork
from search import (
    BY_SCORE,
    AnyOf,
    BadQuery,
    Between,
    Everything,
    Found,
    Hit,
    IndexBroken,
    Order,
    Passage,
    Phrase,
    Query,
    SearchError,
    parse,
)

# Beyond this many nobody turns pages; they type another word.
MOST = 1000
PER_PAGE = 20
PASSAGES = 3


class Sorting(StrEnum):
    """In which order a person wants to see what was found."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


ORDERS = {
    Sorting.BEST: BY_SCORE,
    Sorting.NEWEST: Order("received", descending=True),
    Sorting.OLDEST: Order("received", descending=False),
}


@dataclass(frozen=True)
class Narrowing:
    """What the hits must be beside containing the words; None and "" narrow nothing."""

    document_type: str = ""
    reference: str = ""
    letter_from: date | None = None
    letter_to: date | None = None
    department_id: UUID | None = None
    state: DocumentState | None = None
    sorting: Sorting = Sorting.BEST

    def filters(self) -> tuple[Query, ...]:
        """Return the conditions for the index."""
        asked: list[Query] = []
        if self.document_type:
            asked.append(Phrase(self.document_type, "kind"))
        if self.reference:
            asked.append(Phrase(self.reference, "reference"))
        if self.letter_from or self.letter_to:
            asked.append(Between("letter", self.letter_from, self.letter_to))
        if self.department_id:
            asked.append(AnyOf("unit", (str(self.department_id),)))
        if self.state:
            asked.append(AnyOf("state", (self.state.value,)))
        return tuple(asked)


@dataclass(frozen=True)
class FoundDocument:
    """A document with the pages on which the words stand."""

    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Results:
    """One page of what was found. ``total`` counts what the actor may read, at most ``MOST``."""

    found: tuple[FoundDocument, ...]
    total: int
    more_than_counted: bool
    page: int
    pages: int


def search(
    work: UnitOfWork,
    typed: str,
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
    narrowing: Narrowing | None = None,
) -> Results:
    """Find documents by the words of their pages and their descriptions.

    The index is filtered by the actor's rights and every hit is checked again against the rows: a
    stale index shows nothing and counts nothing.

    Raises:
        BadQueryText: what was typed cannot be understood, with the position.
        PartUnavailable: the index is being rebuilt or broken.
    """
    require(work, Action.SEARCH)
    narrowing = narrowing or Narrowing()
    wanted = _understood(typed) if typed.strip() else Everything()
    limits = (rights_filter(work.actor), *narrowing.filters())
    order = ORDERS[narrowing.sorting]
    allowed, keys = _readable(work, wanted, limits, order)
    counted = keys[:MOST]
    pages = max(1, -(-len(counted) // per_page))
    page = min(max(1, page), pages)
    shown = counted[(page - 1) * per_page : page * per_page]
    marked = _passages(work, wanted, limits, shown)
    # A snippet is content, so the log says of which documents it was shown; never the words.
    audit.note(
        work, "search", kind="search", subject=None, found=len(counted), page=page, shown=shown
    )
    return Results(
        found=tuple(
            FoundDocument(allowed[key], marked[key].passages if key in marked else ())
            for key in shown
        ),
        total=len(counted),
        more_than_counted=len(keys) > MOST,
        page=page,
        pages=pages,
    )


def _understood(typed: str) -> Query:
    try:
        return parse(typed, SCHEMA, names=NAMES)
    except BadQuery as error:
        raise BadQueryText("%(fault)s", fault=error.message, position=error.position) from error


def _find(
    work: UnitOfWork,
    wanted: Query,
    filters: Sequence[Query],
    *,
    limit: int,
    passages: int,
    order: Order = BY_SCORE,
) -> Found:
    try:
        found = work.index.find(
            wanted, filters=filters, limit=limit, passages=passages, order=order
        )
        # An index that was lost is empty, which must not look like "nothing found".
        if not found.total and not work.index.count() and lost_from_index(work.session):
            raise IndexBroken("the index is empty")
        return found
    except BadQuery as error:
        raise BadQueryText("%(fault)s", fault=error.message, position=error.position) from error
    except SearchError as error:
        raise PartUnavailable(
            "Die Suche steht gerade nicht bereit; ihr Verzeichnis wird neu aufgebaut.",
        ) from error


def _readable(
    work: UnitOfWork, wanted: Query, filters: Sequence[Query], order: Order
) -> tuple[dict[str, Document], list[str]]:
    """The documents found that the actor may read, in order; one more than counted if there is one.

    What the rows keep back must not take the place of something else, so it is looked further
    until there are enough.
    """
    allowed: dict[str, Document] = {}
    limit, seen = MOST + 1, 0
    while True:
        found = _find(work, wanted, filters, limit=limit, passages=0, order=order)
        fresh = [hit.key for hit in found.hits[seen:]]
        for start in range(0, len(fresh), MOST + 1):
            allowed |= _allowed(work, fresh[start : start + MOST + 1])
        keys = [hit.key for hit in found.hits if hit.key in allowed]
        if len(keys) > MOST or len(found.hits) < limit:
            return allowed, keys
        limit, seen = limit * 4, len(found.hits)


def _allowed(work: UnitOfWork, keys: Sequence[str]) -> dict[str, Document]:
    if not keys:
        return {}
    rows = work.session.scalars(
        select(Document)
        .options(
            joinedload(Document.case).joinedload(Case.dossier), joinedload(Document.department)
        )
        .where(
            Document.id.in_([UUID(key) for key in keys]),
            visible(work.actor, Action.READ_CONTENT, Document),
        )
    )
    return {str(document.id): document for document in rows}


def _passages(
    work: UnitOfWork, wanted: Query, filters: Sequence[Query], keys: Sequence[str]
) -> dict[str, Hit]:
    if not keys:
        return {}
    chosen = (*filters, AnyOf("document", tuple(keys)))
    found = _find(work, wanted, chosen, limit=len(keys), passages=PASSAGES)
    return {hit.key: hit for hit in found.hits}
