"""Until when is this dossier kept, what stands against its end, and how is it closed?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput
from eakte.filing.closing import (
    close_dossier,
    closing_of,
    period_of_dossier,
    reopen_dossier,
)
from eakte.filing.retention_rules import retention_rules
from eakte.model.case import Case
from eakte.model.dossier import Dossier, DossierState
from eakte.model.hold import HoldKind, held_among
from eakte.retention.deciding import awaited_events, rule_alone, say_what_starts
from eakte.retention.erasures import running_of
from eakte.retention.holds import HoldSaid, hold_case, hold_dossier, hold_person, holds_of
from eakte.retrieval.listing import case_by_id, cases_of, dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.erased import erasure_words
from eakte.web.errors import in_words
from eakte.web.forms import day, identifier, refuse_stale, text
from eakte.web.kept import choices, chosen, hold_words, scope_words
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("keeping", __name__, url_prefix="/akte/<uuid:dossier_id>")
pages.add_app_template_global(in_words, "in_words")


@pages.get("/aufbewahrung")
def show(dossier_id: UUID) -> ResponseReturnValue:
    """Show until when the dossier is kept, and what stands against its end."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    if dossier.state is DossierState.ERASED:
        return redirect(url_for("dossiers.show", dossier_id=dossier.id))
    return _shown(work, dossier)


@pages.route("/schliessen", methods=["GET", "POST"])
def close(dossier_id: UUID) -> ResponseReturnValue:
    """Show every reason against closing; close it when there is none."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.CLOSE_DOSSIER, dossier)
    refusal = None
    if request.method == "POST":
        refuse_stale(dossier.edits)
        try:
            with work.session.begin_nested():
                kept = close_dossier(work, dossier)
        except REFUSED as fault:
            work.session.refresh(dossier)
            refusal = refusal_of(fault)
        else:
            told = in_words(kept.period.sentence)
            flash(_("Die Akte ist geschlossen. %(told)s", told=told), "success")
            return redirect(url_for("keeping.show", dossier_id=dossier.id), 303)
    page = render_template(
        "dossier_close.html",
        dossier=dossier,
        closing=closing_of(work, dossier),
        refusal=refusal,
    )
    return page, 422 if refusal else 200


@pages.post("/oeffnen")
def reopen(dossier_id: UUID) -> ResponseReturnValue:
    """Open a closed dossier again; its period stops."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.CLOSE_DOSSIER, dossier)
    refuse_stale(dossier.edits)
    try:
        with work.session.begin_nested():
            reopen_dossier(work, dossier, reason=text("reason"))
    except REFUSED as fault:
        return _refused(work, dossier, refusal_of(fault, "open"))
    flash(_("Die Akte ist wieder offen; ihre Frist läuft nicht mehr."), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)


@pages.post("/aufbewahrung/beginn")
def facts(dossier_id: UUID) -> ResponseReturnValue:
    """Enter the days from which the period is counted."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_stale(dossier.edits)
    try:
        with work.session.begin_nested():
            events = {
                name: entered
                for place, name in enumerate(awaited_events(work, dossier))
                if (entered := day(request.form, f"event-{place}")) is not None
            }
            say_what_starts(
                work,
                dossier,
                died_on=day(request.form, "died_on"),
                decided_on=day(request.form, "decided_on"),
                events=events,
            )
    except REFUSED as fault:
        return _refused(work, dossier, refusal_of(fault, "facts"))
    flash(_("Die Tage sind eingetragen."), "success")
    return redirect(url_for("keeping.show", dossier_id=dossier.id), 303)


@pages.post("/aufbewahrung/regel")
def own_rule(dossier_id: UUID) -> ResponseReturnValue:
    """Let the dossier, or one case of it, follow a rule of its own."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.DECIDE_PERIOD, dossier)
    refuse_stale(dossier.edits)
    try:
        with work.session.begin_nested():
            rule_alone(
                work,
                _case_or_dossier(work, dossier),
                key=text("rule", most=40),
                reason=text("reason"),
                shorten=bool(request.form.get("shorten")),
            )
    except REFUSED as fault:
        return _refused(work, dossier, refusal_of(fault, "rule"))
    flash(_("Die Regel gilt für diese Akte."), "success")
    return redirect(url_for("keeping.show", dossier_id=dossier.id), 303)


