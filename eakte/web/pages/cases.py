"""What lies in one case, and how does a new one begin?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.opening import open_case
from eakte.filing.plan import plan_path
from eakte.retrieval.listing import case_by_id, documents_of_dossier, dossier_by_id, procedures
from eakte.web.forms import text
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
    documents = documents_of_dossier(work, case.dossier).get(case.id, [])
    return render_template(
        "case.html",
        case=case,
        plan_path=plan_path(work, case.dossier.plan_entry_id),
        documents=documents,
        pages=sum(document.page_count or 0 for document in documents),
    )
