"""Where is written down who acts for the person of a dossier? (§ 13 SGB X)"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import cancelled, may, require
from eakte.filing.representing import (
    LONGEST,
    Representation,
    add_representative,
    remove_representative,
    revise_representative,
)
from eakte.model.dossier import Dossier, DossierState
from eakte.model.representative import ROLE_WORDS, Representative, RepresentativeRole
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.representatives import representative_by_id, representatives_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words
from eakte.web.forms import day, refuse_stale, text
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("representing", __name__, url_prefix="/akte/<uuid:dossier_id>/vertretung")


@pages.get("")
def index(dossier_id: UUID) -> ResponseReturnValue:
    """List who acts or acted for the person, and offer to enter somebody."""
    work = current_work()
    return _page(work, dossier_by_id(work, dossier_id))


@pages.post("")
def add(dossier_id: UUID) -> ResponseReturnValue:
    """Enter somebody who acts for the person."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    try:
        add_representative(work, dossier, _said())
    except REFUSED as fault:
        return _page(work, dossier, request.form.to_dict(), refusal_of(fault)), 422
    flash(_("Die Vertretung ist eingetragen."), "success")
    return redirect(url_for("representing.index", dossier_id=dossier_id), 303)


@pages.route("/<uuid:representative_id>", methods=["GET", "POST"])
def edit(dossier_id: UUID, representative_id: UUID) -> ResponseReturnValue:
    """Put right what is said of somebody, or let the mandate end."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    one = representative_by_id(work, dossier, representative_id)
    if request.method == "GET":
        return _edit(dossier, one, _form_of(one))
    refuse_stale(one.edits)
    try:
        with work.session.begin_nested():
            revise_representative(work, one, _said())
    except REFUSED as fault:
        return _edit(dossier, one, request.form.to_dict(), refusal_of(fault)), 422
    flash(_("Die Angaben zur Vertretung sind gespeichert."), "success")
    return redirect(url_for("representing.index", dossier_id=dossier_id), 303)


@pages.post("/<uuid:representative_id>/entfernen")
def remove(dossier_id: UUID, representative_id: UUID) -> ResponseReturnValue:
    """Take away somebody who was entered by mistake."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    one = representative_by_id(work, dossier, representative_id)
    refuse_stale(one.edits)
    remove_representative(work, one)
    flash(_("Die Vertretung ist entfernt; im Verlauf der Akte steht sie weiter."), "success")
    return redirect(url_for("representing.index", dossier_id=dossier_id), 303)


def _said() -> Representation:
    """What the form says, all of it.

    Raises:
        BadInput: something is too long, or a day is none.
    """
    role = request.form.get("role", "")
    return Representation(
        role=RepresentativeRole(role) if role in set(RepresentativeRole) else None,
        organisation=request.form.get("organisation") == "1",
        valid_from=day(request.form, "valid_from"),
        valid_until=day(request.form, "valid_until"),
        **{name: text(name, most=most) for name, most in LONGEST.items()},
    )


def _form_of(one: Representative) -> dict[str, str]:
    days = {name: getattr(one, name) for name in ("valid_from", "valid_until")}
    return {
        "role": one.role.value,
        "organisation": "1" if one.organisation else "",
        **{name: getattr(one, name) for name in LONGEST},
        **{name: value.isoformat() if value else "" for name, value in days.items()},
    }


def _page(
    work: UnitOfWork,
    dossier: Dossier,
    form: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    is_open = dossier.state is DossierState.OPEN and cancelled(dossier) is None
    return render_template(
        "representatives.html",
        dossier=dossier,
        people=representatives_of(work, dossier),
        today=work.clock.today(),
        role_words=role_words(),
        form=form or {},
        refusal=refusal,
        may_edit=is_open and may(work.actor, Action.EDIT_DOSSIER, dossier),
    )


def _edit(
    dossier: Dossier, one: Representative, form: dict[str, str], refusal: Refusal | None = None
) -> str:
    return render_template(
        "representative.html",
        dossier=dossier,
        one=one,
        role_words=role_words(),
        form=form,
        refusal=refusal,
    )


def role_words() -> dict[str, str]:
    """Return as what somebody acts, with the words of the page."""
    return {role.value: in_words(words) for role, words in ROLE_WORDS.items()}
