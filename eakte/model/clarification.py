"""What has to be found out before a document can be filed, by whom and until when?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import named
from eakte.model.document import Document
from eakte.model.user import User


class ClarificationState(StrEnum):
    """Whether a question still waits."""

    OPEN = "open"
    ANSWERED = "answered"
    DROPPED = "dropped"


class Clarification(Base):
    """A question about a document that cannot be placed yet (Klärungsliste).

    ``for_id`` is whom it is put to, None the whole unit; ``answer`` says, of a question that was
    dropped, why.
    """

    __tablename__ = "clarification"
    __table_args__ = (
        Index("ix_clarification_document_id", "document_id"),
        Index("ix_clarification_state", "state", "due_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    state: Mapped[ClarificationState] = mapped_column(
        named(ClarificationState), default=ClarificationState.OPEN
    )
    question: Mapped[str] = mapped_column(String(500))
    for_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date | None] = mapped_column()
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    edits: Mapped[int] = mapped_column()

    document: Mapped[Document] = relationship()
    addressee: Mapped[User | None] = relationship(foreign_keys=[for_id])

    __mapper_args__ = {"version_id_col": edits}
