"""Who reaches a dossier and why, and how is that changed?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.access.rights.granting import TAKERS, give_access, withdraw_access
from eakte.access.rights.locking import (
    IN_CHARGE,
    ask_to_lift,
    decide_lift,
    lock_dossier,
    open_request,
)
from eakte.access.rights.people import colleague, roles_of
from eakte.access.rights.reachers import holdings, reachers
from eakte.access.rights.taking_part import PARTAKERS, end_part, let_take_part
from eakte.errors import BadInput
from eakte.model.dossier import Dossier
from eakte.model.right import Mark
from eakte.model.user import Role, User
from eakte.retrieval.listing import case_by_id, cases_of, dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import day, identifier, text
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("rights", __name__, url_prefix="/akte/<uuid:dossier_id>/zugang")

USUAL = timedelta(days=30)


@pages.get("")
def show(dossier_id: UUID) -> ResponseReturnValue:
    """Show who reaches the dossier and why."""
    work = current_work()
    return _page(work, dossier_by_id(work, dossier_id))


@pages.post("/freigabe")
def give(dossier_id: UUID) -> ResponseReturnValue:
    """Open the dossier to a person by name."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.GIVE_ACCESS, dossier)
    try:
        person = _chosen(work, "person")
        give_access(work, dossier, person, reason=text("reason"), until=_last_day(work, "until"))
    except REFUSED as fault:
        return _page(work, dossier, refusal_of(fault, "give")), 422
    flash(_("%(name)s hat jetzt Zugang zu dieser Akte.", name=person.name), "success")
    return _back(work, dossier)


@pages.post("/freigabe/<uuid:grant_id>/ende")
def withdraw(dossier_id: UUID, grant_id: UUID) -> ResponseReturnValue:
    """Take the dossier away again."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    withdraw_access(work, dossier, grant_id)
    flash(_("Der Zugang ist zurückgenommen; er gilt ab sofort nicht mehr."), "success")
    return _back(work, dossier)


@pages.post("/beteiligung")
def let_in(dossier_id: UUID) -> ResponseReturnValue:
    """Let a person take part in one case."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.TAKE_PART_IN_CASE, dossier)
    try:
        chosen = identifier(request.form.get("case", ""))
        if chosen is None:
            raise BadInput("Bitte wählen Sie einen Vorgang.")
        case = case_by_id(work, chosen)
        person = _chosen(work, "participant")
        let_take_part(
            work,
            case,
            person,
            reason=text("part_reason"),
            until=_last_day(work, "part_until"),
        )
    except REFUSED as fault:
        return _page(work, dossier, refusal_of(fault, "part")), 422
    flash(_("%(name)s ist jetzt an dem Vorgang beteiligt.", name=person.name), "success")
    return _back(work, dossier)


@pages.post("/beteiligung/<uuid:case_id>/<uuid:participation_id>/ende")
def let_out(dossier_id: UUID, case_id: UUID, participation_id: UUID) -> ResponseReturnValue:
    """End a participation."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    end_part(work, case_by_id(work, case_id), participation_id)
    flash(_("Die Beteiligung ist beendet."), "success")
    return _back(work, dossier)


@pages.post("/sperre")
def lock(dossier_id: UUID) -> ResponseReturnValue:
    """Shut the dossier to everybody who is not named."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.LOCK_DOSSIER, dossier)
    try:
        clerk = identifier(request.form.get("clerk", ""))
        keep = [identifier(typed) for typed in request.form.getlist("keep")]
        lock_dossier(
            work,
            dossier,
            mark=_mark(),
            reason=text("lock_reason"),
            clerk=colleague(work, clerk) if clerk else None,
            keep=[colleague(work, one) for one in keep if one],
        )
    except REFUSED as fault:
        return _page(work, dossier, refusal_of(fault, "lock")), 422
    flash(_("Die Akte ist gesperrt."), "success")
    return _back(work, dossier)


@pages.post("/aufhebung")
def ask(dossier_id: UUID) -> ResponseReturnValue:
    """Ask that a lock be lifted."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_ACCESS, dossier)
    try:
        ask_to_lift(work, dossier, mark=_mark(), reason=text("lift_reason"))
    except REFUSED as fault:
        return _page(work, dossier, refusal_of(fault, "lift")), 422
    flash(_("Die Aufhebung ist beantragt; eine andere Person entscheidet."), "success")
    return _back(work, dossier)


@pages.post("/aufhebung/<uuid:request_id>")
def decide(dossier_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Lift the lock, or leave it."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    lift = request.form.get("decision") == "lift"
    try:
        decide_lift(work, dossier, request_id, lift=lift)
    except REFUSED as fault:
        return _page(work, dossier, refusal_of(fault, "lift")), 422
    flash(_("Die Sperre ist aufgehoben.") if lift else _("Die Sperre bleibt."), "success")
    return _back(work, dossier)


def _page(work: UnitOfWork, dossier: Dossier, refusal: Refusal | None = None) -> str:
    require(work, Action.SEE_ACCESS, dossier)
    held = holdings(work, dossier)
    people = [one for one in held.people if one.roles]
    cases = cases_of(work, dossier)
    allowed = {
        "give": may(work.actor, Action.GIVE_ACCESS, dossier),
        "part": may(work.actor, Action.TAKE_PART_IN_CASE, dossier),
        "lock": may(work.actor, Action.LOCK_DOSSIER, dossier),
    }
    return render_template(
        "rights.html",
        dossier=dossier,
        reachers=reachers(work, dossier, held),
        grants=held.grants,
        participants=held.parts,
        cases=cases,
        requests=open_request(work, dossier),
        me=work.actor.id,
        names={person.id: person.name for person in people},
        takers=_choices(work, people, TAKERS),
        partakers=_choices(work, people, PARTAKERS),
        in_charge=[(one.id, one.name) for one in people if roles_of(one) & set(IN_CHARGE)],
        keepers=[(one.id, one.name) for one in people if roles_of(one) & set(TAKERS)],
        may={name for name, holds in allowed.items() if holds},
        usual=(work.clock.today() + USUAL).isoformat(),
        form=request.form if refusal else {},
        refusal=refusal,
    )


def _choices(
    work: UnitOfWork, people: Sequence[User], roles: Sequence[Role]
) -> list[tuple[UUID, str]]:
    return [
        (one.id, one.name)
        for one in people
        if roles_of(one) & set(roles) and one.id != work.actor.id
    ]


def _chosen(work: UnitOfWork, field: str) -> User:
    chosen = identifier(request.form.get(field, ""))
    if chosen is None:
        raise BadInput("Bitte wählen Sie eine Person.")
    return colleague(work, chosen)


def _last_day(work: UnitOfWork, field: str) -> date:
    return day(request.form, field) or work.clock.today() + USUAL


def _mark() -> Mark:
    return Mark.STAFF if request.form.get("mark") == Mark.STAFF else Mark.LOCK


def _back(work: UnitOfWork, dossier: Dossier) -> Response:
    """Go back to the page, or home when the act has shut out who did it."""
    if may(work.actor, Action.SEE_ACCESS, dossier):
        return redirect(url_for("rights.show", dossier_id=dossier.id), 303)
    return redirect(url_for("desk.home"), 303)
