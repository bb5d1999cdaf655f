"""Where does the paper of scanned stacks lie, what of it may go, and by which two did it go?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.evidence.paper.boxes import PER_PAGE, Which, papers
from eakte.evidence.paper.destroying import (
    PER_PAGE as RECORDS_PER_PAGE,
)
from eakte.evidence.paper.destroying import (
    boxes_of,
    decide_destruction,
    destruction_by_id,
    destructions,
    propose_destruction,
    stacks_of,
)
from eakte.model.paper import Destruction, DestructionState
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.proofs import read_destruction_record
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import identifier, paging_of, text, wanted_page
from eakte.web.papers import may_confirm, sheets_of_record, table_of_destruction
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.streaming import disposition, send

pages = Blueprint("paper", __name__, url_prefix="/papier")


@pages.get("")
def index() -> ResponseReturnValue:
    """List the paper of the stacks."""
    return _listed(current_work())


@pages.post("/vernichten")
def propose() -> ResponseReturnValue:
    """Propose to destroy the paper of the stacks that were chosen."""
    work = current_work()
    require(work, Action.SEE_PAPER)
    chosen = [identifier(one) for one in request.form.getlist("batch")]
    batches = [batch_by_id(work, one) for one in dict.fromkeys(chosen) if one is not None]
    try:
        with work.session.begin_nested():
            made = propose_destruction(work, batches, manner=text("manner", most=400))
    except REFUSED as fault:
        return _listed(work, refusal_of(fault)), 422
    flash(_("Die Vernichtung ist vorgeschlagen; eine zweite Person entscheidet."), "success")
    return redirect(url_for("paper.show", destruction_id=made.id), 303)


@pages.get("/vernichtungen")
def records() -> ResponseReturnValue:
    """List what was proposed and destroyed."""
    found = destructions(current_work(), page=wanted_page())
    return render_template(
        "destructions.html", destructions=found.rows, page=paging_of(found, RECORDS_PER_PAGE)
    )


@pages.get("/vernichtungen/<uuid:destruction_id>")
def show(destruction_id: UUID) -> ResponseReturnValue:
    """Show one destruction with its stacks and who agreed on it."""
    work = current_work()
    return _shown(work, destruction_by_id(work, destruction_id))


@pages.post("/vernichtungen/<uuid:destruction_id>/entscheidung")
def decide(destruction_id: UUID) -> ResponseReturnValue:
    """Confirm as the second person that the paper is destroyed, or refuse it."""
    work = current_work()
    destruction = destruction_by_id(work, destruction_id)
    confirm = request.form.get("decision") == "confirm"
    try:
        with work.session.begin_nested():
            decide_destruction(work, destruction, confirm=confirm, reason=text("reason", most=400))
    except REFUSED as fault:
        work.session.refresh(destruction)
        return _shown(work, destruction, refusal_of(fault)), 422
    flash(
        _("Die Vernichtung ist bestätigt; der Nachweis wird geschrieben.")
        if confirm
        else _("Der Vorschlag ist abgelehnt; das Papier bleibt."),
        "success",
    )
    return redirect(url_for("paper.show", destruction_id=destruction_id), 303)


@pages.get("/vernichtungen/<uuid:destruction_id>/tabelle")
def table(destruction_id: UUID) -> ResponseReturnValue:
    """Hand out the list of what is destroyed as a table."""
    work = current_work()
    destruction = destruction_by_id(work, destruction_id)
    answer = Response(table_of_destruction(work, destruction), mimetype="text/csv")
    name = f"Vernichtung {destruction.number:05d}.csv"
    answer.headers["Content-Disposition"] = disposition(name, inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.get("/vernichtungen/<uuid:destruction_id>/nachweis")
def record(destruction_id: UUID) -> ResponseReturnValue:
    """Hand out the signed record."""
    work = current_work()
    destruction = destruction_by_id(work, destruction_id)
    return send(read_destruction_record(work, destruction), inline=False)


@pages.get("/vernichtungen/<uuid:destruction_id>/nachweis.pdf")
def record_page(destruction_id: UUID) -> ResponseReturnValue:
    """Hand out the same on sheets for people."""
    work = current_work()
    return sheets_of_record(work, destruction_by_id(work, destruction_id))


def _listed(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    asked = request.values.get("zeige", "")
    which = Which(asked) if asked in set(Which) else Which.ALL
    box = request.values.get("karton", "")[:60]
    found = papers(work, which=which, box=box, page=wanted_page())
    return render_template(
        "paper.html",
        papers=found.rows,
        page=paging_of(found, PER_PAGE),
        which=which.value,
        box=box,
        choices=[
            (Which.ALL.value, _("Alles")),
            (Which.MAY_GO.value, _("Darf heute vernichtet werden")),
            (Which.KEPT.value, _("Wird nie vernichtet")),
            (Which.GONE.value, _("Vernichtet")),
        ],
        may_propose={
            one.batch.id
            for one in found.rows
            if not one.against and may(work.actor, Action.PROPOSE_DESTRUCTION, one.batch)
        },
        form=request.form,
        refusal=refusal,
    )


def _shown(work: UnitOfWork, destruction: Destruction, refusal: Refusal | None = None) -> str:
    stacks = stacks_of(work, destruction)
    open_ = destruction.state is DestructionState.PROPOSED
    return render_template(
        "destruction.html",
        destruction=destruction,
        stacks=stacks,
        boxes=boxes_of(work, stacks),
        own=destruction.proposed_by_id == work.actor.id,
        waits=destruction.not_before is not None and destruction.not_before > work.clock.now(),
        may_decide=open_
        and destruction.proposed_by_id != work.actor.id
        and any(may_confirm(work, one) for one in stacks),
        form=request.form,
        refusal=refusal,
    )
