"""How does a document get into the index, and out of it again?"""

from __future__ import annotations

import logging
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.document import Document, DocumentState
from eakte.model.job import Job
from eakte.retrieval.schema import tokens_of
from eakte.retrieval.text import pages_of
from eakte.unit_of_work import UnitOfWork
from search import Entry
from storage import ObjectCorrupt, ObjectMissing, Store

log = logging.getLogger("eakte.retrieval")


def entry_of(session: Session, store: Store, document_id: UUID) -> Entry | None:
    """Return the entry of a document as its rows stand now; None when it must not be found."""
    document = session.get(Document, document_id)
    if document is None or document.state is DocumentState.CANCELLED:
        return None
    case = document.case
    dossier = case.dossier if case else None
    return Entry(
        key=str(document.id),
        fields={
            "title": document.title,
            "reference": dossier.reference if dossier else "",
            "person": dossier.person_name if dossier else "",
            "subject": f"{case.procedure} {case.subject}" if case else "",
            "kind": document.document_type,
            "document": [str(document.id)],
            "visible": tokens_of(document, case),
            "unit": [str(document.department_id)],
            "state": [document.state.value],
            "letter": document.letter_date,
            "received": document.received_on,
            "number": document.receipt_number,
            "edits": document.edits,
        },
        pages=_pages(session, store, document),
    )


def lost_from_index(session: Session) -> bool:
    """Say whether there is something to find that no job is going to bring into an empty index."""
    lost = session.scalar(
        select(Document.id)
        .where(
            Document.state != DocumentState.CANCELLED,
            ~exists().where(Job.subject_id == Document.id),
        )
        .limit(1)
    )
    return lost is not None


def write_entries(work: UnitOfWork, documents: Collection[UUID]) -> None:
    """Bring what the index says of these documents into line with the rows.

    Raises:
        SearchError: the index is broken or somebody else is writing to it.
        StorageError: the store is out of reach.
    """
    require(work, Action.MAINTAIN)
    with work.index.writer() as writer:
        for document_id in documents:
            entry = entry_of(work.session, work.store, document_id)
            if entry is None:
                writer.drop(str(document_id))
            else:
                writer.put(entry)


def index_dossier(work: UnitOfWork, dossier_id: UUID) -> None:
    """Let every document of a dossier be indexed anew: how the dossier stands has changed."""
    require(work, Action.MAINTAIN)
    for document_id in work.session.scalars(
        select(Document.id).where(Document.dossier_id == dossier_id)
    ):
        jobs.enqueue(work, "index", document_id)


def _pages(session: Session, store: Store, document: Document) -> tuple[str, ...]:
    try:
        return tuple(page.text for page in pages_of(session, store, document))
    except (ObjectCorrupt, ObjectMissing) as error:
        # It is still found by what is written about it; the check of the house names the damage.
        log.error("the text of document %s is damaged: %s", document.id, type(error).__name__)
        return ()
