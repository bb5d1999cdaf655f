"""What is a case (Vorgang) of a dossier, and by when must something happen in it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import Holds, named
from eakte.model.dossier import Dossier
from eakte.model.retention_rule import RetentionRule


class CaseState(StrEnum):
    """Whether there is still work to do."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Case(Base):
    """One procedure in a dossier: a first application, an objection, a law suit.

    ``procedure`` is what it is called; ``procedure_key`` names the unit's kind of case, empty when
    the unit has none of that name. A rule of its own (``own_rule_id``) can only lengthen the period
    of its dossier; ``edition_id`` is the edition of that rule by which it runs.
    """

    __tablename__ = "dossier_case"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        Index("ix_dossier_case_procedure_key", "procedure_key", "dossier_id"),
        # Almost none has a rule of its own.
        Index(
            "ix_dossier_case_own_rule_id",
            "own_rule_id",
            postgresql_where=text("own_rule_id IS NOT NULL"),
            sqlite_where=text("own_rule_id IS NOT NULL"),
        ),
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
    own_rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_rule.id"))
    edition_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_edition.id"))
    edits: Mapped[int] = mapped_column()

    dossier: Mapped[Dossier] = relationship()
    own_rule: Mapped[RetentionRule | None] = relationship()

    __mapper_args__ = {"version_id_col": edits}


@event.listens_for(Case, "after_insert")
def _repeat_procedure(_: Any, connection: Connection, case: Case) -> None:
    """Tell the dossier of a new case's procedure; two that are opened at once both count."""
    if case.procedure_key:
        connection.execute(
            update(Dossier)
            .where(Dossier.id == case.dossier_id, ~Holds(Dossier.procedures, case.procedure_key))
            .values(procedures=Dossier.procedures + f"{case.procedure_key}|")
        )


@event.listens_for(Case, "after_update")
def _repeat_procedures(_: Any, connection: Connection, case: Case) -> None:
    """Tell the dossier of all its cases' procedures when that of one has changed."""
    if not inspect(case).attrs.procedure_key.history.has_changes():
        return
    mine = Dossier.id == case.dossier_id
    # Written first, so that nobody opens a case between the question and the answer.
    connection.execute(update(Dossier).where(mine).values(procedures="|"))
    keys = connection.scalars(
        select(Case.procedure_key)
        .where(Case.dossier_id == case.dossier_id, Case.procedure_key != "")
        .distinct()
        .order_by(Case.procedure_key)
    )
    written = "".join(f"{key}|" for key in keys)
    connection.execute(update(Dossier).where(mine).values(procedures=f"|{written}"))


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
