"""What is known of one document, and what can be done with it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.twins import earlier_twins
from eakte.casework.court_post import court_message_of
from eakte.casework.court_replies import reply_of
from eakte.errors import BadInput, NotFound
from eakte.filing.describing import Description
from eakte.filing.placing import (
    cancel_document,
    describe_document,
    place_document,
    process_again,
    take_back,
)
from eakte.filing.plan import plan_path
from eakte.filing.proposing.proposals import accept_proposal, proposals_of
from eakte.filing.saying import UNSAID
from eakte.filing.targets import target_of, targets
from eakte.interchange.xjustiz.message import MESSAGE_TYPE, PACKAGE_TYPE
from eakte.model.case import Case
from eakte.model.clearance import CLOSED, Clearance
from eakte.model.document import (
    Direction,
    Document,
    DocumentState,
    ProcessingState,
    Writing,
)
from eakte.model.findings import Flag
from eakte.processing.unlocking import ENCRYPTED
from eakte.retrieval.browsing import relatives_of
from eakte.retrieval.inbox import STATES, Choice, next_in_inbox, turn_of
from eakte.retrieval.listing import case_by_id, document_by_id, document_types
from eakte.retrieval.messages import message_of
from eakte.retrieval.progress import progress_of
from eakte.retrieval.reading import (
    Edition,
    editions_of,
    read_original,
    read_preview,
    read_reading_copy,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import day, identifier, refuse_stale, text
from eakte.web.pages.inbox import back_to_inbox
from eakte.web.pages.receipts import shown_receipt
from eakte.web.per_request import current_work, writes
from eakte.web.proposed import proposals_asked_for, taken_over
from eakte.web.refusals import Refusal
from eakte.web.signatures import shown_signatures
from eakte.web.streaming import send

pages = Blueprint("documents", __name__, url_prefix="/dokument/<uuid:document_id>")

PREVIEW_SECONDS = 300
COURT_MESSAGES = frozenset({PACKAGE_TYPE, MESSAGE_TYPE})
MESSAGES = frozenset({"message/rfc822", "application/vnd.ms-outlook"})


@pages.get("")
def show(document_id: UUID) -> ResponseReturnValue:
    """Show one document."""
    work = current_work()
    return document_page(work, document_by_id(work, document_id))


@pages.get("/stand")
def status(document_id: UUID) -> ResponseReturnValue:
    """Show how far the processing is; the page asks again until there is something to read."""
    work = current_work()
    document = document_by_id(work, document_id)
    seen = _seen(work, document, editions_of(work, document))
    if seen["reading"] is not None or document.processing not in STATES[Choice.RUNNING]:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("_status.html", **seen)


@pages.get("/original")
@writes
def original(document_id: UUID) -> ResponseReturnValue:
    """Hand out the bytes as they came in."""
    work = current_work()
    return send(read_original(work, document_by_id(work, document_id)), inline=False)


@pages.get("/lesefassung", endpoint="reading_copy")
@writes
def hand_out_reading_copy(document_id: UUID) -> ResponseReturnValue:
    """Hand out the searchable PDF/A."""
    work = current_work()
    reading = read_reading_copy(work, document_by_id(work, document_id))
    return send(reading, inline="herunterladen" not in request.args)


@pages.get("/vorschau/<int:page>")
@writes
def preview(document_id: UUID, page: int) -> ResponseReturnValue:
    """Hand out the small picture of a page."""
    work = current_work()
    reading = read_preview(work, document_by_id(work, document_id), page=page)
    return send(reading, inline=True, max_age=PREVIEW_SECONDS)


@pages.get("/quittung")
def receipt(document_id: UUID) -> ResponseReturnValue:
    """Show the proof that the document arrived."""
    shown = shown_receipt(current_work(), document_id)
    part = "_receipt_row.html" if "HX-Request" in request.headers else "receipt.html"
    return render_template(part, receipt=shown)


@pages.post("/ablegen")
def place(document_id: UUID) -> ResponseReturnValue:
    """File the document, then go on to the next one."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    description, errors = _described()
    case = _chosen_case(work, errors)
    if case is None or errors:
        return document_page(work, document, errors=errors), 422
    following = next_in_inbox(work, document)
    try:
        # What is refused here must leave nothing: the page that is returned is committed.
        with work.session.begin_nested():
            _file(work, document, case, description)
    except BadInput as fault:
        return document_page(work, document, errors={"": said(fault)}), 422
    _tell_filed(document, case)
    if request.form.get("next") != "weiter":
        return redirect(url_for("documents.show", document_id=document.id), 303)
    if following is None:
        return redirect(url_for("inbox.show"), 303)
    return redirect(url_for("documents.show", document_id=following.id), 303)


