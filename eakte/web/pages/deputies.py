"""Who stands in for whom?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.rights.deputising import (
    SHAREABLE,
    deputies,
    end_deputy,
    name_deputy,
    own_people,
)
from eakte.access.rights.people import colleague, colleagues
from eakte.errors import BadInput
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import day, identifier
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("deputies", __name__, url_prefix="/vertretungen")


@pages.get("")
def show() -> ResponseReturnValue:
    """Show who stands in for the person and for those they lead, and for whom they do."""
    return _page(current_work())


@pages.post("")
def name() -> ResponseReturnValue:
    """Name a deputy."""
    work = current_work()
    try:
        first, last = day(request.form, "first_day"), day(request.form, "last_day")
        if first is None or last is None:
            raise BadInput("Bitte geben Sie den ersten und den letzten Tag an.")
        named = name_deputy(
            work,
            _chosen(work, "absent"),
            _chosen(work, "deputy"),
            first_day=first,
            last_day=last,
        )
    except REFUSED as fault:
        return _page(work, refusal_of(fault)), 422
    flash(_("Die Vertretung ist benannt."), "success")
    return redirect(url_for("deputies.show", _anchor=str(named.id)), 303)


@pages.post("/<uuid:deputy_id>/ende")
def end(deputy_id: UUID) -> ResponseReturnValue:
    """End a deputising."""
    end_deputy(current_work(), deputy_id)
    flash(_("Die Vertretung ist beendet."), "success")
    return redirect(url_for("deputies.show"), 303)


def _chosen(work: UnitOfWork, field: str) -> User:
    chosen = identifier(request.form.get(field, ""))
    if chosen is None:
        raise BadInput("Bitte wählen Sie eine Person.")
    return colleague(work, chosen)


def _page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    own = own_people(work)
    return render_template(
        "deputies.html",
        deputies=deputies(work),
        absent=[(one.id, one.name) for one in own],
        possible=[
            (one.id, one.name) for one in colleagues(work, SHAREABLE) if one.id != work.actor.id
        ],
        me=work.actor.id,
        today=work.clock.today(),
        form=request.form if refusal else {"absent": work.actor.id},
        refusal=refusal,
    )
