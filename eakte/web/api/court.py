"""What does a message from a court say of itself, and was it acknowledged? For programs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.casework.court_post import court_message_of, note_confirmation
from eakte.errors import NotFound
from eakte.model.court_message import CourtMessage
from eakte.retrieval.listing import document_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model
from eakte.web.per_request import current_work

court = APIBlueprint("api_court", __name__, url_prefix="/api/v1", tag="Dokumente")


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


class ConfirmationIn(Model):
    """The day on which the acknowledgement was sent back."""

    on: date


@court.get("/documents/<uuid:document_id>/court-message")
@court.output(CourtMessageOut)
@court.doc(summary="Was die Nachricht eines Gerichts von sich sagt", security=LOCKED)
def show(document_id: UUID) -> CourtMessageOut:
    """Tell what a message from a court says of itself."""
    work = current_work()
    found = court_message_of(work, document_by_id(work, document_id))
    if found is None:
        raise NotFound("Das Schreiben ist keine Nachricht eines Gerichts.")
    return _out(found)


@court.post("/documents/<uuid:document_id>/court-message/confirmation")
@court.input(ConfirmationIn, arg_name="wanted")
@court.output(CourtMessageOut)
@court.doc(summary="Vermerken, dass das Empfangsbekenntnis zurückgesandt ist", security=LOCKED)
def confirm(document_id: UUID, wanted: ConfirmationIn) -> CourtMessageOut:
    """Write down on which day the acknowledgement was sent back."""
    work = current_work()
    document = document_by_id(work, document_id)
    return _out(note_confirmation(work, document, on=wanted.on))


def _out(found: CourtMessage) -> CourtMessageOut:
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
    )
