"""In which form do programs send and receive documents?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.db import Page
from eakte.filing.describing import LONGEST, Description
from eakte.intake.receiving import Receipt
from eakte.model.clearance import Clearance
from eakte.model.document import (
    Direction,
    Document,
    DocumentState,
    ProcessingState,
    Version,
    Writing,
)
from eakte.model.signature import Integrity, Place, Trust
from eakte.retrieval.searching import FoundDocument
from eakte.web.api.schemas import Edits, EditsOut, Id, Model, PageNumber, SomeText, Text, left_out


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
    duplicate_of: UUID | None = Field(description="ein früheres Dokument mit denselben Bytes")
    repeated: bool = Field(description="diese Lieferung war schon quittiert")


class DocumentRow(Model):
    """A document as it stands in a list."""

    id: UUID
    number: int
    title: str
    document_type: str
    direction: Direction
    writing: Writing
    sender: str
    recipient: str
    foreign_reference: str
    inspection_allowed: bool
    from_doctor: bool = Field(description="von ärztlicher Seite (§ 76 SGB X)")
    disputed: bool = Field(description="bestritten (§ 84 SGB X)")
    disputed_note: str
    letter_date: date | None
    received_on: date
    state: DocumentState
    cancel_reason: str | None
    processing: ProcessingState
    problem_code: str | None
    problem: str | None
    pages: int | None
    version: int
    department_id: UUID
    dossier_id: UUID | None
    case_id: UUID | None
    position: int | None
    parent_id: UUID | None = Field(description="das Hauptschreiben, wenn es eine Anlage ist")
    checked_out_by_id: UUID | None
    checked_out_at: datetime | None
    edits: EditsOut


class DocumentOut(DocumentRow):
    """A document with its place and its receipt."""

    dossier_reference: str | None
    receipt: ReceiptOut


class DocumentsOut(Model):
    """One page of documents."""

    total: int
    page: int
    pages: int
    documents: list[DocumentRow]


class AttachmentsOut(Model):
    """The attachments of a document."""

    documents: list[DocumentRow]


class Described(Model):
    """What may be said of a document; a field that is left out stays, null empties it."""

    title: Annotated[SomeText, Field(max_length=LONGEST["title"])] = left_out()
    document_type: Annotated[Text, Field(max_length=LONGEST["document_type"])] | None = left_out()
    direction: Direction = left_out()
    letter_date: date | None = left_out()
    received_on: date = left_out()
    sender: Annotated[Text, Field(max_length=LONGEST["sender"])] | None = left_out()
    recipient: Annotated[Text, Field(max_length=LONGEST["recipient"])] | None = left_out()
    foreign_reference: Annotated[Text, Field(max_length=LONGEST["foreign_reference"])] | None = (
        left_out()
    )
    inspection_allowed: bool = left_out()
    from_doctor: bool = left_out()
    disputed: bool = left_out()
    disputed_note: Annotated[Text, Field(max_length=LONGEST["disputed_note"])] | None = left_out()

    def description(self) -> Description:
        """Return what was said, nothing of the rest."""
        said = self.model_dump(exclude_unset=True, include=set(Described.model_fields))
        return Description(**said)


class DocumentPatch(Described):
    """What is to be said of a document from now on."""

    edits: Edits


class PlacementIn(Described):
    """Where a document goes, by the case's id or the dossier's reference, and what it is."""

    case_id: Id | None = None
    reference: Text | None = Field(default=None, max_length=60, examples=["SBR 12/2026"])
    proposal_id: Id | None = Field(
        default=None, description="der Vorschlag, dem damit gefolgt wird; er ergänzt, was fehlt"
    )
    edits: Edits | None = None


class AttachmentIn(Model):
    """Of which document this one is to be an attachment."""

    to: Id
    edits: Edits | None = None


class PasswordIn(Model):
    """With what an encrypted document opens."""

    password: SomeText = Field(max_length=200, repr=False)


class SignatureOut(Model):
    """One electronic signature and what its check has shown; empty where nothing is known."""

    place: Place
    integrity: Integrity = Field(
        description="ob das Unterschriebene unverändert ist: intact, extended (zulässig ergänzt), "
        "rewritten, broken, alone (liegt nicht vor), unreadable"
    )
    trust: Trust = Field(description="was die Vertrauensliste der Behörde zum Aussteller sagt")
    signer: str
    issuer: str
    serial: str
    signed_at: str = Field(description="nach der Uhr der unterschreibenden Person")
    timestamp: str = Field(description="von einer Zeitstempelstelle bescheinigt")
    timestamp_trusted: bool
    revocation_checked: bool
    valid_from: str
    valid_until: str
    algorithm: str
    field: str
    sha256: str = Field(description="worüber eine Signatur neben oder um ein Schreiben ist")


class VersionOut(Model):
    """One version of a document; its bytes never change."""

    number: int
    sha256: str
    size: int
    media_type: str
    name: str
    created_at: datetime
    created_by_id: UUID
    remark: str
    clearance: Clearance = Field(
        description="was der Virenscanner sagt; held und found werden niemandem herausgegeben"
    )
    find: str | None = Field(description="Name des Fundes")
    signatures: list[SignatureOut] = Field(description="leer, wer den Inhalt nicht lesen darf")


class VersionsOut(Model):
    """The versions of a document, the newest first."""

    versions: list[VersionOut]


class SearchIn(Model):
    """What is searched for, in the syntax of the search page."""

    words: SomeText = Field(max_length=1000, examples=["Widerspruch titel:Bescheid"])
    page: PageNumber = 1


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


def receipt_out(receipt: Receipt) -> ReceiptOut:
    """Return a receipt as programs read it."""
    return ReceiptOut(**{name: getattr(receipt, name) for name in ReceiptOut.model_fields})


def document_fields(document: Document) -> dict[str, object]:
    """Return the fields of a document as they stand in a list."""
    named = {"number": "receipt_number", "pages": "page_count", "version": "current_version"}
    return {name: getattr(document, named.get(name, name)) for name in DocumentRow.model_fields}


def document_row(document: Document) -> DocumentRow:
    """Return a document as it stands in a list."""
    return DocumentRow.model_validate(document_fields(document))


def document_out(document: Document, receipt: Receipt) -> DocumentOut:
    """Return a document as programs read it."""
    told = document_fields(document) | {
        "dossier_reference": document.case.dossier.reference if document.case else None,
        "receipt": receipt_out(receipt),
    }
    return DocumentOut.model_validate(told)


def documents_out(found: Page[Document]) -> DocumentsOut:
    """Return one page of documents as programs read it."""
    return DocumentsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        documents=[document_row(document) for document in found.rows],
    )


def version_out(version: Version, *, reads: bool) -> VersionOut:
    """Return a version as programs read it; what its signatures say is content."""
    apart = {"size", "signatures"}
    named = {name: getattr(version, name) for name in VersionOut.model_fields.keys() - apart}
    signatures = [
        SignatureOut(**{name: kept[name] for name in SignatureOut.model_fields})
        for kept in (version.signatures or () if reads else ())
    ]
    return VersionOut(size=version.content.size, signatures=signatures, **named)


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
