"""Which redacted copies of a document are there, how far are they, and how are they read?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import NotFound
from eakte.model.content import Content
from eakte.model.document import Document
from eakte.model.redaction import Redaction, RedactionState
from eakte.retrieval.reading import Reading
from eakte.unit_of_work import UnitOfWork

PDF = "application/pdf"


def redactions_of(work: UnitOfWork, document: Document) -> Sequence[Redaction]:
    """List the redacted copies of a document, the latest first."""
    require(work, Action.READ_CONTENT, document)
    return work.session.scalars(
        select(Redaction)
        .where(Redaction.document_id == document.id)
        .order_by(Redaction.asked_at.desc(), Redaction.id)
    ).all()


def redaction_by_id(work: UnitOfWork, redaction_id: UUID) -> tuple[Redaction, Document]:
    """Return one redacted copy with its document.

    Raises:
        NotFound: there is none, or none of a document whose content the actor may read.
    """
    require(work, Action.SEE_LISTS)
    redaction = work.session.get(Redaction, redaction_id)
    document = work.session.get(Document, redaction.document_id) if redaction else None
    if redaction is None or document is None or not may(work.actor, Action.READ_CONTENT, document):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return redaction, document


def read_redaction(work: UnitOfWork, redaction_id: UUID) -> Reading:
    """Return a redacted copy that was proved; it is written down before it leaves.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_LISTS)
    redaction, document = redaction_by_id(work, redaction_id)
    content = work.session.get(Content, redaction.sha256) if redaction.sha256 else None
    if redaction.state is not RedactionState.READY or content is None:
        raise NotFound("Diese Fassung gibt es noch nicht oder sie konnte nicht erstellt werden.")
    audit.note(
        work,
        "redaction.read",
        kind="document",
        subject=document.id,
        version=redaction.version,
        sha256=content.sha256,
    )
    name = f"{PurePosixPath(document.original_name).stem or 'Dokument'}-geschwärzt.pdf"
    return Reading(content.sha256, content.size, PDF, name, _still(document.id))


def _still(document_id: UUID) -> Callable[[UnitOfWork], bool]:
    def ask(work: UnitOfWork) -> bool:
        document = work.session.get(Document, document_id)
        return document is not None and may(work.actor, Action.READ_CONTENT, document)

    return ask
