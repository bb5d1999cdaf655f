"""How does a program of the administration register scanning stations and change their keys?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.access import stations as kept
from eakte.access.accounts import departments
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.station_life import (
    LONGEST_REASON,
    LONGEST_WAIT_SECONDS,
    MOST_WAITING,
    Life,
    Pulse,
    report_waiting,
)
from eakte.access.stations import LONGEST_OVERLAP_HOURS
from eakte.errors import BadInput
from eakte.model.station import LARGEST_QUOTA_MB, MOST_NETWORKS, Station
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import WHOLE, Edits, EditsOut, Id, Model, SomeText, refuse_stale
from eakte.web.per_request import current_work

stations = APIBlueprint("api_stations", __name__, url_prefix="/api/v1", tag="Scanstationen")

Range = Annotated[SomeText, Field(max_length=60, examples=["10.1.2.0/24"])]
Ranges = Annotated[list[Range], Field(min_length=1, max_length=MOST_NETWORKS)]
Quota = Annotated[int, Field(ge=1, le=LARGEST_QUOTA_MB, description="MB je Tag"), WHOLE]


class StationLifeOut(Model):
    """Whether a device is alive, and what it waits for; times are true to the minute."""

    pulse: Pulse = Field(description="silent: seit fünf Minuten nichts gehört")
    seen_at: datetime | None
    waiting: int = Field(description="Stapel, die auf der Scanstation warten, wie sie es sagt")
    waiting_since: datetime | None
    waiting_reason: str
    requests: int = Field(description="offene Aufträge, noch einmal zu scannen")
    turned_away_at: datetime | None = Field(
        description="zuletzt abgewiesen, weil die Adresse in keinem Bereich liegt"
    )
    turned_away_from: str


class StationReportIn(Model):
    """What a device says of itself while it runs."""

    waiting: Annotated[int, Field(ge=0, le=MOST_WAITING), WHOLE]
    waits_seconds: Annotated[int, Field(ge=0, le=LONGEST_WAIT_SECONDS), WHOLE] = 0
    reason: str = Field(default="", max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")


class StationOut(Model):
    """A registered device; what it delivered is told to those who work with it."""

    id: UUID
    name: str
    department_id: UUID
    networks: list[str]
    quota_mb: int
    active: bool
    keys: int = Field(description="so viele Schlüssel gelten gerade")
    key_ends_at: datetime | None
    life: StationLifeOut
    edits: EditsOut


class StationsOut(Model):
    """Every registered device, by name."""

    stations: list[StationOut]


class StationIn(Model):
    """A new device."""

    name: SomeText = Field(max_length=200)
    department_id: Id
    networks: Ranges
    quota_mb: Quota


class StationChangeIn(Model):
    """A device as it is to be."""

    name: SomeText = Field(max_length=200)
    networks: Ranges
    quota_mb: Quota
    active: bool
    edits: Edits


class StationKeyIn(Model):
    """How long the key before goes on holding."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS), WHOLE] = 24


class StationKeyOut(Model):
    """The new key of a device; it is told this once."""

    token: str


@stations.get("/stations")
@stations.output(StationsOut)
@stations.doc(summary="Scanstationen auflisten", security=LOCKED, responses=[401, 403])
def index() -> StationsOut:
    """List the registered devices; for administrators."""
    return StationsOut(stations=[_out(one) for one in kept.stations(current_work())])


@stations.post("/stations")
@stations.input(StationIn, arg_name="wanted")
@stations.output(StationOut, status_code=201)
@stations.doc(summary="Eine Scanstation anmelden", security=LOCKED, responses=[401, 403, 409, 422])
def register(wanted: StationIn) -> tuple[StationOut, int]:
    """Register a device; it delivers as soon as it has a key."""
    work = current_work()
    require(work, Action.MANAGE_STATIONS)
    units = {unit.id: unit for unit in departments(work.session)}
    if wanted.department_id not in units:
        raise BadInput("Eines der genannten Sachgebiete gibt es nicht.")
    station = kept.register_station(
        work,
        wanted.name,
        department=units[wanted.department_id],
        networks=wanted.networks,
        quota_mb=wanted.quota_mb,
    )
    return _shown(work, station), 201


