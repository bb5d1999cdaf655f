"""In which order does the office keep its dossiers?"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base
from eakte.model.department import Department


class PlanEntry(Base):
    """An entry of the file plan (Aktenplan); its number orders it below another."""

    __tablename__ = "plan_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_entry.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    reference_prefix: Mapped[str] = mapped_column(String(20), default="")
    takes_dossiers: Mapped[bool] = mapped_column(default=False)

    department: Mapped[Department | None] = relationship()
