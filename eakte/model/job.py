"""What is still to be done in the background?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import named


class JobState(StrEnum):
    """Where a job stands; what is done is gone."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


class Job(Base):
    """Work that was promised in the same transaction as the rows it is about.

    ``actor_id`` names the person on whose behalf it is done, with their rights as they stand when
    it is done; None where the application itself acts.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue", "state", "kind", "priority", "available_at"),
        Index("ix_job_subject", "subject_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column()
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    priority: Mapped[int] = mapped_column(default=5)
    state: Mapped[JobState] = mapped_column(named(JobState), default=JobState.WAITING)
    created_at: Mapped[datetime] = mapped_column(Instant)
    available_at: Mapped[datetime] = mapped_column(Instant)
    claims: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    lease: Mapped[UUID | None] = mapped_column()
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    holder: Mapped[str | None] = mapped_column(String(120))
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    step: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
