"""Which stacks came in, where did each of their pages go, and who prints cover sheets for them?"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import EakteError, PartUnavailable
from eakte.filing.cover_pdf import Printed, cover_pdf
from eakte.filing.cover_sheets import code_of, print_cover_sheet
from eakte.intake.batches import (
    Scanned,
    balance_of,
    batch_receipt,
    deliver_batch,
    gaps_of,
    separate_again,
)
from eakte.intake.guarding import SEPARATE, release_held_stack
from eakte.intake.scan_requests import open_scan_requests
from eakte.model.batch import Batch, BatchState
from eakte.model.findings import Order
from eakte.retrieval.batches import (
    PER_PAGE,
    batch_by_id,
    batches,
    pages_of,
    parts_of,
)
from eakte.retrieval.listing import case_by_id
from eakte.retrieval.mailroom import other_units
from eakte.retrieval.progress import progress_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import fault_of
from eakte.web.forms import paging_of, refuse_stale, text, wanted_page
from eakte.web.pages.inbox import upload_place
from eakte.web.per_request import (
    begin,
    current_work,
    own_work,
    spooled_path,
    takes_bytes,
    the_app,
)
from eakte.web.streaming import disposition

pages = Blueprint("stacks", __name__)


@pages.get("/stapel")
def index() -> ResponseReturnValue:
    """List the stacks, the newest first."""
    return render_template("stacks.html", **_listed(current_work()), errors={})


@pages.get("/stapel/zeilen")
def rows() -> ResponseReturnValue:
    """Show the rows alone: the page asks for them while something runs."""
    return render_template("_stacks_rows.html", **_rows(current_work()))


@pages.post("/stapel")
@takes_bytes
def take() -> ResponseReturnValue:
    """Take a stack in that a person brings by hand."""
    with own_work(writing=False) as work:
        require(work, Action.DELIVER_BATCH)
        operator = work.actor.name
    errors: dict[str, str] = {}
    part = request.files.get("stack")
    answers = text("answers", most=9)
    given = request.form.get("order", "")
    order = Order(given) if given in set(Order) else Order.AS_READ
    if part is None or not part.filename:
        errors["stack"] = _("Bitte wählen Sie den Stapel aus.")
    else:
        scanned = Scanned(
            name=part.filename,
            key=f"form:{uuid4().hex}",
            department=request.form.get("department") or None,
            operator=operator,
            device=text("device", most=200),
            order=order,
            answers=int(answers) if answers.isdecimal() else None,
        )
        try:
            receipt = deliver_batch(
                begin, spooled_path(part.stream), scanned=scanned, look=the_app().look
            )
        except PartUnavailable:
            raise
        except EakteError as error:
            fault = fault_of(error)
            errors["stack"] = f"{fault.message} {fault.next_step}".strip()
        else:
            number = f"{receipt.number:06d}"
            flash(_("Der Stapel Nr. %(number)s ist eingegangen.", number=number), "success")
            return redirect(url_for("stacks.show", batch_id=receipt.batch_id), 303)
    with own_work(writing=False) as work:
        return render_template("stacks.html", **_listed(work), errors=errors), 422


@pages.get("/stapel/<uuid:batch_id>")
def show(batch_id: UUID) -> ResponseReturnValue:
    """Show a stack with its receipt, its balance and the way of each page."""
    work = current_work()
    return render_template("stack.html", **_seen(work, batch_by_id(work, batch_id)))


@pages.get("/stapel/<uuid:batch_id>/stand")
def status(batch_id: UUID) -> ResponseReturnValue:
    """Show how far a stack is; the page asks again while something runs."""
    work = current_work()
    return render_template("_stack_state.html", **_seen(work, batch_by_id(work, batch_id)))


@pages.post("/stapel/<uuid:batch_id>/neu")
def again(batch_id: UUID) -> ResponseReturnValue:
    """Take a stack apart again that could not be."""
    work = current_work()
    separate_again(work, batch_by_id(work, batch_id))
    flash(_("Der Stapel wird noch einmal getrennt."), "success")
    return redirect(url_for("stacks.show", batch_id=batch_id), 303)


@pages.post("/stapel/<uuid:batch_id>/freigeben")
def release(batch_id: UUID) -> ResponseReturnValue:
    """Have a stack taken apart although a virus scanner has not passed it."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    refuse_stale(batch.edits)
    release_held_stack(work, batch, reason=text("reason"))
    flash(_("Der Stapel ist freigegeben und wird jetzt getrennt."), "success")
    return redirect(url_for("stacks.show", batch_id=batch_id), 303)


