"""Who did what and when, so that it cannot be changed unseen afterwards?"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json

FIRST = "0" * 64


class AuditEntry(Base):
    """One act; ``digest`` covers it and the entry before, so that the log only grows."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_id", "sequence"),)

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
        written = json.dumps(
            {
                "sequence": self.sequence,
                "at": self.at.isoformat(timespec="microseconds"),
                "actor": str(self.actor_id),
                "name": self.actor_name,
                "act": self.act,
                "kind": self.subject_kind,
                "subject": str(self.subject_id) if self.subject_id else None,
                "details": self.details,
                "previous": self.previous,
            },
            sort_keys=True,
            ensure_ascii=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(written.encode("ascii")).hexdigest()
