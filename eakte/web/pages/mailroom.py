"""What happens to post before it is filed: handed over, clarified, tried again, registered?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.filing.clarifying import answer_question, ask_about, drop_question
from eakte.filing.clerks import askable
from eakte.filing.handing_over import hand_over, hand_over_batch
from eakte.filing.placing import process_failed_again
from eakte.model.department import Department
from eakte.model.document import Direction, Document, DocumentState
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.listing import PER_PAGE, document_by_id
from eakte.retrieval.mailroom import beside, other_units, questions
from eakte.retrieval.register import MOST_PRINTED, Asked, register
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import day, days_of, identifier, paging_of, refuse_stale, text, wanted_page
from eakte.web.pages.inbox import back_to_inbox
from eakte.web.per_request import current_work

pages = Blueprint("mailroom", __name__)


@pages.get("/dokument/<uuid:document_id>/klaeren")
def show(document_id: UUID) -> ResponseReturnValue:
    """Show the forms by which a document is handed over or asked about."""
    work = current_work()
    document = document_by_id(work, document_id)
    if document.state is not DocumentState.INBOX:
        raise RuleBroken("Nur was im Posteingang liegt, kann abgegeben oder geklärt werden.")
    return _page(work, document)


@pages.get("/dokument/<uuid:document_id>/daneben")
def aside(document_id: UUID) -> ResponseReturnValue:
    """Show what stands beside a waiting document; its page asks for that once it is there."""
    work = current_work()
    document = document_by_id(work, document_id)
    waits = document.state is DocumentState.INBOX
    known = beside(work, [document.id]).get(document.id) if waits else None
    return render_template("_beside.html", document=document, beside=known)


@pages.post("/dokument/<uuid:document_id>/abgeben")
def give(document_id: UUID) -> ResponseReturnValue:
    """Hand a document over to another unit."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    title = document.title
    try:
        unit = _unit(work)
    except BadInput as fault:
        return _page(work, document, errors={"unit": said(fault)}), 422
    try:
        with work.session.begin_nested():
            hand_over(work, document, to=unit, note=text("note"))
    except BadInput as fault:
        return _page(work, document, errors={"note": said(fault)}), 422
    flash(_("„%(title)s“ liegt jetzt bei %(unit)s.", title=title, unit=unit.name), "success")
    return redirect(url_for("inbox.show"), 303)


