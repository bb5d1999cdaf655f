"""How is it written down that a court got its acknowledgement of receipt?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.casework.court_post import note_confirmation
from eakte.errors import BadInput
from eakte.retrieval.listing import document_by_id
from eakte.web.forms import day
from eakte.web.per_request import current_work

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
