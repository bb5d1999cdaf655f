"""Which documents contain these words, of those this person may read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.errors import BadQueryText, PartUnavailable
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.retrieval.schema import NAMES, SCHEMA, rights_filter
from eakte.unit_of_work import UnitOfWork
from search import AnyOf, BadQuery, Found, Hit, Passage, Query, SearchError, parse

# Beyond this many nobody turns pages; they type another word.
MOST = 1000
PER_PAGE = 20
PASSAGES = 3


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
    filters: Sequence[Query] = (),
) -> Results:
    """Find documents by the words of their pages and their descriptions.

    The index is filtered by the actor's rights and every hit is checked again against the rows: a
    stale index shows nothing and counts nothing.

    Raises:
        BadQueryText: what was typed cannot be understood, with the position.
        PartUnavailable: the index is being rebuilt or broken.
    """
    require(work, Action.SEARCH)
    wanted = _understood(typed)
    limits = (rights_filter(work.actor), *filters)
    found = _find(work, wanted, limits, limit=MOST, passages=0)
    allowed = _allowed(work, [hit.key for hit in found.hits])
    keys = [hit.key for hit in found.hits if hit.key in allowed]
    pages = max(1, -(-len(keys) // per_page))
    page = min(max(1, page), pages)
    shown = keys[(page - 1) * per_page : page * per_page]
    marked = _passages(work, wanted, limits, shown)
    audit.note(work, "search", kind="search", subject=None, found=len(keys), page=page)
    return Results(
        found=tuple(
            FoundDocument(allowed[key], marked[key].passages if key in marked else ())
            for key in shown
        ),
        total=len(keys),
        more_than_counted=found.total > MOST,
        page=page,
        pages=pages,
    )


def _understood(typed: str) -> Query:
    try:
        return parse(typed, SCHEMA, names=NAMES)
    except BadQuery as error:
        raise BadQueryText("%(fault)s", fault=error.message, position=error.position) from error


def _find(
    work: UnitOfWork, wanted: Query, filters: Sequence[Query], *, limit: int, passages: int
) -> Found:
    try:
        return work.index.find(wanted, filters=filters, limit=limit, passages=passages)
    except BadQuery as error:
        raise BadQueryText("%(fault)s", fault=error.message, position=error.position) from error
    except SearchError as error:
        raise PartUnavailable(
            "Die Suche steht gerade nicht bereit; ihr Verzeichnis wird neu aufgebaut.",
        ) from error


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
