"""What becomes of a document that is processed, and of what lies in it where it is a message?

The worker's treatment of every document. One that is no message is the pipeline's alone; a message
says who wrote it and when, and each thing enclosed in it comes in by the one door as a document of
its own, in the transaction that names the reading copy: there is never one without the others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.court_post import keep_court_head
from eakte.db import write_found_out
from eakte.filing.describing import EARLIEST, LONGEST
from eakte.filing.placing import take_along
from eakte.intake.receiving import RECEIPT_SCOPE, Arrival, clean_name, receive
from eakte.model.counter import hold
from eakte.model.document import Document
from eakte.model.findings import Enclosure, Letterhead, Outcome
from eakte.model.message import Enclosed, Message
from eakte.processing import pipeline
from eakte.processing.pipeline import Made, Task, begin, give_up, make, wait_again
from eakte.processing.problems import problem
from eakte.unit_of_work import UnitOfWork
from storage import Stored

__all__ = ["begin", "finish", "give_up", "make", "wait_again"]

# A message in a message in a message: further in, what is enclosed stays in the original.
DEEPEST = 5
# So many attachments one outermost message may bring, those of its inner messages included.
MOST_TOGETHER = 500
# A court may send 1,000 documents at once (ERVB 2025); signatures and proofs come beside them.
MOST_FROM_COURT = 1200


def finish(work: UnitOfWork, task: Task, made: Made) -> None:
    """Name the products; of a message also its head and everything enclosed in it.

    Doing it twice makes nothing twice: what was taken in before is found again by its bytes.
    """
    require(work, Action.MAINTAIN)
    head, court = made.outcome.head, made.outcome.court
    if (head is None and court is None) or task.number != 1:
        pipeline.finish(work, task, made)
        return
    parent = work.session.scalar(select(Document.parent_id).where(Document.id == task.document_id))
    # The outermost first, as whoever files it does.
    main = _held(work, parent or task.document_id)
    document = _held(work, task.document_id) if parent else main
    if made.enclosed:
        # Before the log is written, as whoever delivers does: two that wait for each other would
        # wait for ever.
        hold(work.session, RECEIPT_SCOPE)
    kept, left = _within_bounds(work, document, main, made)
    pipeline.finish(work, task, replace(made, outcome=_noted(made, left)))
    if head is not None:
        _write_head(work, document, head)
    if court is not None:
        keep_court_head(work, document, court)
    taken = [
        _take_in(work, document, main, one, stored, number=number, occurrence=occurrence)
        for number, occurrence, one, stored in kept
    ]
    audit.note(
        work,
        "message.opened",
        kind="document",
        subject=document.id,
        documents=[str(one.id) for one in taken],
    )


def _held(work: UnitOfWork, document_id: UUID) -> Document:
    """The document as it stands now; whoever files it meanwhile waits, and then takes all along."""
    return work.session.scalars(
        select(Document)
        .where(Document.id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _within_bounds(
    work: UnitOfWork, document: Document, main: Document, made: Made
) -> tuple[list[tuple[int, int, Enclosure, Stored]], tuple[str, int] | None]:
    """What is taken in, each with its number and how often its bytes came before; and what not."""
    seen: Counter[str] = Counter()
    enclosed = []
    for number, (one, stored) in enumerate(
        zip(made.outcome.enclosures, made.enclosed, strict=True), start=1
    ):
        enclosed.append((number, seen[str(stored.digest)], one, stored))
        seen[str(stored.digest)] += 1
    if enclosed and _depth(work, document) >= DEEPEST:
        return [], ("mail-too-deep", len(enclosed))
    others = (
        select(func.count())
        .select_from(Document)
        .outerjoin(Enclosed, Enclosed.document_id == Document.id)
        .where(Document.parent_id == main.id, Enclosed.message_id.is_distinct_from(document.id))
    )
    most = MOST_FROM_COURT if made.outcome.court is not None else MOST_TOGETHER
    room = max(0, most - (work.session.scalar(others) or 0))
    if len(enclosed) > room:
        return enclosed[:room], ("mail-too-many", len(enclosed) - room)
    return enclosed, None


def _depth(work: UnitOfWork, document: Document) -> int:
    depth, inner = 0, document.id
    while depth < DEEPEST:
        enclosed = work.session.get(Enclosed, inner)
        if enclosed is None:
            break
        depth, inner = depth + 1, enclosed.message_id
    return depth


def _noted(made: Made, left: tuple[str, int] | None) -> Outcome:
    if left is None:
        return made.outcome
    code, count = left
    return replace(made.outcome, problems=(*made.outcome.problems, problem(code, count=count)))


def _write_head(work: UnitOfWork, document: Document, head: Letterhead) -> None:
    """Keep the head, and describe the document by it where nobody has described it yet."""
    if work.session.get(Message, document.id) is not None:
        return
    work.session.add(
        Message(
            document_id=document.id,
            sender=head.sender,
            recipients=head.recipients,
            copies=head.copies,
            subject=head.subject,
            message_id=head.message_id,
            sent_at=head.sent_at,
            remote=head.remote,
        )
    )
    said: dict[str, object] = {
        name: " ".join(value.split())[: LONGEST[name]]
        for name, value in (
            ("sender", head.sender),
            ("recipient", head.recipients),
            ("foreign_reference", head.message_id.strip("<> ")),
        )
        if value.strip() and not getattr(document, name)
    }
    subject = " ".join(head.subject.split())[: LONGEST["title"]]
    if subject and document.edits == 1:
        said["title"] = subject
    day = head.sent_at.date() if head.sent_at else None
    if day is not None and document.letter_date is None and EARLIEST <= day <= work.clock.today():
        said["letter_date"] = day
    if said:
        write_found_out(work.session, Document, document.id, **said)


def _describe(document: Document, one: Enclosure) -> None:
    """What the message says of a document it brings; of a bare name nothing is known."""
    document.title = " ".join(one.title.split())[: LONGEST["title"]] or document.title
    document.sender = " ".join(one.sender.split())[: LONGEST["sender"]]
    document.letter_date = one.written_on


def _take_in(
    work: UnitOfWork,
    message: Document,
    main: Document,
    one: Enclosure,
    stored: Stored,
    *,
    number: int,
    occurrence: int,
) -> Document:
    """Receive what is enclosed in a message as an attachment of the outermost one."""
    sha256 = str(stored.digest)
    receipt = receive(
        work,
        Arrival(sha256, stored.size, clean_name(one.name)),
        look=one.look,
        source=main.source,
        department=main.department,
        key=f"message:{message.id}:{sha256}:{occurrence}",
        received_on=main.received_on,
        main=main,
    )
    document = work.session.get_one(Document, receipt.document_id)
    if not receipt.repeated:
        work.session.add(
            Enclosed(
                document_id=document.id,
                message_id=message.id,
                number=number,
                inline=one.inline,
            )
        )
        _describe(document, one)
        take_along(work, document, main=main)
    return document
