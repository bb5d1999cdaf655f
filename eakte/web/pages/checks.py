"""Was a scanned stack looked at page by page, and is it released? (TR-RESISCAN)"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput, NotFound
from eakte.evidence.paper.boxes import keep_paper, paper_of
from eakte.evidence.transfer.checking import (
    CheckSeen,
    SeenPage,
    begin_check,
    check_of,
    judge_page,
    scanned_by,
)
from eakte.evidence.transfer.releasing import against_release, ask_to_scan_again, release_batch
from eakte.model.batch import Batch, BatchState
from eakte.model.scan_check import CheckState, Verdict, rules_of_unit
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.proofs import read_page_picture, read_stack_note
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words
from eakte.web.forms import day, refuse_stale, text
from eakte.web.per_request import current_work, writes
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.streaming import send

pages = Blueprint("checks", __name__, url_prefix="/stapel/<uuid:batch_id>/pruefung")

PICTURE_SECONDS = 300
_SPAN = re.compile(r"(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?")
MOST_PAGES_TYPED = 5000


@pages.get("")
def show(batch_id: UUID) -> ResponseReturnValue:
    """Show how far the check of a stack is, and where its paper lies."""
    work = current_work()
    return _page(work, batch_by_id(work, batch_id))


@pages.post("/beginnen")
def begin(batch_id: UUID) -> ResponseReturnValue:
    """Choose the pages that are looked at."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    try:
        with work.session.begin_nested():
            begin_check(work, batch)
    except REFUSED as fault:
        return _page(work, batch, refusal_of(fault, "check")), 422
    flash(_("Die Seiten sind ausgewählt; ihre Bilder werden vorbereitet."), "success")
    return redirect(url_for("checks.show", batch_id=batch_id), 303)


@pages.get("/<int:page>", endpoint="page")
def look(batch_id: UUID, page: int) -> ResponseReturnValue:
    """Show one page to whoever checks it."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    require(work, Action.READ_BATCH, batch)
    if "HX-Request" not in request.headers:
        return _look(work, batch, page)
    # The page asks whether its picture is there by now.
    one = next((one.check for one in _seen(work, batch).pages if one.check.page == page), None)
    there = one is None or one.picture_sha256 or one.no_picture
    return Response(headers={"HX-Refresh": "true"}) if there else Response(status=204)


@pages.post("/<int:page>")
def judge(batch_id: UUID, page: int) -> ResponseReturnValue:
    """Keep what was seen on a page, and go on to the next that nobody has looked at."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    turned = text("turn", most=3) or "0"
    try:
        with work.session.begin_nested():
            judge_page(
                work,
                batch,
                page,
                verdict=Verdict.BAD if request.form.get("verdict") == "bad" else Verdict.GOOD,
                reason=text("reason", most=400),
                turn=int(turned) if turned.isdecimal() else -1,
            )
    except REFUSED as fault:
        return _look(work, batch, page, refusal_of(fault)), 422
    seen = _seen(work, batch)
    left = [one for one in seen.left if one > page] or seen.left
    if not left:
        flash(_("Alle ausgewählten Seiten sind angesehen."), "success")
        return redirect(url_for("checks.show", batch_id=batch_id), 303)
    return redirect(url_for("checks.page", batch_id=batch_id, page=left[0]), 303)


@pages.get("/<int:page>/bild")
@writes
def picture(batch_id: UUID, page: int) -> ResponseReturnValue:
    """Hand out the picture of a page; it is logged before it leaves."""
    work = current_work()
    reading = read_page_picture(work, batch_by_id(work, batch_id), page=page)
    return send(reading, inline=True, max_age=PICTURE_SECONDS)


@pages.post("/nochmal")
def again(batch_id: UUID) -> ResponseReturnValue:
    """Ask the station to scan pages, or the whole stack, again."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    try:
        with work.session.begin_nested():
            asked = ask_to_scan_again(
                work,
                batch,
                pages=pages_typed(text("pages", most=2000)),
                reason=text("reason", most=400),
            )
    except REFUSED as fault:
        return _page(work, batch, refusal_of(fault, "again")), 422
    flash(_("Auftrag Nr. %(number)s liegt bei der Scanstelle.", number=asked.number), "success")
    return redirect(url_for("checks.show", batch_id=batch_id), 303)


@pages.post("/freigeben")
def release(batch_id: UUID) -> ResponseReturnValue:
    """Release the stack."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    try:
        with work.session.begin_nested():
            release_batch(work, batch, remark=text("remark"))
    except REFUSED as fault:
        return _page(work, batch, refusal_of(fault, "release")), 422
    flash(_("Der Stapel ist freigegeben; sein Transfervermerk wird geschrieben."), "success")
    return redirect(url_for("checks.show", batch_id=batch_id), 303)


