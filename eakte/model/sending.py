"""Which dossiers were put together for somebody, what of them left, and what stayed here?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import Json, named
from eakte.model.dossier import Dossier


class SendingKind(StrEnum):
    """For whom it is: a court, somebody who inspects the dossier, an authority that takes it on."""

    COURT = "court"
    INSPECTION = "inspection"
    AUTHORITY = "authority"


class RecipientRole(StrEnum):
    """As what somebody inspects a dossier (§§ 12, 13, 15 SGB X, § 1814 BGB)."""

    PARTY = "party"
    LAWYER = "lawyer"
    REPRESENTATIVE = "representative"
    GUARDIAN = "guardian"


class SendingState(StrEnum):
    """How far a package is; what is READY never changes again."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class Decision(StrEnum):
    """What becomes of a document: it goes, a sheet goes in its place, or nothing goes.

    MEDIATE is for who inspects: a sheet says that a doctor tells its content (§ 25 Abs. 2 SGB X).
    """

    SEND = "send"
    WITHHOLD = "withhold"
    MEDIATE = "mediate"
    LEAVE_OUT = "leave-out"


class FileKind(StrEnum):
    """What is kept of a package: messages, a plain package or a carrier, the digests, the whole."""

    MESSAGE = "message"
    PACKAGE = "package"
    MANIFEST = "manifest"
    WHOLE = "whole"
    CARRIER = "carrier"


class AnswerKind(StrEnum):
    """What a court says to a message: it has it, has it in spite of faults, wants a better one."""

    CONFIRMED = "confirmed"
    HANDLED = "handled"
    FAULTY = "faulty"


# What begins the names of acts in the log.
LOGGED = {
    SendingKind.COURT: "sending",
    SendingKind.INSPECTION: "dossier-inspection",
    SendingKind.AUTHORITY: "passing-on",
}


class Sending(Base):
    """A dossier that is put together for somebody (Übersendung), as it was decided about.

    ``court`` is the code of the official list; whoever is no court is the ``recipient``, with a
    ``mandate`` where they come for somebody else, and gets ``with_versions`` all that was kept of
    every document. ``access_reason`` says why it goes although the
    dossier is locked or about staff. ``whole``: nothing was left out but drafts. ``reasons`` say
    why there is no package, ``hints`` what has to be known of the one there is. ``sha256`` is the
    digest of the manifest, which names every file with its own. ``carrier``: it goes on a disk
    (§ 3 ERVV), because no message may be that large.

    Of a READY one nothing changes but its way: released by a second person, asked into the outbox
    of the mailbox program (``outbox_fault`` says why that failed), handed over, answered.
    ``handed_over_at`` is empty where somebody did it by hand and wrote down the day alone.
    """

    __tablename__ = "sending"
    __table_args__ = (Index("ix_sending_dossier_id_asked_at", "dossier_id", "asked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    kind: Mapped[SendingKind] = mapped_column(named(SendingKind), default=SendingKind.COURT)
    recipient: Mapped[str] = mapped_column(String(200), default="")
    recipient_address: Mapped[str] = mapped_column(String(400), default="")
    recipient_role: Mapped[RecipientRole | None] = mapped_column(named(RecipientRole))
    mandate: Mapped[str] = mapped_column(String(200), default="")
    with_versions: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    court: Mapped[str] = mapped_column(String(20))
    court_name: Mapped[str] = mapped_column(String(300))
    court_reference: Mapped[str] = mapped_column(String(100))
    opens_proceedings: Mapped[bool] = mapped_column()
    occasion: Mapped[str] = mapped_column(String(40))
    legal_ground: Mapped[str] = mapped_column(String(200))
    short_title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(300))
    access_reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[SendingState] = mapped_column(named(SendingState), default=SendingState.WAITING)
    whole: Mapped[bool] = mapped_column()
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    hints: Mapped[list[str]] = mapped_column(Json, default=list)
    version: Mapped[str] = mapped_column(String(20), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    documents: Mapped[int] = mapped_column()
    pages: Mapped[int] = mapped_column()
    written_at: Mapped[datetime | None] = mapped_column(Instant)
    handed_over_on: Mapped[date | None] = mapped_column()
    handed_over_by: Mapped[str] = mapped_column(String(200), default="")
    carrier: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    released_by: Mapped[str] = mapped_column(String(200), default="")
    outbox_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    outbox_asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    outbox_asked_by: Mapped[str] = mapped_column(String(200), default="")
    outbox_fault: Mapped[str] = mapped_column(String(500), default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    faulty_at: Mapped[datetime | None] = mapped_column(Instant)

    dossier: Mapped[Dossier] = relationship()
    # In the order of the file.
    decided: Mapped[list[SentDocument]] = relationship(order_by="SentDocument.place", viewonly=True)

    @property
    def to(self) -> str:
        """Who gets it, by name."""
        return self.recipient or self.court_name

    def logged(self, done: str) -> str:
        """Return the name under which the log tells what was done with it."""
        return f"{LOGGED[self.kind]}.{done}"


class SentDocument(Base):
    """One place of the dossier in a package: what was decided about it, why, and what left.

    ``document_id`` is empty where a sheet stood in the dossier already. ``sha256`` is the content
    that was decided about, ``sent_sha256`` its stamped copy. ``first_folio`` is 0 where nothing of
    it left. ``redacted``: that content is a proved copy without what was marked.
    """

    __tablename__ = "sent_document"
    __table_args__ = (UniqueConstraint("sending_id", "place"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sending_id: Mapped[UUID] = mapped_column(ForeignKey("sending.id"))
    place: Mapped[int] = mapped_column()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("dossier_case.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    sheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("withdrawal_sheet.id"))
    title: Mapped[str] = mapped_column(String(300))
    decision: Mapped[Decision] = mapped_column(named(Decision))
    redacted: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500))
    version: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int] = mapped_column()
    first_folio: Mapped[int] = mapped_column()
    last_folio: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(100), default="")
    sent_sha256: Mapped[str] = mapped_column(String(64), default="")


class SentFile(Base):
    """Something of a package that can be fetched; of messages it is part ``part`` of several.

    ``answer`` is what the court said to a message last, and ``answered_at`` when, by its clock.
    """

    __tablename__ = "sent_file"
    __table_args__ = (UniqueConstraint("sending_id", "kind", "part"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sending_id: Mapped[UUID] = mapped_column(ForeignKey("sending.id"))
    kind: Mapped[FileKind] = mapped_column(named(FileKind))
    part: Mapped[int] = mapped_column()
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[int] = mapped_column()
    answer: Mapped[AnswerKind | None] = mapped_column(named(AnswerKind))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
