"""What is a case (Vorgang) of a dossier, and by when must something happen in it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import named
from eakte.model.dossier import Dossier


class CaseState(StrEnum):
    """Whether there is still work to do."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Case(Base):
    """One procedure in a dossier: a first application, an objection, a law suit.

    ``procedure`` is what it is called; ``procedure_key`` names the unit's kind of case, empty when
    the unit has none of that name.
    """

    __tablename__ = "dossier_case"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        Index("ix_dossier_case_procedure_key", "procedure_key", "dossier_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    number: Mapped[int] = mapped_column()
    procedure: Mapped[str] = mapped_column(String(100))
    procedure_key: Mapped[str] = mapped_column(String(60), default="")
    subject: Mapped[str] = mapped_column(String(300))
    state: Mapped[CaseState] = mapped_column(named(CaseState), default=CaseState.OPEN)
    opened_on: Mapped[date] = mapped_column()
    closed_on: Mapped[date | None] = mapped_column()
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    edits: Mapped[int] = mapped_column()

    dossier: Mapped[Dossier] = relationship()

    __mapper_args__ = {"version_id_col": edits}


class DeadlineState(StrEnum):
    """What became of a deadline."""

    RUNNING = "running"
    MET = "met"
    DROPPED = "dropped"


class Deadline(Base):
    """A period of the law that runs in a case, with the paragraph it was computed from."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_state_ends_on", "state", "ends_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"), index=True)
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(400))
    event_on: Mapped[date] = mapped_column()
    begins_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date] = mapped_column()
    computation: Mapped[str] = mapped_column(String(500))
    state: Mapped[DeadlineState] = mapped_column(
        named(DeadlineState), default=DeadlineState.RUNNING
    )
    ended_on: Mapped[date | None] = mapped_column()
    note: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    edits: Mapped[int] = mapped_column()

    case: Mapped[Case] = relationship()

    __mapper_args__ = {"version_id_col": edits}
