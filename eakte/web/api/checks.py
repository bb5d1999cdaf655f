"""How does a program check the scans of a stack, release it, or have it scanned again?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from eakte.evidence.transfer.checking import begin_check, check_of, judge_page
from eakte.evidence.transfer.releasing import against_release, ask_to_scan_again, release_batch
from eakte.intake.scan_requests import open_scan_requests
from eakte.model.batch import Batch
from eakte.model.scan_check import rules_of_unit
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.proofs import read_document_note, read_page_picture, read_stack_note
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas_checks import (
    PageVerdictIn,
    ReleaseIn,
    ScanAgainIn,
    ScanRequestOut,
    ScanRequestsOut,
    StackCheckOut,
    check_out,
    request_out,
)
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import send

checks = APIBlueprint("api_checks", __name__, url_prefix="/api/v1", tag="Prüfung der Scans")


@checks.get("/scan-requests")
@checks.output(ScanRequestsOut)
@checks.doc(summary="Was noch einmal zu scannen ist", security=LOCKED, responses=[403])
def requests() -> ScanRequestsOut:
    """List what is to be scanned again; a station sees what it delivered itself.

    Geantwortet wird mit einem neuen Stapel, der die Nummer als `answers` nennt.
    """
    found = open_scan_requests(current_work())
    return ScanRequestsOut(requests=[request_out(one, one.batch) for one in found])


@checks.get("/batches/<uuid:batch_id>/check")
@checks.output(StackCheckOut)
@checks.doc(summary="Wie weit die Qualitätsprüfung ist", security=LOCKED)
def show(batch_id: UUID) -> StackCheckOut:
    """Tell which pages were chosen, what was measured and what was seen on them."""
    work = current_work()
    return _told(work, batch_by_id(work, batch_id))


@checks.post("/batches/<uuid:batch_id>/check")
@checks.output(StackCheckOut, status_code=201)
@checks.doc(summary="Die Prüfung beginnen", security=LOCKED)
def begin(batch_id: UUID) -> StackCheckOut:
    """Choose the pages that are looked at; it is chosen once."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    begin_check(work, batch)
    return _told(work, batch)


@checks.put("/batches/<uuid:batch_id>/check/pages/<int:page>")
@checks.input(PageVerdictIn, arg_name="wanted")
@checks.output(StackCheckOut)
@checks.doc(summary="Was auf einer Seite zu sehen war", security=LOCKED)
def judge(batch_id: UUID, page: int, wanted: PageVerdictIn) -> StackCheckOut:
    """Keep what was seen on a page, by whom and when."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    judge_page(work, batch, page, verdict=wanted.verdict, reason=wanted.reason, turn=wanted.turn)
    work.session.expire_all()
    return _told(work, batch_by_id(work, batch_id))


@checks.get("/batches/<uuid:batch_id>/check/pages/<int:page>/picture")
@checks.doc(summary="Das Bild einer Seite (WebP)", security=LOCKED, responses=[403])
@writes
def picture(batch_id: UUID, page: int) -> Response:
    """Hand out the picture of a page; the reading is logged before it leaves."""
    work = current_work()
    return send(read_page_picture(work, batch_by_id(work, batch_id), page=page), inline=True)


@checks.post("/batches/<uuid:batch_id>/release")
@checks.input(ReleaseIn, arg_name="wanted")
@checks.output(StackCheckOut)
@checks.doc(summary="Einen Stapel freigeben", security=LOCKED)
def release(batch_id: UUID, wanted: ReleaseIn) -> StackCheckOut:
    """Release a stack; its transfer note is written and signed after that."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    release_batch(work, batch, remark=wanted.remark)
    work.session.expire_all()
    return _told(work, batch_by_id(work, batch_id))


@checks.post("/batches/<uuid:batch_id>/scan-requests")
@checks.input(ScanAgainIn, arg_name="wanted")
@checks.output(ScanRequestOut, status_code=201)
@checks.doc(summary="Seiten noch einmal scannen lassen", security=LOCKED)
def again(batch_id: UUID, wanted: ScanAgainIn) -> ScanRequestOut:
    """Ask the station to scan pages, or the whole stack, again."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    asked = ask_to_scan_again(work, batch, pages=wanted.pages, reason=wanted.reason)
    return request_out(asked, batch)


@checks.get("/batches/<uuid:batch_id>/note")
@checks.doc(summary="Der unterschriebene Transfervermerk (JSON)", security=LOCKED, responses=[403])
def note(batch_id: UUID) -> Response:
    """Hand out the signed transfer note, byte for byte as it was signed.

    `eakte note verify DATEI --key PEM` prüft ihn ohne die e-Akte.
    """
    work = current_work()
    reading = read_stack_note(work, batch_by_id(work, batch_id), as_page=False)
    return send(reading, inline=False)


@checks.get("/batches/<uuid:batch_id>/note.pdf")
@checks.doc(summary="Der Transfervermerk auf einer Seite", security=LOCKED, responses=[403])
def note_page(batch_id: UUID) -> Response:
    """Hand out the transfer note as PDF/A-2b for people."""
    work = current_work()
    reading = read_stack_note(work, batch_by_id(work, batch_id), as_page=True)
    return send(reading, inline=True)


@checks.get("/documents/<uuid:document_id>/transfer-note")
@checks.doc(summary="Der Transfervermerk eines Dokuments (JSON)", security=LOCKED)
def note_of_document(document_id: UUID) -> Response:
    """Hand out the signed transfer note of one document."""
    work = current_work()
    reading = read_document_note(work, document_by_id(work, document_id))
    return send(reading, inline=False)


def _told(work: UnitOfWork, batch: Batch) -> StackCheckOut:
    seen = check_of(work, batch)
    rules = seen.check.by if seen else rules_of_unit(work.session, batch.department_id)
    against = against_release(work, batch, seen) if seen else []
    return check_out(seen, share=rules.share, against=against)
