"""Was a stack looked at after scanning, page by page, by whom, with which result (TR-RESISCAN)?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.batch import Batch
from eakte.model.columns import Json, named
from eakte.model.legibility import CheckRules, rules_from
from eakte.model.user import User


class CheckState(StrEnum):
    """How far the check of a stack is; a stack without one is not released either."""

    OPEN = "open"
    RELEASED = "released"
    REPLACED = "replaced"


class Verdict(StrEnum):
    """What was found on a page."""

    GOOD = "good"
    BAD = "bad"


class ScanRules(Base):
    """By which rules a unit checks its scans, as its office has loaded them."""

    __tablename__ = "scan_rules"

    department_id: Mapped[UUID] = mapped_column(
        ForeignKey("department.id", ondelete="CASCADE"), primary_key=True
    )
    said: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class ScanCheck(Base):
    """The check of one stack, by the rules as they stood when it began.

    ``id`` is the stack's; its paper stays until ``keep_until``, which the unit's rule says on the
    day of the release, and the edition of the catalogue's rule it names; without a day it stays.
    ``note_sha256`` is the signed transfer note, ``note_pdf_sha256`` the same
    on one page for people.
    """

    __tablename__ = "scan_check"

    id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    state: Mapped[CheckState] = mapped_column(named(CheckState), default=CheckState.OPEN)
    rules: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    begun_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    remark: Mapped[str] = mapped_column(String(500), default="")
    keep_until: Mapped[date | None] = mapped_column(index=True)
    edition_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_edition.id"))
    note_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    note_pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": edits}

    @property
    def by(self) -> CheckRules:
        """The rules of this check."""
        return rules_from(self.rules)


class PageCheck(Base):
    """One page that was chosen to be looked at, and what was seen on it.

    ``by_chance`` says that it was drawn, else it was chosen for its anomalies; ``turn`` by how many
    degrees clockwise it had to be turned to be read. The picture is what the checker is shown.
    """

    __tablename__ = "page_check"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("scan_check.id"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    by_chance: Mapped[bool] = mapped_column(default=False)
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    no_picture: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[Verdict | None] = mapped_column(named(Verdict))
    reason: Mapped[str] = mapped_column(String(300), default="")
    turn: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime | None] = mapped_column(Instant)

    by: Mapped[User | None] = relationship()


class ScanRequest(Base):
    """A station is asked to scan again: these pages, or without any the whole stack.

    It is answered by another stack; the first one stays as it is.
    """

    __tablename__ = "scan_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batch.id"), index=True)
    pages: Mapped[list[int]] = mapped_column(Json, default=list)
    reason: Mapped[str] = mapped_column(String(300))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"), index=True)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    batch: Mapped[Batch] = relationship(foreign_keys=[batch_id])
    answer: Mapped[Batch | None] = relationship(foreign_keys=[answer_id])

    __mapper_args__ = {"version_id_col": edits}


def rules_of_unit(session: Session, department_id: UUID) -> CheckRules:
    """Return by which rules a unit checks its scans; the strict defaults where it has said none."""
    row = session.get(ScanRules, department_id)
    return rules_from(row.said) if row is not None else CheckRules()
