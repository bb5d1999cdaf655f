"""Who asked to look into the log, for which purpose, and who allowed it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import named
from eakte.model.user import User


class SubjectKind(StrEnum):
    """To what an inspection of the log may be narrowed."""

    DOSSIER = "dossier"
    DOCUMENT = "document"
    PERSON = "person"


class InspectionState(StrEnum):
    """How far an inspection is."""

    WAITING = "waiting"
    REFUSED = "refused"
    OPEN = "open"
    OVER = "over"


class LogInspection(Base):
    """One person asks to read a span of the log, another one decides (Einsicht).

    The last day is included. ``subject_said`` is how the subject was named; ``subject_id`` is
    empty when nothing is known by that name, which then looks like a subject without entries.
    """

    __tablename__ = "log_inspection"
    __table_args__ = (Index("ix_log_inspection_asked_at", "asked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[str] = mapped_column(String(500))
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    subject_kind: Mapped[SubjectKind | None] = mapped_column(named(SubjectKind))
    subject_said: Mapped[str] = mapped_column(String(100), default="")
    subject_id: Mapped[UUID | None] = mapped_column()
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    approved: Mapped[bool | None] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500), default="")
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": edits}

    def state(self, now: datetime) -> InspectionState:
        """Say how far it is at that instant."""
        if self.approved is None:
            return InspectionState.WAITING
        if not self.approved or self.ends_at is None:
            return InspectionState.REFUSED
        return InspectionState.OPEN if now < self.ends_at else InspectionState.OVER
