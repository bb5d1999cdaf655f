"""Which documents are messages, what stood at their head, and what came enclosed in which?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant


class Message(Base):
    """The head of a message, in full and as it says; ``remote`` counts what it wanted to fetch."""

    __tablename__ = "message"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    sender: Mapped[str] = mapped_column(Text)
    recipients: Mapped[str] = mapped_column(Text)
    copies: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    remote: Mapped[int] = mapped_column()


class Enclosed(Base):
    """A document that came in a message, however deep; it is an attachment of the outermost one.

    ``inline`` where the text of the message shows it too.
    """

    __tablename__ = "enclosed"

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int] = mapped_column()
    inline: Mapped[bool] = mapped_column()


class Mailbox(Base):
    """How far a mailbox was read; its ``uid`` counts within one ``validity`` (RFC 3501, 2.3.1.1).

    ``key`` names server, person and folder by a digest. ``problem`` is the sentence that says why
    it could not be read at last, empty where it could.
    """

    __tablename__ = "mailbox"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    validity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    problem: Mapped[str] = mapped_column(Text)
