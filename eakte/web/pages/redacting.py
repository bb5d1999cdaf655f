"""How does a person mark what others must not see, and get a copy without it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.casework.redacting import (
    LONGEST_NOTE,
    Marked,
    ask_for_redaction,
    mark_areas,
    marks_of,
    reading_copy_of,
    unmark,
)
from eakte.errors import BadInput
from eakte.model.document import Document, DocumentState
from eakte.model.redaction import Ground, RedactionState
from eakte.processing.redacting import places_in
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.redactions import read_redaction, redactions_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import identifier, text, wanted_page
from eakte.web.per_request import (
    begin,
    current_work,
    own_transactions,
    own_work,
    the_app,
    the_office,
    writes,
)
from eakte.web.redacted import grounds, spoken
from eakte.web.streaming import send

pages = Blueprint("redacting", __name__)

POINTS_A_MM = 72 / 25.4
LONGEST_PHRASE = 200
AROUND = 1.0
MOST_CHOSEN = 2_000
SIDES = 4


@pages.get("/dokument/<uuid:document_id>/schwaerzen")
def show(document_id: UUID) -> ResponseReturnValue:
    """Show a page of the document with its marks, the list of all, and the copies."""
    work = current_work()
    document = document_by_id(work, document_id)
    require(work, Action.READ_CONTENT, document)
    reading_copy_of(work, document)
    last = document.page_count or 1
    return render_template(
        "redact.html",
        page=min(wanted_page(), last),
        last=last,
        marks=marks_of(work, document),
        grounds=grounds(),
        chosen={"ground": request.args.get("grund", "")},
        ground_words=dict(grounds()),
        longest=LONGEST_NOTE,
        **_shown(work, document),
    )


@pages.get("/dokument/<uuid:document_id>/schwaerzen/stand")
def status(document_id: UUID) -> ResponseReturnValue:
    """Show how far the copies are, alone: the page asks for it while one is made."""
    work = current_work()
    return render_template("_redactions.html", **_shown(work, document_by_id(work, document_id)))


@pages.get("/dokument/<uuid:document_id>/schwaerzen/woerter")
@own_transactions
def words(document_id: UUID) -> ResponseReturnValue:
    """Show the words of a page, to be chosen without a mouse."""
    page = wanted_page()
    found = _seek(document_id, pages=(page,))
    with own_work(writing=False):
        return render_template("_redaction_words.html", places=found, page=page)


@pages.post("/dokument/<uuid:document_id>/schwaerzen")
@own_transactions
def mark(document_id: UUID) -> ResponseReturnValue:
    """Mark an area, chosen words, or all places of a phrase."""
    page = wanted_page()
    act, phrase = request.form.get("act", ""), text("phrase", most=LONGEST_PHRASE)
    areas: list[Marked] = []
    if act == "search":
        if not phrase:
            raise BadInput("Bitte geben Sie an, welche Wörter geschwärzt werden sollen.")
        only = (page,) if request.form.get("only_here") else ()
        areas = [
            _around(one.page, (one.left, one.top, one.right, one.bottom))
            for one in _seek(document_id, phrase=phrase, pages=only)
        ]
    elif act == "chosen":
        chosen = request.form.getlist("word")[:MOST_CHOSEN]
        areas = [_around(page, _sides(one.split(","))) for one in chosen]
    else:
        left, top, width, height = _sides(
            [request.form.get(name, "") for name in ("left", "top", "width", "height")]
        )
        in_points = [side * POINTS_A_MM for side in (left, top, left + width, top + height)]
        areas = [Marked(page, *in_points)]
    ground = request.form.get("ground", "")
    if ground not in set(Ground):
        raise BadInput("Bitte wählen Sie den Grund der Schwärzung.")
    with begin() as work:
        document = document_by_id(work, document_id)
        made = mark_areas(
            work, document, areas, ground=Ground(ground), note=text("note", most=LONGEST_NOTE)
        )
        told = len(made)
    if told:
        flash(
            ngettext("%(num)s Stelle ist markiert.", "%(num)s Stellen sind markiert.", told),
            "success",
        )
    elif act == "search":
        flash(_("Diese Wörter stehen auf keiner Seite, oder sie sind schon markiert."), "warning")
    else:
        flash(_("Es ist nichts dazugekommen."), "warning")
    # Whoever marks one place marks the next for the same reason.
    back = url_for("redacting.show", document_id=document_id, seite=page, grund=ground)
    return redirect(back, 303)


@pages.post("/dokument/<uuid:document_id>/schwaerzen/entfernen")
def remove(document_id: UUID) -> ResponseReturnValue:
    """Remove marks."""
    work = current_work()
    document = document_by_id(work, document_id)
    named = [identifier(one) for one in request.form.getlist("mark")]
    gone = unmark(work, document, [one for one in named if one is not None])
    flash(ngettext("%(num)s Stelle ist entfernt.", "%(num)s Stellen sind entfernt.", gone))
    page = wanted_page()
    return redirect(url_for("redacting.show", document_id=document_id, seite=page), 303)


@pages.post("/dokument/<uuid:document_id>/geschwaerzt")
def make(document_id: UUID) -> ResponseReturnValue:
    """Have the copy made."""
    work = current_work()
    ask_for_redaction(work, document_by_id(work, document_id))
    flash(_("Die geschwärzte Fassung wird hergestellt und geprüft."), "success")
    return redirect(url_for("redacting.show", document_id=document_id), 303)


@pages.get("/geschwaerzt/<uuid:redaction_id>")
@writes
def fetch(redaction_id: UUID) -> ResponseReturnValue:
    """Hand out a redacted copy."""
    inline = "herunterladen" not in request.args
    return send(read_redaction(current_work(), redaction_id), inline=inline)


def _seek(document_id: UUID, *, phrase: str = "", pages: Sequence[int] = ()) -> Any:
    return places_in(
        begin,
        document_id,
        seek=the_app().seek,
        desk=the_office().settings.work_folder,
        phrase=phrase,
        pages=pages,
    )


def _around(page: int, box: Sequence[float]) -> Marked:
    left, top, right, bottom = box
    return Marked(page, left - AROUND, top - AROUND, right + AROUND, bottom + AROUND)


def _sides(typed: Sequence[str]) -> list[float]:
    try:
        sides = [float(one.replace(",", ".")) for one in typed]
    except ValueError as error:
        raise BadInput("Bitte geben Sie Lage und Größe in Millimetern an.") from error
    if len(sides) != SIDES:
        raise BadInput("Bitte geben Sie Lage und Größe in Millimetern an.")
    return sides


def _shown(work: UnitOfWork, document: Document) -> dict[str, Any]:
    copies = redactions_of(work, document)
    cancelled = document.state is DocumentState.CANCELLED
    return {
        "document": document,
        "copies": copies,
        "running": any(one.state is RedactionState.WAITING for one in copies),
        "spoken": spoken,
        "may_redact": not cancelled and may(work.actor, Action.REDACT_DOCUMENT, document),
    }
