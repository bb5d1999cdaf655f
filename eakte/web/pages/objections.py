"""Where is written down who was told of their right to object, and who objected? (§ 76 SGB X)"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.casework.sending.objections import (
    LONGEST,
    from_doctors,
    note_objection,
    objections_of,
)
from eakte.errors import BadInput
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.objection import ObjectionStand
from eakte.retrieval.listing import cases_of, dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import day, text
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("objections", __name__)


@pages.get("/akte/<uuid:dossier_id>/widersprueche")
def index(dossier_id: UUID) -> ResponseReturnValue:
    """Show what is known of every case and of everything that came from a doctor."""
    work = current_work()
    return _page(work, dossier_by_id(work, dossier_id))


@pages.post("/akte/<uuid:dossier_id>/widersprueche")
def note(dossier_id: UUID) -> ResponseReturnValue:
    """Write down a hint or an objection."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    try:
        on, stand = day(request.form, "on"), request.form.get("stand", "")
        if on is None:
            raise BadInput("Bitte geben Sie den Tag an.", field="on")
        if stand not in set(ObjectionStand):
            raise BadInput("Bitte wählen Sie, was vermerkt werden soll.", field="stand")
        note_objection(
            work,
            _thing(work, dossier, request.form.get("about", "")),
            stand=ObjectionStand(stand),
            on=on,
            reason=text("reason", most=LONGEST),
        )
    except REFUSED as fault:
        return _page(work, dossier, request.form.to_dict(), refusal_of(fault)), 422
    flash(_("Der Vermerk ist festgehalten."), "success")
    return redirect(url_for("objections.index", dossier_id=dossier_id), 303)


def _thing(work: UnitOfWork, dossier: Dossier, told: str) -> Case | Document:
    """The case or document that was chosen, of those that are offered."""
    offered: dict[str, Case | Document] = {str(one.id): one for one in cases_of(work, dossier)}
    offered |= {str(one.id): one for one in from_doctors(work, dossier)}
    found = offered.get(told)
    if found is None:
        raise BadInput("Bitte wählen Sie einen Vorgang oder ein Schreiben.", field="about")
    return found


def _page(
    work: UnitOfWork,
    dossier: Dossier,
    form: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    cases, letters = cases_of(work, dossier), from_doctors(work, dossier)
    return render_template(
        "objections.html",
        dossier=dossier,
        notes=objections_of(work, dossier),
        names={one.id: f"{one.number}. {one.procedure}" for one in cases}
        | {one.id: one.title for one in letters},
        about=[(str(one.id), f"{one.number}. {one.procedure}") for one in cases]
        + [(str(one.id), one.title) for one in letters],
        stands=stands(),
        form=form or {"on": work.clock.today().isoformat()},
        refusal=refusal,
        may_note=any(may(work.actor, Action.NOTE_OBJECTION, one) for one in cases),
    )


def stands() -> list[tuple[str, str]]:
    """Return what can be written down, with the words."""
    return [
        (ObjectionStand.TOLD.value, _("hingewiesen, niemand hat widersprochen")),
        (ObjectionStand.OBJECTED.value, _("der Weitergabe wurde widersprochen")),
    ]