@pages.post("/vorgang/<uuid:case_id>/deckblatt")
def cover_sheet(case_id: UUID) -> ResponseReturnValue:
    """Hand out a cover sheet for a case as PDF."""
    work = current_work()
    case = case_by_id(work, case_id)
    sheet = print_cover_sheet(work, case, document_type=text("document_type", most=100))
    name = f"{case.dossier.reference}-{case.number}"
    printed = Printed(
        code=code_of(work, sheet),
        heading=_("Deckblatt"),
        reference=name,
        lines=[case.procedure, sheet.document_type],
        hint=_(
            "Legen Sie dieses Blatt vor die Schreiben. Was dahinter eingescannt wird, bis zum "
            "nächsten Deck- oder Trennblatt, liegt ohne weiteres Zutun in diesem Vorgang."
        ),
        foot=_(
            "%(office)s · gedruckt am %(day)s von %(name)s",
            office=work.settings.office_name,
            day=format_date(work.clock.today(), "dd.MM.yyyy"),
            name=work.actor.name,
        ),
    )
    answer = Response(cover_pdf([printed]), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = disposition(f"Deckblatt {name}.pdf", inline=True)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _listed(work: UnitOfWork) -> dict[str, Any]:
    may_deliver = may(work.actor, Action.DELIVER_BATCH)
    return {
        **_rows(work),
        "upload": upload_place(work) if may_deliver else None,
        "orders": [
            (Order.AS_READ, _("wie gelesen")),
            (Order.FRONTS_THEN_BACKS, _("erst alle Vorderseiten, dann alle Rückseiten")),
            (
                Order.FRONTS_THEN_BACKS_REVERSED,
                _("erst alle Vorderseiten, dann die Rückseiten von hinten"),
            ),
        ],
        "form": request.form.to_dict(),
        "may_see_paper": may(work.actor, Action.SEE_PAPER),
        "wanted_again": open_scan_requests(work),
    }


def _rows(work: UnitOfWork) -> dict[str, Any]:
    found = batches(work, page=wanted_page())
    busy = [one.id for one in found.rows if one.state in (BatchState.WAITING, BatchState.RUNNING)]
    return {
        "batches": found.rows,
        "page": paging_of(found, PER_PAGE),
        "progress": progress_of(work, busy, kind=SEPARATE),
        # Not whether there is a job: it may have ended since its stack was read.
        "running": bool(busy),
    }


def _seen(work: UnitOfWork, batch: Batch) -> dict[str, Any]:
    balance = balance_of(work, batch)
    sides = pages_of(work, batch) if balance else []
    return {
        "batch": batch,
        "receipt": batch_receipt(work, batch),
        "gaps": gaps_of(work, batch),
        "balance": balance,
        "sides": sides,
        "parts": parts_of(work, batch, sides) if sides else [],
        "job": progress_of(work, [batch.id], kind=SEPARATE).get(batch.id),
        "units": other_units(work, batch.department_id)
        if may(work.actor, Action.HAND_OVER, batch)
        else [],
        "may_try_again": may(work.actor, Action.SEPARATE_AGAIN, batch),
        "may_release": batch.closed and may(work.actor, Action.RELEASE_HELD, batch),
    }
