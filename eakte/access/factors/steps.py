"""Which sign-ins are half done, and is this one still open?"""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from eakte.access.sessions import TOKEN_BYTES, digest_of
from eakte.clock import Clock
from eakte.config import Settings
from eakte.errors import TooMuchAtOnce
from eakte.model.login import LoginStep, StepKind

STEP_TIME = timedelta(minutes=10)
# An address may stand for a whole office that signs in at eight.
MOST_OF_AN_ADDRESS = 500


def begin_step(
    session: Session,
    clock: Clock,
    settings: Settings,
    *,
    kind: StepKind,
    address: str,
    user_id: UUID | None = None,
    challenge: str = "",
    verifier: str = "",
    onward: str = "",
) -> str:
    """Remember a sign-in that has begun and return its token, which only the browser keeps.

    Raises:
        TooMuchAtOnce: this address has begun too many of them.
    """
    now = clock.now()
    placed = digest_of(f"step:{address}", settings)
    session.execute(delete(LoginStep).where(LoginStep.ends_at <= now))
    begun = select(func.count()).where(LoginStep.address_key == placed)
    if (session.scalar(begun) or 0) >= MOST_OF_AN_ADDRESS:
        raise TooMuchAtOnce("Von diesem Anschluss wurden zu viele Anmeldungen begonnen.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        LoginStep(
            token_digest=digest_of(token, settings),
            kind=kind,
            user_id=user_id,
            address_key=placed,
            challenge=challenge,
            verifier=verifier,
            onward=onward,
            begun_at=now,
            ends_at=now + STEP_TIME,
        )
    )
    session.flush()
    return token


def open_step(
    session: Session, clock: Clock, settings: Settings, *, kind: StepKind, token: str
) -> LoginStep | None:
    """Return the half-done sign-in of a token, None when it was used, is over or another kind."""
    return session.scalar(
        select(LoginStep).where(
            LoginStep.token_digest == digest_of(token, settings),
            LoginStep.kind == kind,
            LoginStep.ends_at > clock.now(),
        )
    )


def take_step(
    session: Session, clock: Clock, settings: Settings, *, kind: StepKind, token: str
) -> LoginStep | None:
    """Return the half-done sign-in of a token and use it up; of two at once, one gets it."""
    found = open_step(session, clock, settings, kind=kind, token=token)
    if found is None:
        return None
    session.expunge(found)
    gone = delete(LoginStep).where(LoginStep.id == found.id).returning(LoginStep.id)
    return found if session.scalar(gone) is not None else None
