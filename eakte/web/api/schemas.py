"""In which form do programs send and receive things?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from eakte.intake.receiving import Receipt
from eakte.model.case import Case
from eakte.model.document import Direction, Document, DocumentState, ProcessingState
from eakte.model.dossier import Dossier, DossierState
from eakte.retrieval.searching import FoundDocument


def _no_zero(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text contains no zero byte")
    return text


Text = Annotated[str, AfterValidator(_no_zero)]


class Model(BaseModel):
    """What is not named is refused, so that nobody writes a field by guessing its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReceiptOut(Model):
    """What proves that a document arrived: it is stored, named and logged."""

    number: int
    document_id: UUID
    sha256: str
    size: int
    pages: int | None
    received_at: datetime
    name: str
    media_type: str
    duplicate_of: UUID | None = Field(description="an earlier document with the same bytes")
    repeated: bool = Field(description="this delivery was acknowledged before")


class ProblemOut(BaseModel):
    """Why something did not work (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    message: str = Field(description="what is true, in German")
    next_step: str = Field(description="what to do next, in German")
    reasons: list[str]
    request_id: str


class DocumentOut(Model):
    """A document with how far it is."""

    id: UUID
    number: int
    title: str
    document_type: str
    direction: Direction
    letter_date: date | None
    received_on: date
    state: DocumentState
    processing: ProcessingState
    problem_code: str | None
    problem: str | None
    pages: int | None
    department_id: UUID
    case_id: UUID | None
    dossier_reference: str | None
    position: int | None
    edits: int = Field(description="send it back with a change; 409 when somebody was faster")
    receipt: ReceiptOut


class PlacementIn(Model):
    """Where a document goes, by the case's id or the dossier's reference, and what it is."""

    case_id: UUID | None = None
    reference: Text | None = Field(default=None, max_length=60)
    title: Text | None = Field(default=None, min_length=1, max_length=300)
    document_type: Text | None = Field(default=None, max_length=100)
    direction: Direction | None = None
    letter_date: date | None = None
    received_on: date | None = None
    edits: int | None = None


class SearchIn(Model):
    """What is searched for, in the syntax of the search page."""

    words: Text = Field(min_length=1, max_length=1000)
    page: int = Field(default=1, ge=1, le=1000)


class FragmentOut(Model):
    """A stretch of text; ``marked`` where it is what was searched for."""

    text: str
    marked: bool


class PassageOut(Model):
    """Where the words stand; page 0 is the description of the document."""

    page: int
    fragments: list[FragmentOut]
    words: list[str]


class HitOut(Model):
    """A document that was found."""

    document_id: UUID
    title: str
    reference: str | None
    passages: list[PassageOut]


class HitsOut(Model):
    """One page of what was found."""

    total: int
    page: int
    pages: int
    hits: list[HitOut]


class PageIn(Model):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=1_000_000)


class DossierOut(Model):
    """A dossier."""

    id: UUID
    reference: str
    subject: str
    person_name: str
    birth_date: date | None
    state: DossierState
    department_id: UUID
    plan_number: str
    opened_on: date


class CaseOut(Model):
    """A case with the documents that lie in it, in order."""

    id: UUID
    number: int
    procedure: str
    subject: str
    state: str
    document_ids: list[UUID]


class DossierWithCases(DossierOut):
    """A dossier with its cases."""

    cases: list[CaseOut]


class DossiersOut(Model):
    """One page of dossiers."""

    total: int
    page: int
    pages: int
    dossiers: list[DossierOut]


def receipt_out(receipt: Receipt) -> ReceiptOut:
    """Return a receipt as programs read it."""
    return ReceiptOut(**{name: getattr(receipt, name) for name in ReceiptOut.model_fields})


def document_out(document: Document, receipt: Receipt) -> DocumentOut:
    """Return a document as programs read it."""
    return DocumentOut(
        id=document.id,
        number=document.receipt_number,
        title=document.title,
        document_type=document.document_type,
        direction=document.direction,
        letter_date=document.letter_date,
        received_on=document.received_on,
        state=document.state,
        processing=document.processing,
        problem_code=document.problem_code,
        problem=document.problem,
        pages=document.page_count,
        department_id=document.department_id,
        case_id=document.case_id,
        dossier_reference=document.case.dossier.reference if document.case else None,
        position=document.position,
        edits=document.edits,
        receipt=receipt_out(receipt),
    )


def hit_out(found: FoundDocument) -> HitOut:
    """Return a hit as programs read it."""
    case = found.document.case
    return HitOut(
        document_id=found.document.id,
        title=found.document.title,
        reference=case.dossier.reference if case else None,
        passages=[
            PassageOut(
                page=passage.page,
                fragments=[
                    FragmentOut(text=part.text, marked=part.marked) for part in passage.fragments
                ],
                words=list(passage.words),
            )
            for passage in found.passages
        ],
    )


def dossier_fields(dossier: Dossier) -> dict[str, object]:
    """Return the fields of a dossier as programs read them."""
    return {
        "id": dossier.id,
        "reference": dossier.reference,
        "subject": dossier.subject,
        "person_name": dossier.person_name,
        "birth_date": dossier.birth_date,
        "state": dossier.state,
        "department_id": dossier.department_id,
        "plan_number": dossier.plan_entry.number,
        "opened_on": dossier.opened_on,
    }


def case_out(case: Case, documents: list[Document]) -> CaseOut:
    """Return a case as programs read it."""
    return CaseOut(
        id=case.id,
        number=case.number,
        procedure=case.procedure,
        subject=case.subject,
        state=case.state.value,
        document_ids=[document.id for document in documents],
    )