@pages.post("/zuruecklegen", endpoint="take_back")
def put_back(document_id: UUID) -> ResponseReturnValue:
    """Put the document back into the inbox."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    take_back(work, document)
    flash(_("„%(title)s“ liegt wieder im Posteingang.", title=document.title), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/erneut")
def try_again(document_id: UUID) -> ResponseReturnValue:
    """Try the processing once more."""
    work = current_work()
    document = document_by_id(work, document_id)
    process_again(work, document)
    if "HX-Request" in request.headers or "zustand" in request.form:
        return redirect(back_to_inbox(), 303)
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/beschreiben")
def describe(document_id: UUID) -> ResponseReturnValue:
    """Change what is said of the document."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    description, errors = _described()
    if errors:
        return document_page(work, document, errors=errors), 422
    try:
        with work.session.begin_nested():
            describe_document(work, document, description=description)
    except BadInput as fault:
        return document_page(work, document, errors={"": said(fault)}), 422
    flash(_("Die Angaben sind gespeichert."), "success")
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/stornieren")
def cancel(document_id: UUID) -> ResponseReturnValue:
    """Cancel a document that should not be here."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    cancel_document(work, document, reason=text("reason"))
    flash(_("„%(title)s“ ist storniert.", title=document.title), "success")
    return redirect(url_for("inbox.show"), 303)


def _file(work: UnitOfWork, document: Document, case: Case, description: Description) -> None:
    """File it; where the form began from a proposal that still holds, that is written down."""
    chosen = identifier(request.form.get("proposal", ""))
    proposals = proposals_of(work, document) if chosen is not None else []
    proposal = next((one for one in proposals if one.id == chosen), None)
    if proposal is None:
        place_document(work, document, case=case, description=description)
    else:
        accept_proposal(work, document, proposal, case=case, description=description)


def _tell_filed(document: Document, case: Case) -> None:
    told = {
        "text": _(
            "„%(title)s“ liegt jetzt in %(reference)s.",
            title=document.title,
            reference=case.dossier.reference,
        ),
        "undo": url_for("documents.take_back", document_id=document.id),
        "link": url_for("documents.show", document_id=document.id),
        "link_text": _("Ansehen"),
    }
    # The frame shows a mapping with its links; the annotation of Flask knows sentences only.
    flash(cast(str, told), "success")


def document_page(
    work: UnitOfWork,
    document: Document,
    *,
    errors: dict[str, str] | None = None,
    not_unlocked: str = "",
    refusal: Refusal | None = None,
) -> str:
    """Return the page of a document, with what was wrong in a form or with its password."""
    editions = editions_of(work, document)
    versions = [one.version for one in editions]
    seen = _seen(work, document, editions)
    reading = seen["reading"]
    parent, attachments = relatives_of(work, document)
    return render_template(
        "document.html",
        versions=versions,
        noted=any(one.note for one in editions),
        creators={one.version.number: one.creator for one in editions},
        reading_is_pdfa=reading is not None and reading.sha256 != versions[0].sha256,
        hints=_hints(document),
        signatures=shown_signatures(versions[0]) if "original" in seen["may"] else (),
        report=any(not one.get("held_by") for one in versions[0].signatures or ()),
        duplicate_of=earlier_twins(work, [document]).get(document.id),
        plan_path=plan_path(work, document.case.dossier.plan_entry_id) if document.case else (),
        turn=turn_of(work, document),
        document_types=document_types(work),
        attachments=attachments,
        parent=parent,
        court=court_message_of(work, document)
        if versions[0].media_type in COURT_MESSAGES
        else None,
        may_confirm="describe" in seen["may"],
        reply=reply_of(work, document) if versions[0].media_type in COURT_MESSAGES else None,
        refusal=refusal,
        today=work.clock.today(),
        message=message_of(work, document) if versions[0].media_type in MESSAGES else None,
        holder=document.holder,
        form=request.form.to_dict() if errors else taken_over(work, document),
        proposals=proposals_asked_for(work, document),
        errors=errors or {},
        unlocking={"document_password": not_unlocked} if not_unlocked else {},
        **seen,
    )


def _seen(work: UnitOfWork, document: Document, editions: Sequence[Edition]) -> dict[str, Any]:
    """Return what the viewer, or what stands in its place, needs."""
    current = next(one for one in editions if one.version.number == document.current_version)
    return {
        "document": document,
        "reading": current.reading,
        "previews": current.previews,
        # Shown only where there is nothing to read yet.
        "progress": progress_of(work, [document.id]).get(document.id)
        if current.reading is None and document.processing in STATES[Choice.RUNNING]
        else None,
        "clearance": current.version.clearance,
        "may": _may(work, document, current.version.clearance),
    }


def _may(work: UnitOfWork, document: Document, clearance: Clearance) -> frozenset[str]:
    closed = clearance in CLOSED
    inbox = document.state is DocumentState.INBOX
    filed = document.state is DocumentState.FILED
    failed = document.processing is ProcessingState.FAILED
    cancelled = document.state is DocumentState.CANCELLED
    draft = document.writing is Writing.DRAFT
    writing = not cancelled and may(work.actor, Action.WRITE_DOCUMENT, document)
    asked = {
        # An attachment is filed with its main document.
        "file": inbox
        and clearance is not Clearance.FOUND
        and document.parent_id is None
        and may(work.actor, Action.PLACE_DOCUMENT, document),
        "take_back": filed and may(work.actor, Action.PLACE_DOCUMENT, document),
        "describe": not cancelled and may(work.actor, Action.DESCRIBE_DOCUMENT, document),
        "cancel": not cancelled and may(work.actor, Action.CANCEL_DOCUMENT, document),
        "arrange": inbox and may(work.actor, Action.ARRANGE_PAGES, document),
        "give": inbox and may(work.actor, Action.HAND_OVER, document),
        "undo_taking_over": document.taken_over_id is not None
        and may(work.actor, Action.ARRANGE_PAGES, document),
        "restore": cancelled
        and document.taken_over_id is None
        and may(work.actor, Action.CANCEL_DOCUMENT, document),
        "write": writing and draft,
        "draft": writing and not draft and document.direction is not Direction.INCOMING,
        "attach": not cancelled and may(work.actor, Action.DESCRIBE_DOCUMENT, document),
        "try_again": failed and not cancelled and may(work.actor, Action.PROCESS_AGAIN, document),
        "original": not closed and may(work.actor, Action.READ_CONTENT, document),
        "redact": not closed
        and not cancelled
        and may(work.actor, Action.REDACT_DOCUMENT, document),
        "unlock": document.problem_code == ENCRYPTED
        and not closed
        and not cancelled
        and may(work.actor, Action.UNLOCK_DOCUMENT, document),
        "release_held": closed and not cancelled and may(work.actor, Action.RELEASE_HELD, document),
    }
    return frozenset(name for name, allowed in asked.items() if allowed)


def _hints(document: Document) -> list[str]:
    sentences: dict[str, str] = {
        Flag.SIGNED: _("Das Original trägt eine elektronische Signatur; sie gilt nur dort."),
        Flag.FORM: _("Das Original ist ein ausfüllbares Formular."),
        Flag.ENCRYPTED: _("Das Original ist verschlüsselt."),
        Flag.JAVASCRIPT: _("Das Original enthält Programmcode; er wird hier nie ausgeführt."),
        Flag.ATTACHMENTS: _("Das Original enthält Anhänge; sie stehen nur dort."),
    }
    # What is a problem as well says so above, at greater length.
    return [
        sentences[flag]
        for flag in document.flags
        if flag in sentences and flag != document.problem_code
    ]


def _described() -> tuple[Description, dict[str, str]]:
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("letter_date", "received_on"):
        if name not in request.form:
            continue
        try:
            days[name] = day(request.form, name)
        except BadInput as fault:
            errors[name] = said(fault)
    title = request.form.get("title")
    if title is not None and not title.strip():
        errors["title"] = _("Bitte geben Sie einen Betreff an.")
    direction = request.form.get("direction", "")
    known = direction in {one.value for one in Direction}
    return (
        Description(
            title=UNSAID if title is None else title,
            document_type=request.form.get("document_type", UNSAID),
            direction=Direction(direction) if known else UNSAID,
            letter_date=days.get("letter_date", UNSAID),
            received_on=days.get("received_on") or UNSAID,
            **_told_besides(),
        ),
        errors,
    )


def _told_besides() -> dict[str, Any]:
    """Return the fields that only the longer form has; a box that is not ticked is not sent."""
    if "marks" not in request.form:
        return {}
    words = ("sender", "recipient", "foreign_reference", "disputed_note")
    marks = ("inspection_allowed", "from_doctor", "disputed")
    return {name: request.form.get(name, "") for name in words} | {
        name: name in request.form for name in marks
    }


def _chosen_case(work: UnitOfWork, errors: dict[str, str]) -> Case | None:
    """Return the case that was chosen from the list or, without scripts, typed."""
    chosen = identifier(request.form.get("target", ""))
    typed = text("target_text")
    try:
        if chosen is not None:
            return case_by_id(work, chosen)
        if not typed:
            errors["target"] = _("Bitte geben Sie an, in welche Akte das Schreiben gehört.")
            return None
        meant = targets(work, typed, most=2)
        return meant[0].case if len(meant) == 1 else target_of(work, typed)
    except (BadInput, NotFound) as fault:
        errors["target"] = said(fault)
    return None
