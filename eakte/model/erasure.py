"""Which closed dossiers are destroyed, by which two persons, and what is proved of each of them?

One person proposes, another one approves, a waiting time passes, then each dossier goes for
itself: its rows in one transaction that asks for holds again, its words and bytes after it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import Json, named
from eakte.model.department import Department
from eakte.model.dossier import Dossier


class ErasureState(StrEnum):
    """How far a destruction is."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    APPROVED = "approved"
    FINISHED = "finished"


class ErasedState(StrEnum):
    """How it stands with one dossier of a destruction.

    ``SPARED``: it was taken out and stays whole. ``ERASING``: its rows are gone, its words and
    bytes go. ``ERASED``: all is gone and the proof is written.
    """

    WAITING = "waiting"
    SPARED = "spared"
    ERASING = "erasing"
    ERASED = "erased"


class Erasure(Base):
    """Some dossiers of a unit are to be destroyed: one person proposes, another one approves.

    ``not_before`` is the end of the waiting time; until then, and later at every step, it can be
    stopped by whoever may decide about it.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_state_not_before", "state", "not_before"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    state: Mapped[ErasureState] = mapped_column(named(ErasureState), default=ErasureState.PROPOSED)
    note: Mapped[str] = mapped_column(String(500), default="")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    proposed_by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decision_reason: Mapped[str] = mapped_column(String(500), default="")
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    department: Mapped[Department] = relationship()

    __mapper_args__ = {"version_id_col": edits}


class ErasedDossier(Base):
    """One dossier of a destruction, with all that its proof says; kept also when it was spared.

    The words of rule, basis and archive are those of the day on which it was proposed; by
    ``edition_id`` and ``closed_on`` it is seen whether it is another one since.
    ``title`` is empty where the office keeps no titles of what is gone. ``log_sequence`` is the
    entry of the log by which it went, ``proof_sha256`` the signed proof, ``proof_pdf_sha256`` the
    same for people, ``exported_at`` when the proof lay outside. ``leftovers`` names what lies of it
    in folders, until that is gone.
    """

    __tablename__ = "erased_dossier"
    __table_args__ = (
        UniqueConstraint("erasure_id", "dossier_id"),
        # A dossier lies in one running destruction at most.
        Index(
            "ix_erased_dossier_running",
            "dossier_id",
            unique=True,
            postgresql_where=text("state <> 'spared'"),
            sqlite_where=text("state <> 'spared'"),
        ),
        Index("ix_erased_dossier_state", "state", "erasure_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasure.id"))
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    state: Mapped[ErasedState] = mapped_column(named(ErasedState), default=ErasedState.WAITING)
    spared_reason: Mapped[str] = mapped_column(String(500), default="")
    reference: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300), default="")
    plan_number: Mapped[str] = mapped_column(String(40), default="")
    rule_title: Mapped[str] = mapped_column(String(200), default="")
    basis: Mapped[str] = mapped_column(String(300), default="")
    explained: Mapped[str] = mapped_column(Text, default="")
    archive: Mapped[str] = mapped_column(Text, default="")
    kept_until: Mapped[date | None] = mapped_column()
    edition_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_edition.id"))
    closed_on: Mapped[date | None] = mapped_column()
    documents: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    log_sequence: Mapped[int | None] = mapped_column(BigInteger)
    proof_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    proof_pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("content.sha256"), index=True)
    exported_at: Mapped[datetime | None] = mapped_column(Instant)
    leftovers: Mapped[dict[str, list[str]]] = mapped_column(
        Json, default=dict, server_default=text("'{}'")
    )

    erasure: Mapped[Erasure] = relationship()
    dossier: Mapped[Dossier] = relationship()


class ErasedDocument(Base):
    """One document that went with its dossier; ``id`` is the one it had.

    ``contents`` says of every content that was its alone, or that it shared: kind, SHA-256, size,
    and whether the bytes went or stayed because something else names them. ``described`` is what
    was said of it, where its rule keeps that; else it is empty.
    """

    __tablename__ = "erased_document"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_dossier_id: Mapped[UUID] = mapped_column(ForeignKey("erased_dossier.id"), index=True)
    receipt_number: Mapped[int] = mapped_column(unique=True)
    register_year: Mapped[int | None] = mapped_column()
    register_number: Mapped[int | None] = mapped_column()
    pages: Mapped[int | None] = mapped_column()
    contents: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    described: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, server_default=text("'{}'")
    )


class ErasedContent(Base):
    """Bytes that have to leave the store with a dossier; ``removed_at`` when they were gone."""

    __tablename__ = "erased_content"
    __table_args__ = (
        Index(
            "ix_erased_content_waiting",
            "sha256",
            postgresql_where=text("removed_at IS NULL"),
            sqlite_where=text("removed_at IS NULL"),
        ),
    )

    erased_dossier_id: Mapped[UUID] = mapped_column(
        ForeignKey("erased_dossier.id"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
