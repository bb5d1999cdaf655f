"""By when must something happen, in one case and in all that a person sees?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.casework.deadlines import (
    PER_PAGE,
    Urgency,
    add_deadline,
    add_own_deadline,
    deadline_by_id,
    deadline_counts,
    deadline_rules,
    deadlines_of,
    drop_deadline,
    meet_deadline,
    running_deadlines,
)
from eakte.errors import BadInput, ChangedMeanwhile, NotFound, RuleBroken
from eakte.model.case import Case, CaseState, Deadline
from eakte.retrieval.listing import case_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import day, paging_of, text, wanted_page
from eakte.web.login import local_path
from eakte.web.per_request import current_work

pages = Blueprint("deadlines", __name__)

WORDS = {
    "": Urgency.ALL,
    "ueberschritten": Urgency.OVERDUE,
    "diese-woche": Urgency.THIS_WEEK,
}


@dataclass(frozen=True)
class Panel:
    """The deadlines of one case as _deadlines.html shows them."""

    case: Case
    deadlines: Sequence[Deadline]
    today: date
    may_edit: bool


def panel_of(work: UnitOfWork, case: Case) -> Panel:
    """Return what _deadlines.html needs to show the deadlines of a case."""
    editable = case.state is CaseState.OPEN and may(work.actor, Action.EDIT_CASE, case)
    return Panel(case, deadlines_of(work, case), work.clock.today(), editable)


@pages.get("/fristen")
def index() -> ResponseReturnValue:
    """List what runs, the next end first."""
    work = current_work()
    chosen = request.args.get("auswahl", "")
    found = running_deadlines(work, urgency=WORDS.get(chosen, Urgency.ALL), page=wanted_page())
    return render_template(
        "deadlines.html",
        deadlines=found.rows,
        counts=deadline_counts(work),
        chosen=chosen if chosen in WORDS else "",
        today=work.clock.today(),
        page=paging_of(found, PER_PAGE),
    )


@pages.route("/vorgang/<uuid:case_id>/fristen", methods=["GET", "POST"])
def of_case(case_id: UUID) -> ResponseReturnValue:
    """Show the deadlines of a case; the forms let another one run."""
    work = current_work()
    case = case_by_id(work, case_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        deadline = _added(work, case, errors)
        if deadline is not None:
            ends = deadline.ends_on.strftime("%d.%m.%Y")
            flash(_("Die Frist läuft bis zum %(day)s.", day=ends), "success")
            return redirect(url_for("deadlines.of_case", case_id=case.id), 303)
    page = render_template(
        "deadlines_of_case.html",
        panel=panel_of(work, case),
        rules=deadline_rules(work, case),
        form=request.form.to_dict(),
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.post("/frist/<uuid:deadline_id>/gewahrt")
def meet(deadline_id: UUID) -> ResponseReturnValue:
    """Note that what had to happen has happened."""
    work = current_work()
    deadline = deadline_by_id(work, deadline_id)
    meet_deadline(work, deadline, note=text("note", most=300), edits=_edits())
    flash(_("Die Frist ist gewahrt."), "success")
    return _back(deadline)


@pages.post("/frist/<uuid:deadline_id>/entfallen")
def drop(deadline_id: UUID) -> ResponseReturnValue:
    """Let a deadline go, with the reason."""
    work = current_work()
    deadline = deadline_by_id(work, deadline_id)
    drop_deadline(work, deadline, reason=text("reason", most=300), edits=_edits())
    flash(_("Die Frist entfällt."), "success")
    return _back(deadline)


def _back(deadline: Deadline) -> ResponseReturnValue:
    then = local_path(request.form.get("then"))
    return redirect(then or url_for("deadlines.of_case", case_id=deadline.case_id), 303)


def _edits() -> int | None:
    typed = request.form.get("edits", "")
    if typed and not typed.isdecimal():
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")
    return int(typed) if typed else None


def _added(work: UnitOfWork, case: Case, errors: dict[str, str]) -> Deadline | None:
    own = bool(request.form.get("own"))
    last = "ends_on" if own else "event_on"
    days: dict[str, date | None] = {}
    for name in (last, "arrived_on"):
        try:
            days[name] = day(request.form, name)
        except BadInput as fault:
            errors[name] = said(fault)
    if not errors and days[last] is None:
        errors[last] = _("Bitte geben Sie einen Tag an.")
    chosen = days.get(last)
    if errors or chosen is None:
        return None
    try:
        if own:
            return add_own_deadline(
                work,
                case,
                title=text("title", most=200),
                basis=text("basis", most=400),
                ends_on=chosen,
            )
        return add_deadline(
            work,
            case,
            key=text("key", most=60),
            event_on=chosen,
            arrived_on=days.get("arrived_on"),
        )
    except (BadInput, NotFound, RuleBroken) as fault:
        errors["title" if own else "event_on"] = said(fault)
        return None
