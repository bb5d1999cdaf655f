"""What else can be done with a filed document: versions, drafts, attachments, withdrawal?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from eakte.errors import BadInput
from eakte.evidence.transfer.note_pdf import note_pdf
from eakte.filing.attaching import attach, detach
from eakte.filing.placing import restore_document, withdraw_document
from eakte.filing.writing import (
    check_out,
    finalise,
    give_back,
    make_draft,
    refuse_another_version,
    release,
)
from eakte.intake.delivering import Declared
from eakte.intake.versions import deliver_version
from eakte.model.document import Document, Source
from eakte.retrieval.browsing import history_of
from eakte.retrieval.listing import document_by_id, document_by_number
from eakte.retrieval.proofs import read_document_note, written_note
from eakte.retrieval.reading import read_version
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts import shown_history
from eakte.web.forms import refuse_stale, text
from eakte.web.per_request import (
    begin,
    current_work,
    spooled_path,
    takes_bytes,
    the_app,
    writes,
)
from eakte.web.streaming import disposition, send

pages = Blueprint("document_care", __name__, url_prefix="/dokument/<uuid:document_id>")


@pages.get("/verlauf")
def history(document_id: UUID) -> ResponseReturnValue:
    """Show what was done with the document."""
    work = current_work()
    document = document_by_id(work, document_id)
    back = [(document.title, url_for("documents.show", document_id=document.id))]
    return render_template(
        "history.html",
        title=_("Verlauf: %(name)s", name=document.title),
        back=back,
        events=shown_history(work, history_of(work, document)),
    )


@pages.get("/fassung/<int:number>")
@writes
def version(document_id: UUID, number: int) -> ResponseReturnValue:
    """Hand out the bytes of one version."""
    work = current_work()
    document = document_by_id(work, document_id)
    return send(read_version(work, document, number=number), inline=False)


@pages.get("/transfervermerk")
def note(document_id: UUID) -> ResponseReturnValue:
    """Hand out the signed transfer note of the scan."""
    work = current_work()
    reading = read_document_note(work, document_by_id(work, document_id))
    return send(reading, inline=False)


@pages.get("/transfervermerk.pdf")
def note_page(document_id: UUID) -> ResponseReturnValue:
    """Hand out the transfer note of the scan as one page for people."""
    work = current_work()
    document = document_by_id(work, document_id)
    answer = Response(note_pdf(written_note(work, document)), mimetype="application/pdf")
    name = f"Transfervermerk {document.receipt_number:06d}.pdf"
    answer.headers["Content-Disposition"] = disposition(name, inline=True)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.post("/fassung")
@takes_bytes
def add_version(document_id: UUID) -> ResponseReturnValue:
    """Put another version on top, and give the document back when it was checked out."""
    part = request.files.get("document")
    if part is None or not part.filename:
        raise BadInput("Bitte wählen Sie die neue Fassung aus.")
    number = deliver_version(
        begin,
        spooled_path(part.stream),
        document_id=document_id,
        declared=Declared(name=part.filename, source=Source.UPLOAD),
        look=the_app().look,
        check=refuse_another_version,
        remark=request.form.get("remark", ""),
        then=_give_back_if_out,
    )
    flash(_("Fassung %(number)s ist gespeichert.", number=number), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@pages.post("/ausleihen", endpoint="check_out")
def take(document_id: UUID) -> ResponseReturnValue:
    """Take a draft for writing."""
    document = _changing(document_id)
    check_out(current_work(), document)
    return _back(document, _("Das Schreiben ist für Sie zur Bearbeitung reserviert."))


@pages.post("/zurueckgeben", endpoint="give_back")
def bring_back(document_id: UUID) -> ResponseReturnValue:
    """Give the document back as it was."""
    document = _changing(document_id)
    give_back(current_work(), document)
    return _back(document, _("Das Schreiben ist zurückgegeben."))


@pages.post("/ausleihe-beenden", endpoint="release")
def end_check_out(document_id: UUID) -> ResponseReturnValue:
    """Take the document back from somebody who is not there."""
    document = _changing(document_id)
    release(current_work(), document, reason=text("reason"))
    return _back(document, _("Die Ausleihe ist beendet."))


@pages.post("/fertigstellen", endpoint="finalise")
def declare_final(document_id: UUID) -> ResponseReturnValue:
    """Declare a draft final."""
    document = _changing(document_id)
    finalise(current_work(), document)
    return _back(document, _("Das Schreiben ist endgültig."))


@pages.post("/entwurf")
def draft(document_id: UUID) -> ResponseReturnValue:
    """Let a document of our own be written on again."""
    document = _changing(document_id)
    make_draft(current_work(), document, reason=text("reason"))
    return _back(document, _("Das Schreiben ist ein Entwurf."))


@pages.post("/herausnehmen")
def withdraw(document_id: UUID) -> ResponseReturnValue:
    """Take the document out of its case; a sheet stays at its place."""
    document = _changing(document_id)
    withdraw_document(current_work(), document, reason=text("reason"))
    return _back(
        document, _("Das Schreiben ist herausgenommen; ein Fehlblatt steht an der Stelle.")
    )


@pages.post("/wiederherstellen")
def restore(document_id: UUID) -> ResponseReturnValue:
    """Take the cancellation back."""
    document = _changing(document_id)
    restore_document(current_work(), document)
    return _back(document, _("Die Stornierung ist aufgehoben."))


@pages.post("/anlage", endpoint="attach")
def make_attachment(document_id: UUID) -> ResponseReturnValue:
    """Make the document an attachment of the one whose number was typed."""
    work = current_work()
    document = _changing(document_id)
    typed = text("number", most=12)
    if not typed.isdecimal():
        raise BadInput("Bitte geben Sie die Nummer des Hauptschreibens an.")
    attach(work, document, to=document_by_number(work, int(typed)))
    return _back(document, _("Das Schreiben ist jetzt eine Anlage."))


@pages.post("/anlage-loesen", endpoint="detach")
def end_attachment(document_id: UUID) -> ResponseReturnValue:
    """Let an attachment be a document of its own again."""
    document = _changing(document_id)
    detach(current_work(), document)
    return _back(document, _("Das Schreiben ist keine Anlage mehr."))


def _changing(document_id: UUID) -> Document:
    document = document_by_id(current_work(), document_id)
    refuse_stale(document.edits)
    return document


def _back(document: Document, told: str) -> Response:
    flash(told, "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


def _give_back_if_out(work: UnitOfWork, document: Document) -> None:
    if document.checked_out_by_id is not None:
        give_back(work, document)
