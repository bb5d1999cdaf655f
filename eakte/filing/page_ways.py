"""Where did each page of a version come from, and where does each page of a stack lie by now?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.arrangement import VersionPage
from eakte.model.batch import BatchPage, Fate
from eakte.model.document import Document, DocumentState, Version
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Origin:
    """A page of a version as it came in, and its turn since."""

    version_id: UUID
    page: int
    turn: int


def current_version(work: UnitOfWork, document: Document) -> Version:
    """Return the version of a document that counts."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalars(
        select(Version).where(
            Version.document_id == document.id, Version.number == document.current_version
        )
    ).one()


def origins_of(work: UnitOfWork, document: Document) -> list[Origin]:
    """Return where each page of the current version came from, in its order.

    Of a version that came in these are its own pages, as many as were counted.
    """
    require(work, Action.SEE_DOCUMENT, document)
    version = current_version(work, document)
    rows = work.session.scalars(
        select(VersionPage).where(VersionPage.version_id == version.id).order_by(VersionPage.place)
    ).all()
    if rows:
        return [Origin(row.source_id, row.page, row.turn) for row in rows]
    # Whoever went back to the first version has its bytes again under another number.
    first = work.session.scalars(
        select(Version.id)
        .where(Version.document_id == document.id, Version.sha256 == version.sha256)
        .order_by(Version.number)
        .limit(1)
    ).one()
    return [Origin(first, page, 0) for page in range(1, (document.page_count or 0) + 1)]


def follow_pages(work: UnitOfWork, documents: Collection[UUID]) -> None:
    """Write down where the pages of stacks lie that came into these documents first.

    A page that no document holds any more is set aside: it is kept in the stack and in the version
    in which it came, and the balance of the stack stays complete.
    """
    require(work, Action.SEE_LISTS)
    pages = work.session.scalars(
        select(BatchPage).where(BatchPage.first_document_id.in_(documents))
    ).all()
    if not pages:
        return
    places = _arranged(work, documents) | _as_they_came(work, documents, pages)
    for page in pages:
        if page.first_document_id is None or page.first_place is None:
            continue
        found = places.get((page.first_document_id, page.first_place))
        page.fate = Fate.FILED if found else Fate.ASIDE
        page.document_id, page.place = found or (page.first_document_id, None)
    work.session.flush()


Places = dict[tuple[UUID, int], tuple[UUID, int | None]]


def _arranged(work: UnitOfWork, documents: Collection[UUID]) -> Places:
    """Where the pages lie that were arranged: in what counts now, best in what is not cancelled."""
    root = aliased(Version)
    rows = work.session.execute(
        select(root.document_id, VersionPage.page, Document.id, VersionPage.place, Document.state)
        .select_from(VersionPage)
        .join(root, root.id == VersionPage.source_id)
        .join(Version, Version.id == VersionPage.version_id)
        .join(
            Document,
            (Document.id == Version.document_id) & (Document.current_version == Version.number),
        )
        .where(root.document_id.in_(documents), Document.taken_over_id.is_(None))
    ).all()
    places: Places = {}
    for first, page, document_id, place, _ in sorted(
        rows, key=lambda row: row[4] is not DocumentState.CANCELLED
    ):
        places[first, page] = (document_id, place)
    return places


def _as_they_came(
    work: UnitOfWork, documents: Collection[UUID], pages: Collection[BatchPage]
) -> Places:
    """Where the pages of documents lie whose current version is the one that came in."""
    whole = set(
        work.session.scalars(
            select(Document.id)
            .join(
                Version,
                (Version.document_id == Document.id) & (Version.number == Document.current_version),
            )
            .where(
                Document.id.in_(documents),
                Document.taken_over_id.is_(None),
                ~exists().where(VersionPage.version_id == Version.id),
            )
        )
    )
    return {
        (page.first_document_id, page.first_place): (page.first_document_id, page.first_place)
        for page in pages
        if page.first_document_id in whole and page.first_place is not None
    }
