"""How does a program propose, approve and stop destructions, and fetch what is proved of them?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.erasure import Erasure
from eakte.retention.clock_guard import clock_state, confirm_clock
from eakte.retention.due import DueFilter, DueState
from eakte.retention.erasures import (
    chosen_dossiers,
    due_for_erasure,
    erased_by_id,
    erased_of,
    erasure_by_id,
    erasures,
    proofs,
)
from eakte.retention.proposing import (
    approve_erasure,
    propose_erasure,
    refuse_erasure,
    spare_dossier,
)
from eakte.retrieval.proofs import read_erasure_proof
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import PageIn, ReasonIn, refuse_stale
from eakte.web.api.schemas_erasures import (
    ApprovalIn,
    ClockIn,
    ClockOut,
    DueErasureIn,
    ErasedDossierOut,
    ErasureIn,
    ErasuresIn,
    ErasuresOut,
    ErasureWholeOut,
    ProofsIn,
    ProofsOut,
    ProposedOut,
    SparedIn,
    clock_out,
    erased_out,
    erasure_out,
    proposed_out,
)
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import send

erasures_api = APIBlueprint(
    "api_erasures", __name__, url_prefix="/api/v1", tag="Vernichtung von Akten"
)


@erasures_api.get("/retention/erasures")
@erasures_api.input(ErasuresIn, location="query", arg_name="wanted")
@erasures_api.output(ErasuresOut)
@erasures_api.doc(summary="Vernichtungen von Akten auflisten", security=LOCKED, responses=[403])
def index(wanted: ErasuresIn) -> ErasuresOut:
    """List the destructions, the newest first."""
    found = erasures(current_work(), state=wanted.state, page=wanted.page)
    return ErasuresOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        erasures=[erasure_out(one) for one in found.rows],
    )


@erasures_api.post("/retention/erasures")
@erasures_api.input(ErasureIn, arg_name="wanted")
@erasures_api.output(ProposedOut, status_code=201)
@erasures_api.doc(summary="Akten zur Vernichtung vorschlagen", security=LOCKED, responses=[404])
def propose(wanted: ErasureIn) -> ProposedOut:
    """Propose that dossiers be destroyed; a second person decides."""
    work = current_work()
    require(work, Action.SEE_RETENTION)
    chosen = chosen_dossiers(work, wanted.dossier_ids)
    return proposed_out(propose_erasure(work, chosen, note=wanted.note, leave_out=wanted.leave_out))


@erasures_api.post("/retention/erasures/due")
@erasures_api.input(DueErasureIn, arg_name="wanted")
@erasures_api.output(ProposedOut, status_code=201)
@erasures_api.doc(summary="Alles Fällige zur Vernichtung vorschlagen", security=LOCKED)
def propose_due(wanted: DueErasureIn) -> ProposedOut:
    """Propose all whose period is over; what something stands against is left out, and told."""
    work = current_work()
    require(work, Action.SEE_RETENTION)
    asked = DueFilter(DueState.DUE, wanted.first, wanted.last, wanted.plan_number, wanted.disposal)
    dossiers = due_for_erasure(work, asked)
    return proposed_out(propose_erasure(work, dossiers, note=wanted.note, leave_out=True))


@erasures_api.get("/retention/erasures/<uuid:erasure_id>")
@erasures_api.input(PageIn, location="query", arg_name="wanted")
@erasures_api.output(ErasureWholeOut)
@erasures_api.doc(summary="Eine Vernichtung von Akten", security=LOCKED, responses=[403])
def show(erasure_id: UUID, wanted: PageIn) -> ErasureWholeOut:
    """Tell of one destruction, both persons, and what stands against each dossier."""
    work = current_work()
    return _told(work, erasure_by_id(work, erasure_id), page=wanted.page)


@erasures_api.post("/retention/erasures/<uuid:erasure_id>/approval")
@erasures_api.input(ApprovalIn, arg_name="wanted")
@erasures_api.output(ErasureWholeOut)
@erasures_api.doc(summary="Als zweite Person freigeben", security=LOCKED)
def approve(erasure_id: UUID, wanted: ApprovalIn) -> ErasureWholeOut:
    """Approve as the second person; the waiting time begins.

    Wer freigibt, muss sich eben im Browser noch einmal ausgewiesen haben; ein Schlüssel für
    Programme genügt nicht.
    """
    work = current_work()
    erasure = erasure_by_id(work, erasure_id)
    refuse_stale(erasure.edits, wanted=wanted.edits)
    approve_erasure(work, erasure, reason=wanted.reason)
    return _told(work, erasure)


@erasures_api.post("/retention/erasures/<uuid:erasure_id>/refusal")
@erasures_api.input(ReasonIn, arg_name="wanted")
@erasures_api.output(ErasureWholeOut)
@erasures_api.doc(summary="Eine Vernichtung ablehnen oder anhalten", security=LOCKED)
def refuse(erasure_id: UUID, wanted: ReasonIn) -> ErasureWholeOut:
    """Refuse a proposal, or stop what was approved; what has not gone yet stays whole."""
    work = current_work()
    erasure = erasure_by_id(work, erasure_id)
    refuse_stale(erasure.edits, wanted=wanted.edits)
    refuse_erasure(work, erasure, reason=wanted.reason)
    return _told(work, erasure)


@erasures_api.post("/retention/erased/<uuid:erased_id>/sparing")
@erasures_api.input(SparedIn, arg_name="wanted")
@erasures_api.output(ErasedDossierOut)
@erasures_api.doc(summary="Eine Akte von ihrer Vernichtung ausnehmen", security=LOCKED)
def spare(erased_id: UUID, wanted: SparedIn) -> ErasedDossierOut:
    """Take one dossier out before it goes."""
    work = current_work()
    erased = erased_by_id(work, erased_id)
    spare_dossier(work, erased, reason=wanted.reason)
    return erased_out(erased)


@erasures_api.get("/retention/proofs")
@erasures_api.input(ProofsIn, location="query", arg_name="wanted")
@erasures_api.output(ProofsOut)
@erasures_api.doc(summary="Vernichtete Akten und ihre Nachweise", security=LOCKED, responses=[403])
def list_proofs(wanted: ProofsIn) -> ProofsOut:
    """List what is gone, by the beginning of its reference where one is asked for."""
    found = proofs(current_work(), reference=wanted.reference, page=wanted.page)
    return ProofsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        dossiers=[erased_out(one) for one in found.rows],
    )


@erasures_api.get("/retention/erased/<uuid:erased_id>/proof")
@erasures_api.doc(summary="Der unterschriebene Nachweis (JSON)", security=LOCKED, responses=[403])
@writes
def proof(erased_id: UUID) -> Response:
    """Hand out the signed proof that a dossier was destroyed."""
    work = current_work()
    return send(read_erasure_proof(work, erased_by_id(work, erased_id)), inline=False)


@erasures_api.get("/retention/erased/<uuid:erased_id>/proof.pdf")
@erasures_api.doc(summary="Derselbe Nachweis als Blatt (PDF)", security=LOCKED, responses=[403])
@writes
def proof_page(erased_id: UUID) -> Response:
    """Hand out the same as sheets for people."""
    work = current_work()
    return send(read_erasure_proof(work, erased_by_id(work, erased_id), as_page=True), inline=False)


@erasures_api.get("/retention/clock")
@erasures_api.output(ClockOut)
@erasures_api.doc(summary="Ob der Uhr zu trauen ist", security=LOCKED, responses=[403])
def clock() -> ClockOut:
    """Say what stands against believing the clock, and who has confirmed it last."""
    return clock_out(clock_state(current_work()))


@erasures_api.post("/retention/clock")
@erasures_api.input(ClockIn, arg_name="wanted")
@erasures_api.output(ClockOut)
@erasures_api.doc(summary="Die Uhr bestätigen", security=LOCKED, responses=[403])
def confirm(wanted: ClockIn) -> ClockOut:
    """Say that the clock is right; what spoke against it until now is settled.

    Wer bestätigt, muss sich eben im Browser noch einmal ausgewiesen haben; ein Schlüssel für
    Programme genügt nicht.
    """
    work = current_work()
    confirm_clock(work, today=wanted.today, reason=wanted.reason)
    return clock_out(clock_state(work))


def _told(work: UnitOfWork, erasure: Erasure, *, page: int = 1) -> ErasureWholeOut:
    work.session.refresh(erasure)
    shown, found = erased_of(work, erasure, page=page)
    return ErasureWholeOut(
        erasure=erasure_out(shown),
        page=found.page,
        pages=found.pages,
        dossiers=[erased_out(one) for one in found.rows],
    )
