"""Which scanning stations are registered, from where may they deliver, and with which key?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import stations as kept
from eakte.access.accounts import departments
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotUnique
from eakte.evidence.signing import Signer
from eakte.model.station import Station, quota_of, ranges_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import identifier, refuse_stale, text
from eakte.web.per_request import current_work

pages = Blueprint("stations", __name__, url_prefix="/verwaltung/scanstationen")

DEFAULT_QUOTA_MB, DEFAULT_OVERLAP_HOURS = 10_000, 24


@pages.get("")
def index() -> ResponseReturnValue:
    """List the stations."""
    return render_template("stations.html", stations=kept.stations(current_work()))


@pages.get("/zeilen")
def rows() -> ResponseReturnValue:
    """Show the rows alone: the page asks for them while it is looked at."""
    return render_template("_stations_rows.html", stations=kept.stations(current_work()))


@pages.route("/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Register a station; its first key is shown in the answer, this once."""
    work = current_work()
    require(work, Action.MANAGE_STATIONS)
    if request.method == "GET":
        return _page(work, None, form={"quota_mb": DEFAULT_QUOTA_MB})
    wanted = _wanted()
    chosen = identifier(request.form.get("department", ""))
    units = [unit for unit in departments(work.session) if unit.id == chosen]
    if not units:
        wanted.errors["department"] = _("Bitte wählen Sie das Sachgebiet aus.")
    if not wanted.errors:
        try:
            with work.session.begin_nested():
                station = kept.register_station(
                    work,
                    wanted.name,
                    department=units[0],
                    networks=wanted.networks,
                    quota_mb=wanted.quota_mb,
                )
                token = kept.new_station_key(work, station, overlap_hours=0)
            return _page(work, station, token=token)
        except (BadInput, NotUnique) as fault:
            wanted.errors["name"] = said(fault)
    return _page(work, None, form=_typed(), errors=wanted.errors), 422


@pages.route("/<uuid:station_id>", methods=["GET", "POST"])
def show(station_id: UUID) -> ResponseReturnValue:
    """Show and change a station."""
    work = current_work()
    station = kept.station_by_id(work, station_id)
    if request.method == "GET":
        return _page(work, station)
    refuse_stale(station.edits)
    wanted = _wanted()
    if not wanted.errors:
        try:
            with work.session.begin_nested():
                kept.change_station(
                    work,
                    station,
                    name=wanted.name,
                    networks=wanted.networks,
                    quota_mb=wanted.quota_mb,
                    active="active" in request.form,
                )
        except (BadInput, NotUnique) as fault:
            wanted.errors["name"] = said(fault)
        else:
            flash(_("Die Scanstation ist gespeichert."), "success")
            return redirect(url_for("stations.index"), 303)
    return _page(work, station, form=_typed(), errors=wanted.errors), 422


@pages.post("/<uuid:station_id>/schluessel")
def new_key(station_id: UUID) -> ResponseReturnValue:
    """Make the next key of a station; it is shown in this answer and never again."""
    work = current_work()
    station = kept.station_by_id(work, station_id)
    try:
        token = kept.new_station_key(work, station, overlap_hours=_number("overlap_hours"))
    except BadInput as fault:
        return _page(work, station, errors={"overlap_hours": said(fault)}), 422
    return _page(work, station, token=token)


@pages.post("/<uuid:station_id>/widerrufen")
def revoke(station_id: UUID) -> ResponseReturnValue:
    """Withdraw every key of a station at once."""
    work = current_work()
    kept.revoke_station_keys(work, kept.station_by_id(work, station_id))
    flash(_("Alle Schlüssel dieser Scanstation sind widerrufen."), "success")
    return redirect(url_for("stations.show", station_id=station_id), 303)


def _page(
    work: UnitOfWork,
    station: Station | None,
    *,
    form: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    token: str | None = None,
) -> str:
    if form is None and station is not None:
        form = {
            "name": station.account.name,
            "networks": "\n".join(station.networks),
            "quota_mb": station.quota_mb,
            "active": station.account.active,
        }
    return render_template(
        "station.html",
        station=station,
        state=kept.state_of(work, station) if station else None,
        departments=[(str(unit.id), unit.name) for unit in departments(work.session)],
        overlap=DEFAULT_OVERLAP_HOURS,
        form=form or {},
        errors=errors or {},
        token=token,
        public_key=Signer(work.settings.audit_key).public_pem().decode() if station else "",
    )


@dataclass
class Wanted:
    """What was typed, as far as it can be understood, and the sentence for each field else."""

    name: str
    networks: list[str]
    quota_mb: int
    errors: dict[str, str]


def _wanted() -> Wanted:
    wanted = Wanted(text("name", most=200), text("networks", most=4000).split(), 0, {})
    try:
        ranges_of(wanted.networks)
    except BadInput as fault:
        wanted.errors["networks"] = f"{said(fault)} {_(fault.next_step)}".strip()
    try:
        wanted.quota_mb = quota_of(_number("quota_mb"))
    except BadInput as fault:
        wanted.errors["quota_mb"] = said(fault)
    return wanted


def _typed() -> dict[str, Any]:
    return {**request.form.to_dict(), "active": "active" in request.form}


def _number(name: str) -> int:
    typed = text(name, most=20)
    if not typed.isdecimal() or len(typed) > 9:
        raise BadInput("Bitte geben Sie eine ganze Zahl ein.")
    return int(typed)
