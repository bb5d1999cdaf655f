"""For how long is a closed dossier kept, and who has decided so?"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base
from eakte.model.columns import named


class RetentionKind(StrEnum):
    """From when the years are counted."""

    UNDECIDED = "undecided"
    YEARS_FROM_YEAR_END = "years-from-year-end"
    YEARS_FROM_CLOSING = "years-from-closing"
    PERMANENT = "permanent"


class RetentionRule(Base):
    """A retention period of the office's catalogue; no number of years stands in the program."""

    __tablename__ = "retention_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[RetentionKind] = mapped_column(named(RetentionKind))
    years: Mapped[int | None] = mapped_column()
    basis: Mapped[str] = mapped_column(String(300), default="")

    def ends_on(self, closed_on: date) -> date | None:
        """Return the last day of the period of what was closed on a day; None: it has no end yet.

        Counted from the end of the year of closing it ends with a year (RegR, Anlage 5); counted
        from the closing it ends the day before the same day (§ 188 Abs. 2 BGB).
        """
        if self.years is None:
            return None
        match self.kind:
            case RetentionKind.YEARS_FROM_YEAR_END:
                return date(closed_on.year + self.years, 12, 31)
            case RetentionKind.YEARS_FROM_CLOSING:
                return _years_later(closed_on, self.years) - timedelta(days=1)
            case _:
                return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return date(day.year + years, 3, 1)
