"""What becomes due, what is undecided, and what is held: the pages of records management."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput
from eakte.model.dossier import DossierState
from eakte.model.periods import Disposal
from eakte.retention.due import (
    PER_PAGE,
    DueFilter,
    DueState,
    calendar,
    counted,
    due_dossiers,
    undecided,
)
from eakte.retention.erasures import running_among
from eakte.retention.holds import PER_PAGE as HOLDS_PER_PAGE
from eakte.retention.holds import (
    end_hold,
    endable,
    hold_by_id,
    hold_many,
    holds,
    review_hold,
)
from eakte.retrieval.listing import asked_of_dossiers
from eakte.unit_of_work import UnitOfWork
from eakte.web.due_table import table_of_due, table_of_holds
from eakte.web.forms import day, identifier, paging_of, text, wanted_page
from eakte.web.kept import choices, disposal_words, hold_words, scope_words
from eakte.web.pages.keeping import hold_said
from eakte.web.per_request import current_work, writes
from eakte.web.refusals import REFUSED, Refusal, refusal_of
from eakte.web.streaming import disposition

# What the list is asked for by its address, or by the form that proposes.
ASKED = ("zeige", "von", "bis", "eintrag", "art", "sperre")

pages = Blueprint("retention", __name__, url_prefix="/aussonderung")
pages.add_app_template_global(lambda year, month: monthrange(year, month)[1], "month_days")


@pages.get("")
def index() -> ResponseReturnValue:
    """List closed dossiers by the end of their periods."""
    return due_page(current_work())


@pages.get("/kalender")
def months() -> ResponseReturnValue:
    """Show how many periods end in each month."""
    work = current_work()
    asked = DueFilter(DueState.RUNNING, entry_number=request.args.get("eintrag", "")[:40])
    years: dict[int, dict[int, int]] = {}
    for one in calendar(work, asked):
        years.setdefault(one.year, {})[one.month] = one.dossiers
    return render_template(
        "retention_calendar.html", years=years, today=work.clock.today(), form=request.args
    )


@pages.get("/offen")
def open_rules() -> ResponseReturnValue:
    """Show for which entries of the plan nobody has decided how long."""
    work = current_work()
    return render_template(
        "retention_open.html",
        undecided=undecided(work),
        counts=counted(work),
        may_edit=may(work.actor, Action.EDIT_PLAN),
    )


@pages.get("/tabelle")
@writes
def table() -> ResponseReturnValue:
    """Hand out the list as a table."""
    return handed_out(table_of_due(current_work(), due_filter()), _("Aussonderung.csv"))


@pages.get("/sperren")
def held() -> ResponseReturnValue:
    """List the holds, the next day of review first."""
    return _holds(current_work())


@pages.get("/sperren/tabelle")
@writes
def held_table() -> ResponseReturnValue:
    """Hand out the holds as a table."""
    return handed_out(table_of_holds(current_work()), _("Sperren.csv"))


@pages.post("/sperren/suche")
def hold_search() -> ResponseReturnValue:
    """Set a hold on everything that a search for dossiers finds now."""
    work = current_work()
    require(work, Action.SEE_RETENTION)
    words, state = text("worte", most=200), text("stand", most=20)
    entry = identifier(text("eintrag", most=40))
    known = DossierState(state) if state in {one.value for one in DossierState} else None
    try:
        with work.session.begin_nested():
            if not words and entry is None:
                raise BadInput("Bitte suchen Sie zuerst: nach Wörtern oder einem Eintrag.")
            asked = asked_of_dossiers(words, plan_entry_id=entry, state=known)
            hold_many(work, asked, hold_said(), about=_("Suche nach „%(words)s“", words=words))
    except REFUSED as fault:
        return _holds(work, refusal_of(fault, "search")), 422
    flash(_("Die Sperre steht; nichts davon wird ausgesondert."), "success")
    return redirect(url_for("retention.held"), 303)


@pages.post("/sperren/<uuid:hold_id>/ende")
def end(hold_id: UUID) -> ResponseReturnValue:
    """End a hold, with the reason."""
    work = current_work()
    hold = hold_by_id(work, hold_id)
    try:
        with work.session.begin_nested():
            end_hold(work, hold, reason=text("reason"))
    except REFUSED as fault:
        return _holds(work, refusal_of(fault, str(hold_id))), 422
    flash(_("Die Sperre ist beendet."), "success")
    return redirect(url_for("retention.held"), 303)


@pages.post("/sperren/<uuid:hold_id>/pruefung")
def review(hold_id: UUID) -> ResponseReturnValue:
    """Let a hold stand until it is looked at again."""
    work = current_work()
    hold = hold_by_id(work, hold_id)
    try:
        with work.session.begin_nested():
            review_hold(work, hold, review_on=_needed_day("review_on"))
    except REFUSED as fault:
        return _holds(work, refusal_of(fault, str(hold_id))), 422
    flash(_("Die Sperre bleibt."), "success")
    return redirect(url_for("retention.held"), 303)


def due_page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    """Return the list of closed dossiers, with a way to propose what is over."""
    asked = due_filter()
    found = due_dossiers(work, asked, page=wanted_page())
    over = asked.which is DueState.DUE
    ids = [row.dossier.id for row in found.rows] if over else []
    running = running_among(work, ids)
    free = {
        row.dossier.id
        for row in found.rows
        if over
        and row.dossier.id not in running
        and may(work.actor, Action.PROPOSE_ERASURE, row.dossier)
    }
    asked_for = {name: request.values[name] for name in ASKED if request.values.get(name)}
    return render_template(
        "retention.html",
        rows=found.rows,
        page=paging_of(found, PER_PAGE),
        counts=counted(work),
        chosen=asked.which.value,
        form=request.values,
        disposals=choices(disposal_words()),
        today=work.clock.today(),
        arguments=asked_for,
        running=running,
        may_propose=free,
        refusal=refusal,
    )


def due_filter() -> DueFilter:
    """Return what is asked for; what is no day or no word is not asked."""
    given = request.values
    which = given.get("zeige", DueState.DUE.value)
    disposal = given.get("art", "")
    standing = given.get("sperre", "")
    return DueFilter(
        DueState(which) if which in set(DueState) else DueState.DUE,
        first=_day(given.get("von", "")),
        last=_day(given.get("bis", "")),
        entry_number=given.get("eintrag", "").strip()[:40],
        disposal=Disposal(disposal) if disposal in set(Disposal) else None,
        held={"ja": True, "nein": False}.get(standing),
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _needed_day(name: str) -> date:
    found = day(request.form, name)
    if found is None:
        raise BadInput("Bitte geben Sie einen Tag an.", field=name)
    return found


def handed_out(content: bytes, name: str) -> Response:
    """Return a table as something to keep."""
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = disposition(name, inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _holds(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    chosen = request.values.get("zeige", "")
    chosen = chosen if chosen in ("pruefen", "beendet") else ""
    found = holds(
        work,
        due_for_review=chosen == "pruefen",
        ended=chosen == "beendet",
        page=wanted_page(),
    )
    return render_template(
        "holds.html",
        rows=found.rows,
        page=paging_of(found, HOLDS_PER_PAGE),
        chosen=chosen,
        kinds=hold_words(),
        choices=choices(hold_words()),
        scopes=scope_words(),
        today=work.clock.today(),
        endable=endable(work, [one.hold for one in found.rows]),
        form=request.form,
        refusal=refusal,
    )
