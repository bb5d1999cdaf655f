"""How does a program deliver a document, follow it, read it, describe it and file it?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request

from eakte.errors import BadInput
from eakte.filing.placing import describe_document, place_document
from eakte.filing.proposing.proposals import accept_proposal, completed, proposal_by_id
from eakte.filing.targets import target_of
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import receipt_of
from eakte.model.document import Source
from eakte.retrieval.browsing import attachments_in, history_of
from eakte.retrieval.listing import case_by_id, document_by_id, sent_document
from eakte.retrieval.reading import read_original, read_reading_copy
from eakte.web.api.schemas import HistoryOut, history_out, refuse_stale
from eakte.web.api.schemas_documents import (
    AttachmentsOut,
    DocumentOut,
    DocumentPatch,
    PlacementIn,
    ReceiptOut,
    document_out,
    document_row,
    receipt_out,
)
from eakte.web.arriving import arriving
from eakte.web.per_request import begin, current_work, takes_bytes, the_app, writes
from eakte.web.streaming import send

documents = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Dokumente")

LONGEST_KEY = 150
SAID_OF_DELIVERY = ("department", "received_on", "sha256", "size")
LOCKED: list[str | dict[str, list[Any]]] = ["key", "session"]


@documents.post("/documents")
@documents.output(ReceiptOut, status_code=201)
@documents.doc(summary="Ein Dokument einliefern", security=LOCKED, responses=[403, 404])
@takes_bytes
def deliver_document() -> tuple[ReceiptOut, int]:
    """Take a document in; the receipt holds when it is answered.

    Die Bytes sind der Teil `document` eines Formulars oder der ganze Körper; dann nennt ihn
    Content-Disposition, und die Angaben stehen in der Adresse. Mit `Idempotency-Key` gibt eine
    Wiederholung dieselbe Quittung noch einmal (200).
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise BadInput("Der Schlüssel der Lieferung ist zu lang.")
    with arriving(SAID_OF_DELIVERY) as came:
        declared = Declared(
            name=came.name,
            source=Source.API,
            department=came.word("department", most=40),
            sha256=came.sha256(),
            size=came.number("size"),
            received_on=came.day("received_on"),
            key=f"api:{key}" if key else None,
        )
        receipt = deliver(begin, came.path, declared=declared, look=the_app().look)
    return receipt_out(receipt), 200 if receipt.repeated else 201


@documents.get("/documents/<uuid:document_id>")
@documents.output(DocumentOut)
@documents.doc(summary="Angaben eines Dokuments, und wie weit es ist", security=LOCKED)
def show_document(document_id: UUID) -> DocumentOut:
    """Say what is known of a document and how far it is."""
    work = current_work()
    document = document_by_id(work, document_id)
    return document_out(document, receipt_of(work, document))


@documents.patch("/documents/<uuid:document_id>")
@documents.input(DocumentPatch, arg_name="wanted")
@documents.output(DocumentOut)
@documents.doc(summary="Die Angaben eines Dokuments ändern", security=LOCKED)
def describe(document_id: UUID, wanted: DocumentPatch) -> DocumentOut:
    """Change what is said of a document; what is left out stays, the old values stay known."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=wanted.edits)
    describe_document(work, document, description=wanted.description())
    return document_out(document, receipt_of(work, document))


@documents.get("/documents/<uuid:document_id>/receipt")
@documents.output(ReceiptOut)
@documents.doc(summary="Die Quittung", security=LOCKED)
def show_receipt(document_id: UUID) -> ReceiptOut:
    """Give the receipt again to whoever delivered the document."""
    work = current_work()
    return receipt_out(receipt_of(work, sent_document(work, document_id)))


@documents.get("/documents/<uuid:document_id>/original")
@documents.doc(summary="Die Bytes, wie sie kamen", security=LOCKED, responses=[403])
@writes
def original(document_id: UUID) -> Response:
    """Hand out the bytes as they came in."""
    work = current_work()
    return send(read_original(work, document_by_id(work, document_id)), inline=False)


@documents.get("/documents/<uuid:document_id>/reading-copy")
@documents.doc(summary="Das durchsuchbare PDF/A", security=LOCKED, responses=[403])
@writes
def reading_copy(document_id: UUID) -> Response:
    """Hand out the searchable PDF/A."""
    work = current_work()
    return send(read_reading_copy(work, document_by_id(work, document_id)), inline=False)


@documents.get("/documents/<uuid:document_id>/attachments")
@documents.output(AttachmentsOut)
@documents.doc(summary="Die Anlagen eines Dokuments", security=LOCKED, responses=[403])
def attachments(document_id: UUID) -> AttachmentsOut:
    """List the attachments of a document."""
    work = current_work()
    document = document_by_id(work, document_id)
    found = attachments_in(work, [document]).get(document.id, [])
    return AttachmentsOut(documents=[document_row(one) for one in found])


@documents.get("/documents/<uuid:document_id>/history")
@documents.output(HistoryOut)
@documents.doc(summary="Was mit einem Dokument geschah", security=LOCKED)
def history(document_id: UUID) -> HistoryOut:
    """Tell what was done with a document, with old and new values, the newest first."""
    work = current_work()
    return history_out(history_of(work, document_by_id(work, document_id)))


@documents.post("/documents/<uuid:document_id>/placement")
@documents.input(PlacementIn, arg_name="wanted")
@documents.output(DocumentOut)
@documents.doc(summary="Ein Dokument ablegen", security=LOCKED)
def place(document_id: UUID, wanted: PlacementIn) -> DocumentOut:
    """File a document into a case."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=wanted.edits)
    description = wanted.description()
    proposal = None
    if wanted.proposal_id is not None:
        proposal = proposal_by_id(work, document, wanted.proposal_id)
        description = completed(proposal, document, description)
    if wanted.case_id is not None:
        case = case_by_id(work, wanted.case_id)
    elif wanted.reference:
        case = target_of(work, wanted.reference)
    elif proposal is not None and proposal.case is not None:
        case = proposal.case
    else:
        raise BadInput("Es fehlt, wohin das Dokument soll: case_id oder reference.")
    if proposal is None:
        place_document(work, document, case=case, description=description)
    else:
        accept_proposal(work, document, proposal, case=case, description=description)
    return document_out(document, receipt_of(work, document))
