"""How is a court's request for an acknowledgement of receipt answered?

The answer is written as the message that the court expects and kept; the program of the mailbox
takes it up and sends it. Only what is written down as sent ends the duty.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.casework.sending.asking import standards_of
from eakte.casework.sending.telling import this_product
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput, NotFound, RuleBroken, Sentence
from eakte.interchange.xjustiz.writing_confirmation import (
    Confirmation,
    Trouble,
    write_confirmation,
)
from eakte.model.content import keep_content
from eakte.model.court_message import CourtMessage, CourtReply
from eakte.model.document import Document
from eakte.unit_of_work import UnitOfWork

LONGEST_REASON = 500


@dataclass(frozen=True)
class Answer:
    """What is to be told to the court: the day it was taken, or the trouble and what it is."""

    received_on: date | None = None
    trouble: Trouble | None = None
    reason: str = ""


@dataclass(frozen=True)
class Answered:
    """A written answer, as it is handed to the program of the mailbox.

    ``still`` says, in a unit of work of a later moment, whether the rest may go on leaving.
    """

    reply: CourtReply
    still: Callable[[UnitOfWork], bool]


def reply_of(work: UnitOfWork, document: Document) -> CourtReply | None:
    """Return the answer that was written for a message from a court, None without any."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.get(CourtReply, document.id)


def write_reply(work: UnitOfWork, document: Document, *, answer: Answer) -> CourtReply:
    """Write the acknowledgement of receipt; until it is sent, another one takes its place.

    Raises:
        BadInput: the day lies before the receipt or ahead, or a trouble without its reason.
        RuleBroken: naming every reason why no answer is asked for or can be written.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    message = work.session.get(
        CourtMessage, document.id, with_for_update=True, populate_existing=True
    )
    answers = _answered(message)
    _refuse_nonsense(work, document, answer)
    now = work.clock.now()
    told = Confirmation(
        id=uuid4(),
        answers=answers,
        made_at=now.astimezone(OFFICE_ZONE),
        office=work.settings.office_name,
        our_reference=next(iter(message.ours), "") if message else "",
        court=message.sender_code if message else "",
        court_reference=next(iter(message.theirs), "") if message else "",
        product=this_product(),
        received_on=answer.received_on,
        trouble=answer.trouble,
        reason=answer.reason.strip(),
    )
    written = write_confirmation(told, standards_of(work))
    stored = work.store.put(io.BytesIO(written.content))
    keep_content(work.session, str(stored.digest), size=stored.size, at=now)
    reply = work.session.get(CourtReply, document.id)
    if reply is None:
        reply = CourtReply(document_id=document.id)
        work.session.add(reply)
    reply.message_id, reply.version = told.id, written.version
    reply.received_on = answer.received_on
    reply.trouble, reply.reason = answer.trouble or "", told.reason
    reply.sha256, reply.size = str(stored.digest), stored.size
    reply.written_at, reply.written_by_id = now, work.actor.id
    work.session.flush()
    audit.note(
        work,
        "court.reply-written",
        kind="document",
        subject=document.id,
        day=answer.received_on.isoformat() if answer.received_on else "",
        trouble=reply.trouble,
        reason=reply.reason,
        version=reply.version,
        message=str(reply.message_id),
        sha256=reply.sha256,
    )
    return reply


def read_reply(work: UnitOfWork, document: Document) -> Answered:
    """Return the written answer; that it is fetched is written down before it leaves.

    Raises:
        NotFound: none was written.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    reply = work.session.get(CourtReply, document.id)
    if reply is None:
        raise NotFound("Für dieses Schreiben ist kein Empfangsbekenntnis geschrieben.")
    audit.note(
        work,
        "court.reply-read",
        kind="document",
        subject=document.id,
        message=str(reply.message_id),
        sha256=reply.sha256,
    )
    document_id = document.id

    def still(later: UnitOfWork) -> bool:
        found = later.session.get(Document, document_id)
        return found is not None and may(later.actor, Action.DESCRIBE_DOCUMENT, found)

    return Answered(reply, still)


def _answered(message: CourtMessage | None) -> UUID:
    """Return which message is answered, or name every reason why none can be."""
    if message is None:
        raise RuleBroken("Das Schreiben ist keine Nachricht eines Gerichts.")
    reasons = []
    if not message.confirmation_wanted:
        reasons.append(Sentence("Mit dieser Nachricht wurde kein Empfangsbekenntnis verlangt."))
    if message.confirmed_on is not None:
        reasons.append(Sentence("Das Empfangsbekenntnis ist schon als abgegeben vermerkt."))
    if not message.sender_code:
        reasons.append(
            Sentence("Die Nachricht nennt kein Gericht mit seinem Schlüssel, an das es ginge.")
        )
    answers = None
    try:
        answers = UUID(message.message_id)
    except ValueError:
        reasons.append(
            Sentence("Die Nachricht trägt keine gültige Nachrichten-ID, auf die es sich bezöge.")
        )
    if reasons or answers is None:
        raise RuleBroken(
            "Das Empfangsbekenntnis lässt sich nicht schreiben.",
            reasons=reasons,
            next_step="Ist es trotzdem abzugeben, geht das nur im Postfachprogramm selbst.",
        )
    return answers


def _refuse_nonsense(work: UnitOfWork, document: Document, answer: Answer) -> None:
    if (answer.received_on is None) == (answer.trouble is None):
        raise BadInput("Bitte geben Sie den Tag des Empfangs an oder, was ihm entgegensteht.")
    on = answer.received_on
    if on is not None and not document.received_on <= on <= work.clock.today():
        raise BadInput("Der Tag liegt vor dem Eingang der Nachricht oder in der Zukunft.")
    if answer.trouble is not None and not 0 < len(answer.reason.strip()) <= LONGEST_REASON:
        raise BadInput("Bitte geben Sie an, was dem Empfang entgegensteht.")
