"""What stood at the head of a message, and what came in it? For programs that read mail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.retrieval.listing import document_by_id
from eakte.retrieval.messages import ReadMessage, message_of
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model
from eakte.web.per_request import current_work

messages = APIBlueprint("api_messages", __name__, url_prefix="/api/v1", tag="Dokumente")


class EnclosedOut(Model):
    """A document that came in a message."""

    document_id: UUID
    title: str
    name: str
    media_type: str
    size: int
    inline: bool = Field(description="der Text der Nachricht zeigt es auch")


class MessageOut(Model):
    """A message as its head tells of it; nothing of that is proven."""

    sender: str
    recipients: str
    copies: str
    subject: str
    message_id: str
    sent_at: datetime | None
    remote: int = Field(description="Verweise ins Netz, die nicht geladen wurden")
    outer_id: UUID | None = Field(description="die Nachricht, in der diese lag")
    enclosed: list[EnclosedOut]


class MessageAnswerOut(Model):
    """The message that a document is."""

    message: MessageOut | None = Field(description="null, wenn es keine E-Mail ist")


@messages.get("/documents/<uuid:document_id>/message")
@messages.output(MessageAnswerOut)
@messages.doc(summary="Kopf und Anlagen einer E-Mail", security=LOCKED)
def message(document_id: UUID) -> MessageAnswerOut:
    """Tell the head of a message and what came in it."""
    work = current_work()
    found = message_of(work, document_by_id(work, document_id))
    return MessageAnswerOut(message=_message_out(found) if found else None)


def _message_out(found: ReadMessage) -> MessageOut:
    head = found.head
    return MessageOut(
        sender=head.sender,
        recipients=head.recipients,
        copies=head.copies,
        subject=head.subject,
        message_id=head.message_id,
        sent_at=head.sent_at,
        remote=head.remote,
        outer_id=found.outer.id if found.outer else None,
        enclosed=[
            EnclosedOut(
                document_id=one.document.id,
                title=one.document.title,
                name=one.document.original_name,
                media_type=one.media_type,
                size=one.size,
                inline=one.inline,
            )
            for one in found.enclosed
        ],
    )
