"""Which bytes does the store keep for us?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.db import Base, Instant


class Content(Base):
    """Bytes in the store under their SHA-256; several versions or renditions may share them.

    ``erased_at``: they were destroyed, and something that stays still speaks of their digest.
    """

    __tablename__ = "content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


def keep_content(session: Session, sha256: str, *, size: int, at: datetime) -> None:
    """Name bytes in the store; what is named already stays as it is, unless it had been destroyed.

    Waits for anybody who is naming or sweeping the same bytes at this moment.
    """
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    session.execute(
        insert(Content)
        .values(sha256=sha256, size=size, created_at=at)
        .on_conflict_do_update(
            index_elements=[Content.sha256],
            set_={"erased_at": None},
            where=Content.erased_at.is_not(None),
        )
    )
