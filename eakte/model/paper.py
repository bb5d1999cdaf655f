"""Where does the paper of a stack lie, when may it go, and by which two persons did it?"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import named
from eakte.model.user import User


class Paper(Base):
    """The paper of one stack; ``id`` is the stack's.

    ``keep`` means that it is never destroyed (original deeds, probative value); ``not_before`` is a
    day later than the unit's rule would say.
    """

    __tablename__ = "paper"

    id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    box: Mapped[str] = mapped_column(String(60), default="", index=True)
    keep: Mapped[bool] = mapped_column(default=False)
    keep_reason: Mapped[str] = mapped_column(String(300), default="")
    not_before: Mapped[date | None] = mapped_column()
    destruction_id: Mapped[UUID | None] = mapped_column(ForeignKey("destruction.id"), index=True)
    edits: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": edits}


class DestructionState(StrEnum):
    """How far a destruction of paper is."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    CONFIRMED = "confirmed"


class Destruction(Base):
    """The paper of some stacks is to be destroyed: one person proposes, another one confirms.

    ``record_sha256`` is the signed record of it; nobody confirms before ``not_before``, the end of
    the waiting time, in which somebody may still say that the paper is needed.
    """

    __tablename__ = "destruction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[DestructionState] = mapped_column(
        named(DestructionState), default=DestructionState.PROPOSED
    )
    manner: Mapped[str] = mapped_column(String(300))
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(300), default="")
    record_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    edits: Mapped[int] = mapped_column()

    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": edits}


class DestroyedPaper(Base):
    """One stack of a destruction; kept also when it was refused."""

    __tablename__ = "destroyed_paper"

    destruction_id: Mapped[UUID] = mapped_column(ForeignKey("destruction.id"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True, index=True)


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, the last of the month where it has no such day.

    As § 188 Abs. 2 and 3 BGB count a period of months.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
