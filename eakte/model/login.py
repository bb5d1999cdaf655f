"""Which sessions, half-done sign-ins and keys are open now, and who failed to sign in?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import named


class SignInMethod(StrEnum):
    """By what a person has proved who they are."""

    PASSWORD = "password"  # noqa: S105  # the name of a way in, no secret
    PASSWORD_AND_FACTOR = "password-and-factor"  # noqa: S105  # the name of a way in
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single-sign-on"


class LoginSession(Base):
    """A signed-in browser; its cookie holds a random token of which only the digest is kept.

    ``confirmed_at``: when the person last proved again, in this session, who they are.
    """

    __tablename__ = "login_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    device: Mapped[str] = mapped_column(String(200), default="")
    method: Mapped[SignInMethod] = mapped_column(named(SignInMethod), default=SignInMethod.PASSWORD)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    idle_until: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class StepKind(StrEnum):
    """What a half-done sign-in waits for."""

    SECOND_FACTOR = "second-factor"
    PASSKEY = "passkey"
    REGISTRATION = "registration"
    SINGLE_SIGN_ON = "single-sign-on"


class LoginStep(Base):
    """A sign-in, confirmation or registration that has begun; it opens nothing, and is used once.

    The browser holds the token, of which only the digest is kept. ``address_key`` is a digest of
    the address, so that one machine cannot begin any number of them.
    """

    __tablename__ = "login_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[StepKind] = mapped_column(named(StepKind))
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    challenge: Mapped[str] = mapped_column(String(200), default="")
    verifier: Mapped[str] = mapped_column(String(200), default="")
    onward: Mapped[str] = mapped_column(String(2000), default="")
    begun_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class LoginAttempt(Base):
    """A failed attempt to sign in, kept under a digest of the name or of the address."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_key_at", "key", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class AccessToken(Base):
    """A key for programs that act as its user; only its digest is kept."""

    __tablename__ = "access_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
