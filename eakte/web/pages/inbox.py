"""What waits to be filed, and how do documents come in through the browser?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import accounts
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import EakteError, PartUnavailable
from eakte.filing.proposing.proposals import Hint, hints_of
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import clean_name
from eakte.model.document import Document, ProcessingState, Source
from eakte.retrieval.inbox import Choice, InboxRow, inbox
from eakte.retrieval.listing import PER_PAGE
from eakte.retrieval.mailroom import Beside
from eakte.retrieval.progress import Progress
from eakte.unit_of_work import UnitOfWork
from eakte.web.desk import waiting
from eakte.web.errors import fault_of
from eakte.web.forms import paging_of, text, wanted_page
from eakte.web.pages.receipts import ShownReceipt, shown_receipt
from eakte.web.per_request import (
    begin,
    current_work,
    own_work,
    spooled_path,
    takes_bytes,
    the_app,
)
from eakte.web.proposed import confidence_word

pages = Blueprint("inbox", __name__)

CHOICES = {"bereit": Choice.READY, "laufend": Choice.RUNNING, "fehler": Choice.FAILED}


@dataclass(frozen=True)
class Row:
    """A line of the inbox."""

    document: Document
    size: int
    progress: Progress | None
    beside: Beside
    duplicate_of: Document | None
    hint: Hint | None
    confidence: str
    may_look: bool
    may_file: bool
    may_try_again: bool
    attachments: int


@dataclass(frozen=True)
class Place:
    """Where documents can be dropped."""

    max_bytes: int
    departments: tuple[tuple[UUID, str], ...]
    department_id: UUID | None


@pages.get("/posteingang")
def show() -> ResponseReturnValue:
    """Show the inbox."""
    work = current_work()
    may_upload = may(work.actor, Action.DELIVER_DOCUMENT)
    upload = upload_place(work) if may_upload else None
    return render_template("inbox.html", may_upload=may_upload, upload=upload, **listed(work))


@pages.get("/posteingang/zeilen")
def rows() -> ResponseReturnValue:
    """Show the rows alone: the page asks for them while something runs."""
    return render_template("_inbox_rows.html", **listed(current_work()))


@pages.get("/posteingang/hochladen")
def upload_page() -> ResponseReturnValue:
    """Show the page for bringing in documents alone."""
    work = current_work()
    require(work, Action.DELIVER_DOCUMENT)
    return render_template("upload.html", upload=upload_place(work), receipts=(), refused=())


@pages.post("/posteingang/hochladen")
@takes_bytes
def take_form() -> ResponseReturnValue:
    """Take documents from a browser that runs no scripts: each for itself."""
    with own_work(writing=False) as work:
        require(work, Action.DELIVER_DOCUMENT)
    receipts: list[ShownReceipt] = []
    refused: list[tuple[str, str]] = []
    for part in request.files.getlist("files"):
        name = part.filename or ""
        if not name:
            continue
        declared = Declared(
            name=name, source=Source.UPLOAD, department=request.form.get("department") or None
        )
        try:
            path = spooled_path(part.stream)
            receipt = deliver(begin, path, declared=declared, look=the_app().look)
        except PartUnavailable:
            # What was taken before stays; its receipts are in the inbox.
            raise
        except EakteError as error:
            fault = fault_of(error)
            refused.append((clean_name(name), f"{fault.message} {fault.next_step}".strip()))
            continue
        with own_work(writing=False) as work:
            receipts.append(shown_receipt(work, receipt.document_id))
    if not receipts and not refused:
        refused.append((_("Nichts ausgewählt"), _("Bitte wählen Sie mindestens eine Datei aus.")))
    with own_work(writing=False) as work:
        page = render_template(
            "upload.html", upload=upload_place(work), receipts=receipts, refused=refused
        )
    return page, 422 if refused and not receipts else 200


def listed(work: UnitOfWork) -> dict[str, Any]:
    """Return what the rows of the inbox need."""
    chosen = request.args.get("zustand", "")
    choice = CHOICES.get(chosen, Choice.ALL)
    found = inbox(work, choice, page=wanted_page())
    counts = waiting(work)
    hints = hints_of(work, [(row.document, row.clues) for row in found.rows])
    return {
        "rows": [_row(work, row, hints.get(row.document.id)) for row in found.rows],
        "counts": {
            "all": counts.total,
            "ready": counts.ready,
            "running": counts.running,
            "failed": counts.failed,
        },
        "choice": chosen if chosen in CHOICES else "",
        "page": paging_of(found, PER_PAGE),
        "running": counts.running > 0,
    }


def back_to_inbox() -> str:
    """Return the address of the inbox as the form that was sent has shown it, filter and page."""
    chosen, page = text("zustand", most=20), text("seite", most=7)
    return url_for(
        "inbox.show",
        zustand=chosen if chosen in CHOICES else None,
        seite=page if page.isdecimal() and int(page) > 1 else None,
    )


def upload_place(work: UnitOfWork) -> Place:
    """Return for whom the person may bring documents in."""
    mine = work.actor.departments
    units = tuple(
        (unit.id, unit.name)
        for unit in accounts.departments(work.session)
        if not mine or unit.id in mine
    )
    return Place(work.settings.max_upload_bytes, units, units[0][0] if len(units) == 1 else None)


def _row(work: UnitOfWork, row: InboxRow, hint: Hint | None) -> Row:
    document = row.document
    failed = document.processing is ProcessingState.FAILED
    return Row(
        document=document,
        size=row.size,
        progress=row.progress,
        beside=row.beside,
        duplicate_of=row.duplicate_of,
        hint=hint,
        confidence=confidence_word(hint.confidence) if hint else "",
        may_look=may(work.actor, Action.READ_CONTENT, document),
        may_file=document.parent_id is None and may(work.actor, Action.PLACE_DOCUMENT, document),
        may_try_again=failed and may(work.actor, Action.PROCESS_AGAIN, document),
        attachments=row.attachments,
    )
