"""What does a message from a court or lawyer say of itself, beside the documents it brought?"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json
from eakte.model.sending import AnswerKind

# By the number of the kind of message (XJustiz): an error, a confirmation, an acknowledgement.
ERROR, CONFIRMATION, ACKNOWLEDGEMENT = "0005007", "0005008", "2200007"


class CourtMessage(Base):
    """A message that came through the mailbox of the office; its document shows it.

    ``kind`` and ``version`` are the sender's words for the form of the message. ``theirs`` are the
    references of the sender and of the proceedings, ``ours`` those of the office as the sender
    knows them. ``message_id`` names the message, ``answers`` the one that it answers. ``missing``
    are the names of what it should have brought. ``confirmation_wanted``: the sender asks for an
    acknowledgement of receipt (§ 173 Abs. 3 ZPO); ``confirmed_on`` is the day it was given.
    ``faults`` are those that the sender names in a message of ours: code, meaning by the official
    list, what is said more, and whether our message is worked on all the same (None: not said).
    """

    __tablename__ = "court_message"
    __table_args__ = (Index("ix_court_message_answers", "answers"),)

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(300))
    sender_code: Mapped[str] = mapped_column(String(40))
    theirs: Mapped[list[str]] = mapped_column(Json, default=list)
    ours: Mapped[list[str]] = mapped_column(Json, default=list)
    message_id: Mapped[str] = mapped_column(String(300))
    answers: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime | None] = mapped_column(Instant)
    missing: Mapped[list[str]] = mapped_column(Json, default=list)
    confirmation_wanted: Mapped[bool] = mapped_column()
    confirmed_on: Mapped[date | None] = mapped_column()
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    faults: Mapped[list[dict[str, str | bool | None]]] = mapped_column(Json, default=list)

    @property
    def says(self) -> AnswerKind | None:
        """What it says to the message that it answers; None where it is something else.

        An error message whose every fault leaves ours to be worked on has taken it all the same.
        """
        if self.kind.endswith((CONFIRMATION, ACKNOWLEDGEMENT)) and not self.faults:
            return AnswerKind.CONFIRMED
        if not self.kind.endswith((ERROR, CONFIRMATION, ACKNOWLEDGEMENT)):
            return None
        handled = bool(self.faults) and all(one.get("handled") is True for one in self.faults)
        return AnswerKind.HANDLED if handled else AnswerKind.FAULTY


class CourtReply(Base):
    """The acknowledgement of receipt that was written for a court, until another takes its place.

    ``received_on`` is the day it acknowledges; else ``trouble`` is why it is refused
    (EEB.StoerungsID) and ``reason`` what there is to say. ``sha256`` names the message in
    the store, ``version`` the edition of XJustiz in which it is written.
    """

    __tablename__ = "court_reply"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date | None] = mapped_column()
    trouble: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
