"""What text does a document have?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.findings import PageText
from eakte.model.page_text import read_pages
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store


def pages_of(session: Session, store: Store, document: Document) -> tuple[PageText, ...]:
    """Return the text of each page of the current version; empty while there is none."""
    sha256 = session.scalar(
        select(Rendition.sha256)
        .join(Version, Version.id == Rendition.version_id)
        .where(
            Version.document_id == document.id,
            Version.number == document.current_version,
            Rendition.kind == RenditionKind.TEXT,
        )
    )
    if sha256 is None:
        return ()
    with store.open(Digest(sha256)) as stream:
        return read_pages(stream.read())


def text_of(work: UnitOfWork, document: Document) -> tuple[PageText, ...]:
    """Return the text of each page for a reader; it is written down before it is returned."""
    require(work, Action.READ_CONTENT, document)
    audit.note(work, "document.read", kind="document", subject=document.id, what="text")
    return pages_of(work.session, work.store, document)
