"""Which lists did a person ask for as a table, how far are they, and how are they fetched?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.errors import BadInput
from eakte.model.document import Direction
from eakte.model.dossier import DossierState
from eakte.model.prepared import ListKind, ListState
from eakte.retrieval.prepared.asking import ask_for_list, drop_list, own_lists, read_list
from eakte.retrieval.prepared.lines import Filter
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import days_of, identifier, text
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import send

pages = Blueprint("lists", __name__, url_prefix="/listen")


@pages.get("")
def show() -> ResponseReturnValue:
    """Show what the person has asked for."""
    return render_template("lists.html", **_listed(current_work()))


@pages.get("/zeilen")
def rows() -> ResponseReturnValue:
    """Show the rows alone: the page asks for them while something is written."""
    return render_template("_lists_rows.html", **_listed(current_work()))


@pages.post("")
def ask() -> ResponseReturnValue:
    """Ask for a list, with the filter as it stands on its page."""
    kind = request.form.get("art", "")
    if kind not in {known.value for known in ListKind}:
        raise BadInput("Diese Art von Liste gibt es nicht.")
    state = text("stand", most=20)
    known = state in {known.value for known in DossierState}
    days, errors = days_of(request.form, ("von", "bis"))
    if errors:
        raise BadInput("Das ist kein Datum; bitte in der Form TT.MM.JJJJ angeben.")
    direction = text("richtung", most=20)
    wanted = Filter(
        text("worte", most=200),
        identifier(text("eintrag", most=40)),
        DossierState(state) if known else None,
        number=text("nummer", most=20),
        first=days.get("von"),
        last=days.get("bis"),
        direction=Direction(direction) if direction in set(Direction) else None,
    )
    ask_for_list(current_work(), ListKind(kind), wanted)
    flash(_("Die Liste wird geschrieben."), "success")
    return redirect(url_for("lists.show"), 303)


@pages.get("/<uuid:list_id>/datei")
@writes
def hand_out(list_id: UUID) -> ResponseReturnValue:
    """Hand out a table."""
    return send(read_list(current_work(), list_id), inline=False)


@pages.post("/<uuid:list_id>/loeschen")
def drop(list_id: UUID) -> ResponseReturnValue:
    """Let go of a list."""
    drop_list(current_work(), list_id)
    flash(_("Die Liste ist gelöscht."), "success")
    return redirect(url_for("lists.show"), 303)


def _listed(work: UnitOfWork) -> dict[str, Any]:
    found = own_lists(work)
    waiting = any(row.prepared.state is ListState.WAITING for row in found)
    return {"rows": found, "running": waiting}
