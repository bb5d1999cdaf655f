"""Was a person told that they can object to what a doctor wrote, and did they? (§ 76 SGB X)"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import named


class ObjectionStand(StrEnum):
    """What is known: told and nobody objected, or somebody did."""

    TOLD = "told"
    OBJECTED = "objected"


class ObjectionNote(Base):
    """What somebody wrote down about an objection: of one document, or of a whole case.

    Nothing is ever changed here: the latest note of a document counts, and where it has none the
    latest one of its case (§ 76 Abs. 2 Nr. 1 SGB X: the hint is given in general, at the beginning
    of the proceedings). ``on`` is the day of the hint or of the objection.
    """

    __tablename__ = "objection_note"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"), index=True)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    stand: Mapped[ObjectionStand] = mapped_column(named(ObjectionStand))
    on: Mapped[date] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(Instant)
