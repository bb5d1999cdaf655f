"""Which dossiers are there, what lies in one, and how does a new one begin?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.filing.plan import plan, plan_path
from eakte.model.case import Case
from eakte.model.dossier import Dossier, DossierState
from eakte.retrieval.browsing import (
    PER_PAGE as DOCUMENTS,
)
from eakte.retrieval.browsing import (
    Placed,
    cases_in,
    documents_in,
    numbers_and_hold,
    placed_in,
)
from eakte.retrieval.listing import (
    PER_PAGE,
    dossier_by_id,
    dossiers,
    totals_of,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import identifier, paging_of, text, wanted_page
from eakte.web.login import local_path
from eakte.web.opening_form import choices, opened_as_said
from eakte.web.per_request import current_work, reads

pages = Blueprint("dossiers", __name__)


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    dossier: Dossier
    cases: int
    documents: int
    last: date | None


@dataclass(frozen=True)
class ShownCase:
    """A case with what of it is on this page, and what lies in it together."""

    case: Case
    rows: list[Placed]
    documents: int
    pages: int


@pages.route("/akten", methods=["GET", "POST"])
@reads
def index() -> ResponseReturnValue:
    """List dossiers; the filter is posted, so that no name stands in an address."""
    work = current_work()
    form = {name: text(name, most=200) for name in ("worte", "eintrag", "stand")}
    known = form["stand"] in {state.value for state in DossierState}
    found = dossiers(
        work,
        form["worte"],
        plan_entry_id=identifier(form["eintrag"]),
        state=DossierState(form["stand"]) if known else None,
        page=wanted_page(),
    )
    totals = totals_of(work, found.rows)
    rows = [
        Row(
            dossier, totals[dossier.id].cases, totals[dossier.id].documents, totals[dossier.id].last
        )
        for dossier in found.rows
    ]
    return render_template(
        "dossiers.html",
        rows=rows,
        form=form,
        plan_entries=_entries(work),
        page=paging_of(found, PER_PAGE),
        may_open=may(work.actor, Action.OPEN_DOSSIER),
    )


@pages.route("/akten/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Open a dossier."""
    work = current_work()
    require(work, Action.OPEN_DOSSIER)
    then = local_path(request.values.get("then")) or ""
    errors: dict[str, str] = {}
    offered = choices(work)
    if request.method == "POST":
        dossier = opened_as_said(work, errors)
        if dossier is not None:
            flash(_("Die Akte %(name)s ist angelegt.", name=dossier.reference), "success")
            if offered.known:
                listed = ", ".join(one.reference for one in offered.known)
                flash(_("Diese Person hat auch die Akte %(name)s.", name=listed), "warning")
            return redirect(then or url_for("dossiers.show", dossier_id=dossier.id), 303)
    page = render_template(
        "dossier_new.html",
        form=request.form.to_dict(),
        errors=errors,
        offered=offered,
        then=then,
    )
    return page, 422 if errors else 200


@pages.get("/akte/<uuid:dossier_id>")
def show(dossier_id: UUID) -> ResponseReturnValue:
    """Show one dossier with its cases and documents."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    found = documents_in(work, dossier, page=wanted_page())
    placed = placed_in(work, dossier, found)
    aliases, held = numbers_and_hold(work, dossier)
    is_open = dossier.state is DossierState.OPEN
    erased = dossier.state is DossierState.ERASED
    asked = {
        "add_case": is_open and may(work.actor, Action.OPEN_CASE, dossier),
        "edit": is_open and may(work.actor, Action.EDIT_DOSSIER, dossier),
        "restore": dossier.state is DossierState.CANCELLED
        and may(work.actor, Action.EDIT_DOSSIER, dossier),
        "see_access": not erased and may(work.actor, Action.SEE_ACCESS, dossier),
        "see_sendings": not erased and may(work.actor, Action.SEE_SENDINGS, dossier),
        "proofs": erased and may(work.actor, Action.SEE_PROOFS),
    }
    return render_template(
        "dossier.html",
        dossier=dossier,
        plan_path=plan_path(work, dossier.plan_entry_id),
        cases=[
            ShownCase(case, placed.get(case.id, []), documents, sides)
            for case, documents, sides in cases_in(work, dossier)
        ],
        documents=found.total,
        pages=found.sides,
        page=paging_of(found, DOCUMENTS),
        aliases=aliases,
        held=held,
        may=frozenset(name for name, allowed in asked.items() if allowed),
    )


def _entries(work: UnitOfWork) -> list[tuple[UUID, str]]:
    return [
        (entry.id, f"{entry.number} {entry.title}")
        for entry in (plan(work) if may(work.actor, Action.SEE_PLAN) else ())
        if entry.takes_dossiers
    ]
