"""By which rules are documents recognised, and what was recognised in those that wait?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json


class RecognitionRules(Base):
    """The rules of a unit as its office edits them: a table, kept as it was loaded."""

    __tablename__ = "recognition_rules"

    department_id: Mapped[UUID] = mapped_column(
        ForeignKey("department.id", ondelete="CASCADE"), primary_key=True
    )
    table: Mapped[str] = mapped_column("rules_table", Text)
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class Recognised(Base):
    """What was read in a document that waits to be filed: references, names, days of birth.

    These are clues and say of no dossier whether it exists: which ones they lead to is asked when
    a person looks, of the rows that this person sees. ``rules`` names the rules by a digest.
    """

    __tablename__ = "recognised"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column()
    rules: Mapped[str] = mapped_column(String(16))
    clues: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    made_at: Mapped[datetime] = mapped_column(Instant)
