"""Who is signed in, and how is a session or key begun, confirmed and ended?

Tokens are random; only a keyed digest is kept, so a stolen database opens no session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.accounts import find_login, password_fits
from eakte.access.acting import actor_with, moment, rights_of
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import Clock
from eakte.config import Settings
from eakte.db import Instant
from eakte.errors import BadInput, NotFound
from eakte.model.columns import Packed
from eakte.model.login import AccessToken, LoginSession, SignInMethod
from eakte.model.user import Actor, User
from eakte.unit_of_work import UnitOfWork

TOKEN_BYTES = 32
TOKEN_DAYS = 365
# The idle time is written at most this often, so that reading pages does not write rows.
TOUCH_EVERY = timedelta(minutes=1)


def digest_of(token: str, settings: Settings) -> str:
    """Return the keyed digest under which a token is kept."""
    key = settings.application_secret().encode()
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def check_password(session: Session, *, login: str, password: str) -> User | None:
    """Return the account when name and password fit and it is active."""
    user = find_login(session, login)
    return user if password_fits(user, password) else None


def start_session(
    work: UnitOfWork,
    *,
    device: str,
    method: SignInMethod = SignInMethod.PASSWORD,
    confirmed: bool = False,
) -> str:
    """Start a session for the actor and return its token, which exists only in the cookie.

    ``confirmed``: it begins as if the person had just proved again who they are.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = work.clock.now()
    settings = work.settings
    work.session.execute(delete(LoginSession).where(LoginSession.ends_at < now))
    started = LoginSession(
        token_digest=digest_of(token, settings),
        user_id=work.actor.id,
        device=device[:200],
        method=method,
        confirmed_at=now if confirmed else None,
        created_at=now,
        idle_until=now + timedelta(minutes=settings.session_idle_minutes),
        ends_at=now + timedelta(hours=settings.session_hours),
    )
    work.session.add(started)
    work.session.flush()
    audit.note(
        work, "login.session-started", kind="session", subject=started.id, method=method.value
    )
    return token


def actor_of_session(
    session: Session, clock: Clock, settings: Settings, *, token: str
) -> tuple[LoginSession, User, Actor] | None:
    """Return the running session of a token with its account and who acts in it, or None.

    One question, since every page asks it: all rights stand together beside session and account.
    """
    asked = {"digest": digest_of(token, settings), **moment(clock)}
    found = session.execute(_who_is_there(), asked).one_or_none()
    if found is None:
        return None
    started, user, packed = found
    given = (
        (kind, UUID(person), thing and UUID(thing), owner and UUID(owner), *words)
        for kind, person, thing, owner, *words in packed or ()
    )
    return started, user, actor_with(user, given, confirmed=is_confirmed(started, clock, settings))


# Asked by every page: to build the question took six times as long as to ask it.
@cache
def _who_is_there() -> Select[tuple[LoginSession, User, Any]]:
    digest, now = bindparam("digest", type_=String()), bindparam("now", type_=Instant())
    person = select(LoginSession.user_id).where(LoginSession.token_digest == digest)
    rights = rights_of(person.scalar_subquery()).subquery()
    return (
        select(LoginSession, User, select(Packed(*rights.c)).scalar_subquery())
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.token_digest == digest,
            *_running(now),
            User.active,
        )
    )


def _running(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return LoginSession.ends_at > now, LoginSession.idle_until > now


def is_confirmed(started: LoginSession, clock: Clock, settings: Settings) -> bool:
    """Say whether the person has proved again who they are, not longer ago than is set."""
    since = clock.now() - timedelta(minutes=settings.confirm_minutes)
    return started.confirmed_at is not None and started.confirmed_at > since


def confirm_session(work: UnitOfWork, session_id: UUID, *, method: SignInMethod) -> str:
    """Note that the person has proved again who they are; return the session's new token.

    The old token opens nothing any more: whoever stole it does not gain by the confirmation.

    Raises:
        NotFound: the session is over, or somebody else's.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    started = work.session.get(LoginSession, session_id)
    if started is None or started.user_id != work.actor.id:
        raise NotFound("Diese Sitzung gibt es nicht mehr.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    started.token_digest = digest_of(token, work.settings)
    started.confirmed_at = work.clock.now()
    work.session.flush()
    audit.note(work, "login.confirmed", kind="session", subject=session_id, method=method.value)
    return token


def last_seen(started: LoginSession, settings: Settings) -> datetime:
    """Return when a session was last used, to the minute: shown to its owner and nobody else."""
    return started.idle_until - timedelta(minutes=settings.session_idle_minutes)


def needs_touch(started: LoginSession, clock: Clock, settings: Settings) -> bool:
    """Say whether the idle time has run far enough to be written again."""
    full = clock.now() + timedelta(minutes=settings.session_idle_minutes)
    return full - started.idle_until > TOUCH_EVERY


def touch(session: Session, clock: Clock, settings: Settings, *, token: str) -> None:
    """Let the idle time of a token's session begin anew, if it still runs."""
    now = clock.now()
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.token_digest == digest_of(token, settings),
            *_running(now),
        )
        .values(idle_until=now + timedelta(minutes=settings.session_idle_minutes))
    )


