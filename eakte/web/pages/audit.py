"""What does the log say to whoever gave a purpose and was allowed by a second person?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.evidence.heads import standing
from eakte.model.audit_entry import AuditEntry
from eakte.model.log_inspection import InspectionState, LogInspection, SubjectKind
from eakte.retrieval.protocol import (
    Subject,
    ask_inspection,
    decide_inspection,
    entries,
    inspection_by_id,
    inspections,
    place_of,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts import about, word_of, words
from eakte.web.errors import said
from eakte.web.forms import day, text
from eakte.web.per_request import current_work, writes
from eakte.web.told import told_of

pages = Blueprint("audit", __name__, url_prefix="/protokoll")

LONGEST_DETAIL = 200
FIELDS = ("purpose", "first", "last", "kind", "said")


@dataclass(frozen=True)
class Row:
    """A line of the log; ``whole`` says that its digest fits what is shown."""

    entry: AuditEntry
    label: str
    about: str
    link: str | None
    details: tuple[tuple[str, str], ...]
    whole: bool


@dataclass(frozen=True)
class Asked:
    """An inspection as it is listed."""

    inspection: LogInspection
    state: InspectionState
    own: bool


@pages.get("")
def show() -> ResponseReturnValue:
    """Show how the log stands, and who asked to look into it."""
    work = current_work()
    return render_template(
        "audit.html",
        standing=standing(work),
        inspections=[_asked(work, one) for one in inspections(work)],
    )


@pages.route("/einsicht", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask for an inspection; it stands in the log at once."""
    work = current_work()
    require(work, Action.SEE_AUDIT)
    if request.method == "GET":
        today = work.clock.today().isoformat()
        return render_template("audit_ask.html", form={"first": today, "last": today}, errors={})
    form = {name: request.form.get(name, "") for name in FIELDS}
    errors: dict[str, str] = {}
    try:
        asked = _ask(work, form, errors)
    except BadInput as fault:
        errors[str(fault.values.get("field", ""))] = said(fault)
        asked = None
    if asked is None:
        return render_template("audit_ask.html", form=form, errors=errors), 422
    flash(_("Die Einsicht ist beantragt; eine zweite Person entscheidet darüber."), "success")
    return redirect(url_for("audit.inspection", inspection_id=asked.id), 303)


@pages.get("/einsicht/<uuid:inspection_id>")
def inspection(inspection_id: UUID) -> ResponseReturnValue:
    """Show one inspection with its purpose and how it was decided."""
    work = current_work()
    return _page(work, inspection_by_id(work, inspection_id))


@pages.post("/einsicht/<uuid:inspection_id>/entscheidung")
def decide(inspection_id: UUID) -> ResponseReturnValue:
    """Allow or refuse an inspection that another person asked for."""
    work = current_work()
    wanted = inspection_by_id(work, inspection_id)
    approve = request.form.get("decision") == "approve"
    try:
        decide_inspection(work, wanted, approve=approve, reason=text("reason"))
    except BadInput as fault:
        return _page(work, wanted, errors={"reason": said(fault)}), 422
    flash(_("Die Einsicht ist genehmigt.") if approve else _("Die Einsicht ist abgelehnt."), "info")
    return redirect(url_for("audit.show"), 303)


@pages.get("/einsicht/<uuid:inspection_id>/eintraege", endpoint="entries")
@writes
def read(inspection_id: UUID) -> ResponseReturnValue:
    """Show one page of the log to whoever was allowed to read it."""
    work = current_work()
    wanted = inspection_by_id(work, inspection_id)
    act = request.args.get("vorgang", "")
    before = place_of(request.args.get("vor", ""))
    found = entries(work, wanted, act=act, before=before)
    return render_template(
        "audit_entries.html",
        asked=_asked(work, wanted),
        entries=[_row(entry, found.told[entry.sequence]) for entry in found.entries],
        acts=sorted(words().items(), key=lambda pair: pair[1]),
        form={"vorgang": act},
        older=found.older,
        first_page=before is None,
    )


def _page(work: UnitOfWork, wanted: LogInspection, *, errors: dict[str, str] | None = None) -> str:
    asked = _asked(work, wanted)
    return render_template(
        "audit_inspection.html",
        asked=asked,
        may_decide=asked.state is InspectionState.WAITING
        and work.actor.id not in {wanted.asked_by_id, wanted.subject_id},
        form=request.form,
        errors=errors or {},
    )


def _ask(work: UnitOfWork, form: Mapping[str, str], errors: dict[str, str]) -> LogInspection | None:
    days = {}
    for name in ("first", "last"):
        try:
            days[name] = day(form, name)
        except BadInput as fault:
            errors[name] = said(fault)
        else:
            if days[name] is None:
                errors[name] = _("Bitte geben Sie einen Tag an.")
    first, last = days.get("first"), days.get("last")
    if errors or first is None or last is None:
        return None
    return ask_inspection(
        work, purpose=text("purpose"), first=first, last=last, subject=_subject(form)
    )


def _subject(form: Mapping[str, str]) -> Subject | None:
    known = {kind.value for kind in SubjectKind}
    if form["kind"] not in known:
        return None
    return Subject(SubjectKind(form["kind"]), text("said", most=100))


def _asked(work: UnitOfWork, one: LogInspection) -> Asked:
    return Asked(one, one.state(work.clock.now()), one.asked_by_id == work.actor.id)


def _row(entry: AuditEntry, told: Mapping[str, Any]) -> Row:
    name, link = about(entry)
    details = tuple((key, value[:LONGEST_DETAIL]) for key, value in told_of(told))
    whole = entry.digest == entry.expected_digest()
    return Row(entry, word_of(entry.act), name, link, details, whole)
