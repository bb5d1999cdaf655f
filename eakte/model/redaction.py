"""What of a document must others not see, why, and which copies were made without it?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json, named


class Ground(StrEnum):
    """Why something is blackened."""

    THIRD_PARTY = "third-party"
    SOCIAL_DATA = "social-data"
    HEALTH = "health"
    INFORMANT = "informant"
    DELIBERATION = "deliberation"
    BUSINESS = "business"
    OTHER = "other"


class RedactionState(StrEnum):
    """How far a redacted copy is; only what is READY was proved and may leave."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class RedactionMark(Base):
    """An area of a page that is to be blackened, with the reason.

    The sides are points from the upper left corner of the page as it is shown, of the reading copy
    of ``version``. No word that lies in it is kept here.
    """

    __tablename__ = "redaction_mark"
    __table_args__ = (Index("ix_redaction_mark_document_id", "document_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column()
    page: Mapped[int] = mapped_column()
    left: Mapped[float] = mapped_column(Float)
    top: Mapped[float] = mapped_column(Float)
    right: Mapped[float] = mapped_column(Float)
    bottom: Mapped[float] = mapped_column(Float)
    ground: Mapped[Ground] = mapped_column(named(Ground))
    note: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(Instant)


class Redaction(Base):
    """A copy of a document without what was marked (geschwärzte Fassung).

    ``source_sha256`` is the reading copy it was made of; ``marks`` are page, sides and reason as
    they were when it was asked for. ``sha256`` names the copy once it was proved; ``pictures`` are
    the pages that became one; ``findings`` are pairs of a code and a page that spoke against it.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        Index("ix_redaction_document_id", "document_id", "version"),
        Index("ix_redaction_sha256", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column()
    source_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[RedactionState] = mapped_column(
        named(RedactionState), default=RedactionState.WAITING
    )
    marks: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"))
    pages: Mapped[int] = mapped_column(default=0)
    pictures: Mapped[list[int]] = mapped_column(Json, default=list)
    findings: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    problem: Mapped[str | None] = mapped_column(Text)
