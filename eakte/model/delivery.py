"""Which deliveries were acknowledged, and which are still on their way?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json


class Delivery(Base):
    """A sender's key and the document that was acknowledged under it, so that a repeat is known."""

    __tablename__ = "delivery"

    sender_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)


class Upload(Base):
    """An upload in parts that is not whole yet; its bytes wait in the upload folder.

    ``scanned`` is what a scanning station says of a stack; None: it is a document.
    """

    __tablename__ = "upload"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(300))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    scanned: Mapped[dict[str, Any] | None] = mapped_column(Json)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))

    @property
    def arrived(self) -> bool:
        """Whether it was taken in, so that a repeat only gets its receipt again."""
        return self.document_id is not None or self.batch_id is not None
