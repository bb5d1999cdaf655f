"""Who has tried too often to sign in? Kept in rows, so that every process counts the same."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select
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
) -> tuple[UUID, ...]:
    """Remember a failed attempt, which must be committed; return the rows by which to undo it."""
    now = clock.now()
    span = timedelta(minutes=settings.login_lock_minutes)
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - span))
    rows = [
        LoginAttempt(key=key, at=now)
        for key, _ in _attempt_keys(settings, login=login, address=address)
    ]
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def forgive(session: Session, settings: Settings, noted: Collection[UUID], *, login: str) -> None:
    """Take back an attempt that turned out right, and every earlier one of this name.

    Of the address only this one goes: others may be guessing from there.
    """
    named, _ = _attempt_keys(settings, login=login, address="")[0]
    session.execute(
        delete(LoginAttempt).where(or_(LoginAttempt.key == named, LoginAttempt.id.in_(noted)))
    )


def take_back(session: Session, noted: Collection[UUID]) -> None:
    """Take back this one attempt: half of the way was right, the earlier failures still count.

    Who knows the password must not buy new guesses at the code with it.
    """
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(noted)))


def tries(session: Session, clock: Clock, settings: Settings, *, thing: str) -> int:
    """Return how often something that takes a password was tried of late."""
    since = clock.now() - timedelta(minutes=settings.login_lock_minutes)
    asked = select(func.count()).where(
        LoginAttempt.key == digest_of(thing, settings), LoginAttempt.at > since
    )
    return session.scalar(asked) or 0


def note_try(session: Session, clock: Clock, settings: Settings, *, thing: str) -> None:
    """Remember a try, which must be committed before it is known how it went."""
    session.add(LoginAttempt(key=digest_of(thing, settings), at=clock.now()))
    session.flush()


def forget_tries(session: Session, settings: Settings, *, thing: str) -> None:
    """Forget every try: one was right."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.key == digest_of(thing, settings)))


def _attempt_keys(
    settings: Settings, *, login: str, address: str
) -> tuple[tuple[str, int], tuple[str, int]]:
    # An address may stand for a whole office, so it is given more tries than one name.
    return (
        (digest_of(f"login:{folded(login)}", settings), settings.login_attempts),
        (digest_of(f"address:{address}", settings), settings.login_attempts * 10),
    )
