"""Has a virus scanner looked at this content, and may it be opened?"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.model.columns import named


class Clearance(StrEnum):
    """What a virus scanner said of some bytes; NOT_ASKED where the office had none."""

    NOT_ASKED = "not-asked"
    HELD = "held"
    CLEAN = "clean"
    FOUND = "found"
    RELEASED = "released"


# What nobody opens: neither a person nor the processing.
CLOSED = (Clearance.HELD, Clearance.FOUND)


class Guarded:
    """Bytes that came from outside; ``find`` is the scanner's name for what it found in them."""

    clearance: Mapped[Clearance] = mapped_column(named(Clearance), default=Clearance.NOT_ASKED)
    find: Mapped[str | None] = mapped_column(String(200))

    @property
    def closed(self) -> bool:
        """Say whether the bytes may not be opened: not looked at yet, or something was found."""
        return self.clearance in CLOSED
