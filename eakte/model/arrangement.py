"""Which order of pages has somebody asked for, and where did each page come from?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json, named


class ArrangementKind(StrEnum):
    """What becomes of the sources: another version of the one, or new documents beside them."""

    REARRANGED = "rearranged"
    SPLIT = "split"
    JOINED = "joined"


class ArrangementState(StrEnum):
    """How far an arrangement is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class Arrangement(Base):
    """An order of pages that somebody has asked for; a job carries it out, once.

    ``sources`` are pairs of a document and the number of its version that was looked at, the first
    being ``document_id``. ``parts`` are lists of ``[version, page, turn]`` as in `VersionPage`; one
    part of one source is its next version, everything else new documents. ``results`` are those.
    """

    __tablename__ = "arrangement"
    __table_args__ = (
        UniqueConstraint("asked_by_id", "key"),
        Index("ix_arrangement_document_id", "document_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    kind: Mapped[ArrangementKind] = mapped_column(named(ArrangementKind))
    state: Mapped[ArrangementState] = mapped_column(
        named(ArrangementState), default=ArrangementState.WAITING
    )
    sources: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    parts: Mapped[list[list[list[Any]]]] = mapped_column(Json, default=list)
    results: Mapped[list[str]] = mapped_column(Json, default=list)
    remark: Mapped[str] = mapped_column(String(300), default="")
    key: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str | None] = mapped_column(Text)


class VersionPage(Base):
    """Where a page of an arranged version came from; versions that came in have no such rows.

    ``source_id`` is always a version as it came in, ``page`` counts its pages from 1, and ``turn``
    is by how many degrees clockwise it was turned since.
    """

    __tablename__ = "version_page"
    __table_args__ = (Index("ix_version_page_source_id", "source_id"),)

    version_id: Mapped[UUID] = mapped_column(
        ForeignKey("document_version.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id", ondelete="CASCADE"))
    page: Mapped[int] = mapped_column()
    turn: Mapped[int] = mapped_column(default=0)
