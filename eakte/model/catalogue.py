"""By which words does a unit work: its procedures, its kinds of documents, its deadlines?

They are rows that come from files which an office edits; the program knows none of them by name.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base
from eakte.model.columns import Json, named
from eakte.model.document import Direction


class Procedure(Base):
    """A kind of case (Verfahren) of a unit, with the paragraph it rests on."""

    __tablename__ = "procedure"
    __table_args__ = (UniqueConstraint("department_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    basis: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[int] = mapped_column(default=0)
    in_use: Mapped[bool] = mapped_column(default=True)


class DocumentType(Base):
    """A kind of document (Dokumenttyp) of a unit, with what is usual for it."""

    __tablename__ = "document_type"
    __table_args__ = (UniqueConstraint("department_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    direction: Mapped[Direction] = mapped_column(named(Direction), default=Direction.INCOMING)
    from_doctor: Mapped[bool] = mapped_column(default=False)
    place: Mapped[int] = mapped_column(default=0)
    in_use: Mapped[bool] = mapped_column(default=True)


class DeadlineUnit(StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class DeadlineStart(StrEnum):
    """Which event sets a period going."""

    POSTED = "posted"  # a notice was given to the post: it counts as notified some days later
    NOTIFIED = "notified"  # a notice was handed over or served
    RECEIVED = "received"  # something arrived here


class DeadlineRule(Base):
    """A period of the law (Frist): how long, from what on, by which paragraph.

    ``fiction_days`` counts the days after posting on which a notice counts as notified;
    ``counting_basis`` says by which paragraph beginning and end are found. Rules that the law has
    changed stand one after the other with their days of validity.
    """

    __tablename__ = "deadline_rule"
    __table_args__ = (UniqueConstraint("department_id", "key", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(200))
    start: Mapped[DeadlineStart] = mapped_column(named(DeadlineStart))
    amount: Mapped[int] = mapped_column()
    unit: Mapped[DeadlineUnit] = mapped_column(named(DeadlineUnit))
    fiction_days: Mapped[int] = mapped_column(default=0)
    fiction_basis: Mapped[str] = mapped_column(String(200), default="")
    counting_basis: Mapped[str] = mapped_column(String(200), default="")
    procedures: Mapped[list[str]] = mapped_column(Json, default=list)
    valid_from: Mapped[date] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()
