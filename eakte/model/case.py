"""What is a case (Vorgang) of a dossier?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base
from eakte.model.columns import named
from eakte.model.dossier import Dossier


class CaseState(StrEnum):
    """Whether there is still work to do."""

    OPEN = "open"
    CLOSED = "closed"


class Case(Base):
    """One procedure in a dossier: a first application, an objection, a law suit."""

    __tablename__ = "dossier_case"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    number: Mapped[int] = mapped_column()
    procedure: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(300))
    state: Mapped[CaseState] = mapped_column(named(CaseState), default=CaseState.OPEN)
    opened_on: Mapped[date] = mapped_column()
    closed_on: Mapped[date | None] = mapped_column()
    edits: Mapped[int] = mapped_column()

    dossier: Mapped[Dossier] = relationship()

    __mapper_args__ = {"version_id_col": edits}
