"""Who did what and when, so that it cannot be changed unseen afterwards?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json
from eakte.model.hash_tree import leaf_hash
from eakte.signed import canonical

FIRST = "0" * 64
# What the yearly report counts of the log; said word for word as the index says it, or it is none.
_REPORTED = "act IN ('dossier.reopened', 'clock.confirmed')"
REPORTED = text(f"audit_entry.{_REPORTED}")


@dataclass(frozen=True, slots=True)
class Written:
    """One entry as it stands somewhere: in a row, or in a line of an exported log."""

    sequence: int
    at: datetime
    actor_id: UUID
    actor_name: str
    act: str
    subject_kind: str
    subject_id: UUID | None
    details: dict[str, Any]
    previous: str
    digest: str

    def told(self) -> dict[str, Any]:
        """Return every column that the digest covers, as plain JSON values."""
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": str(self.actor_id),
            "name": self.actor_name,
            "act": self.act,
            "kind": self.subject_kind,
            "subject": str(self.subject_id) if self.subject_id else None,
            "details": self.details,
            "previous": self.previous,
        }

    def expected_digest(self) -> str:
        """Return the SHA-256 over every column of the entry and the digest before it."""
        return hashlib.sha256(canonical(self.told())).hexdigest()


class AuditEntry(Base):
    """One act; ``digest`` covers it and the entry before, so that the log only grows.

    There is no index by person, on purpose: nobody shall be able to count what somebody did.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_id", "sequence"),
        Index("ix_audit_entry_at", "at", "sequence"),
        Index(
            "ix_audit_entry_reported",
            "at",
            postgresql_where=text(_REPORTED),
            sqlite_where=text(_REPORTED),
        ),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[UUID] = mapped_column()
    actor_name: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None] = mapped_column()
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)

    def expected_digest(self) -> str:
        """Return the SHA-256 over every column of the entry and the digest before it."""
        return Written(*(getattr(self, name) for name in COLUMNS)).expected_digest()


COLUMNS = tuple(Written.__dataclass_fields__)


def leaf_of(digest: str) -> bytes:
    """Return the leaf of the tree for an entry with this digest."""
    return leaf_hash(digest.encode())
