"""What does a court say to a package that it was sent, and which package is that?

An answer names the message that it is about (fremdeNachrichtenID): only whoever got the message
knows its identity, so nothing else is asked to match them.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.handing_over import hold_sending, note_way
from eakte.model.case import Case, CaseState
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import DossierState
from eakte.model.sending import AnswerKind, FileKind, Sending, SentDocument, SentFile
from eakte.unit_of_work import UnitOfWork

TAKE_ANSWER = "court-answer"
TAKEN = frozenset({AnswerKind.CONFIRMED, AnswerKind.HANDLED})


def expect_answer(work: UnitOfWork, message: CourtMessage) -> None:
    """Have a message that answers one of ours taken as its answer, when it is kept itself.

    A job of its own, since packages are held before the log and messages are read after it.
    """
    require(work, Action.MAINTAIN)
    if _answered(work, message) is not None and message.says is not None:
        jobs.enqueue(work, TAKE_ANSWER, message.document_id)


def take_answer(work: UnitOfWork, document_id: UUID) -> Case | None:
    """Write down what a court said to a package; return the case in which the answer belongs.

    None where it is filed already, or dossier and cases take nothing more in: it then waits in the
    inbox, and the package shows it all the same. ``tell_answer`` has to follow: whoever files or
    lets go holds document and package before the log, and two in another order wait for ever.
    """
    require(work, Action.MAINTAIN)
    message = work.session.get(CourtMessage, document_id)
    kept = _answered(work, message) if message is not None else None
    if message is None or kept is None or message.says is None:
        return None
    work.session.scalar(select(Document.id).where(Document.id == document_id).with_for_update())
    sending = work.session.get_one(Sending, kept.sending_id)
    hold_sending(work, sending)
    document = work.session.get_one(Document, document_id)
    work.session.refresh(document)
    if kept.answered_at is None or kept.answered_at <= document.received_at:
        kept.answer, kept.answered_at = message.says, document.received_at
    work.session.flush()
    _weigh(work, sending)
    return _place_for(work, sending, document)


def tell_answer(work: UnitOfWork, document_id: UUID) -> None:
    """Write into the log of the dossier what a court said to a package."""
    require(work, Action.MAINTAIN)
    message = work.session.get(CourtMessage, document_id)
    kept = _answered(work, message) if message is not None else None
    if message is None or kept is None or message.says is None:
        return
    note_way(
        work,
        work.session.get_one(Sending, kept.sending_id),
        "sending.answered",
        answer=str(document_id),
        what=message.says.value,
        faults=[str(one.get("code", "")) for one in message.faults],
    )


def _answered(work: UnitOfWork, message: CourtMessage) -> SentFile | None:
    try:
        named = UUID(message.answers.strip())
    except ValueError:
        return None
    of = select(SentFile).where(SentFile.message_id == named, SentFile.kind == FileKind.MESSAGE)
    return work.session.scalar(of)


def _weigh(work: UnitOfWork, sending: Sending) -> None:
    """A package is received when each of its messages is; one that is not makes it faulty."""
    answers = work.session.execute(
        select(SentFile.answer, SentFile.answered_at).where(
            SentFile.sending_id == sending.id, SentFile.kind == FileKind.MESSAGE
        )
    ).all()
    faulty = [at for answer, at in answers if at and answer is AnswerKind.FAULTY]
    taken = [at for answer, at in answers if at and answer in TAKEN]
    sending.faulty_at = max(faulty, default=None)
    sending.received_at = max(taken) if len(taken) == len(answers) else None
    work.session.flush()


def _place_for(work: UnitOfWork, sending: Sending, document: Document) -> Case | None:
    """The last open case of what was sent, for an answer that waits in the inbox by itself."""
    if document.state is not DocumentState.INBOX or document.parent_id is not None:
        return None
    if sending.dossier.state is not DossierState.OPEN:
        return None
    sent = select(SentDocument.case_id).where(SentDocument.sending_id == sending.id)
    return work.session.scalar(
        select(Case)
        .where(Case.id.in_(sent), Case.state == CaseState.OPEN)
        .order_by(Case.number.desc())
        .limit(1)
    )
