"""Who has tried too often to sign in? Kept in rows, so that every process counts the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from eakte.access.sessions import digest_of
from eakte.clock import Clock
from eakte.config import Settings
from eakte.db import folded
from eakte.model.login import LoginAttempt


def locked_until(
    session: Session, clock: Clock, settings: Settings, *, login: str, address: str
) -> datetime | None:
    """Return until when sign-in is locked for this name or address, or None.

    Names that do not exist are locked like those that do, so the answer tells nothing.
    """
    span = timedelta(minutes=settings.login_lock_minutes)
    for key, most in _attempt_keys(settings, login=login, address=address):
        tries, last = session.execute(
            select(func.count(), func.max(LoginAttempt.at)).where(
                LoginAttempt.key == key, LoginAttempt.at > clock.now() - span
            )
        ).one()
        if tries >= most:
            return (last if last.tzinfo else last.replace(tzinfo=clock.now().tzinfo)) + span
    return None


def note_failure(
    session: Session, clock: Clock, settings: Settings, *, login: str, address: str
) -> datetime:
    """Remember a failed attempt and return its instant; must be committed although it failed."""
    now = clock.now()
    span = timedelta(minutes=settings.login_lock_minutes)
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - span))
    session.add_all(
        LoginAttempt(key=key, at=now)
        for key, _ in _attempt_keys(settings, login=login, address=address)
    )
    return now


def forgive(
    session: Session, settings: Settings, *, login: str, address: str, at: datetime
) -> None:
    """Take back an attempt that turned out right: all of this name's, and that one's address."""
    (named, _), (placed, _) = _attempt_keys(settings, login=login, address=address)
    session.execute(
        delete(LoginAttempt).where(
            or_(
                LoginAttempt.key == named,
                and_(LoginAttempt.key == placed, LoginAttempt.at == at),
            )
        )
    )


def take_back(
    session: Session, settings: Settings, *, login: str, address: str, at: datetime
) -> None:
    """Take back this one attempt: half of the way was right, the earlier failures still count.

    Who knows the password must not buy new guesses at the code with it.
    """
    keys = [key for key, _ in _attempt_keys(settings, login=login, address=address)]
    session.execute(delete(LoginAttempt).where(LoginAttempt.key.in_(keys), LoginAttempt.at == at))


def _attempt_keys(
    settings: Settings, *, login: str, address: str
) -> tuple[tuple[str, int], tuple[str, int]]:
    # An address may stand for a whole office, so it is given more tries than one name.
    return (
        (digest_of(f"login:{folded(login)}", settings), settings.login_attempts),
        (digest_of(f"address:{address}", settings), settings.login_attempts * 10),
    )
