"""Who gave what waits to be filed to another unit, and what did they write to it?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.department import Department
from eakte.model.document import Document


class HandOver(Base):
    """A document that went from the inbox of one unit to that of another.

    ``pages`` is what it had then: the unit that gave it away is told that, and nothing of what the
    document says, because it may not see the document any more.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        Index("ix_hand_over_document_id", "document_id", "at"),
        Index("ix_hand_over_from_id", "from_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    note: Mapped[str] = mapped_column(String(500))
    pages: Mapped[int | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(200))

    document: Mapped[Document] = relationship()
    giver: Mapped[Department] = relationship(foreign_keys=[from_id])
    taker: Mapped[Department] = relationship(foreign_keys=[to_id])
