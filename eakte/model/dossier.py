"""What is a dossier (Akte), and how does it come by its reference?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base
from eakte.model.columns import named
from eakte.model.department import Department
from eakte.model.file_plan import PlanEntry


class DossierState(StrEnum):
    """Where a dossier stands in its life."""

    OPEN = "open"
    CLOSED = "closed"


class Dossier(Base):
    """All that is kept of one matter; in the disability-law department, of one person."""

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_department_reference", "department_id", "reference_folded"),
        Index("ix_dossier_person_folded", "person_folded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    reference_folded: Mapped[str] = mapped_column(String(60))
    plan_entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entry.id"), index=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    subject: Mapped[str] = mapped_column(String(300))
    person_name: Mapped[str] = mapped_column(String(200), default="")
    person_folded: Mapped[str] = mapped_column(String(200), default="")
    birth_date: Mapped[date | None] = mapped_column()
    state: Mapped[DossierState] = mapped_column(named(DossierState), default=DossierState.OPEN)
    opened_on: Mapped[date] = mapped_column()
    closed_on: Mapped[date | None] = mapped_column()
    edits: Mapped[int] = mapped_column()

    plan_entry: Mapped[PlanEntry] = relationship()
    department: Mapped[Department] = relationship()

    __mapper_args__ = {"version_id_col": edits}
