"""Which devices may deliver stacks, with which keys, from where, and how much a day?

Only digests of keys are kept. A device has no password and no session: it is let in by its key,
from its own addresses, to the few addresses that a station needs, and is a stranger elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.sessions import TOKEN_BYTES, TOKEN_DAYS, digest_of
from eakte.access.station_life import Life, lives_of
from eakte.errors import BadInput, NotFound, NotUnique
from eakte.model.department import Department
from eakte.model.login import AccessToken
from eakte.model.station import Station, quota_of, ranges_of
from eakte.model.user import Membership, User, UserKind
from eakte.unit_of_work import UnitOfWork

LONGEST_OVERLAP_HOURS = 24 * 14
KEY_NAME = "Scanstation"


@dataclass(frozen=True)
class StationState:
    """A station as the administration sees it: what holds, and nothing of what it delivered."""

    station: Station
    keys: int
    key_ends_at: datetime | None
    life: Life


def stations(work: UnitOfWork) -> list[StationState]:
    """List the registered devices, by name."""
    require(work, Action.MANAGE_STATIONS)
    rows = work.session.scalars(
        select(Station)
        .join(User, User.id == Station.id)
        .options(joinedload(Station.account), joinedload(Station.department))
        .order_by(User.name)
    ).all()
    keys, lives = _running_keys(work, [row.id for row in rows]), lives_of(work, rows)
    return [_state(row, keys.get(row.id, []), lives[row.id]) for row in rows]


def station_by_id(work: UnitOfWork, station_id: UUID) -> Station:
    """Return one device.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.MANAGE_STATIONS)
    return _found(work, station_id)


def state_of(work: UnitOfWork, station: Station) -> StationState:
    """Return which keys of a device hold, and whether it is alive."""
    require(work, Action.MANAGE_STATIONS)
    ends = _running_keys(work, [station.id]).get(station.id, [])
    return _state(station, ends, lives_of(work, [station])[station.id])


def register_station(
    work: UnitOfWork,
    name: str,
    *,
    department: Department,
    networks: Sequence[str],
    quota_mb: int,
) -> Station:
    """Register a device; it cannot deliver before it is given a key.

    Raises:
        BadInput: the name is empty, a range is no CIDR, or the quota cannot be.
        NotUnique: another device has this name.
    """
    require(work, Action.MANAGE_STATIONS)
    called = _named(work, name)
    ranges, quota = ranges_of(networks), quota_of(quota_mb)
    account = User(
        id=uuid4(),
        kind=UserKind.STATION,
        login=f"station-{uuid4().hex[:16]}",
        name=called,
        password_hash=None,
        roles=[],
        created_at=work.clock.now(),
    )
    work.session.add(account)
    work.session.flush()
    work.session.add(Membership(user_id=account.id, department_id=department.id))
    station = Station(id=account.id, department_id=department.id, networks=ranges, quota_mb=quota)
    work.session.add(station)
    work.session.flush()
    audit.note(
        work,
        "station.registered",
        kind="station",
        subject=station.id,
        name=called,
        department=department.key,
        networks=ranges,
        quota_mb=quota,
    )
    return station


def change_station(
    work: UnitOfWork,
    station: Station,
    *,
    name: str,
    networks: Sequence[str],
    quota_mb: int,
    active: bool,
) -> None:
    """Change from where a device may deliver, how much, or whether at all.

    The unit stays: what was delivered for it would belong to another one in between. A device that
    is locked loses its keys at once.

    Raises:
        BadInput: the name is empty, a range is no CIDR, or the quota cannot be.
        NotUnique: another device has this name.
    """
    require(work, Action.MANAGE_STATIONS)
    account = station.account
    called = account.name if name.strip() == account.name else _named(work, name)
    ranges, quota = ranges_of(networks), quota_of(quota_mb)
    before = _said(station)
    account.name, account.active = called, active
    station.networks, station.quota_mb = ranges, quota
    if not active:
        _withdraw(work, station)
    work.session.flush()
    audit.note(
        work,
        "station.changed",
        kind="station",
        subject=station.id,
        before=before,
        after=_said(station),
    )


def new_station_key(work: UnitOfWork, station: Station, *, overlap_hours: int) -> str:
    """Make the next key of a device and return it, this once; older ones hold for the overlap.

    Raises:
        BadInput: the device is locked, or the overlap is longer than two weeks.
    """
    require(work, Action.MANAGE_STATIONS)
    if not station.account.active:
        raise BadInput("Die Scanstation ist gesperrt; sie bekommt keinen Schlüssel.")
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise BadInput(
            "Der alte Schlüssel kann höchstens %(most)s Stunden weiter gelten.",
            most=LONGEST_OVERLAP_HOURS,
        )
    now = work.clock.now()
    until = now + timedelta(hours=overlap_hours)
    work.session.execute(
        update(AccessToken)
        .where(AccessToken.user_id == station.id, AccessToken.ends_at > until)
        .values(ends_at=until)
        .execution_options(synchronize_session=False)
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends_at = now + timedelta(days=TOKEN_DAYS)
    work.session.add(
        AccessToken(
            token_digest=digest_of(token, work.settings),
            user_id=station.id,
            name=KEY_NAME,
            created_at=now,
            ends_at=ends_at,
        )
    )
    work.session.flush()
    audit.note(
        work,
        "station.token-made",
        kind="station",
        subject=station.id,
        until=ends_at.date().isoformat(),
        overlap=overlap_hours,
    )
    return token


def revoke_station_keys(work: UnitOfWork, station: Station) -> None:
    """Withdraw every key of a device; none opens anything from the next request on."""
    require(work, Action.MANAGE_STATIONS)
    _withdraw(work, station)
    audit.note(work, "station.revoked", kind="station", subject=station.id)


def lets_in(session: Session, station_id: UUID, *, address: str) -> bool:
    """Say whether a registered device may come from this address."""
    station = session.get(Station, station_id)
    return station is not None and station.lets_in(address)


def _found(work: UnitOfWork, station_id: UUID) -> Station:
    station = work.session.get(
        Station,
        station_id,
        options=[joinedload(Station.account), joinedload(Station.department)],
    )
    if station is None:
        raise NotFound("Diese Scanstation gibt es nicht.")
    return station


def _named(work: UnitOfWork, name: str) -> str:
    called = name.strip()
    if not called or len(called) > 200:
        raise BadInput("Die Scanstation braucht einen Namen von höchstens 200 Zeichen.")
    taken = select(User.id).where(User.kind == UserKind.STATION, User.name == called)
    if work.session.scalar(taken) is not None:
        raise NotUnique("Eine Scanstation „%(name)s“ gibt es schon.", name=called)
    return called


def _said(station: Station) -> dict[str, object]:
    return {
        "name": station.account.name,
        "networks": list(station.networks),
        "quota_mb": station.quota_mb,
        "active": station.account.active,
    }


def _withdraw(work: UnitOfWork, station: Station) -> None:
    work.session.execute(delete(AccessToken).where(AccessToken.user_id == station.id))


def _running_keys(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    running: dict[UUID, list[datetime]] = {}
    for owner, ends_at in work.session.execute(
        select(AccessToken.user_id, AccessToken.ends_at).where(
            AccessToken.user_id.in_(ids), AccessToken.ends_at > work.clock.now()
        )
    ):
        running.setdefault(owner, []).append(ends_at)
    return running


def _state(station: Station, ends: list[datetime], life: Life) -> StationState:
    return StationState(station, len(ends), max(ends, default=None), life)
