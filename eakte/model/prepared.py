"""Which lists has somebody asked for as a table, and whose are the bytes in the store?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json, named


class ListKind(StrEnum):
    """What the lines of a list are about."""

    DOSSIERS = "dossiers"
    DEADLINES = "deadlines"
    REGISTER = "register"


class ListState(StrEnum):
    """How far a list is; of what is gone only the bytes are still to be destroyed."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    GONE = "gone"


class Refusal(StrEnum):
    """Why a list was not written."""

    RIGHT = "right"
    FAULT = "fault"


class PreparedList(Base):
    """A list that was asked for as a table (CSV), for the one person who has asked.

    ``asked`` is the filter in plain words. ``rights`` is the fingerprint of the rights with which
    it was written; ``about`` are the ids of what stands in it, sixteen bytes each, and ``seen`` is
    the length of the log up to which nothing is known to have shut any of them.
    """

    __tablename__ = "prepared_list"
    __table_args__ = (
        Index("ix_prepared_list_owner_id", "owner_id"),
        Index("ix_prepared_list_ends_at", "ends_at"),
        Index("ix_prepared_list_sha256", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[ListKind] = mapped_column(named(ListKind))
    asked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[ListState] = mapped_column(named(ListState), default=ListState.WAITING)
    refusal: Mapped[Refusal | None] = mapped_column(named(Refusal))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    written_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    rights: Mapped[str] = mapped_column(String(64), default="")
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"))
    about: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
