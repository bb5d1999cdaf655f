"""What is offered to archives, what do they answer, and what goes to them next?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.model.dossier import Dossier
from eakte.model.offer import Offer, OfferMessage
from eakte.retention.archive_answers import read_answer, refuse_too_large, take_answer
from eakte.retention.due import due_conditions
from eakte.retention.offered_records import xdomea_schemas
from eakte.retention.offering import (
    MOST_DOSSIERS,
    archive_by_key,
    archives,
    ask_for_transfer,
    call_off,
    make_offer,
    try_again,
)
from eakte.retention.offers import (
    PER_PAGE,
    Choice,
    OffersAsked,
    choice_of,
    dossiers_among,
    due_to_offer,
    message_by_id,
    needs_proof,
    offer_by_id,
    offered_dossiers,
    offers,
    read_offer_message,
    show_offer,
    strays,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import identifier, paging_of, text, wanted_page
from eakte.web.offered import message_words, offer_state_words, says_words
from eakte.web.pages.retention import due_filter
from eakte.web.per_request import current_work, reads, spooled_path, writes
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.streaming import disposition

pages = Blueprint("offers", __name__, url_prefix="/aussonderung/angebote")

FILTER = ("zeige", "von", "bis", "eintrag", "art", "sperre")


@pages.get("")
def index() -> ResponseReturnValue:
    """List the offers, the newest first."""
    return _listed(current_work())


@pages.post("/auswahl")
@reads
def choose() -> ResponseReturnValue:
    """Take what was chosen in the list of what is due to the page on which it is offered."""
    require(current_work(), Action.SEE_OFFERS)
    asked: dict[str, Any] = {"umfang": "auswahl", "akte": request.form.getlist("akte")}
    if request.form.get("umfang") == "alle":
        asked = {"umfang": "alle"} | {name: request.form.get(name) or None for name in FILTER}
    return redirect(url_for("offers.new", **asked), 303)


@pages.get("/neu")
def new() -> ResponseReturnValue:
    """Show what would become of the chosen dossiers with an archive; nothing is done yet."""
    return _chosen(current_work())


@pages.post("")
def make() -> ResponseReturnValue:
    """Offer what was shown, as far as nothing stands against it."""
    work = current_work()
    require(work, Action.SEE_OFFERS)
    try:
        with work.session.begin_nested():
            archive = archive_by_key(work, text("archiv", most=40))
            choice = choice_of(work, archive, _dossiers(work))
            if text("stand", most=64) != _state_of(choice.offerable):
                raise BadInput("Die Auswahl hat sich geändert; bitte sehen Sie sie noch einmal an.")
            offer = make_offer(work, archive, choice.offerable, note=text("note"))
    except REFUSED as fault:
        return _chosen(work, refusal_of(fault)), 422
    flash(_("Die Akten sind angeboten; die Nachricht wird geschrieben."), "success")
    return redirect(url_for("offers.show", offer_id=offer.id), 303)


@pages.post("/antwort")
def upload() -> ResponseReturnValue:
    """Take an answer that a person has fetched from the archive by another way."""
    work = current_work()
    require(work, Action.TAKE_FROM_ARCHIVE)
    part = request.files.get("antwort")
    back = identifier(text("angebot", most=40))
    try:
        with work.session.begin_nested():
            row = _taken(work, part)
    except REFUSED as fault:
        return _listed(work, refusal_of(fault)), 422
    if row is None or row.faults:
        flash(_("Die Nachricht hat Fehler und ändert nichts; sie ist aufbewahrt."), "warning")
    else:
        flash(_("Die Nachricht ist übernommen."), "success")
    shown = row.offer_id if row is not None and row.offer_id is not None else back
    if shown is None:
        return redirect(url_for("offers.index"), 303)
    return redirect(url_for("offers.show", offer_id=shown), 303)


@pages.get("/nachricht/<uuid:message_id>")
@writes
def message(message_id: UUID) -> ResponseReturnValue:
    """Hand out a message; of a transfer the message alone, without the contents."""
    work = current_work()
    name, content = read_offer_message(work, message_by_id(work, message_id))
    # Whatever an archive sends is handed out as bytes, which no browser tries to show.
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = disposition(name, inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.get("/<uuid:offer_id>")
def show(offer_id: UUID) -> ResponseReturnValue:
    """Show one offer with every message, its faults, and what may be done next."""
    work = current_work()
    return _shown(work, offer_by_id(work, offer_id))


@pages.get("/<uuid:offer_id>/stand")
def state(offer_id: UUID) -> ResponseReturnValue:
    """Show where an offer stands alone; when nothing is under way any more, the page comes anew."""
    work = current_work()
    shown = show_offer(work, offer_by_id(work, offer_id))
    page = render_template("_offer_state.html", shown=shown, offer=shown.offer)
    return page, 200, {} if shown.busy else {"HX-Refresh": "true"}


@pages.post("/<uuid:offer_id>/abgabe")
def transfer(offer_id: UUID) -> ResponseReturnValue:
    """Have what the archive wants handed over to it, with its contents."""
    work = current_work()
    offer = offer_by_id(work, offer_id)
    try:
        with work.session.begin_nested():
            ask_for_transfer(work, offer)
    except REFUSED as fault:
        return _refused(work, offer, refusal_of(fault, "transfer"))
    flash(_("Die Abgabe wird gepackt und dem Archiv übergeben."), "success")
    return redirect(url_for("offers.show", offer_id=offer_id), 303)


@pages.post("/<uuid:offer_id>/erneut")
def retry(offer_id: UUID) -> ResponseReturnValue:
    """Try again what could not be done."""
    work = current_work()
    offer = offer_by_id(work, offer_id)
    try:
        with work.session.begin_nested():
            try_again(work, offer)
    except REFUSED as fault:
        return _refused(work, offer, refusal_of(fault, "transfer"))
    flash(_("Es wird noch einmal versucht."), "success")
    return redirect(url_for("offers.show", offer_id=offer_id), 303)


@pages.post("/<uuid:offer_id>/abbruch")
def end(offer_id: UUID) -> ResponseReturnValue:
    """Give an offer up, with the reason."""
    work = current_work()
    offer = offer_by_id(work, offer_id)
    try:
        with work.session.begin_nested():
            call_off(work, offer, reason=text("reason"))
    except REFUSED as fault:
        return _refused(work, offer, refusal_of(fault, "end"))
    flash(_("Die Anbietung ist abgebrochen."), "success")
    return redirect(url_for("offers.show", offer_id=offer_id), 303)


def _taken(work: UnitOfWork, part: object) -> OfferMessage | None:
    stream, name = getattr(part, "stream", None), getattr(part, "filename", "") or ""
    if stream is None or not name:
        raise BadInput("Bitte wählen Sie die Nachricht des Archivs aus.", field="antwort")
    path = spooled_path(stream)
    refuse_too_large(path.stat().st_size)
    with path.open("rb") as content:
        stored = work.store.put(content)
        content.seek(0)
        answer = read_answer(content, name=name, schemas=xdomea_schemas(work))
    return take_answer(work, answer, stored)


def _dossiers(work: UnitOfWork) -> list[Dossier]:
    if request.values.get("umfang") == "alle":
        return due_to_offer(work, due_conditions(work, due_filter()))
    asked = [identifier(one) for one in request.values.getlist("akte")[:MOST_DOSSIERS]]
    return dossiers_among(work, [one for one in asked if one is not None])


def _state_of(dossiers: Sequence[Dossier]) -> str:
    """What was shown is what is offered: the same dossiers have the same sum."""
    told = "\n".join(sorted(str(one.id) for one in dossiers))
    return hashlib.sha256(told.encode()).hexdigest()


def _chosen(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    known = archives(work)
    dossiers = _dossiers(work)
    wanted = request.values.get("archiv", "")
    archive = next((one for one in known if one.key == wanted), known[0] if known else None)
    choice: Choice | None = None
    if archive is not None and dossiers:
        choice = choice_of(work, archive, dossiers)
    everything = request.values.get("umfang") == "alle"
    return render_template(
        "offer_new.html",
        archives=[(one.key, one.name) for one in known],
        archive=archive,
        choice=choice,
        dossiers=dossiers,
        proof=archive is not None and needs_proof(archive),
        state=_state_of(choice.offerable) if choice is not None else "",
        everything=everything,
        asked={name: request.values.get(name, "") for name in FILTER} if everything else {},
        form=request.values,
        refusal=refusal,
        most=MOST_DOSSIERS,
    )


def _listed(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    asked = request.values.get("zeige", "")
    which = OffersAsked(asked) if asked in set(OffersAsked) else OffersAsked.RUNNING
    found = offers(work, which, page=wanted_page())
    return render_template(
        "offers.html",
        rows=found.rows,
        page=paging_of(found, PER_PAGE),
        chosen=which.value,
        words=offer_state_words(),
        messages=message_words(),
        strays=strays(work) if wanted_page() == 1 else (),
        known=bool(archives(work)),
        form=request.form,
        refusal=refusal,
    )


def _refused(work: UnitOfWork, offer: Offer, refusal: Refusal) -> ResponseReturnValue:
    work.session.refresh(offer)
    return _shown(work, offer, refusal), 422


def _shown(work: UnitOfWork, offer: Offer, refusal: Refusal | None = None) -> str:
    found = offered_dossiers(work, offer, page=wanted_page())
    return render_template(
        "offer.html",
        shown=show_offer(work, offer),
        offer=offer,
        rows=found.rows,
        page=paging_of(found, PER_PAGE),
        words=offer_state_words(),
        messages=message_words(),
        says=says_words(),
        today=work.clock.today(),
        form=request.form,
        refusal=refusal,
    )
