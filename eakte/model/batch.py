"""What did a scanner deliver in one go, and where did each of its pages go?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.case import Case
from eakte.model.clearance import Guarded
from eakte.model.columns import Json, named
from eakte.model.department import Department
from eakte.model.findings import Order
from eakte.model.user import User


class BatchState(StrEnum):
    """How far a batch is taken apart."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Fate(StrEnum):
    """What became of one page of a batch; each has exactly one."""

    FILED = "filed"
    SEPARATOR = "separator"
    BLANK = "blank"
    ASIDE = "aside"
    ERASED = "erased"


class Batch(Guarded, Base):
    """A stack as it was delivered; its bytes stay as they came, whatever is made of them.

    ``sender_number`` is the running number of the device, by which a missing batch is seen;
    ``settings`` what the device says of its scanning, for the transfer note (TR-RESISCAN); ``told``
    what the receipt said when it was given, so that it says the same for ever. ``erased_at``:
    its bytes were destroyed with the first dossier in which one of its pages lay.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("sender_id", "key"),
        Index("ix_batch_sender_number", "sender_id", "sender_number"),
        Index("ix_batch_department_number", "department_id", "number"),
        Index("ix_batch_sender_received", "sender_id", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    key: Mapped[str] = mapped_column(String(200))
    sender_number: Mapped[int | None] = mapped_column()
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(120))
    operator: Mapped[str] = mapped_column(String(200), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    order: Mapped[Order] = mapped_column(named(Order), default=Order.AS_READ)
    received_on: Mapped[date] = mapped_column()
    received_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[BatchState] = mapped_column(named(BatchState), default=BatchState.WAITING)
    pages: Mapped[int | None] = mapped_column()
    problem: Mapped[str | None] = mapped_column(Text)
    told: Mapped[dict[str, Any] | None] = mapped_column(Json)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    department: Mapped[Department] = relationship()
    sender: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": edits}


class BatchPage(Base):
    """One page of a batch: what was seen on it and what became of it.

    ``place`` is its page in the document, from 1; ``codes`` what its bar codes say; ``skew`` is in
    degrees, ``dark`` the share of dark surface. ``traces`` are on a page that counts as empty and
    is not quite. ``unsure`` is the share of words that were recognised with little confidence and,
    like ``text_source``, is known once its document was read. Where separation has put it is
    ``first_document_id`` and ``first_place``: from there it is followed when pages are arranged.
    """

    __tablename__ = "batch_page"

    batch_id: Mapped[UUID] = mapped_column(
        ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[int] = mapped_column(primary_key=True)
    fate: Mapped[Fate] = mapped_column(named(Fate))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    place: Mapped[int | None] = mapped_column()
    first_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    first_place: Mapped[int | None] = mapped_column()
    codes: Mapped[list[str]] = mapped_column(Json, default=list)
    dpi: Mapped[int | None] = mapped_column()
    skew: Mapped[float] = mapped_column(Float, default=0.0)
    dark: Mapped[float | None] = mapped_column(Float)
    traces: Mapped[bool] = mapped_column(default=False)
    readable: Mapped[bool] = mapped_column(default=True)
    unsure: Mapped[float | None] = mapped_column(Float)
    text_source: Mapped[str] = mapped_column(String(20), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")


class CoverSheet(Base):
    """A printed sheet whose code files what lies behind it into one case; it may be used again."""

    __tablename__ = "cover_sheet"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"), index=True)
    document_type: Mapped[str] = mapped_column(String(100), default="")
    printed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    printed_at: Mapped[datetime] = mapped_column(Instant)

    case: Mapped[Case] = relationship()