@pages.post("/stapel/<uuid:batch_id>/abgeben")
def give_stack(batch_id: UUID) -> ResponseReturnValue:
    """Hand a stack over to another unit, with everything that came out of it."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    number, unit = f"{batch.number:06d}", _unit(work)
    hand_over_batch(work, batch, to=unit, note=text("note"))
    flash(
        _("Der Stapel Nr. %(number)s liegt jetzt bei %(unit)s.", number=number, unit=unit.name),
        "success",
    )
    return redirect(url_for("stacks.index"), 303)


@pages.post("/dokument/<uuid:document_id>/frage")
def ask(document_id: UUID) -> ResponseReturnValue:
    """Put a document on the list of what has to be clarified."""
    work = current_work()
    document = document_by_id(work, document_id)
    try:
        with work.session.begin_nested():
            ask_about(
                work,
                document,
                question=text("question"),
                for_id=identifier(request.form.get("for", "")),
                due_on=day(request.form, "due_on"),
            )
    except BadInput as fault:
        told = f"{said(fault)} {_(fault.next_step) if fault.next_step else ''}".strip()
        return _page(work, document, errors={"question": told}), 422
    flash(_("„%(title)s“ steht auf der Klärungsliste.", title=document.title), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/dokument/<uuid:document_id>/antwort")
def answer(document_id: UUID) -> ResponseReturnValue:
    """Answer what was asked about a document."""
    work = current_work()
    document = document_by_id(work, document_id)
    try:
        with work.session.begin_nested():
            answer_question(work, document, answer=text("answer"))
    except BadInput as fault:
        return _page(work, document, errors={"answer": said(fault)}), 422
    flash(_("Die Antwort steht beim Schreiben."), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/dokument/<uuid:document_id>/frage-zuruecknehmen")
def drop(document_id: UUID) -> ResponseReturnValue:
    """Take a question from the list."""
    work = current_work()
    document = document_by_id(work, document_id)
    drop_question(work, document)
    flash(_("Die Frage ist zurückgenommen."), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.get("/klaerungsliste")
def clarifications() -> ResponseReturnValue:
    """List what has to be clarified."""
    work = current_work()
    mine = request.args.get("an") == "mich"
    found = questions(work, mine=mine, page=wanted_page())
    return render_template(
        "clarifications.html",
        rows=found.rows,
        mine=mine,
        page=paging_of(found, PER_PAGE),
        today=work.clock.today(),
    )


@pages.post("/posteingang/erneut")
def again() -> ResponseReturnValue:
    """Try once more everything that could not be processed."""
    number = process_failed_again(current_work())
    told = ngettext(
        "%(num)s Schreiben wird noch einmal verarbeitet.",
        "%(num)s Schreiben werden noch einmal verarbeitet.",
        number,
    )
    flash(told, "success")
    return redirect(back_to_inbox(), 303)


@pages.get("/postbuch")
def book() -> ResponseReturnValue:
    """Show the register of mail."""
    return render_template("register.html", **_listed(current_work(), per_page=PER_PAGE))


@pages.get("/postbuch/druck")
def print_book() -> ResponseReturnValue:
    """Show the register as it is printed: the chosen rows behind one another."""
    work = current_work()
    listed = _listed(work, per_page=MOST_PRINTED)
    if listed["errors"]:
        # The register says what is wrong; more than was asked for is not printed.
        return redirect(url_for("mailroom.book", **listed["form"]), 303)
    return render_template(
        "register_print.html",
        office=work.settings.office_name,
        printed_at=work.clock.now(),
        printed_by=work.actor.name,
        most=MOST_PRINTED,
        **listed,
    )


def _listed(work: UnitOfWork, *, per_page: int) -> dict[str, Any]:
    days, errors = days_of(request.args, ("von", "bis"))
    chosen = request.args.get("richtung", "")
    asked = Asked(
        words=request.args.get("worte", "")[:200],
        number=request.args.get("nummer", "")[:20],
        first=days.get("von"),
        last=days.get("bis"),
        direction=Direction(chosen) if chosen in set(Direction) else None,
    )
    require(work, Action.SEE_INBOX)
    try:
        found = register(work, asked, page=wanted_page(), per_page=per_page)
    except BadInput as fault:
        errors["nummer"] = said(fault)
        found = register(work, Asked(), page=1, per_page=per_page)
    names = ("worte", "nummer", "von", "bis", "richtung")
    filled = {name: request.args[name] for name in names if request.args.get(name)}
    return {
        "entries": found.rows,
        "page": paging_of(found, per_page),
        "form": filled,
        "asked": asked,
        "errors": errors,
        "may_make_list": may(work.actor, Action.MAKE_LIST),
    }


def _unit(work: UnitOfWork) -> Department:
    chosen = identifier(request.form.get("unit", ""))
    unit = work.session.get(Department, chosen) if chosen is not None else None
    if unit is None:
        raise BadInput("Bitte wählen Sie ein Sachgebiet.")
    return unit


def _page(work: UnitOfWork, document: Document, *, errors: dict[str, str] | None = None) -> str:
    may_give = may(work.actor, Action.HAND_OVER, document)
    may_ask = may(work.actor, Action.CLARIFY_DOCUMENT, document)
    if not may_give and not may_ask:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    known = beside(work, [document.id]).get(document.id)
    units = other_units(work, document.department_id)
    form: dict[str, Any] = request.form.to_dict()
    if known is not None and known.handed is not None and "unit" not in form:
        form["unit"] = str(known.handed.from_id)
    return render_template(
        "mailroom.html",
        document=document,
        beside=known,
        units=units if may_give else [],
        people=[(one.id, one.name) for one in askable(work, document)] if may_ask else [],
        may_give=may_give,
        may_ask=may_ask,
        form=form,
        errors=errors or {},
    )
