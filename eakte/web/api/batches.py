"""How does a scanning station deliver a stack, and how does it prove later that it arrived?"""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from eakte.clock import OFFICE_ZONE
from eakte.filing.receipt_pdf import PrintedReceipt
from eakte.filing.receipt_pdf import receipt_pdf as printed
from eakte.intake.batches import batch_receipt, deliver_batch, known_batch, last_number_of
from eakte.intake.guarding import release_held_stack
from eakte.intake.quotas import refuse_over_quota
from eakte.model.batch import Fate
from eakte.model.page_span import spans_of
from eakte.retrieval import batches as kept
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import PageIn, ReasonIn, refuse_stale
from eakte.web.api.schemas_batches import (
    BatchesOut,
    BatchOut,
    BatchPagesOut,
    BatchReceiptOut,
    WentOut,
    batch_out,
    batches_out,
    pages_out,
    went_of,
)
from eakte.web.arriving import arriving
from eakte.web.per_request import begin, current_work, own_work, takes_bytes, the_app
from eakte.web.scanned import KEY, SAID_OF_BATCH, scanned_of, signed_receipt
from eakte.web.streaming import disposition

batches = APIBlueprint("api_batches", __name__, url_prefix="/api/v1", tag="Stapel")


@batches.post("/batches")
@batches.output(BatchReceiptOut, status_code=201)
@batches.doc(summary="Einen Stapel einliefern", security=LOCKED, responses=[403, 404, 429])
@takes_bytes
def deliver() -> tuple[BatchReceiptOut, int]:
    """Take a stack in; the signed receipt holds when it is answered.

    Die Bytes sind der Teil `document` eines Formulars oder der ganze Körper. Derselbe
    `Idempotency-Key` mit denselben Bytes gibt dieselbe Quittung noch einmal (200), mit anderen 409.
    Große Stapel kommen in Teilen (tus 1.0.0) an `/hochladen`, mit denselben Angaben als
    `Upload-Metadata` und dem Schlüssel als `batch_key`; die Quittung steht in der letzten Antwort
    und unter der `id` aus `X-Batch`.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    with own_work(writing=False) as work:
        # Whoever has used up the day need not send the bytes first.
        if known_batch(work, key) is None:
            refuse_over_quota(work, 1)
    with arriving(SAID_OF_BATCH) as came:
        scanned = scanned_of({**came.told, KEY: key}, name=came.name)
        receipt = deliver_batch(begin, came.path, scanned=scanned, look=the_app().look)
    told = BatchReceiptOut.model_validate(signed_receipt(receipt))
    return told, 200 if receipt.repeated else 201


@batches.get("/batches")
@batches.input(PageIn, location="query", arg_name="wanted")
@batches.output(BatchesOut)
@batches.doc(summary="Stapel auflisten", security=LOCKED, responses=[403])
def index(wanted: PageIn) -> BatchesOut:
    """List the stacks, the newest first; a station lists its own."""
    work = current_work()
    return batches_out(kept.batches(work, page=wanted.page), last=last_number_of(work))


@batches.get("/batches/<uuid:batch_id>")
@batches.output(BatchOut)
@batches.doc(summary="Ein Stapel: Stand, Bilanz, Dokumente und Lücken", security=LOCKED)
def show(batch_id: UUID) -> BatchOut:
    """Say how far a stack is, and which documents became of it."""
    work = current_work()
    return batch_out(work, kept.batch_by_id(work, batch_id))


@batches.get("/batches/<uuid:batch_id>/pages")
@batches.output(BatchPagesOut)
@batches.doc(summary="Wohin jede Seite eines Stapels kam", security=LOCKED)
def pages_of_batch(batch_id: UUID) -> BatchPagesOut:
    """Tell of every page what became of it."""
    work = current_work()
    return pages_out(work, kept.batch_by_id(work, batch_id))


@batches.post("/batches/<uuid:batch_id>/virus-release")
@batches.input(ReasonIn, arg_name="wanted")
@batches.output(BatchOut)
@batches.doc(summary="Einen Stapel trotz eines Virenfunds freigeben", security=LOCKED)
def open_held(batch_id: UUID, wanted: ReasonIn) -> BatchOut:
    """Have a stack taken apart that a virus scanner has not passed; the reason is kept.

    Jedes Schreiben daraus sieht der Virenscanner noch einmal für sich an.
    """
    work = current_work()
    batch = kept.batch_by_id(work, batch_id)
    refuse_stale(batch.edits, wanted=wanted.edits)
    release_held_stack(work, batch, reason=wanted.reason)
    work.session.flush()
    return batch_out(work, batch)


@batches.get("/batches/<uuid:batch_id>/receipt")
@batches.output(BatchReceiptOut)
@batches.doc(summary="Die unterschriebene Quittung", security=LOCKED)
def receipt(batch_id: UUID) -> BatchReceiptOut:
    """Give the signed receipt again, with the way of every page once the stack is taken apart."""
    return _signed(batch_id)


@batches.get("/batches/<uuid:batch_id>/receipt.pdf")
@batches.doc(summary="Die Quittung auf einer Seite", security=LOCKED)
def receipt_pdf(batch_id: UUID) -> Response:
    """Give the receipt as one page for people."""
    told = _signed(batch_id)
    answer = Response(printed(_printed(told)), mimetype="application/pdf")
    name = f"Quittung Stapel {told.number:06d}.pdf"
    answer.headers["Content-Disposition"] = disposition(name, inline=True)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _signed(batch_id: UUID) -> BatchReceiptOut:
    work = current_work()
    batch = kept.batch_by_id(work, batch_id)
    signed = signed_receipt(batch_receipt(work, batch), went=went_of(work, batch))
    return BatchReceiptOut.model_validate(signed)


def _printed(told: BatchReceiptOut) -> PrintedReceipt:
    batch = kept.batch_by_id(current_work(), told.batch_id)
    came = format_datetime(batch.received_at.astimezone(OFFICE_ZONE), "dd.MM.yyyy, HH:mm:ss")
    facts = [
        (_("Stapel"), f"{told.number:06d} · {told.name}"),
        (_("Eingegangen"), came),
        (_("Für"), told.department),
        (_("Scanstation"), told.station),
        (_("Person"), told.operator or "–"),
        (_("Gerät"), told.device or "–"),
        (_("Laufende Nummer"), str(told.sender_number or "–")),
        (_("Fehlende Nummern davor"), ", ".join(map(str, told.missing)) or _("keine")),
        (_("Seiten"), "–" if told.pages is None else str(told.pages)),
        (_("Größe in Byte"), str(told.size)),
        (_("Prüfsumme (SHA-256)"), told.sha256),
        (_("Schlüssel der Lieferung"), told.delivery_key),
    ]
    ways: list[str] = []
    if told.went is not None:
        balance = told.went.balance
        said = _(
            "geliefert %(delivered)s = in Schreiben %(filed)s + Trennblätter %(separators)s + "
            "leer %(blanks)s + zur Seite gelegt %(aside)s",
            delivered=balance.delivered,
            filed=balance.filed,
            separators=balance.separators,
            blanks=balance.blanks,
            aside=balance.aside,
        )
        if balance.erased:
            said += _(" + mit ihrer Akte vernichtet %(erased)s", erased=balance.erased)
        facts.append((_("Verbleib der Seiten"), said))
        ways = _ways(told.went)
    foot = _(
        "Unterschrieben mit Ed25519, Schlüssel %(key)s, Unterschrift %(signature)s. Geprüft wird "
        "die Quittung in der Form für Programme: eakte receipt verify DATEI --key PEM",
        key=told.key,
        signature=told.signature,
    )
    return PrintedReceipt(
        heading=_("Quittung über einen Stapel"),
        office=told.office,
        facts=facts,
        ways_heading=_("Wohin jede Seite kam"),
        ways=ways,
        more=_("… alles Weitere steht in der Quittung für Programme."),
        foot=foot,
    )


def _ways(went: WentOut) -> list[str]:
    """One line for every run of pages with the same fate."""
    lines = []
    words = {
        Fate.SEPARATOR: _("Trennblatt"),
        Fate.BLANK: _("leer"),
        Fate.ASIDE: _("zur Seite gelegt"),
        Fate.ERASED: _("mit ihrer Akte vernichtet"),
    }
    for (fate, part), run in groupby(
        went.pages, lambda one: (one.fate, one.part if one.fate is Fate.FILED else None)
    ):
        sides = list(run)
        pages = spans_of(side.page for side in sides)
        said = words.get(fate) or ngettext(
            "Schreiben %(part)s, Seite %(places)s",
            "Schreiben %(part)s, Seiten %(places)s",
            len(sides),
            part=part,
            places=spans_of(side.place or 0 for side in sides),
        )
        lines.append(
            ngettext(
                "Seite %(pages)s: %(said)s",
                "Seiten %(pages)s: %(said)s",
                len(sides),
                pages=pages,
                said=said,
            )
        )
    return lines
