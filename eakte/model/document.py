"""What is a document, and which versions of it were there?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.case import Case
from eakte.model.clearance import Guarded
from eakte.model.columns import Json, named
from eakte.model.content import Content
from eakte.model.department import Department
from eakte.model.user import User


class DocumentState(StrEnum):
    """Where a document lies."""

    INBOX = "inbox"
    FILED = "filed"
    CANCELLED = "cancelled"


class Direction(StrEnum):
    """Which way a document went."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"


class Source(StrEnum):
    """Through which way in a document came."""

    UPLOAD = "upload"
    API = "api"
    COMMAND = "command"
    FOLDER = "folder"
    STATION = "station"
    MAIL = "mail"


class Writing(StrEnum):
    """Whether a document of our own may still be written on."""

    DRAFT = "draft"
    FINAL = "final"


class ProcessingState(StrEnum):
    """How far the products of the current version are."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Document(Base):
    """One piece of writing; stays the same through all its versions.

    ``dossier_id`` is the dossier of its case, kept here because every list asks for it.
    ``parent_id`` is the document of which this one is an attachment (Anlage), ``batch_id`` the
    stack from which it was taken. ``from_doctor`` marks what came from a doctor (§ 76 SGB X),
    ``disputed`` what the person disputes (§ 84 SGB X). Under ``register_number`` of its year it
    stands in the register of mail (Postbuch); what was made of the pages of others does not.
    ``taken_over_id`` is the arrangement by which the pages of a cancelled one lie in others by now.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_department_state_number", "department_id", "state", "receipt_number"),
        Index("ix_document_state_number", "state", "receipt_number"),
        Index("ix_document_case_position", "case_id", "position"),
        Index("ix_document_dossier_received", "dossier_id", "received_on"),
        Index("ix_document_parent_id", "parent_id"),
        Index("ix_document_batch_id", "batch_id"),
        Index("ix_document_register", "register_year", "register_number", unique=True),
        # Almost every document has none.
        Index(
            "ix_document_foreign_reference",
            "foreign_reference",
            postgresql_where=text("foreign_reference <> ''"),
            sqlite_where=text("foreign_reference <> ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    receipt_number: Mapped[int] = mapped_column(unique=True)
    register_year: Mapped[int | None] = mapped_column()
    register_number: Mapped[int | None] = mapped_column()
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier_case.id"))
    dossier_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"))
    position: Mapped[int | None] = mapped_column()
    state: Mapped[DocumentState] = mapped_column(named(DocumentState), default=DocumentState.INBOX)
    title: Mapped[str] = mapped_column(String(300))
    document_type: Mapped[str] = mapped_column(String(100), default="")
    direction: Mapped[Direction] = mapped_column(named(Direction), default=Direction.INCOMING)
    writing: Mapped[Writing] = mapped_column(named(Writing), default=Writing.FINAL)
    sender: Mapped[str] = mapped_column(String(200), default="")
    recipient: Mapped[str] = mapped_column(String(200), default="")
    foreign_reference: Mapped[str] = mapped_column(String(100), default="")
    inspection_allowed: Mapped[bool] = mapped_column(default=True)
    from_doctor: Mapped[bool] = mapped_column(default=False)
    disputed: Mapped[bool] = mapped_column(default=False)
    disputed_note: Mapped[str] = mapped_column(String(500), default="")
    letter_date: Mapped[date | None] = mapped_column()
    received_on: Mapped[date] = mapped_column()
    received_at: Mapped[datetime] = mapped_column(Instant)
    received_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    source: Mapped[Source] = mapped_column(named(Source))
    original_name: Mapped[str] = mapped_column(String(300))
    duplicate_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    current_version: Mapped[int] = mapped_column(default=1)
    processing: Mapped[ProcessingState] = mapped_column(
        named(ProcessingState), default=ProcessingState.WAITING
    )
    page_count: Mapped[int | None] = mapped_column()
    problem_code: Mapped[str | None] = mapped_column(String(40))
    problem: Mapped[str | None] = mapped_column(Text)
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    # Names an arrangement, which names a document: two tables cannot each need the other first.
    taken_over_id: Mapped[UUID | None] = mapped_column()
    checked_out_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    checked_out_at: Mapped[datetime | None] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    department: Mapped[Department] = relationship()
    case: Mapped[Case | None] = relationship()
    holder: Mapped[User | None] = relationship(foreign_keys=[checked_out_by_id])

    __mapper_args__ = {"version_id_col": edits}


class Version(Guarded, Base):
    """The bytes of a document at one time; never changed, only followed by another.

    ``signatures`` is what the check of those in it and beside it has shown, None where there are
    none.
    """

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    remark: Mapped[str] = mapped_column(String(300), default="")
    signatures: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)

    document: Mapped[Document] = relationship()
    content: Mapped[Content] = relationship()


class RenditionKind(StrEnum):
    """What was made from a version; UNLOCKED needed a password that nobody keeps."""

    READING_COPY = "reading-copy"
    TEXT = "text"
    PREVIEW = "preview"
    TRANSFER_NOTE = "transfer-note"
    SIGNATURES = "signatures"
    UNLOCKED = "unlocked"


class Rendition(Base):
    """A product of a version; can be thrown away and made again.

    Only the transfer note cannot: it is signed and says how the scan stood when it was released.
    """

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("version_id", "kind", "page"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"))
    kind: Mapped[RenditionKind] = mapped_column(named(RenditionKind))
    page: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    media_type: Mapped[str] = mapped_column(String(120))
    tools: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)

    version: Mapped[Version] = relationship()
    content: Mapped[Content] = relationship()


class WithdrawalSheet(Base):
    """What stands at the place of a document that was taken out of a case (Fehlblatt).

    ``document_id`` is empty once the document was destroyed with the dossier it went to.
    """

    __tablename__ = "withdrawal_sheet"
    __table_args__ = (Index("ix_withdrawal_sheet_case_position", "case_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"))
    position: Mapped[int] = mapped_column()
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    pages: Mapped[int | None] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500))
    taken_out_at: Mapped[datetime] = mapped_column(Instant)
    taken_out_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_out_by: Mapped[str] = mapped_column(String(200))
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
