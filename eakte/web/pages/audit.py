"""What does the log say to whoever may look into it, for a purpose that is itself logged?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.model.audit_entry import AuditEntry
from eakte.retrieval.protocol import PER_PAGE, acts, entries, state_purpose
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts import about, word_of
from eakte.web.errors import said
from eakte.web.forms import day, paging_of, text, wanted_page
from eakte.web.per_request import current_work

pages = Blueprint("audit", __name__, url_prefix="/protokoll")

# How long one stated purpose holds.
HOLDS = timedelta(minutes=30)
MARK = "protocol-until"
LONGEST_DETAIL = 200


@dataclass(frozen=True)
class Row:
    """A line of the log."""

    entry: AuditEntry
    label: str
    about: str
    link: str | None
    details: tuple[tuple[str, str], ...]


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the log page by page, or ask for the purpose first."""
    work = current_work()
    require(work, Action.SEE_AUDIT)
    if not _stated(work):
        return render_template("audit_purpose.html", purpose="", problem=None)
    form = {name: request.args.get(name, "") for name in ("vorgang", "von", "bis")}
    first = last = None
    try:
        first, last = day(form, "von"), day(form, "bis")
    except BadInput as fault:
        flash(said(fault), "warning")
    found = entries(work, act=form["vorgang"], first=first, last=last, page=wanted_page())
    return render_template(
        "audit.html",
        entries=[_row(entry) for entry in found.rows],
        acts=[(act, word_of(act)) for act in acts(work)],
        form=form,
        chain=None,
        page=paging_of(found, PER_PAGE),
    )


@pages.post("")
def state() -> ResponseReturnValue:
    """Write the purpose down; for a while the log may then be read."""
    work = current_work()
    typed = text("purpose")
    try:
        state_purpose(work, typed)
    except BadInput as fault:
        return render_template("audit_purpose.html", purpose=typed, problem=said(fault)), 422
    session[MARK] = (work.clock.now() + HOLDS).isoformat()
    return redirect(url_for("audit.show"), 303)


def _stated(work: UnitOfWork) -> bool:
    until = str(session.get(MARK) or "")
    return bool(until) and datetime.fromisoformat(until) > work.clock.now()


def _row(entry: AuditEntry) -> Row:
    name, link = about(entry)
    details = tuple(
        (str(key), str(value)[:LONGEST_DETAIL])
        for key, value in sorted(entry.details.items())
        if value not in (None, "", [], {})
    )
    return Row(entry, word_of(entry.act), name, link, details)
