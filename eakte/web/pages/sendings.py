"""How is a dossier put together for a court, how far is any package, and how is it fetched?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import cancelled, may, require
from eakte.casework.sending.asking import (
    Choice,
    Placed,
    Wanted,
    ask_for_sending,
    courts_of,
    placed,
    refuse,
)
from eakte.casework.sending.handing_over import note_handed_over
from eakte.casework.sending.selecting import candidates
from eakte.errors import BadInput
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, SendingKind, SendingState
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.representatives import acting_for
from eakte.retrieval.sendings import (
    SendingRow,
    answers_to,
    documents_of_sending,
    files_of_sending,
    read_sending,
    sending_by_id,
    sendings_of,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words
from eakte.web.forms import day
from eakte.web.given import roles
from eakte.web.per_request import current_work, takes_choices, writes
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.sent import (
    decisions,
    first_form,
    leaves,
    occasions,
    seen_of,
    wanted_of_form,
    way_of,
)
from eakte.web.streaming import send

pages = Blueprint("sendings", __name__)


@pages.get("/akte/<uuid:dossier_id>/uebersendungen")
def index(dossier_id: UUID) -> ResponseReturnValue:
    """List what of a dossier was put together, and offer for whom it can be."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return render_template(
        "sendings.html",
        dossier=dossier,
        rows=sendings_of(work, dossier),
        may_send=cancelled(dossier) is None,
    )


@pages.get("/akte/<uuid:dossier_id>/uebersendungen/neu")
def new(dossier_id: UUID) -> ResponseReturnValue:
    """Ask what of the dossier goes to which court."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_SENDINGS, dossier)
    places = placed(candidates(work, dossier), Wanted("", otherwise=Choice(Decision.SEND)))
    form = first_form(dossier, work.settings.office_name)
    return _form(work, dossier, places, form)


@pages.post("/akte/<uuid:dossier_id>/uebersendungen/neu")
@takes_choices
def ask(dossier_id: UUID) -> ResponseReturnValue:
    """Show what would leave, or have it put together."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_SENDINGS, dossier)
    found = candidates(work, dossier)
    wanted = wanted_of_form(found)
    form = request.form.to_dict()
    try:
        places = refuse(work, dossier, wanted)
        seen = seen_of(places, wanted)
        # Only what was looked at is put together: changed choices are shown once more.
        if form.get("act") == "send" and form.get("seen") == seen:
            sending = ask_for_sending(work, dossier, wanted)
            flash(_("Das Paket wird geschrieben."), "success")
            return redirect(url_for("sendings.show", sending_id=sending.id), 303)
    except REFUSED as fault:
        return _form(work, dossier, placed(found, wanted), form, refusal_of(fault)), 422
    return _form(work, dossier, places, form, seen=seen)


@pages.get("/uebersendung/<uuid:sending_id>")
def show(sending_id: UUID) -> ResponseReturnValue:
    """Show one package with everything that was decided about."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    return render_template(
        "sending.html",
        documents=documents_of_sending(work, row.sending),
        decisions=dict(decisions()),
        occasions=dict(occasions()),
        roles=dict(roles()),
        answers=answers_to(work, row.sending),
        way=way_of(work, row.sending),
        today=work.clock.today(),
        **_shown(work, row),
    )


@pages.get("/uebersendung/<uuid:sending_id>/stand")
def status(sending_id: UUID) -> ResponseReturnValue:
    """Show how far a package is, alone: the page asks for it while it is written."""
    work = current_work()
    shown = _shown(work, sending_by_id(work, sending_id))
    page = render_template("_sending_state.html", **shown)
    # What comes next stands elsewhere on the page, which is fetched anew when there is a package.
    return (page, 200, {}) if shown["running"] else (page, 200, {"HX-Refresh": "true"})


@pages.get("/uebersendung/<uuid:sending_id>/datei/<uuid:file_id>")
@writes
def hand_out(sending_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Hand out a file of a package."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    return send(read_sending(work, row.sending, file_id), inline=False)


@pages.post("/uebersendung/<uuid:sending_id>/uebergabe")
def hand_over(sending_id: UUID) -> ResponseReturnValue:
    """Write down on which day the package was given to the program of the mailbox."""
    work = current_work()
    sending = sending_by_id(work, sending_id).sending
    on = day(request.form, "day")
    if on is None:
        raise BadInput("Bitte geben Sie an, wann das Paket übergeben wurde.")
    note_handed_over(work, sending, on=on)
    flash(_("Die Übergabe ist vermerkt."), "success")
    return redirect(url_for("sendings.show", sending_id=sending_id), 303)


def _shown(work: UnitOfWork, row: SendingRow) -> dict[str, Any]:
    return {
        "row": row,
        "sending": row.sending,
        "dossier": row.sending.dossier,
        "files": files_of_sending(work, row.sending),
        "running": row.sending.state is SendingState.WAITING,
    }


def _form(
    work: UnitOfWork,
    dossier: Dossier,
    places: list[Placed],
    form: dict[str, str],
    refusal: Refusal | None = None,
    *,
    seen: str = "",
) -> str:
    documents, sides = leaves(places)
    return render_template(
        "sending_new.html",
        kind=SendingKind.COURT.value,
        dossier=dossier,
        acting=acting_for(work, dossier),
        places=places,
        documents=documents,
        sides=sides,
        courts=courts_of(work),
        occasions=occasions(),
        decisions=decisions(mediated=False),
        form=form,
        refusal=refusal,
        seen=seen,
        say=in_words,
        may_send=cancelled(dossier) is None and may(work.actor, Action.SEE_SENDINGS, dossier),
    )
