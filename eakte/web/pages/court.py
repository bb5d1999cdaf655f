"""How does a court get its acknowledgement of receipt, and how is that written down?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.casework.court_post import note_confirmation
from eakte.casework.court_replies import Answer, Answered, read_reply, write_reply
from eakte.errors import BadInput
from eakte.interchange.xjustiz.writing_confirmation import FILE_NAME, Trouble
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.reading import Reading
from eakte.web.forms import day, text
from eakte.web.pages.documents import document_page
from eakte.web.per_request import current_work, writes
from eakte.web.refusals import REFUSED, refusal_of
from eakte.web.streaming import send

pages = Blueprint("court", __name__, url_prefix="/dokument/<uuid:document_id>")


@pages.post("/empfangsbekenntnis")
def confirm(document_id: UUID) -> ResponseReturnValue:
    """Write down on which day the acknowledgement was sent back."""
    work = current_work()
    document = document_by_id(work, document_id)
    on = day(request.form, "day")
    if on is None:
        raise BadInput("Bitte geben Sie an, wann das Empfangsbekenntnis zurückgesandt wurde.")
    note_confirmation(work, document, on=on)
    flash(_("Das Empfangsbekenntnis ist als zurückgesandt vermerkt."), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/empfangsbekenntnis/antwort")
def write(document_id: UUID) -> ResponseReturnValue:
    """Write the acknowledgement, or why it is refused, as the message that the court expects."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuses = request.form.get("answer") == "trouble"
    trouble = request.form.get("trouble", "")
    try:
        with work.session.begin_nested():
            answer = Answer(
                received_on=None if refuses else day(request.form, "taken_on"),
                trouble=Trouble(trouble) if refuses and trouble in set(Trouble) else None,
                reason=text("trouble_reason", most=500) if refuses else "",
            )
            write_reply(work, document, answer=answer)
    except REFUSED as fault:
        return document_page(work, document, refusal=refusal_of(fault, "court")), 422
    flash(_("Das Empfangsbekenntnis ist geschrieben und kann abgeholt werden."), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.get("/empfangsbekenntnis/antwort", endpoint="reply")
@writes
def hand_out(document_id: UUID) -> ResponseReturnValue:
    """Hand out the written acknowledgement; that is logged before it leaves."""
    work = current_work()
    return send(reading_of(read_reply(work, document_by_id(work, document_id))), inline=False)


def reading_of(answered: Answered) -> Reading:
    """Return a written answer as what leaves."""
    reply = answered.reply
    return Reading(reply.sha256, reply.size, "application/xml", FILE_NAME, answered.still)
