"""Which dossiers are destroyed, by which two persons, what is proved, and is the clock right?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput
from eakte.model.erasure import Erasure, ErasureState
from eakte.retention.clock_guard import clock_doubts, clock_state, confirm_clock
from eakte.retention.erasures import (
    PER_PAGE,
    chosen_dossiers,
    due_for_erasure,
    erased_by_id,
    erased_of,
    erasure_by_id,
    erasures,
    may_approve,
    proofs,
)
from eakte.retention.proposing import (
    MOST_AT_ONCE,
    Proposed,
    approve_erasure,
    propose_erasure,
    refuse_erasure,
    spare_dossier,
)
from eakte.retrieval.proofs import read_erasure_proof
from eakte.unit_of_work import UnitOfWork
from eakte.web.erased import erased_words, erasure_words, may_confirm_clock, table_of_erased
from eakte.web.forms import day, identifier, paging_of, refuse_stale, text, wanted_page
from eakte.web.kept import choices
from eakte.web.pages.retention import due_filter, due_page, handed_out
from eakte.web.per_request import current_work, writes
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.streaming import send

pages = Blueprint("erasures", __name__, url_prefix="/aussonderung")

SHOWN_REFERENCES = 5


@pages.get("/vernichtungen")
def index() -> ResponseReturnValue:
    """List the destructions, the newest first."""
    work = current_work()
    asked = request.args.get("zeige", "")
    state = ErasureState(asked) if asked in set(ErasureState) else None
    found = erasures(work, state=state, page=wanted_page())
    return render_template(
        "erasures.html",
        rows=found.rows,
        page=paging_of(found, PER_PAGE),
        chosen=asked if state else "",
        states=choices(erasure_words()),
        words=erasure_words(),
        clock=clock_doubts(work),
    )


@pages.post("/vernichtungen")
def propose() -> ResponseReturnValue:
    """Propose to destroy what was chosen in the list, or all that its filter finds."""
    work = current_work()
    require(work, Action.SEE_RETENTION)
    everything = request.form.get("umfang") == "alle"
    chosen = [identifier(one) for one in request.form.getlist("akte")]
    try:
        with work.session.begin_nested():
            dossiers = (
                due_for_erasure(work, due_filter())
                if everything
                else chosen_dossiers(work, [one for one in chosen if one is not None])
            )
            if len(dossiers) > MOST_AT_ONCE:
                raise BadInput(
                    "Das sind mehr als %(most)s Akten; bitte filtern Sie genauer.",
                    most=MOST_AT_ONCE,
                )
            made = propose_erasure(work, dossiers, note=text("note"), leave_out=everything)
    except REFUSED as fault:
        return due_page(work, refusal_of(fault)), 422
    flash(_proposed(made), "warning" if made.left_out else "success")
    if len(made.erasures) == 1:
        return redirect(url_for("erasures.show", erasure_id=made.erasures[0].id), 303)
    return redirect(url_for("erasures.index"), 303)


@pages.get("/vernichtungen/tabelle")
@writes
def table() -> ResponseReturnValue:
    """Hand out the dossiers of every destruction as a table."""
    return handed_out(table_of_erased(current_work(), gone=False), _("Vernichtungen.csv"))


@pages.get("/vernichtungen/<uuid:erasure_id>")
def show(erasure_id: UUID) -> ResponseReturnValue:
    """Show one destruction: who, when, and what stands against each dossier."""
    work = current_work()
    return _shown(work, erasure_by_id(work, erasure_id))


@pages.post("/vernichtungen/<uuid:erasure_id>/freigabe")
def approve(erasure_id: UUID) -> ResponseReturnValue:
    """Approve as the second person."""
    work = current_work()
    erasure = erasure_by_id(work, erasure_id)
    refuse_stale(erasure.edits)
    try:
        with work.session.begin_nested():
            approve_erasure(work, erasure, reason=text("reason"))
    except REFUSED as fault:
        return _refused(work, erasure, refusal_of(fault, "approve"))
    flash(_("Die Vernichtung ist freigegeben; nach der Wartezeit beginnt sie."), "success")
    return redirect(url_for("erasures.show", erasure_id=erasure_id), 303)


@pages.post("/vernichtungen/<uuid:erasure_id>/ablehnung")
def refuse(erasure_id: UUID) -> ResponseReturnValue:
    """Refuse a proposal, or stop what was approved."""
    work = current_work()
    erasure = erasure_by_id(work, erasure_id)
    refuse_stale(erasure.edits)
    try:
        with work.session.begin_nested():
            refuse_erasure(work, erasure, reason=text("reason"))
    except REFUSED as fault:
        return _refused(work, erasure, refusal_of(fault, "refuse"))
    flash(_("Was noch nicht vernichtet war, bleibt."), "success")
    return redirect(url_for("erasures.show", erasure_id=erasure_id), 303)


@pages.post("/vernichtungen/akte/<uuid:erased_id>/ausnehmen")
def spare(erased_id: UUID) -> ResponseReturnValue:
    """Take one dossier out of its destruction."""
    work = current_work()
    erased = erased_by_id(work, erased_id)
    erasure = erased.erasure
    try:
        with work.session.begin_nested():
            spare_dossier(work, erased, reason=text("reason"))
    except REFUSED as fault:
        return _refused(work, erasure, refusal_of(fault, str(erased_id)))
    flash(_("Die Akte bleibt."), "success")
    return redirect(url_for("erasures.show", erasure_id=erasure.id), 303)


@pages.get("/nachweise")
def proved() -> ResponseReturnValue:
    """List what is gone with its proofs; by reference, when one is asked for."""
    work = current_work()
    reference = request.args.get("zeichen", "").strip()[:60]
    found = proofs(work, reference=reference, page=wanted_page())
    return render_template(
        "proofs.html", rows=found.rows, page=paging_of(found, PER_PAGE), form=request.args
    )


@pages.get("/nachweise/tabelle")
@writes
def proofs_table() -> ResponseReturnValue:
    """Hand out the list of what is gone as a table."""
    return handed_out(table_of_erased(current_work(), gone=True), _("Nachweise.csv"))


@pages.get("/nachweise/<uuid:erased_id>")
@writes
def proof(erased_id: UUID) -> ResponseReturnValue:
    """Hand out the signed proof that a dossier was destroyed."""
    work = current_work()
    return send(read_erasure_proof(work, erased_by_id(work, erased_id)), inline=False)


@pages.get("/nachweise/<uuid:erased_id>/blatt")
@writes
def proof_page(erased_id: UUID) -> ResponseReturnValue:
    """Hand out the same as sheets for people."""
    work = current_work()
    return send(read_erasure_proof(work, erased_by_id(work, erased_id), as_page=True), inline=False)


@pages.get("/uhr")
def clock() -> ResponseReturnValue:
    """Show whether the clock can be believed, and who has said so."""
    return _clock(current_work())


@pages.post("/uhr")
def confirm() -> ResponseReturnValue:
    """Say that the clock is right."""
    work = current_work()
    try:
        with work.session.begin_nested():
            today = day(request.form, "today")
            if today is None:
                raise BadInput("Bitte geben Sie an, welcher Tag heute ist.", field="today")
            confirm_clock(work, today=today, reason=text("reason"))
    except REFUSED as fault:
        return _clock(work, refusal_of(fault)), 422
    flash(_("Die Uhr ist bestätigt; über Fristen und Vernichtungen wird wieder entschieden."))
    return redirect(url_for("erasures.clock"), 303)


def _proposed(made: Proposed) -> str:
    told = ngettext(
        "%(num)s Akte ist zur Vernichtung vorgeschlagen; eine zweite Person entscheidet.",
        "%(num)s Akten sind zur Vernichtung vorgeschlagen; eine zweite Person entscheidet.",
        made.dossiers,
    )
    if not made.left_out:
        return str(told)
    references = [one.dossier.reference for one in made.left_out[:SHOWN_REFERENCES]]
    left = ngettext(
        "%(num)s Akte wurde ausgelassen, weil etwas entgegensteht: %(references)s",
        "%(num)s Akten wurden ausgelassen, weil etwas entgegensteht: %(references)s",
        len(made.left_out),
        references=", ".join(references) + (" …" if len(made.left_out) > len(references) else ""),
    )
    return f"{told} {left}"


def _refused(work: UnitOfWork, erasure: Erasure, refusal: Refusal) -> ResponseReturnValue:
    work.session.refresh(erasure)
    return _shown(work, erasure, refusal), 422


def _shown(work: UnitOfWork, erasure: Erasure, refusal: Refusal | None = None) -> str:
    shown, found = erased_of(work, erasure, page=wanted_page())
    waiting = [one.erased for one in found.rows if one.erased.state == "waiting"]
    return render_template(
        "erasure.html",
        erasure=erasure,
        counts=shown.counts,
        rows=found.rows,
        page=paging_of(found, PER_PAGE),
        words=erasure_words(),
        row_words=erased_words(),
        own=erasure.proposed_by_id == work.actor.id,
        may_approve=may_approve(work, found.rows, erasure),
        may_spare=any(may(work.actor, Action.SPARE_DOSSIER, one.dossier) for one in waiting),
        waiting_days=work.settings.erasure_waiting_days,
        form=request.form,
        refusal=refusal,
    )


def _clock(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    return render_template(
        "clock.html",
        clock=clock_state(work),
        gap=work.settings.clock_gap_days,
        may_confirm=may_confirm_clock(work),
        form=request.form,
        refusal=refusal,
    )
