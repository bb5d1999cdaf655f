"""How does a program open a dossier, find it, read it and put it right?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.plan import plan_entry
from eakte.filing.revising import cancel_dossier, restore_dossier, revise_dossier
from eakte.model.dossier import Dossier
from eakte.retrieval.browsing import counts_by_case, documents_in, history_of
from eakte.retrieval.listing import cases_of, dossier_by_id
from eakte.retrieval.listing import dossiers as listed
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import EditsIn, HistoryOut, PageIn, ReasonIn, history_out, refuse_stale
from eakte.web.api.schemas_documents import DocumentsOut, documents_out
from eakte.web.api.schemas_dossiers import (
    CaseIn,
    CaseOut,
    CaseRow,
    CasesOut,
    DossierIn,
    DossierOut,
    DossierPatch,
    DossiersAsked,
    DossiersOut,
    case_fields,
    case_row,
    dossier_fields,
    dossiers_out,
)
from eakte.web.per_request import current_work, reads

dossiers = APIBlueprint("api_dossiers", __name__, url_prefix="/api/v1/dossiers", tag="Akten")


@dossiers.get("")
@dossiers.input(PageIn, location="query", arg_name="wanted")
@dossiers.output(DossiersOut)
@dossiers.doc(summary="Akten auflisten", security=LOCKED, responses=[403])
def index(wanted: PageIn) -> DossiersOut:
    """List the dossiers, page by page."""
    return dossiers_out(listed(current_work(), page=wanted.page))


@dossiers.post("/search")
@dossiers.input(DossiersAsked, arg_name="asked")
@dossiers.output(DossiersOut)
@dossiers.doc(summary="Akten nach Aktenzeichen oder Namen suchen", security=LOCKED)
@reads
def find(asked: DossiersAsked) -> DossiersOut:
    """List the dossiers that fit; the words are posted, so that no name stands in an address."""
    found = listed(
        current_work(),
        asked.words,
        plan_entry_id=asked.plan_entry_id,
        state=asked.state,
        page=asked.page,
    )
    return dossiers_out(found)


@dossiers.post("")
@dossiers.input(DossierIn, arg_name="wanted")
@dossiers.output(DossierOut, status_code=201)
@dossiers.doc(summary="Eine Akte anlegen", security=LOCKED, responses=[404])
def open_one(wanted: DossierIn) -> DossierOut:
    """Open a dossier below an entry of the file plan; its reference is given once and for ever."""
    work = current_work()
    require(work, Action.OPEN_DOSSIER)
    dossier = open_dossier(
        work,
        plan_entry(work, wanted.plan_number),
        subject=wanted.subject,
        person_name=wanted.person_name,
        birth_date=wanted.birth_date,
        given=wanted.opening(),
        although_known=wanted.although_known,
    )
    # Told without asking again: whoever opens a dossier for somebody else may not see it then, and
    # must not lose the act for it.
    return DossierOut.model_validate(dossier_fields(dossier) | {"cases": []})


@dossiers.get("/<uuid:dossier_id>")
@dossiers.output(DossierOut)
@dossiers.doc(summary="Eine Akte mit ihren Vorgängen", security=LOCKED)
def show(dossier_id: UUID) -> DossierOut:
    """Show one dossier with its cases and how much lies in them."""
    work = current_work()
    return _shown(work, dossier_by_id(work, dossier_id))


@dossiers.patch("/<uuid:dossier_id>")
@dossiers.input(DossierPatch, arg_name="wanted")
@dossiers.output(DossierOut)
@dossiers.doc(summary="Die Angaben einer Akte ändern", security=LOCKED)
def revise(dossier_id: UUID, wanted: DossierPatch) -> DossierOut:
    """Change what is said of a dossier; what is left out stays, null empties a field."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    revise_dossier(work, dossier, wanted.revision())
    return _shown(work, dossier)


@dossiers.post("/<uuid:dossier_id>/cancellation")
@dossiers.input(ReasonIn, arg_name="wanted")
@dossiers.output(DossierOut)
@dossiers.doc(summary="Eine irrtümlich angelegte Akte stornieren", security=LOCKED)
def cancel(dossier_id: UUID, wanted: ReasonIn) -> DossierOut:
    """Cancel a dossier in which nothing lies; its reference stays taken for ever."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    cancel_dossier(work, dossier, reason=wanted.reason)
    return _shown(work, dossier)


@dossiers.post("/<uuid:dossier_id>/restoration")
@dossiers.input(EditsIn, arg_name="wanted")
@dossiers.output(DossierOut)
@dossiers.doc(summary="Die Stornierung einer Akte aufheben", security=LOCKED)
def restore(dossier_id: UUID, wanted: EditsIn) -> DossierOut:
    """Take a cancellation back: the dossier is open as it was before."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    restore_dossier(work, dossier)
    return _shown(work, dossier)


@dossiers.get("/<uuid:dossier_id>/documents")
@dossiers.input(PageIn, location="query", arg_name="wanted")
@dossiers.output(DocumentsOut)
@dossiers.doc(summary="Die Dokumente einer Akte", security=LOCKED)
def documents(dossier_id: UUID, wanted: PageIn) -> DocumentsOut:
    """List the documents of a dossier in the order of the file, page by page."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return documents_out(documents_in(work, dossier, page=wanted.page))


@dossiers.get("/<uuid:dossier_id>/history")
@dossiers.output(HistoryOut)
@dossiers.doc(summary="Was mit einer Akte geschah", security=LOCKED)
def history(dossier_id: UUID) -> HistoryOut:
    """Tell what was done with a dossier, with old and new values, the newest first."""
    work = current_work()
    return history_out(history_of(work, dossier_by_id(work, dossier_id)))


@dossiers.get("/<uuid:dossier_id>/cases")
@dossiers.output(CasesOut)
@dossiers.doc(summary="Die Vorgänge einer Akte", security=LOCKED)
def cases(dossier_id: UUID) -> CasesOut:
    """List the cases of a dossier in their order."""
    work = current_work()
    return CasesOut(cases=_cases(work, dossier_by_id(work, dossier_id)))


@dossiers.post("/<uuid:dossier_id>/cases")
@dossiers.input(CaseIn, arg_name="wanted")
@dossiers.output(CaseOut, status_code=201)
@dossiers.doc(summary="Einen Vorgang anlegen", security=LOCKED)
def open_one_case(dossier_id: UUID, wanted: CaseIn) -> CaseOut:
    """Open the next case of a dossier."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    case = open_case(work, dossier, procedure=wanted.procedure, subject=wanted.subject)
    told = {"dossier_reference": dossier.reference, "sheets": []}
    return CaseOut.model_validate(case_fields(case, {}) | told)


def _shown(work: UnitOfWork, dossier: Dossier) -> DossierOut:
    told = dossier_fields(dossier) | {"cases": _cases(work, dossier)}
    return DossierOut.model_validate(told)


def _cases(work: UnitOfWork, dossier: Dossier) -> list[CaseRow]:
    counts = counts_by_case(work, dossier)
    return [case_row(case, counts) for case in cases_of(work, dossier)]
