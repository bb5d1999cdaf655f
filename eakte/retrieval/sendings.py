"""What of a dossier left the house, for whom, how far is a package, and how is it fetched?

Who may not see everything that was decided about in a sending does not see that sending at all: its
numbers and titles would tell of what they may not know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.errors import NotFound
from eakte.model.case import Case
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.job import Job, JobState
from eakte.model.sending import (
    AnswerKind,
    FileKind,
    Sending,
    SendingState,
    SentDocument,
    SentFile,
)
from eakte.retrieval.reading import Reading
from eakte.unit_of_work import UnitOfWork

MEDIA_TYPES = {
    FileKind.MESSAGE: "application/zip",
    FileKind.PACKAGE: "application/zip",
    FileKind.MANIFEST: "text/plain",
    FileKind.WHOLE: "application/pdf",
    FileKind.CARRIER: "application/x-iso9660-image",
}


@dataclass(frozen=True)
class SendingRow:
    """A sending with how far it is; ``total`` is 0 as long as nobody knows."""

    sending: Sending
    writing: bool
    done: int
    total: int


@dataclass(frozen=True)
class CourtAnswer:
    """A message from the court about a package, and the document that it became."""

    message: CourtMessage
    document: Document

    @property
    def confirms(self) -> bool | None:
        """Whether the court took the package; None where the message is something else."""
        said = self.message.says
        return None if said is None else said is not AnswerKind.FAULTY


def sendings_of(work: UnitOfWork, dossier: Dossier) -> list[SendingRow]:
    """List what was put together of a dossier, the latest first."""
    require(work, Action.SEE_SENDINGS, dossier)
    found = work.session.scalars(
        select(Sending)
        .where(Sending.dossier_id == dossier.id, seen(work))
        .order_by(Sending.asked_at.desc(), Sending.id)
    ).all()
    return _rows(work, found)


def sending_by_id(work: UnitOfWork, sending_id: UUID) -> SendingRow:
    """Return one sending.

    Raises:
        NotFound: there is none, or the actor may not know of all that it is about.
    """
    require(work, Action.SEE_LISTS)
    sending = work.session.scalar(
        select(Sending)
        .options(joinedload(Sending.dossier))
        .where(Sending.id == sending_id, seen(work))
    )
    if sending is None:
        raise NotFound("Diese Übersendung gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_SENDINGS, sending.dossier)
    return _rows(work, [sending])[0]


def documents_of_sending(work: UnitOfWork, sending: Sending) -> Sequence[SentDocument]:
    """List what was decided about, in the order of the file."""
    require(work, Action.SEE_SENDINGS, sending.dossier)
    return sending.decided


def files_of_sending(work: UnitOfWork, sending: Sending) -> Sequence[SentFile]:
    """List what can be fetched, messages first."""
    require(work, Action.SEE_SENDINGS, sending.dossier)
    found = work.session.scalars(select(SentFile).where(SentFile.sending_id == sending.id)).all()
    order = tuple(FileKind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.part))


def answers_to(work: UnitOfWork, sending: Sending) -> list[CourtAnswer]:
    """List the messages that answer one of the package's, of those the actor may see.

    A court says in an answer which message it means (fremdeNachrichtenID).
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    ids = work.session.scalars(
        select(SentFile.message_id).where(
            SentFile.sending_id == sending.id, SentFile.message_id.is_not(None)
        )
    ).all()
    if not ids:
        return []
    names = [str(one) for one in ids] + [str(one).upper() for one in ids]
    rows = work.session.execute(
        select(CourtMessage, Document)
        .join(Document, Document.id == CourtMessage.document_id)
        .where(CourtMessage.answers.in_(names), visible(work.actor, Action.SEE_DOCUMENT, Document))
        .order_by(Document.received_at, Document.id)
    )
    return [CourtAnswer(message, document) for message, document in rows]


def read_sending(work: UnitOfWork, sending: Sending, file_id: UUID) -> Reading:
    """Return a file of a package; it is written down before it leaves.

    Raises:
        NotFound: there is no such file.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    kept = work.session.scalar(
        select(SentFile).where(SentFile.id == file_id, SentFile.sending_id == sending.id)
    )
    if kept is None or sending.state is not SendingState.READY:
        raise NotFound("Dieses Paket gibt es nicht.")
    audit.note(
        work,
        sending.logged("read"),
        kind="dossier",
        subject=sending.dossier_id,
        sending=str(sending.id),
        name=kept.name,
        court=sending.court_name,
        recipient=sending.recipient,
        sha256=kept.sha256,
    )
    return Reading(kept.sha256, kept.size, MEDIA_TYPES[kept.kind], kept.name, _still(sending.id))


def seen(work: UnitOfWork) -> ColumnElement[bool]:
    """Return the condition that nothing was decided about which the actor may not read."""
    require(work, Action.SEE_LISTS)
    # By EXISTS: "not visible" of a row without a dossier would be neither true nor false.
    readable = exists().where(
        Document.id == SentDocument.document_id,
        visible(work.actor, Action.READ_CONTENT, Document),
    )
    known = exists().where(
        Case.id == SentDocument.case_id, visible(work.actor, Action.SEE_CASE, Case)
    )
    hidden = (SentDocument.document_id.is_not(None) & ~readable) | ~known
    return ~exists().where(SentDocument.sending_id == Sending.id, hidden)


def _rows(work: UnitOfWork, found: Sequence[Sending]) -> list[SendingRow]:
    waiting = [one.id for one in found if one.state is SendingState.WAITING]
    running: dict[UUID, Job] = {}
    if waiting:
        query = select(Job).where(Job.subject_id.in_(waiting), Job.state == JobState.RUNNING)
        running = {job.subject_id: job for job in work.session.scalars(query)}
    rows = []
    for one in found:
        job = running.get(one.id)
        rows.append(
            SendingRow(one, job is not None, job.done if job else 0, job.total if job else 0)
        )
    return rows


def _still(sending_id: UUID) -> Callable[[UnitOfWork], bool]:
    def ask(work: UnitOfWork) -> bool:
        sending = work.session.scalar(select(Sending).where(Sending.id == sending_id, seen(work)))
        return sending is not None and may(work.actor, Action.SEE_SENDINGS, sending.dossier)

    return ask
