"""How is the work of a unit shared out?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.rights.people import colleague
from eakte.access.rights.sharing import (
    Coverage,
    coverage,
    end_duty,
    led_units,
    led_work,
    share_out,
)
from eakte.errors import BadInput, NotFound
from eakte.model.catalogue import Procedure
from eakte.model.department import Department
from eakte.model.right import LAST_LETTER, Duty
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import day, identifier, text
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("duties", __name__, url_prefix="/zustaendigkeiten")


@dataclass(frozen=True)
class Share:
    """A unit with how its work is shared out."""

    unit: Department
    duties: list[tuple[Duty, str]]
    coverage: Coverage
    people: Sequence[User]
    procedures: Sequence[Procedure]


@pages.get("")
def show() -> ResponseReturnValue:
    """Show the duties of every unit the person leads."""
    return _page(current_work())


@pages.post("")
def give() -> ResponseReturnValue:
    """Give a person a share of a unit's work."""
    work = current_work()
    try:
        unit = _chosen_unit(work)
        chosen = identifier(request.form.get("person", ""))
        if chosen is None:
            raise BadInput("Bitte wählen Sie eine Person.")
        share_out(
            work,
            unit,
            colleague(work, chosen),
            letters=(text("first", most=10), text("last", most=10)),
            procedure=text("procedure", most=60),
            valid_from=day(request.form, "valid_from") or work.clock.today(),
            valid_until=day(request.form, "valid_until"),
        )
    except REFUSED as fault:
        return _page(work, refusal_of(fault)), 422
    flash(_("Die Zuständigkeit ist gegeben."), "success")
    return redirect(url_for("duties.show"), 303)


@pages.post("/<uuid:duty_id>/ende")
def end(duty_id: UUID) -> ResponseReturnValue:
    """End a share of the work."""
    end_duty(current_work(), duty_id)
    flash(_("Die Zuständigkeit ist beendet."), "success")
    return redirect(url_for("duties.show"), 303)


def _chosen_unit(work: UnitOfWork) -> Department:
    chosen = identifier(request.form.get("unit", ""))
    for unit in led_units(work):
        if unit.id == chosen:
            return unit
    raise NotFound("Dieses Sachgebiet gibt es nicht, oder Sie leiten es nicht.")


def _page(work: UnitOfWork, refusal: Refusal | None = None) -> str:
    today = work.clock.today()
    shares = [
        Share(
            one.unit,
            [(duty, _letters(duty)) for duty in one.duties],
            coverage(one.duties, today),
            one.people,
            one.procedures,
        )
        for one in led_work(work)
    ]
    return render_template(
        "duties.html",
        shares=shares,
        today=today.isoformat(),
        form=request.form if refusal else {},
        refusal=refusal,
    )


def _letters(duty: Duty) -> str:
    last = "" if duty.last_letter == LAST_LETTER else duty.last_letter
    if not duty.first_letter and not last:
        return str(_("alle"))
    if duty.first_letter == last:
        return str(last).upper()
    return f"{duty.first_letter.upper() or 'A'}–{last.upper() or 'Z'}"
