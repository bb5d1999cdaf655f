"""What did a court ask for with its message, and was it done?"""

from __future__ import annotations

from datetime import date

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.handover.answering import expect_answer
from eakte.casework.sending.asking import schemas_of
from eakte.db import write_found_out
from eakte.errors import BadInput, RuleBroken
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document
from eakte.model.findings import CourtHead
from eakte.unit_of_work import UnitOfWork


def court_message_of(work: UnitOfWork, document: Document) -> CourtMessage | None:
    """Return what a message from a court says of itself; None where the document is none."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.get(CourtMessage, document.id)


def keep_court_head(work: UnitOfWork, document: Document, head: CourtHead) -> None:
    """Keep what a message says of itself, and describe its document where nobody has yet.

    Read once more, the message says the same again; what was written down of it since stays.
    """
    require(work, Action.MAINTAIN)
    kept = work.session.get(CourtMessage, document.id)
    if kept is None:
        kept = CourtMessage(document_id=document.id)
        work.session.add(kept)
    kept.kind, kept.version = head.kind[:100], head.version[:20]
    kept.sender, kept.sender_code = head.sender, head.sender_code[:40]
    kept.theirs, kept.ours = list(head.theirs), list(head.ours)
    kept.message_id, kept.answers = head.message_id, head.answers
    kept.title, kept.created_at = head.title, head.created_at
    kept.missing = list(head.missing)
    kept.confirmation_wanted = head.wants_confirmation
    lists = CodeLists(schemas_of(work) / "xjustiz" / "codelists") if head.faults else None
    kept.faults = [
        {
            "code": code,
            "meaning": lists.meaning(codes.FAULTS, code) if lists else code,
            "more": more,
            "handled": handled,
        }
        for code, more, handled in head.faults
    ]
    work.session.flush()
    expect_answer(work, kept)
    told: dict[str, object] = {}
    if head.title and document.edits == 1:
        told["title"] = head.title
    if head.sender and not document.sender:
        told["sender"] = head.sender[:200]
    if head.recipient and not document.recipient:
        told["recipient"] = head.recipient[:200]
    if head.theirs and not document.foreign_reference:
        told["foreign_reference"] = head.theirs[0][:100]
    day = head.created_at.date() if head.created_at else None
    if day is not None and document.letter_date is None and day <= work.clock.today():
        told["letter_date"] = day
    if told:
        write_found_out(work.session, Document, document.id, **told)
    audit.note(
        work,
        "court.received",
        kind="document",
        subject=document.id,
        version=head.version,
        confirmation=head.wants_confirmation,
        missing=len(head.missing),
    )


def note_confirmation(work: UnitOfWork, document: Document, *, on: date) -> CourtMessage:
    """Write down on which day the acknowledgement of receipt was sent back (§ 173 Abs. 3 ZPO).

    It is sent by the program of the mailbox; this ends the duty that the document shows.

    Raises:
        RuleBroken: the document is no message from a court, none was asked for, or it was written
            down before.
        BadInput: the day lies before the receipt or ahead.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    message = work.session.get(
        CourtMessage, document.id, with_for_update=True, populate_existing=True
    )
    if message is None:
        raise RuleBroken("Das Schreiben ist keine Nachricht eines Gerichts.")
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
