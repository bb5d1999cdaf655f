"""How does a program keep track of paper, and of its destruction by two persons?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.evidence.paper.boxes import keep_paper, paper_of, papers
from eakte.evidence.paper.destroying import (
    decide_destruction,
    destruction_by_id,
    destructions,
    propose_destruction,
    stacks_of,
)
from eakte.model.paper import Destruction
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.proofs import read_destruction_record
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import PageIn, refuse_stale
from eakte.web.api.schemas_checks import (
    DestroyedOut,
    DestructionIn,
    DestructionOut,
    DestructionsOut,
    PaperDecisionIn,
    PaperIn,
    PaperOut,
    PapersIn,
    PapersOut,
    destruction_fields,
    paper_out,
)
from eakte.web.papers import sheets_of_record
from eakte.web.per_request import current_work
from eakte.web.streaming import send

paper = APIBlueprint("api_paper", __name__, url_prefix="/api/v1", tag="Papier")


@paper.get("/paper")
@paper.input(PapersIn, location="query", arg_name="wanted")
@paper.output(PapersOut)
@paper.doc(summary="Das Papier der Stapel auflisten", security=LOCKED, responses=[403])
def index(wanted: PapersIn) -> PapersOut:
    """List where the paper of the stacks lies and what may be destroyed today."""
    found = papers(current_work(), which=wanted.which, box=wanted.box, page=wanted.page)
    return PapersOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        papers=[paper_out(one) for one in found.rows],
    )


@paper.get("/batches/<uuid:batch_id>/paper")
@paper.output(PaperOut)
@paper.doc(summary="Das Papier eines Stapels", security=LOCKED)
def show(batch_id: UUID) -> PaperOut:
    """Tell where the paper of a stack lies."""
    work = current_work()
    return paper_out(paper_of(work, batch_by_id(work, batch_id)))


@paper.put("/batches/<uuid:batch_id>/paper")
@paper.input(PaperIn, arg_name="wanted")
@paper.output(PaperOut)
@paper.doc(summary="Karton, Sperre und Frist setzen", security=LOCKED)
def keep(batch_id: UUID, wanted: PaperIn) -> PaperOut:
    """Say where the paper lies, and whether and until when it is kept."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    kept = paper_of(work, batch).paper
    refuse_stale(kept.edits if kept else 0, wanted=wanted.edits)
    keep_paper(
        work,
        batch,
        box=wanted.box,
        keep=wanted.keep,
        keep_reason=wanted.keep_reason,
        not_before=wanted.not_before,
    )
    return paper_out(paper_of(work, batch))


@paper.get("/destructions")
@paper.input(PageIn, location="query", arg_name="wanted")
@paper.output(DestructionsOut)
@paper.doc(summary="Vernichtungen auflisten", security=LOCKED, responses=[403])
def destructions_(wanted: PageIn) -> DestructionsOut:
    """List what was proposed and destroyed."""
    found = destructions(current_work(), page=wanted.page)
    return DestructionsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        destructions=[DestructionOut.model_validate(destruction_fields(one)) for one in found.rows],
    )


@paper.post("/destructions")
@paper.input(DestructionIn, arg_name="wanted")
@paper.output(DestroyedOut, status_code=201)
@paper.doc(summary="Papier zur Vernichtung vorschlagen", security=LOCKED, responses=[404])
def propose(wanted: DestructionIn) -> DestroyedOut:
    """Propose to destroy the paper of stacks; a second person decides."""
    work = current_work()
    require(work, Action.SEE_PAPER)
    batches = [batch_by_id(work, one) for one in dict.fromkeys(wanted.batch_ids)]
    made = propose_destruction(work, batches, manner=wanted.manner)
    return _told(work, destruction_by_id(work, made.id))


@paper.get("/destructions/<uuid:destruction_id>")
@paper.output(DestroyedOut)
@paper.doc(summary="Eine Vernichtung", security=LOCKED, responses=[403])
def destruction(destruction_id: UUID) -> DestroyedOut:
    """Tell of one destruction, its stacks and both persons."""
    work = current_work()
    return _told(work, destruction_by_id(work, destruction_id))


@paper.post("/destructions/<uuid:destruction_id>/decision")
@paper.input(PaperDecisionIn, arg_name="wanted")
@paper.output(DestroyedOut)
@paper.doc(summary="Als zweite Person entscheiden", security=LOCKED)
def decide(destruction_id: UUID, wanted: PaperDecisionIn) -> DestroyedOut:
    """Confirm that the paper is destroyed, or refuse it.

    Wer entscheidet, muss sich eben im Browser noch einmal ausgewiesen haben; ein Schlüssel für
    Programme genügt nicht.
    """
    work = current_work()
    wanted_one = destruction_by_id(work, destruction_id)
    decide_destruction(work, wanted_one, confirm=wanted.confirm, reason=wanted.reason)
    work.session.expire_all()
    return _told(work, destruction_by_id(work, destruction_id))


@paper.get("/destructions/<uuid:destruction_id>/record")
@paper.doc(summary="Der unterschriebene Nachweis (JSON)", security=LOCKED, responses=[403])
def record(destruction_id: UUID) -> Response:
    """Hand out the signed record of a destruction."""
    work = current_work()
    found = destruction_by_id(work, destruction_id)
    return send(read_destruction_record(work, found), inline=False)


@paper.get("/destructions/<uuid:destruction_id>/record.pdf")
@paper.doc(summary="Der Nachweis auf Blättern (PDF/A-2b)", security=LOCKED, responses=[403])
def record_page(destruction_id: UUID) -> Response:
    """Hand out the record of a destruction for people; the signed one proves, this one reads."""
    work = current_work()
    return sheets_of_record(work, destruction_by_id(work, destruction_id))


def _told(work: UnitOfWork, destruction: Destruction) -> DestroyedOut:
    told = destruction_fields(destruction)
    ids = [batch.id for batch in stacks_of(work, destruction)]
    return DestroyedOut.model_validate(told | {"batch_ids": ids})
