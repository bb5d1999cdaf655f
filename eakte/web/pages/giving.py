"""How does somebody inspect a dossier or take it on, and who has inspected it?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import cancelled, require
from eakte.casework.sending.asking import Placed, ask_for_sending, placed, refuse
from eakte.casework.sending.selecting import candidates
from eakte.model.dossier import Dossier
from eakte.model.representative import Representative
from eakte.model.sending import SendingKind
from eakte.retrieval.inspections import inspections_of, listed_since
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.representatives import acting_for
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words
from eakte.web.given import first_choices, first_given, given_of_form, grounds, roles
from eakte.web.per_request import current_work, takes_choices
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.sent import decisions, leaves, seen_of

pages = Blueprint("giving", __name__)


@pages.get("/akte/<uuid:dossier_id>/akteneinsichten")
def inspections(dossier_id: UUID) -> ResponseReturnValue:
    """List who was given inspection of a dossier."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return render_template(
        "inspections.html",
        dossier=dossier,
        rows=inspections_of(work, dossier),
        roles=dict(roles()),
        since=listed_since(work),
        may_send=cancelled(dossier) is None,
    )


@pages.get("/akte/<uuid:dossier_id>/akteneinsicht")
def inspection(dossier_id: UUID) -> ResponseReturnValue:
    """Ask who inspects the dossier, and what of it they get to see."""
    return _new(dossier_id, SendingKind.INSPECTION)


@pages.post("/akte/<uuid:dossier_id>/akteneinsicht")
@takes_choices
def ask_inspection(dossier_id: UUID) -> ResponseReturnValue:
    """Show what would be seen, or have it put together."""
    return _ask(dossier_id, SendingKind.INSPECTION)


@pages.get("/akte/<uuid:dossier_id>/abgabe")
def passing_on(dossier_id: UUID) -> ResponseReturnValue:
    """Ask which authority takes the dossier on, and what of it goes there."""
    return _new(dossier_id, SendingKind.AUTHORITY)


@pages.post("/akte/<uuid:dossier_id>/abgabe")
@takes_choices
def ask_passing_on(dossier_id: UUID) -> ResponseReturnValue:
    """Show what would go, or have it put together."""
    return _ask(dossier_id, SendingKind.AUTHORITY)


def _new(dossier_id: UUID, kind: SendingKind) -> ResponseReturnValue:
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_SENDINGS, dossier)
    found = candidates(work, dossier, kind)
    places = placed(found, first_choices(kind, found))
    acting = _acting(work, dossier, kind)
    return _form(kind, dossier, places, first_given(kind, dossier, acting), acting=acting)


def _ask(dossier_id: UUID, kind: SendingKind) -> ResponseReturnValue:
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_SENDINGS, dossier)
    found = candidates(work, dossier, kind)
    wanted = given_of_form(kind, found)
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
        acting = _acting(work, dossier, kind)
        refusal = refusal_of(fault)
        return _form(kind, dossier, placed(found, wanted), form, refusal, acting=acting), 422
    return _form(kind, dossier, places, form, seen=seen, acting=_acting(work, dossier, kind))


def _acting(work: UnitOfWork, dossier: Dossier, kind: SendingKind) -> Sequence[Representative]:
    """Who acts for the person, where it matters: for who inspects the dossier."""
    return acting_for(work, dossier) if kind is SendingKind.INSPECTION else ()


def _form(
    kind: SendingKind,
    dossier: Dossier,
    places: list[Placed],
    form: dict[str, str],
    refusal: Refusal | None = None,
    *,
    acting: Sequence[Representative],
    seen: str = "",
) -> str:
    documents, sides = leaves(places)
    inspected = kind is SendingKind.INSPECTION
    where = "giving.ask_inspection" if inspected else "giving.ask_passing_on"
    return render_template(
        "giving_new.html",
        kind=kind.value,
        address=url_for(where, dossier_id=dossier.id),
        dossier=dossier,
        acting=acting,
        places=places,
        documents=documents,
        sides=sides,
        roles=roles(),
        grounds=grounds(),
        decisions=decisions(mediated=inspected),
        form=form,
        refusal=refusal,
        seen=seen,
        say=in_words,
        may_send=cancelled(dossier) is None,
    )
