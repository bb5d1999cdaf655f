"""What lies in one case, and how does a new one begin?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput
from eakte.filing.cases import cancel_case, close_case, reopen_case, restore_case, revise_case
from eakte.filing.opening import open_case
from eakte.filing.plan import plan_path
from eakte.model.case import Case, CaseState
from eakte.model.dossier import DossierState
from eakte.retrieval.browsing import (
    PER_PAGE,
    documents_in,
    history_of,
    placed_in,
)
from eakte.retrieval.listing import case_by_id, dossier_by_id, procedures
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts import shown_history
from eakte.web.errors import said
from eakte.web.forms import paging_of, refuse_stale, text, wanted_page
from eakte.web.pages.deadlines import panel_of
from eakte.web.per_request import current_work

pages = Blueprint("cases", __name__)


@pages.route("/akte/<uuid:dossier_id>/vorgang", methods=["GET", "POST"])
def new(dossier_id: UUID) -> ResponseReturnValue:
    """Open a case of a dossier."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.OPEN_CASE, dossier)
    errors: dict[str, str] = {}
    if request.method == "POST":
        procedure = text("procedure", most=100)
        if procedure:
            case = open_case(work, dossier, procedure=procedure, subject=text("subject"))
            flash(_("Der Vorgang „%(name)s“ ist angelegt.", name=case.procedure), "success")
            return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)
        errors["procedure"] = _("Bitte geben Sie an, um welches Verfahren es geht.")
    page = render_template(
        "case_new.html",
        dossier=dossier,
        procedures=procedures(work, department_id=dossier.department_id),
        form=request.form.to_dict(),
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.get("/vorgang/<uuid:case_id>")
def show(case_id: UUID) -> ResponseReturnValue:
    """Show one case with its documents."""
    work = current_work()
    case = case_by_id(work, case_id)
    return _page(work, case)


@pages.get("/vorgang/<uuid:case_id>/verlauf")
def history(case_id: UUID) -> ResponseReturnValue:
    """Show what was done with the case."""
    work = current_work()
    case = case_by_id(work, case_id)
    return render_template(
        "history.html",
        title=_("Verlauf: %(name)s", name=case.procedure),
        back=[
            (case.dossier.reference, url_for("dossiers.show", dossier_id=case.dossier_id)),
            (case.procedure, url_for("cases.show", case_id=case.id)),
        ],
        events=shown_history(work, history_of(work, case)),
    )


@pages.post("/vorgang/<uuid:case_id>/bearbeiten")
def edit(case_id: UUID) -> ResponseReturnValue:
    """Change what the case is called."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits)
    try:
        with work.session.begin_nested():
            revise_case(work, case, procedure=text("procedure", most=100), subject=text("subject"))
    except BadInput as fault:
        return _page(work, case, errors={"procedure": said(fault)}), 422
    flash(_("Der Vorgang ist gespeichert."), "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@pages.post("/vorgang/<uuid:case_id>/schliessen")
def close(case_id: UUID) -> ResponseReturnValue:
    """Close the case."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits)
    close_case(work, case)
    flash(_("Der Vorgang „%(name)s“ ist geschlossen.", name=case.procedure), "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@pages.post("/vorgang/<uuid:case_id>/oeffnen")
def reopen(case_id: UUID) -> ResponseReturnValue:
    """Open a closed case again."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits)
    reopen_case(work, case, reason=text("reason"))
    flash(_("Der Vorgang „%(name)s“ ist wieder offen.", name=case.procedure), "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


@pages.post("/vorgang/<uuid:case_id>/stornieren")
def cancel(case_id: UUID) -> ResponseReturnValue:
    """Cancel a case that was opened by mistake."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits)
    cancel_case(work, case, reason=text("reason"))
    flash(_("Der Vorgang „%(name)s“ ist storniert.", name=case.procedure), "success")
    return redirect(url_for("dossiers.show", dossier_id=case.dossier_id), 303)


@pages.post("/vorgang/<uuid:case_id>/wiederherstellen")
def restore(case_id: UUID) -> ResponseReturnValue:
    """Take the cancellation of the case back."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits)
    restore_case(work, case)
    flash(_("Die Stornierung ist aufgehoben."), "success")
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _page(work: UnitOfWork, case: Case, *, errors: dict[str, str] | None = None) -> str:
    found = documents_in(work, case.dossier, case=case, page=wanted_page())
    changing = may(work.actor, Action.EDIT_CASE, case)
    alive = case.dossier.state is DossierState.OPEN
    asked = {
        "edit": changing and alive and case.state is CaseState.OPEN,
        "reopen": changing and alive and case.state is CaseState.CLOSED,
        "restore": changing and alive and case.state is CaseState.CANCELLED,
    }
    return render_template(
        "case.html",
        case=case,
        plan_path=plan_path(work, case.dossier.plan_entry_id),
        rows=placed_in(work, case.dossier, found).get(case.id, []),
        documents=found.total,
        pages=found.sides,
        page=paging_of(found, PER_PAGE),
        procedures=procedures(work, department_id=case.dossier.department_id),
        panel=panel_of(work, case),
        form=request.form.to_dict() if errors else {},
        errors=errors or {},
        may=frozenset(name for name, allowed in asked.items() if allowed),
    )