def own_sessions(work: UnitOfWork) -> Sequence[LoginSession]:
    """List the actor's running sessions, the newest first."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return work.session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == work.actor.id, *_running(work.clock.now()))
        .order_by(LoginSession.created_at.desc())
    ).all()


def end_session(work: UnitOfWork, session_id: UUID) -> None:
    """End one of the actor's sessions; it works no more from the next request on."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    started = work.session.get(LoginSession, session_id)
    if started is None or started.user_id != work.actor.id:
        raise NotFound("Diese Sitzung gibt es nicht mehr.")
    work.session.delete(started)
    audit.note(work, "login.session-ended", kind="session", subject=session_id)


def end_other_sessions(work: UnitOfWork, *, keep: UUID | None) -> int:
    """End every session of the actor but one; return how many there were."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    others = delete(LoginSession).where(
        LoginSession.user_id == work.actor.id, LoginSession.id != keep
    )
    ended = work.session.scalars(others.returning(LoginSession.id)).all()
    audit.note(
        work, "login.sessions-ended", kind="user", subject=work.actor.id, sessions=len(ended)
    )
    return len(ended)


def end_sessions_of(work: UnitOfWork, user: User) -> None:
    """End every session of an account; who works there has to sign in again.

    How many there were is not told: it would say who is at their desk.
    """
    require(work, Action.MANAGE_USERS)
    work.session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))
    audit.note(work, "login.sessions-ended", kind="user", subject=user.id)


def new_token(work: UnitOfWork, name: str, *, days: int = TOKEN_DAYS) -> str:
    """Make a key with which a program acts as this person; it is shown this once."""
    require(work, Action.MANAGE_OWN_FACTORS)
    if not name.strip():
        raise BadInput("Bitte geben Sie dem Zugang einen Namen, etwa den des Programms.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = work.clock.now()
    kept = AccessToken(
        token_digest=digest_of(token, work.settings),
        user_id=work.actor.id,
        name=name.strip()[:100],
        created_at=now,
        ends_at=now + timedelta(days=min(days, TOKEN_DAYS)),
    )
    work.session.add(kept)
    work.session.flush()
    audit.note(work, "login.token-made", kind="token", subject=kept.id)
    return token


def own_tokens(work: UnitOfWork) -> Sequence[AccessToken]:
    """List the keys of the actor's programs."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return work.session.scalars(
        select(AccessToken)
        .where(AccessToken.user_id == work.actor.id)
        .order_by(AccessToken.created_at.desc())
    ).all()


def end_token(work: UnitOfWork, token_id: UUID) -> None:
    """Withdraw a key; it opens nothing from the next request on."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    kept = work.session.get(AccessToken, token_id)
    if kept is None or kept.user_id != work.actor.id:
        raise NotFound("Diesen Zugang gibt es nicht mehr.")
    work.session.delete(kept)
    audit.note(work, "login.token-ended", kind="token", subject=token_id)


def user_of_token(session: Session, clock: Clock, settings: Settings, *, token: str) -> User | None:
    """Return the account a program's key stands for, or None."""
    asked = {"digest": digest_of(token, settings), "now": clock.now()}
    return session.scalar(_whose_key(), asked)


@cache
def _whose_key() -> Select[User]:
    return (
        select(User)
        .join(AccessToken, AccessToken.user_id == User.id)
        .where(
            AccessToken.token_digest == bindparam("digest", type_=String()),
            AccessToken.ends_at > bindparam("now", type_=Instant()),
            User.active,
        )
    )