@pages.post("/papier")
def paper(batch_id: UUID) -> ResponseReturnValue:
    """Say where the paper lies, and whether and until when it is kept."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    kept = paper_of(work, batch).paper
    refuse_stale(kept.edits if kept is not None else 0)
    try:
        with work.session.begin_nested():
            keep_paper(
                work,
                batch,
                box=text("box", most=100),
                keep="keep" in request.form,
                keep_reason=text("keep_reason", most=400),
                not_before=day(request.form, "not_before"),
            )
    except REFUSED as fault:
        return _page(work, batch, refusal_of(fault, "paper")), 422
    flash(_("Die Angaben zum Papier sind gespeichert."), "success")
    return redirect(url_for("checks.show", batch_id=batch_id), 303)


@pages.get("/vermerk")
def note(batch_id: UUID) -> ResponseReturnValue:
    """Hand out the signed transfer note."""
    work = current_work()
    reading = read_stack_note(work, batch_by_id(work, batch_id), as_page=False)
    return send(reading, inline=False)


@pages.get("/vermerk.pdf")
def note_page(batch_id: UUID) -> ResponseReturnValue:
    """Hand out the transfer note as one page for people."""
    work = current_work()
    reading = read_stack_note(work, batch_by_id(work, batch_id), as_page=True)
    return send(reading, inline=True)


def pages_typed(typed: str) -> list[int]:
    """Return the pages that "3, 5-7" means; nothing typed means the whole stack.

    Raises:
        BadInput: it is no list of pages.
    """
    found: set[int] = set()
    for part in filter(None, (one.strip() for one in typed.split(","))):
        span = _SPAN.fullmatch(part)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (1, 0)
        if first > last or last - first >= MOST_PAGES_TYPED:
            raise BadInput("„%(typed)s“ ist keine Seite und keine Spanne.", typed=part[:30])
        found.update(range(first, last + 1))
    return sorted(found)


def _seen(work: UnitOfWork, batch: Batch) -> CheckSeen:
    seen = check_of(work, batch)
    if seen is None:
        raise NotFound("Die Prüfung dieses Stapels hat noch nicht begonnen.")
    return seen


def _look(work: UnitOfWork, batch: Batch, page: int, refusal: Refusal | None = None) -> str:
    seen = _seen(work, batch)
    numbers = [one.check.page for one in seen.pages]
    if page not in numbers:
        raise NotFound("Diese Seite wird nicht geprüft.")
    place = numbers.index(page)
    one = seen.pages[place]
    return render_template(
        "check_page.html",
        batch=batch,
        one=one,
        anomalies=[in_words(said) for said in one.anomalies],
        turn=place + 1,
        total=len(numbers),
        left=len(seen.left),
        previous=numbers[place - 1] if place else None,
        next=numbers[place + 1] if place + 1 < len(numbers) else None,
        may_judge=_may_check(work, batch, seen) and seen.check.state is CheckState.OPEN,
        reasons=_usual_reasons(),
        form=request.form if refusal else {},
        refusal=refusal,
    )


def _usual_reasons() -> list[str]:
    return [
        _("unscharf oder unleserlich"),
        _("abgeschnitten oder umgeknickt"),
        _("zu dunkel oder zu hell"),
        _("Seite fehlt davor oder danach"),
        _("zwei Blätter auf einmal eingezogen"),
        _("falsch getrennt"),
    ]


def _may_check(work: UnitOfWork, batch: Batch, seen: CheckSeen | None) -> bool:
    rules = seen.check.by if seen else rules_of_unit(work.session, batch.department_id)
    own = rules.other_person and scanned_by(work.actor, batch)
    return may(work.actor, Action.CHECK_SCAN, batch) and not own


def _page(work: UnitOfWork, batch: Batch, refusal: Refusal | None = None) -> str:
    seen = check_of(work, batch)
    rules = seen.check.by if seen else rules_of_unit(work.session, batch.department_id)
    checks = may(work.actor, Action.CHECK_SCAN, batch)
    paper = paper_of(work, batch)
    return render_template(
        "check.html",
        batch=batch,
        seen=seen,
        rules=rules,
        rows=[_row(one) for one in seen.pages] if seen else [],
        against=[in_words(one) for one in against_release(work, batch, seen)] if seen else [],
        ready=batch.state is BatchState.READY,
        uncounted=batch.state is BatchState.READY and batch.pages is None,
        own=rules.other_person and scanned_by(work.actor, batch),
        may=_allowed(work, batch, checks),
        paper=paper,
        paper_against=[in_words(one) for one in paper.against],
        paper_explained=in_words(paper.explained or ""),
        form=request.form if refusal else {},
        paper_form=request.form
        if refusal and refusal.form == "paper"
        else _paper_form(paper.paper),
        refusal=refusal,
    )


def _row(one: SeenPage) -> dict[str, Any]:
    return {
        "check": one.check,
        "page": one.page,
        "anomalies": [in_words(said) for said in one.anomalies],
    }


def _allowed(work: UnitOfWork, batch: Batch, checks: bool) -> frozenset[str]:
    asked = {
        "check": checks,
        "note": may(work.actor, Action.SEE_NOTE, batch),
        "keep": may(work.actor, Action.KEEP_PAPER, batch),
        "look": may(work.actor, Action.READ_BATCH, batch),
        "paper": may(work.actor, Action.SEE_PAPER),
    }
    return frozenset(name for name, allowed in asked.items() if allowed)


def _paper_form(paper: Any) -> dict[str, Any]:
    if paper is None:
        return {}
    return {
        "box": paper.box,
        "keep": paper.keep,
        "keep_reason": paper.keep_reason,
        "not_before": paper.not_before.isoformat() if paper.not_before else "",
        "edits": paper.edits,
    }
