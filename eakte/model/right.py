"""Who reaches which dossiers, beyond the unit they work in?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.case import Case
from eakte.model.columns import named
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.user import User

# The first and the last letter of a duty that is not limited by letters.
FIRST_LETTER, LAST_LETTER = "", "\U0010ffff"


class Duty(Base):
    """A share of a unit's work (Zuständigkeit): a range of letters, one procedure, or both."""

    __tablename__ = "duty"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    first_letter: Mapped[str] = mapped_column(String(1), default=FIRST_LETTER)
    last_letter: Mapped[str] = mapped_column(String(1), default=LAST_LETTER)
    procedure_key: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()

    user: Mapped[User] = relationship()
    department: Mapped[Department] = relationship()


class GrantKind(StrEnum):
    """How somebody came by a right on one dossier."""

    GRANTED = "granted"
    BREAK_GLASS = "break-glass"


class Grant(Base):
    """A right of one person on one dossier, given with a reason and an end.

    A broken glass only lets read, and waits for ``reviewed_at``.
    """

    __tablename__ = "dossier_grant"
    __table_args__ = (Index("ix_dossier_grant_user_ends", "user_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[GrantKind] = mapped_column(named(GrantKind))
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(500))
    given_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    review: Mapped[str] = mapped_column(String(500), default="")

    dossier: Mapped[Dossier] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Participation(Base):
    """Somebody takes part in one case (Beteiligung): the medical service, an outside expert."""

    __tablename__ = "participation"
    __table_args__ = (Index("ix_participation_user_ends", "user_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(500))
    given_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    case: Mapped[Case] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Deputy(Base):
    """Somebody stands in for somebody else from one day to another, under their own name."""

    __tablename__ = "deputy"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    absent_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    deputy_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    named_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    absent: Mapped[User] = relationship(foreign_keys=[absent_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])


class Mark(StrEnum):
    """What shuts a dossier: a lock (Sperrvermerk), or that it is about staff."""

    LOCK = "lock"
    STAFF = "staff"


class LiftRequest(Base):
    """One person asks to lift the lock of a dossier; another one decides."""

    __tablename__ = "lift_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    mark: Mapped[Mark] = mapped_column(named(Mark), default=Mark.LOCK)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted: Mapped[bool | None] = mapped_column()


class Notice(Base):
    """Something a person has to be told at once; it stays until it was seen."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_user_seen", "user_id", "seen_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
