"""How many seconds does a page take here, by what was measured lately?"""

from __future__ import annotations

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base


class Pace(Base):
    """What a kind of job took of late: seconds for a page, the latest counting most."""

    __tablename__ = "pace"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    seconds: Mapped[float] = mapped_column(Float)