@stations.get("/stations/<uuid:station_id>")
@stations.output(StationOut)
@stations.doc(summary="Eine Scanstation", security=LOCKED, responses=[401, 403, 404])
def show(station_id: UUID) -> StationOut:
    """Show one device."""
    work = current_work()
    return _shown(work, kept.station_by_id(work, station_id))


@stations.put("/stations/<uuid:station_id>")
@stations.input(StationChangeIn, arg_name="wanted")
@stations.output(StationOut)
@stations.doc(
    summary="Eine Scanstation ändern", security=LOCKED, responses=[401, 403, 404, 409, 422]
)
def change(station_id: UUID, wanted: StationChangeIn) -> StationOut:
    """Change name, address ranges, quota and whether the device is active."""
    work = current_work()
    station = kept.station_by_id(work, station_id)
    refuse_stale(station.edits, wanted=wanted.edits)
    kept.change_station(
        work,
        station,
        name=wanted.name,
        networks=wanted.networks,
        quota_mb=wanted.quota_mb,
        active=wanted.active,
    )
    return _shown(work, station)


@stations.post("/stations/<uuid:station_id>/keys")
@stations.input(StationKeyIn, arg_name="wanted")
@stations.output(StationKeyOut, status_code=201)
@stations.doc(summary="Den Schlüssel wechseln", security=LOCKED, responses=[401, 403, 404, 422])
def new_key(station_id: UUID, wanted: StationKeyIn) -> tuple[StationKeyOut, int]:
    """Make the next key; the one before holds for the overlap."""
    work = current_work()
    station = kept.station_by_id(work, station_id)
    token = kept.new_station_key(work, station, overlap_hours=wanted.overlap_hours)
    return StationKeyOut(token=token), 201


@stations.delete("/stations/<uuid:station_id>/keys")
@stations.output({}, status_code=204)
@stations.doc(summary="Alle Schlüssel widerrufen", security=LOCKED, responses=[401, 403, 404])
def revoke(station_id: UUID) -> tuple[str, int]:
    """Withdraw every key of a device at once."""
    work = current_work()
    kept.revoke_station_keys(work, kept.station_by_id(work, station_id))
    return "", 204


@stations.post("/stations/report")
@stations.input(StationReportIn, arg_name="told")
@stations.output({}, status_code=204)
@stations.doc(summary="Als Scanstation sagen, was wartet", security=LOCKED, responses=[401, 404])
def report(told: StationReportIn) -> tuple[str, int]:
    """Let a device say that it runs, and what waits on it; once a minute is enough."""
    report_waiting(
        current_work(),
        waiting=told.waiting,
        waits_seconds=told.waits_seconds,
        reason=told.reason,
    )
    return "", 204


def _shown(work: UnitOfWork, station: Station) -> StationOut:
    work.session.flush()
    work.session.refresh(station)
    return _out(kept.state_of(work, station))


def _out(state: kept.StationState) -> StationOut:
    station = state.station
    return StationOut(
        id=station.id,
        name=station.account.name,
        department_id=station.department_id,
        networks=list(station.networks),
        quota_mb=station.quota_mb,
        active=station.account.active,
        keys=state.keys,
        key_ends_at=state.key_ends_at,
        life=_life_out(state.life),
        edits=station.edits,
    )


def _life_out(life: Life) -> StationLifeOut:
    return StationLifeOut(
        pulse=life.pulse,
        seen_at=life.seen_at,
        waiting=life.waiting,
        waiting_since=life.since,
        waiting_reason=life.reason,
        requests=life.requests,
        turned_away_at=life.turned_away_at,
        turned_away_from=life.turned_away_from,
    )
