"""In which order does the office keep its dossiers?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base
from eakte.model.columns import named
from eakte.model.department import Department
from eakte.model.retention_rule import RetentionRule

# The first day of entries that have always been there.
ALWAYS = date(1900, 1, 1)


class Access(StrEnum):
    """Who reaches a dossier without being named for it."""

    UNIT = "unit"
    ASSIGNED = "assigned"


class PlanEntry(Base):
    """An entry of the file plan (Aktenplan); its number orders it below another.

    What changes in an entry ends it and begins a new one of the same number, so dossiers stay
    where they were opened.
    """

    __tablename__ = "plan_entry"
    __table_args__ = (
        UniqueConstraint("number", "valid_from"),
        Index("ix_plan_entry_parent_id", "parent_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_entry.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    takes_dossiers: Mapped[bool] = mapped_column(default=False)
    reference_prefix: Mapped[str] = mapped_column(String(20), default="")
    reference_pattern: Mapped[str] = mapped_column(String(80), default="")
    retention_rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_rule.id"))
    default_access: Mapped[Access] = mapped_column(named(Access), default=Access.UNIT)
    one_a_person: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date] = mapped_column(default=ALWAYS)
    valid_until: Mapped[date | None] = mapped_column()

    department: Mapped[Department | None] = relationship()
    retention_rule: Mapped[RetentionRule | None] = relationship()

    def holds_on(self, day: date) -> bool:
        """Say whether new dossiers may be opened below the entry on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
