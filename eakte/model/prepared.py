"""Which lists has somebody asked for as a table, and whose are the bytes in the store?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.db import Base, Instant
from eakte.model.batch import Batch
from eakte.model.columns import Json, named
from eakte.model.document import Rendition, Version
from eakte.model.paper import Destruction
from eakte.model.redaction import Redaction
from eakte.model.scan_check import PageCheck, ScanCheck
from eakte.model.sending import SentFile


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


def is_named(session: Session, sha256: str) -> bool:
    """Say whether any row still needs these bytes: a version, a rendition, a stack, a list.

    Or a proof: a picture that was checked, a transfer note, the record of a destruction, a package
    for a court, a redacted copy.
    """
    return bool(
        session.scalar(
            select(
                exists().where(Version.sha256 == sha256)
                | exists().where(Rendition.sha256 == sha256)
                | exists().where(Batch.sha256 == sha256)
                | exists().where(PageCheck.picture_sha256 == sha256)
                | exists().where(ScanCheck.note_sha256 == sha256)
                | exists().where(ScanCheck.note_pdf_sha256 == sha256)
                | exists().where(Destruction.record_sha256 == sha256)
                | exists().where(SentFile.sha256 == sha256)
                | exists().where(Redaction.sha256 == sha256)
                | exists().where(
                    PreparedList.sha256 == sha256, PreparedList.state == ListState.READY
                )
            )
        )
    )
