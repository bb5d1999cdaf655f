"""How is a dossier opened in an emergency, and who looks at it afterwards?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.reach import barred
from eakte.access.rights.glass import (
    break_glass,
    end_glass,
    own_glass,
    review_glass,
    reviewed,
    to_review,
)
from eakte.errors import NotAllowed, NotFound
from eakte.model.user import Actor
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import text
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("glass", __name__, url_prefix="/notfallzugriff")

# One sentence for what does not exist and for what nothing opens.
NOT_THERE = NotFound("Eine Akte mit diesem Aktenzeichen kann nicht geöffnet werden.")


def may_break(actor: Actor) -> bool:
    """Say whether the person could break the glass once they prove who they are."""
    return may(replace(actor, confirmed=True), Action.BREAK_GLASS)


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the form, one's own emergencies and those to look at."""
    work = current_work()
    if not may_break(work.actor) and not may(work.actor, Action.REVIEW_GLASS):
        raise NotAllowed("Sie dürfen das nicht: %(act)s.", act=Action.BREAK_GLASS.value)
    return _page(work)


@pages.post("")
def open_dossier() -> ResponseReturnValue:
    """Open a dossier for some minutes."""
    work = current_work()
    try:
        grant = break_glass(work, text("reference", most=60), reason=text("reason"))
    except REFUSED as fault:
        return _page(work, refusal_of(fault, "break")), 422
    if grant is None:
        return _page(work, refusal_of(NOT_THERE, "break")), 422
    flash(_("Die Akte ist geöffnet. Die Öffnung wurde gemeldet."), "warning")
    return redirect(url_for("dossiers.show", dossier_id=grant.dossier_id), 303)


@pages.post("/<uuid:grant_id>/ende")
def end(grant_id: UUID) -> ResponseReturnValue:
    """Close a dossier before its time."""
    end_glass(current_work(), grant_id)
    flash(_("Die Akte ist wieder geschlossen."), "success")
    return redirect(url_for("glass.show"), 303)


@pages.post("/<uuid:grant_id>/pruefung")
def review(grant_id: UUID) -> ResponseReturnValue:
    """Write down what looking at an emergency has shown."""
    work = current_work()
    try:
        review_glass(work, grant_id, verdict=text("verdict"))
    except REFUSED as fault:
        return _page(work, refusal_of(fault, str(grant_id))), 422
    flash(_("Die Prüfung ist festgehalten."), "success")
    return redirect(url_for("glass.show"), 303)


def _page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    reviews = may(work.actor, Action.REVIEW_GLASS)
    waiting = to_review(work) if reviews else ()
    return render_template(
        "glass.html",
        may_break=may_break(work.actor),
        may_review=reviews,
        minutes=work.settings.glass_minutes,
        own=own_glass(work),
        waiting=waiting,
        reviewed=reviewed(work) if reviews else (),
        hidden={grant.id for grant in waiting if barred(work.actor, grant.dossier)},
        now=work.clock.now(),
        me=work.actor.id,
        form=request.form if refusal else {},
        refusal=refusal,
    )
