"""Which units does the office have?"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base

# The unit every house begins with: what arrives without an address lands here.
CENTRAL_INBOX = "zentral"


class Department(Base):
    """A unit (Sachgebiet) that owns dossiers and has an inbox of its own."""

    __tablename__ = "department"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
