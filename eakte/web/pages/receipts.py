"""How is a receipt shown to the person who brought the document?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eakte.intake.receiving import receipt_of
from eakte.model.document import Document, Source
from eakte.model.user import User
from eakte.retrieval.listing import sent_document
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class ShownReceipt:
    """A receipt with the names that a person reads."""

    number: int
    document_id: UUID
    name: str
    sha256: str
    size: int
    pages: int | None
    received_at: datetime
    received_by: str
    source: Source
    duplicate_of: Document | None
    refused: None = None


def shown_receipt(work: UnitOfWork, document_id: UUID) -> ShownReceipt:
    """Return the receipt of a document that the actor may have.

    Raises:
        NotFound: there is none for this person.
    """
    document = sent_document(work, document_id)
    receipt = receipt_of(work, document)
    twin = work.session.get(Document, receipt.duplicate_of) if receipt.duplicate_of else None
    sender = work.session.get_one(User, document.received_by_id)
    return ShownReceipt(
        number=receipt.number,
        document_id=receipt.document_id,
        name=receipt.name,
        sha256=receipt.sha256,
        size=receipt.size,
        pages=receipt.pages,
        received_at=receipt.received_at,
        received_by=sender.name,
        source=document.source,
        duplicate_of=twin,
    )
