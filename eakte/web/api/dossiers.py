"""Which dossiers may a program see, and what lies in one?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.retrieval.listing import cases_of, documents_of_dossier, dossier_by_id
from eakte.retrieval.listing import dossiers as listed
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import (
    DossierOut,
    DossiersOut,
    DossierWithCases,
    PageIn,
    case_out,
    dossier_fields,
)
from eakte.web.per_request import current_work

dossiers = APIBlueprint("api_dossiers", __name__, url_prefix="/api/v1/dossiers", tag="Akten")


@dossiers.get("")
@dossiers.input(PageIn, location="query", arg_name="wanted")
@dossiers.output(DossiersOut)
@dossiers.doc(summary="Akten auflisten", security=LOCKED, responses=[401, 403])
def index(wanted: PageIn) -> DossiersOut:
    """List the dossiers, page by page."""
    work = current_work()
    require(work, Action.SEE_LISTS)
    found = listed(work, page=wanted.page)
    return DossiersOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        dossiers=[DossierOut.model_validate(dossier_fields(dossier)) for dossier in found.rows],
    )


@dossiers.get("/<uuid:dossier_id>")
@dossiers.output(DossierWithCases)
@dossiers.doc(summary="Eine Akte mit ihren Vorgängen", security=LOCKED, responses=[401, 404])
def show(dossier_id: UUID) -> DossierWithCases:
    """Show one dossier with its cases and what lies in them."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    documents = documents_of_dossier(work, dossier)
    cases = [case_out(case, documents.get(case.id, [])) for case in cases_of(work, dossier)]
    return DossierWithCases.model_validate(dossier_fields(dossier) | {"cases": cases})