@pages.post("/sperren")
def hold(dossier_id: UUID) -> ResponseReturnValue:
    """Set a hold on the dossier, on one of its cases or on its person."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SET_HOLD, dossier)
    try:
        with work.session.begin_nested():
            said = hold_said()
            thing = _case_or_dossier(work, dossier, name="about")
            if text("about", most=40) == "person":
                hold_person(work, dossier, said)
            elif isinstance(thing, Dossier):
                hold_dossier(work, dossier, said)
            else:
                hold_case(work, thing, said)
    except REFUSED as fault:
        return _refused(work, dossier, refusal_of(fault, "hold"))
    flash(_("Die Sperre steht; nichts davon wird ausgesondert."), "success")
    return redirect(url_for("keeping.show", dossier_id=dossier.id), 303)


def hold_said() -> HoldSaid:
    """Return what the form says of a hold.

    Raises:
        BadInput: no reason of the list, or no day.
    """
    kind = chosen("kind", HoldKind)
    review_on = day(request.form, "review_on")
    if kind is None:
        raise BadInput("Bitte wählen Sie den Anlass der Sperre.")
    if review_on is None:
        raise BadInput("Bitte geben Sie an, wann die Sperre überprüft wird.")
    return HoldSaid(kind, text("reason"), review_on)


def _case_or_dossier(work: UnitOfWork, dossier: Dossier, name: str = "case") -> Dossier | Case:
    case_id = identifier(text(name, most=40))
    if case_id is None:
        return dossier
    case = case_by_id(work, case_id)
    return case if case.dossier_id == dossier.id else dossier


def _refused(work: UnitOfWork, dossier: Dossier, refusal: Refusal) -> ResponseReturnValue:
    work.session.refresh(dossier)
    return _shown(work, dossier, refusal), 422


def _shown(work: UnitOfWork, dossier: Dossier, refusal: Refusal | None = None) -> str:
    kept = period_of_dossier(work, dossier)
    closed = dossier.state is DossierState.CLOSED
    asked = {
        "close": dossier.state is DossierState.OPEN
        and may(work.actor, Action.CLOSE_DOSSIER, dossier),
        "open": closed and may(work.actor, Action.CLOSE_DOSSIER, dossier),
        "facts": dossier.state is not DossierState.CANCELLED
        and may(work.actor, Action.EDIT_DOSSIER, dossier),
        "rule": dossier.state is not DossierState.CANCELLED
        and may(work.actor, Action.DECIDE_PERIOD, dossier),
        "hold": may(work.actor, Action.SET_HOLD, dossier),
        "holds": may(work.actor, Action.SEE_RETENTION),
        "proofs": may(work.actor, Action.SEE_PROOFS),
    }
    allowed = frozenset(name for name, granted in asked.items() if granted)
    going = running_of(work, dossier) if closed else None
    return render_template(
        "dossier_retention.html",
        dossier=dossier,
        kept=kept,
        sentence=in_words(kept.period.sentence),
        today=work.clock.today(),
        going=going,
        going_words=erasure_words(),
        holds=holds_of(work, dossier),
        held=bool(held_among(work.session, [dossier.id])),
        kinds=choices(hold_words()),
        hold_kinds=hold_words(),
        hold_scopes=scope_words(),
        cases=cases_of(work, dossier) if allowed & {"hold", "rule"} else (),
        rules=[(one.rule.key, one.rule.title) for one in retention_rules(work)]
        if "rule" in allowed
        else (),
        events=[
            (name, (dossier.period_events or {}).get(name, ""))
            for name in (awaited_events(work, dossier) if "facts" in allowed else ())
        ],
        review_on=_half_a_year_on(work.clock.today()),
        form=request.form,
        refusal=refusal,
        may=allowed,
    )


def _half_a_year_on(today: date) -> date:
    month = today.month + 6
    return date(today.year + (month > 12), month - 12 * (month > 12), 1)
