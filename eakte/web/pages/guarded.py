"""What can be done with what is shut, and what did the check of signatures show?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.errors import TooMuchAtOnce
from eakte.intake.guarding import release_held
from eakte.processing.unlocking import WrongPassword, unlock_document
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.reading import read_signatures
from eakte.web.errors import said
from eakte.web.forms import refuse_stale, text
from eakte.web.pages.documents import document_page
from eakte.web.per_request import (
    begin,
    current_work,
    own_transactions,
    own_work,
    the_app,
    the_office,
    writes,
)
from eakte.web.streaming import send

pages = Blueprint("guarded", __name__, url_prefix="/dokument/<uuid:document_id>")


@pages.get("/signaturen")
@writes
def signatures(document_id: UUID) -> ResponseReturnValue:
    """Hand out the report of the check of the signatures."""
    work = current_work()
    return send(read_signatures(work, document_by_id(work, document_id)), inline=False)


@pages.post("/kennwort")
@own_transactions
def unlock(document_id: UUID) -> ResponseReturnValue:
    """Open an encrypted document with the password that its sender has named."""
    try:
        unlock_document(
            begin,
            document_id,
            password=request.form.get("document_password", ""),
            unlock=the_app().unlock,
            desk=the_office().settings.work_folder,
        )
    except (WrongPassword, TooMuchAtOnce) as error:
        told = f"{said(error)} {_(error.next_step) if error.next_step else ''}".strip()
        with own_work(writing=False) as work:
            page = document_page(work, document_by_id(work, document_id), not_unlocked=told)
        return page, 429 if isinstance(error, TooMuchAtOnce) else 422
    flash(_("Das Dokument ist geöffnet und wird jetzt gelesen."), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)


@pages.post("/freigeben")
def release(document_id: UUID) -> ResponseReturnValue:
    """Open a document although a virus scanner has not passed it."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    release_held(work, document, reason=text("reason"))
    flash(_("Das Dokument ist freigegeben und wird jetzt verarbeitet."), "success")
    return redirect(url_for("documents.show", document_id=document_id), 303)
