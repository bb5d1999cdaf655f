"""What stood at the head of a message, and in which order lie the things that came in it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.model.content import Content
from eakte.model.document import Document, Version
from eakte.model.message import Enclosed, Message
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class InMessage:
    """A document that came in a message; ``size`` in bytes."""

    document: Document
    media_type: str
    size: int
    inline: bool


@dataclass(frozen=True)
class ReadMessage:
    """A message as it is shown; ``outer`` is the message in which it came, where that is seen."""

    head: Message
    enclosed: Sequence[InMessage]
    outer: Document | None


def message_of(work: UnitOfWork, document: Document) -> ReadMessage | None:
    """Return head and enclosures of a message, None where the document is none."""
    require(work, Action.SEE_DOCUMENT, document)
    head = work.session.get(Message, document.id)
    if head is None:
        return None
    seen = visible(work.actor, Action.SEE_DOCUMENT, Document)
    rows = work.session.execute(
        select(Enclosed.inline, Document, Version.media_type, Content.size)
        .join(Document, Document.id == Enclosed.document_id)
        .join(Version, Version.document_id == Document.id)
        .join(Content, Content.sha256 == Version.sha256)
        .where(
            Enclosed.message_id == document.id,
            Version.number == Document.current_version,
            seen,
        )
        .order_by(Enclosed.number)
    )
    enclosed = [
        InMessage(one, media_type=kind, size=size, inline=inline)
        for inline, one, kind, size in rows
    ]
    outer = None
    if document.parent_id is not None:
        outer = work.session.scalar(
            select(Document)
            .join(Enclosed, Enclosed.message_id == Document.id)
            .where(Enclosed.document_id == document.id, seen)
        )
    return ReadMessage(head, enclosed, outer)
