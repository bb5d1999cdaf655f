"""How does a document get into the index, and out of it again?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from eakte.model.document import Document, DocumentState
from eakte.retrieval.schema import tokens_of_department
from eakte.retrieval.text import pages_of
from search import Entry
from storage import Store


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
            "visible": tokens_of_department(document.department_id),
            "state": [document.state.value],
            "letter": document.letter_date,
            "received": document.received_on,
            "number": document.receipt_number,
            "edits": document.edits,
        },
        pages=tuple(page.text for page in pages_of(session, store, document)),
    )
