"""Is a scanning station alive, when was it last heard, and what does it wait for?

Every request under its key is a sign of life, and when it has nothing to deliver it says so once a
minute. Neither costs a write more often than that: what is noted is true to the minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import Clock
from eakte.errors import NotFound
from eakte.model.batch import Batch
from eakte.model.scan_check import ScanRequest
from eakte.model.station import Station
from eakte.unit_of_work import UnitOfWork

NOTED_EVERY = timedelta(minutes=1)
# What a device says again within this time is not written again.
REPORTED_EVERY = timedelta(seconds=30)
# A program that runs is heard once a minute; after a few minutes it is off, or its line is cut.
SILENT_AFTER = timedelta(minutes=5)
LONGEST_REASON, MOST_WAITING, LONGEST_WAIT_SECONDS = 300, 1_000_000, 366 * 24 * 3600


class Pulse(StrEnum):
    """How a registered device shows itself."""

    NEVER = "never"
    ALIVE = "alive"
    SILENT = "silent"
    LOCKED = "locked"


@dataclass(frozen=True)
class Life:
    """What is known of a device without looking at what it delivered.

    ``waiting`` are stacks that lie on the device and are not receipted, ``since`` when the oldest
    was taken up and ``reason`` why the last try failed, as the device tells it. ``requests`` is how
    often it is asked to scan again.
    """

    pulse: Pulse
    seen_at: datetime | None
    waiting: int
    since: datetime | None
    reason: str
    requests: int
    turned_away_at: datetime | None
    turned_away_from: str


def contact_due(session: Session, station_id: UUID, clock: Clock, *, let_in: bool) -> bool:
    """Say whether it is time to note that a device was here, let in or turned away."""
    station = session.get(Station, station_id)
    if station is None:
        return False
    noted = station.seen_at if let_in else station.turned_away_at
    return noted is None or clock.now() - noted >= NOTED_EVERY


def note_contact(session: Session, station_id: UUID, clock: Clock) -> None:
    """Note that a device was let in just now, unless that was noted within the minute."""
    _note(session, station_id, clock, Station.seen_at, told={"seen_at": clock.now()})


def note_turned_away(session: Session, station_id: UUID, clock: Clock, *, address: str) -> None:
    """Note that a device came under its key from an address outside its ranges."""
    told: dict[str, object] = {"turned_away_at": clock.now(), "turned_away_from": address[:60]}
    _note(session, station_id, clock, Station.turned_away_at, told=told)


def report_waiting(work: UnitOfWork, *, waiting: int, waits_seconds: int, reason: str) -> None:
    """Keep what the acting device says of itself: how many stacks wait on it, how long and why.

    Raises:
        NotFound: the actor is no device.
    """
    require(work, Action.DELIVER_BATCH)
    station = work.session.get(Station, work.actor.id)
    if station is None:
        raise NotFound("Diese Scanstation gibt es nicht.")
    now, said = work.clock.now(), reason.strip()[:LONGEST_REASON] if waiting else ""
    fresh = station.seen_at is not None and now - station.seen_at < REPORTED_EVERY
    if fresh and (waiting, said) == (station.waiting, station.waiting_reason):
        return
    since = now - timedelta(seconds=min(waits_seconds, LONGEST_WAIT_SECONDS))
    # Not through the row itself: its number of edits is for people, who would save in vain.
    work.session.execute(
        update(Station)
        .where(Station.id == station.id)
        .values(
            seen_at=now,
            waiting=min(waiting, MOST_WAITING),
            waiting_since=since if waiting else None,
            waiting_reason=said,
        )
        .execution_options(synchronize_session=False)
    )


def lives_of(work: UnitOfWork, stations: Sequence[Station]) -> dict[UUID, Life]:
    """Return for each device whether it is alive, and what it waits for."""
    require(work, Action.MANAGE_STATIONS)
    asked: dict[UUID, int] = {
        sender: count
        for sender, count in work.session.execute(
            select(Batch.sender_id, func.count())
            .join(ScanRequest, ScanRequest.batch_id == Batch.id)
            .where(
                Batch.sender_id.in_([one.id for one in stations]), ScanRequest.answer_id.is_(None)
            )
            .group_by(Batch.sender_id)
        )
    }
    now = work.clock.now()
    return {one.id: _life(one, now, requests=asked.get(one.id, 0)) for one in stations}


def _life(station: Station, now: datetime, *, requests: int) -> Life:
    # Once it was let in again, an earlier knock from elsewhere is of no use to anybody.
    away = station.turned_away_at
    if away is not None and station.seen_at is not None and away < station.seen_at:
        away = None
    return Life(
        pulse=_pulse(station, now),
        seen_at=station.seen_at,
        waiting=station.waiting,
        since=station.waiting_since,
        reason=station.waiting_reason,
        requests=requests,
        turned_away_at=away,
        turned_away_from=station.turned_away_from if away is not None else "",
    )


def _pulse(station: Station, now: datetime) -> Pulse:
    if not station.account.active:
        return Pulse.LOCKED
    if station.seen_at is None:
        return Pulse.NEVER
    return Pulse.ALIVE if now - station.seen_at < SILENT_AFTER else Pulse.SILENT


def _note(
    session: Session,
    station_id: UUID,
    clock: Clock,
    noted: InstrumentedAttribute[datetime | None],
    *,
    told: dict[str, object],
) -> None:
    due = clock.now() - NOTED_EVERY
    session.execute(
        update(Station)
        .where(Station.id == station_id, or_(noted.is_(None), noted <= due))
        .values(told)
        .execution_options(synchronize_session=False)
    )
