"""What does a message from a court say of itself, and was it acknowledged? For programs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from eakte.casework.court_post import court_message_of, note_confirmation
from eakte.casework.court_replies import (
    LONGEST_REASON,
    Answer,
    read_reply,
    reply_of,
    write_reply,
)
from eakte.errors import NotFound
from eakte.interchange.xjustiz.writing_confirmation import Trouble
from eakte.model.court_message import CourtMessage, CourtReply
from eakte.retrieval.listing import document_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model
from eakte.web.pages.court import reading_of
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import send

court = APIBlueprint("api_court", __name__, url_prefix="/api/v1", tag="Dokumente")


class CourtReplyOut(Model):
    """The acknowledgement of receipt that was written, ready for the program of the mailbox."""

    message_id: UUID
    version: str
    received_on: date | None
    trouble: str = Field(description="leer bei bestätigtem Empfang")
    reason: str
    sha256: str
    size: int
    written_at: datetime


class CourtReplyIn(Model):
    """The day on which the message was taken, or the trouble with its reason."""

    received_on: date | None = None
    trouble: Trouble | None = None
    reason: str = Field(default="", max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")


class CourtMessageOut(Model):
    """A message from a court as it tells of itself; nothing of that is proven."""

    kind: str = Field(description="die Nachrichtenart, wie der Absender sie nennt")
    version: str
    sender: str
    sender_code: str
    theirs: list[str] = Field(description="Zeichen des Absenders und des Verfahrens")
    ours: list[str] = Field(description="unser Zeichen, wie der Absender es kennt")
    message_id: str
    answers: str = Field(description="die Nachricht, auf die geantwortet wird")
    created_at: datetime | None
    missing: list[str] = Field(description="genannt, aber nicht mitgekommen")
    confirmation_wanted: bool = Field(description="ein Empfangsbekenntnis (eEB) wird verlangt")
    confirmed_on: date | None
    reply: CourtReplyOut | None = Field(description="das geschriebene Empfangsbekenntnis")


class ConfirmationIn(Model):
    """The day on which the acknowledgement was sent back."""

    on: date


@court.get("/documents/<uuid:document_id>/court-message")
@court.output(CourtMessageOut)
@court.doc(summary="Was die Nachricht eines Gerichts von sich sagt", security=LOCKED)
def show(document_id: UUID) -> CourtMessageOut:
    """Tell what a message from a court says of itself."""
    work = current_work()
    document = document_by_id(work, document_id)
    found = court_message_of(work, document)
    if found is None:
        raise NotFound("Das Schreiben ist keine Nachricht eines Gerichts.")
    return _out(found, reply_of(work, document))


@court.post("/documents/<uuid:document_id>/court-message/reply")
@court.input(CourtReplyIn, arg_name="wanted")
@court.output(CourtReplyOut, status_code=201)
@court.doc(summary="Das Empfangsbekenntnis als Nachricht schreiben", security=LOCKED)
def write(document_id: UUID, wanted: CourtReplyIn) -> tuple[CourtReplyOut, int]:
    """Write the acknowledgement, or why it is refused, as the message that the court expects."""
    work = current_work()
    answer = Answer(wanted.received_on, wanted.trouble, wanted.reason)
    return _reply_out(write_reply(work, document_by_id(work, document_id), answer=answer)), 201


@court.get("/documents/<uuid:document_id>/court-message/reply")
@court.doc(
    summary="Das geschriebene Empfangsbekenntnis (XJustiz)", security=LOCKED, responses=[403, 409]
)
@writes
def reply(document_id: UUID) -> Response:
    """Hand out the written acknowledgement; that is logged before it leaves."""
    work = current_work()
    return send(reading_of(read_reply(work, document_by_id(work, document_id))), inline=False)


@court.post("/documents/<uuid:document_id>/court-message/confirmation")
@court.input(ConfirmationIn, arg_name="wanted")
@court.output(CourtMessageOut)
@court.doc(summary="Vermerken, dass das Empfangsbekenntnis zurückgesandt ist", security=LOCKED)
def confirm(document_id: UUID, wanted: ConfirmationIn) -> CourtMessageOut:
    """Write down on which day the acknowledgement was sent back."""
    work = current_work()
    document = document_by_id(work, document_id)
    return _out(note_confirmation(work, document, on=wanted.on), reply_of(work, document))


def _reply_out(reply: CourtReply) -> CourtReplyOut:
    return CourtReplyOut(
        message_id=reply.message_id,
        version=reply.version,
        received_on=reply.received_on,
        trouble=reply.trouble,
        reason=reply.reason,
        sha256=reply.sha256,
        size=reply.size,
        written_at=reply.written_at,
    )


def _out(found: CourtMessage, reply: CourtReply | None) -> CourtMessageOut:
    return CourtMessageOut(
        kind=found.kind,
        version=found.version,
        sender=found.sender,
        sender_code=found.sender_code,
        theirs=found.theirs,
        ours=found.ours,
        message_id=found.message_id,
        answers=found.answers,
        created_at=found.created_at,
        missing=found.missing,
        confirmation_wanted=found.confirmation_wanted,
        confirmed_on=found.confirmed_on,
        reply=_reply_out(reply) if reply else None,
    )
