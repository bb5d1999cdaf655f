"""How does a program deliver a document, follow it, read it and file it?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug.http import parse_options_header

from eakte.errors import BadInput, ChangedMeanwhile
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.filing.targets import target_of
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import receipt_of
from eakte.model.document import Source
from eakte.retrieval.listing import case_by_id, document_by_id, sent_document
from eakte.retrieval.reading import read_original, read_reading_copy
from eakte.retrieval.searching import search
from eakte.web.api.schemas import (
    DocumentOut,
    HitsOut,
    PlacementIn,
    ReceiptOut,
    SearchIn,
    document_out,
    hit_out,
    receipt_out,
)
from eakte.web.per_request import (
    begin,
    current_work,
    spooled_path,
    takes_bytes,
    the_app,
    upload_folder,
    writes,
)
from eakte.web.streaming import send

documents = APIBlueprint("api", __name__, url_prefix="/api/v1", tag="Dokumente")

CHUNK = 1024 * 1024
LONGEST_KEY = 150
LOCKED = "key"


@documents.post("/documents")
@documents.output(ReceiptOut, status_code=201)
@documents.doc(summary="Ein Dokument einliefern", security=LOCKED, responses=[400, 409, 413, 503])
@takes_bytes
def deliver_document() -> tuple[ReceiptOut, int]:
    """Take a document in; the receipt holds when it is answered.

    Send the bytes as the part `document` of a form, or as the body with a Content-Disposition that
    names them. With the header `Idempotency-Key` a repeat gives the same receipt again (200).
    """
    told = request.form if request.mimetype == "multipart/form-data" else request.args
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise BadInput("Der Schlüssel der Lieferung ist zu lang.")
    said: dict[str, Any] = {
        "source": Source.API,
        "department": told.get("department") or None,
        "sha256": told.get("sha256") or None,
        "size": _size(told.get("size", "")),
        "received_on": _day(told.get("received_on", "")),
        "key": f"api:{key}" if key else None,
    }
    look = the_app().look
    if request.mimetype == "multipart/form-data":
        part = request.files.get("document")
        if part is None:
            raise BadInput("Es fehlt der Teil „document“ mit dem Dokument.")
        path = spooled_path(part.stream)
        named = Declared(name=part.filename or "Dokument", **said)
        receipt = deliver(begin, path, declared=named, look=look)
    else:
        with NamedTemporaryFile(dir=upload_folder(), prefix="body-") as spool:
            while chunk := request.stream.read(CHUNK):
                spool.write(chunk)
            spool.flush()
            named = Declared(name=_named(), **said)
            receipt = deliver(begin, Path(spool.name), declared=named, look=look)
    return receipt_out(receipt), 200 if receipt.repeated else 201


@documents.get("/documents/<uuid:document_id>")
@documents.output(DocumentOut)
@documents.doc(summary="Wie weit ein Dokument ist", security=LOCKED, responses=[401, 404])
def show_document(document_id: UUID) -> DocumentOut:
    """Say what is known of a document and how far it is."""
    work = current_work()
    document = document_by_id(work, document_id)
    return document_out(document, receipt_of(work, document))


@documents.get("/documents/<uuid:document_id>/receipt")
@documents.output(ReceiptOut)
@documents.doc(summary="Die Quittung", security=LOCKED, responses=[401, 404])
def show_receipt(document_id: UUID) -> ReceiptOut:
    """Give the receipt again to whoever delivered the document."""
    work = current_work()
    return receipt_out(receipt_of(work, sent_document(work, document_id)))


@documents.get("/documents/<uuid:document_id>/original")
@documents.doc(summary="Die Bytes, wie sie kamen", security=LOCKED, responses=[401, 404, 503])
@writes
def original(document_id: UUID) -> Response:
    """Hand out the bytes as they came in."""
    work = current_work()
    return send(read_original(work, document_by_id(work, document_id)), inline=False)


@documents.get("/documents/<uuid:document_id>/reading-copy")
@documents.doc(summary="Das durchsuchbare PDF/A", security=LOCKED, responses=[401, 404, 503])
@writes
def reading_copy(document_id: UUID) -> Response:
    """Hand out the searchable PDF/A."""
    work = current_work()
    return send(read_reading_copy(work, document_by_id(work, document_id)), inline=False)


@documents.post("/documents/<uuid:document_id>/placement")
@documents.input(PlacementIn, arg_name="wanted")
@documents.output(DocumentOut)
@documents.doc(summary="Ein Dokument ablegen", security=LOCKED, responses=[401, 403, 404, 409])
def place(document_id: UUID, wanted: PlacementIn) -> DocumentOut:
    """File a document into a case."""
    work = current_work()
    document = document_by_id(work, document_id)
    if wanted.edits is not None and wanted.edits != document.edits:
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")
    if wanted.case_id is not None:
        case = case_by_id(work, wanted.case_id)
    elif wanted.reference:
        case = target_of(work, wanted.reference)
    else:
        raise BadInput("Es fehlt, wohin das Dokument soll: case_id oder reference.")
    description = Description(
        title=wanted.title,
        document_type=wanted.document_type,
        direction=wanted.direction,
        letter_date=wanted.letter_date,
        received_on=wanted.received_on,
    )
    place_document(work, document, case=case, description=description)
    return document_out(document, receipt_of(work, document))


@documents.post("/search")
@documents.input(SearchIn, arg_name="asked")
@documents.output(HitsOut)
@documents.doc(summary="In den Inhalten suchen", security=LOCKED, responses=[401, 403, 503])
def find(asked: SearchIn) -> HitsOut:
    """Find documents by the words of their pages; the words are posted and kept nowhere."""
    found = search(current_work(), asked.words, page=asked.page)
    return HitsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        hits=[hit_out(hit) for hit in found.found],
    )


def _named() -> str:
    _, told = parse_options_header(request.headers.get("Content-Disposition", ""))
    return told.get("filename", "") or "Dokument"


def _size(typed: str) -> int | None:
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 15:
        raise BadInput("Die angegebene Größe ist keine Zahl.")
    return int(typed)


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise BadInput("Das Eingangsdatum ist kein Datum der Form JJJJ-MM-TT.") from error
