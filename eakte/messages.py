"""What becomes of what lay in a message? From its processing to its attachments.

The five beats are those of the pipeline; when a message was read, what lies in it comes in through
the one door in the same transaction, each piece under a key of its own: however often a message is
read, each of its attachments comes in once.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import write_found_out
from eakte.filing.placing import attach_arrived
from eakte.intake.receiving import Arrival, clean_name, receive
from eakte.model.court_message import CourtMessage
from eakte.model.department import Department
from eakte.model.document import Document
from eakte.model.findings import CourtHead, Enclosure
from eakte.processing import pipeline
from eakte.processing.sandbox import Sandbox
from eakte.unit_of_work import UnitOfWork
from storage import Store, Stored

begin = pipeline.begin
give_up = pipeline.give_up
wait_again = pipeline.wait_again


def make(
    store: Store,
    sandbox: Sandbox,
    task: pipeline.Task,
    *,
    folder: Path,
    progress: pipeline.ShowProgress,
) -> pipeline.Made:
    """Recognise a document, see the pipeline."""
    return pipeline.make(store, sandbox, task, folder=folder, progress=progress)


def finish(work: UnitOfWork, task: pipeline.Task, made: pipeline.Made) -> None:
    """Name the products of a run, and take in what lay in the message."""
    require(work, Action.MAINTAIN)
    pipeline.finish(work, task, made)
    message = work.session.get_one(Document, task.document_id)
    if made.outcome.court is not None:
        _keep_head(work, message, made.outcome.court)
    for number, (one, stored) in enumerate(
        zip(made.outcome.enclosures, made.enclosed, strict=True), start=1
    ):
        _take_in(work, task, message, one, stored, number=number)


def _take_in(
    work: UnitOfWork,
    task: pipeline.Task,
    message: Document,
    one: Enclosure,
    stored: Stored,
    *,
    number: int,
) -> None:
    receipt = receive(
        work,
        Arrival(str(stored.digest), stored.size, clean_name(one.name)),
        look=one.look,
        source=message.source,
        department=work.session.get_one(Department, message.department_id),
        key=f"in:{message.id}:{task.number}:{number}",
        received_on=message.received_on,
    )
    if receipt.repeated:
        return
    document = work.session.get_one(Document, receipt.document_id)
    # Who delivered the message delivered what lay in it.
    document.received_by_id = message.received_by_id
    document.title = one.title or document.title
    document.letter_date = one.written_on
    document.sender = one.sender[:200] or message.sender
    document.foreign_reference = message.foreign_reference
    attach_arrived(work, document, to=message)


def _keep_head(work: UnitOfWork, document: Document, head: CourtHead) -> None:
    """Keep what a message says of itself, and describe its document where nobody has yet."""
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
    work.session.flush()
    told: dict[str, object] = {}
    if document.title == PurePosixPath(document.original_name).stem[:300] and head.title:
        told["title"] = head.title
    if not document.sender and head.sender:
        told["sender"] = head.sender[:200]
    if not document.foreign_reference and head.theirs:
        told["foreign_reference"] = head.theirs[0][:100]
    if document.letter_date is None and head.created_at is not None:
        told["letter_date"] = head.created_at.date()
    if told:
        write_found_out(work.session, Document, document.id, **told)
        work.session.refresh(document)
    audit.note(
        work,
        "court.received",
        kind="document",
        subject=document.id,
        version=head.version,
        confirmation=head.wants_confirmation,
        missing=len(head.missing),
    )
