"""How does a program read a case, put it right, close it and open it again?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint

from eakte.filing.cases import cancel_case, close_case, reopen_case, restore_case, revise_case
from eakte.model.case import Case
from eakte.retrieval.browsing import counts_by_case, documents_in, history_of, sheets_of
from eakte.retrieval.listing import case_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import (
    EditsIn,
    HistoryOut,
    PageIn,
    ReasonIn,
    history_out,
    refuse_stale,
)
from eakte.web.api.schemas_documents import DocumentsOut, documents_out
from eakte.web.api.schemas_dossiers import CaseOut, CasePatch, case_fields, sheet_out
from eakte.web.per_request import current_work

cases = APIBlueprint(
    "api_cases", __name__, url_prefix="/api/v1/cases/<uuid:case_id>", tag="Vorgänge"
)


@cases.get("")
@cases.output(CaseOut)
@cases.doc(summary="Ein Vorgang mit seinen Fehlblättern", security=LOCKED)
def show(case_id: UUID) -> CaseOut:
    """Show one case, how much lies in it, and the sheets of what was taken out."""
    work = current_work()
    return _shown(work, case_by_id(work, case_id))


@cases.patch("")
@cases.input(CasePatch, arg_name="wanted")
@cases.output(CaseOut)
@cases.doc(summary="Die Angaben eines Vorgangs ändern", security=LOCKED)
def revise(case_id: UUID, wanted: CasePatch) -> CaseOut:
    """Change what a case is called; what is left out stays."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits, wanted=wanted.edits)
    revise_case(work, case, procedure=wanted.procedure, subject=wanted.subject)
    return _shown(work, case)


@cases.get("/documents")
@cases.input(PageIn, location="query", arg_name="wanted")
@cases.output(DocumentsOut)
@cases.doc(summary="Die Dokumente eines Vorgangs", security=LOCKED)
def documents(case_id: UUID, wanted: PageIn) -> DocumentsOut:
    """List the documents of a case in their order, page by page."""
    work = current_work()
    case = case_by_id(work, case_id)
    return documents_out(documents_in(work, case.dossier, case=case, page=wanted.page))


@cases.get("/history")
@cases.output(HistoryOut)
@cases.doc(summary="Was mit einem Vorgang geschah", security=LOCKED)
def history(case_id: UUID) -> HistoryOut:
    """Tell what was done with a case, with old and new values, the newest first."""
    work = current_work()
    return history_out(history_of(work, case_by_id(work, case_id)))


@cases.post("/closing")
@cases.input(EditsIn, arg_name="wanted")
@cases.output(CaseOut)
@cases.doc(summary="Einen Vorgang schließen", security=LOCKED)
def close(case_id: UUID, wanted: EditsIn) -> CaseOut:
    """Close a case in which nothing is left to do."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits, wanted=wanted.edits)
    close_case(work, case)
    return _shown(work, case)


@cases.post("/reopening")
@cases.input(ReasonIn, arg_name="wanted")
@cases.output(CaseOut)
@cases.doc(summary="Einen geschlossenen Vorgang wieder öffnen", security=LOCKED)
def reopen(case_id: UUID, wanted: ReasonIn) -> CaseOut:
    """Open a closed case again."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits, wanted=wanted.edits)
    reopen_case(work, case, reason=wanted.reason)
    return _shown(work, case)


@cases.post("/cancellation")
@cases.input(ReasonIn, arg_name="wanted")
@cases.output(CaseOut)
@cases.doc(summary="Einen irrtümlich angelegten Vorgang stornieren", security=LOCKED)
def cancel(case_id: UUID, wanted: ReasonIn) -> CaseOut:
    """Cancel a case in which nothing lies."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits, wanted=wanted.edits)
    cancel_case(work, case, reason=wanted.reason)
    return _shown(work, case)


@cases.post("/restoration")
@cases.input(EditsIn, arg_name="wanted")
@cases.output(CaseOut)
@cases.doc(summary="Die Stornierung eines Vorgangs aufheben", security=LOCKED)
def restore(case_id: UUID, wanted: EditsIn) -> CaseOut:
    """Take a cancellation back: the case stands again as it was, open or closed."""
    work = current_work()
    case = case_by_id(work, case_id)
    refuse_stale(case.edits, wanted=wanted.edits)
    restore_case(work, case)
    return _shown(work, case)


def _shown(work: UnitOfWork, case: Case) -> CaseOut:
    dossier = case.dossier
    told = case_fields(case, counts_by_case(work, dossier)) | {
        "dossier_reference": dossier.reference,
        "sheets": [sheet_out(sheet) for sheet in sheets_of(work, case)],
    }
    return CaseOut.model_validate(told)
