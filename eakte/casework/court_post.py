"""What did a court ask for with its message, and was it done?"""

from __future__ import annotations

from datetime import date

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document
from eakte.unit_of_work import UnitOfWork


def court_message_of(work: UnitOfWork, document: Document) -> CourtMessage | None:
    """Return what a message from a court says of itself; None where the document is none."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.get(CourtMessage, document.id)


def note_confirmation(work: UnitOfWork, document: Document, *, on: date) -> CourtMessage:
    """Write down on which day the acknowledgement of receipt was sent back (§ 173 Abs. 3 ZPO).

    It is sent by the program of the mailbox; this ends the duty that the document shows.

    Raises:
        NotFound: the document is no message from a court.
        RuleBroken: none was asked for, or it was written down before.
        BadInput: the day lies before the receipt or ahead.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    message = work.session.get(CourtMessage, document.id, with_for_update=True)
    if message is None:
        raise NotFound("Das Schreiben ist keine Nachricht eines Gerichts.")
    if not message.confirmation_wanted:
        raise RuleBroken("Mit dieser Nachricht wurde kein Empfangsbekenntnis verlangt.")
    if message.confirmed_on is not None:
        raise RuleBroken("Das Empfangsbekenntnis ist schon als abgegeben vermerkt.")
    if not document.received_on <= on <= work.clock.today():
        raise BadInput("Der Tag liegt vor dem Eingang der Nachricht oder in der Zukunft.")
    message.confirmed_on = on
    message.confirmed_by_id = work.actor.id
    work.session.flush()
    audit.note(work, "court.confirmed", kind="document", subject=document.id, day=on.isoformat())
    return message
