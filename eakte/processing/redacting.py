"""How is a redacted copy made, proved, and only then given out?

The same five beats as every other job with a sandbox. A copy that is not proved is thrown away:
its bytes get no name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import EakteError, NotFound, RuleBroken, machine_faults_named
from eakte.model.clearance import CLOSED
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.redaction import Redaction, RedactionState
from eakte.processing.blackening import Areas, blacken, prove
from eakte.processing.orders import ShowProgress
from eakte.processing.redaction_words import Place, RedactionFinding
from eakte.processing.sandbox import Sandbox
from eakte.processing.scratch import Scratch
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store, Stored

KIND = "redact"
SIDES = 5
Begin = Callable[[], AbstractContextManager[UnitOfWork]]
# Finds the places of a phrase, or without one all words of some pages.
Seek = Callable[[Path, str, Sequence[int]], tuple[Place, ...]]


@dataclass(frozen=True)
class Task:
    """The reading copy and what is to be taken out of it."""

    redaction_id: UUID
    sha256: str
    areas: Areas


@dataclass(frozen=True)
class Made:
    """The proved copy in the store, or what spoke against it."""

    stored: Stored | None
    pictures: tuple[int, ...] = ()
    findings: tuple[RedactionFinding, ...] = ()
    problem: str = ""


def begin(work: UnitOfWork, redaction_id: UUID) -> Task | None:
    """Return what is to be done; None when it is done already."""
    require(work, Action.MAINTAIN)
    redaction = work.session.get(Redaction, redaction_id)
    if redaction is None or redaction.state is not RedactionState.WAITING:
        return None
    areas: Areas = [
        (int(page), float(left), float(top), float(right), float(bottom))
        for page, left, top, right, bottom in (one[:SIDES] for one in redaction.marks)
    ]
    return Task(redaction.id, redaction.source_sha256, areas)


def make(
    store: Store, sandbox: Sandbox, task: Task, *, folder: Path, progress: ShowProgress
) -> Made:
    """Write the copy in one child, have another one prove it, and put it into the store.

    ``folder`` is empty and belongs to this run alone.
    """
    source, into = folder / "source.pdf", folder / "copy"
    into.mkdir()
    store.copy_to(Digest(task.sha256), source)
    made = blacken(sandbox, source, areas=task.areas, folder=into, progress=progress)
    if made.path is None:
        return Made(None, problem=made.problem.message if made.problem else "")
    pictures = tuple(one.page for one in made.pictures)
    checked = prove(sandbox, source, made.path, areas=task.areas, progress=progress)
    if not checked.good:
        told = checked.problem.message if checked.problem else ""
        return Made(None, pictures, checked.findings, told)
    with made.path.open("rb") as stream:
        return Made(store.put(stream), pictures)


def finish(work: UnitOfWork, task: Task, made: Made) -> None:
    """Name the copy where it was proved and the document is still of this version."""
    require(work, Action.MAINTAIN)
    redaction = work.session.get_one(Redaction, task.redaction_id)
    document = work.session.get_one(Document, redaction.document_id)
    redaction.pictures = list(made.pictures)
    if document.current_version != redaction.version:
        _refuse(work, redaction, _CHANGED)
        return
    if made.stored is None:
        redaction.findings = [[one.code, one.page] for one in made.findings]
        _refuse(work, redaction, made.problem or _NOT_PROVED)
        return
    sha256, now = str(made.stored.digest), work.clock.now()
    keep_content(work.session, sha256, size=made.stored.size, at=now)
    redaction.sha256, redaction.state, redaction.ended_at = sha256, RedactionState.READY, now
    redaction.pages = document.page_count or 0
    work.session.flush()
    audit.note(
        work,
        "redaction.made",
        kind="document",
        subject=document.id,
        version=redaction.version,
        marks=len(redaction.marks),
        pages=redaction.pages,
        pictures=redaction.pictures,
        asked_by=str(redaction.asked_by_id),
        sha256=sha256,
    )


def give_up(work: UnitOfWork, redaction_id: UUID, *, error: Exception) -> None:
    """Show a copy as not made, with the reason."""
    require(work, Action.MAINTAIN)
    redaction = work.session.get_one(Redaction, redaction_id)
    _refuse(work, redaction, str(error) if isinstance(error, EakteError) else _FAULT)


def wait_again(work: UnitOfWork, redaction_id: UUID) -> None:
    """Leave it waiting: it was interrupted and will be taken up again."""
    require(work, Action.MAINTAIN)


def places_in(
    begin: Begin,
    document_id: UUID,
    *,
    seek: Seek,
    desk: Path,
    phrase: str = "",
    pages: Sequence[int] = (),
) -> tuple[Place, ...]:
    """Return where a phrase stands in a document, or all words of some pages, for a person.

    ``desk`` is where the bytes may lie meanwhile; nothing of them is left there.

    Raises:
        NotFound, NotAllowed: as for every document.
        RuleBroken: there is no searchable copy of it.
        PartUnavailable: sandbox, store or database is out of reach.
    """
    with begin() as work:
        require(work, Action.REDACT_DOCUMENT, _existing(work, document_id))
        sha256 = work.session.scalar(
            select(Rendition.sha256)
            .join(Version, Version.id == Rendition.version_id)
            .join(Document, Document.id == Version.document_id)
            .where(
                Version.document_id == document_id,
                Version.number == Document.current_version,
                Version.clearance.not_in(CLOSED),
                Rendition.kind == RenditionKind.READING_COPY,
            )
        )
        store = work.store
        if sha256 is None:
            raise RuleBroken("Von diesem Schreiben gibt es keine durchsuchbare Fassung.")
        # What stands there is told to somebody, as if they had opened it.
        audit.note(work, "document.read", kind="document", subject=document_id, what="text")
    with machine_faults_named():
        scratch = Scratch.made_in(desk)
        try:
            path = scratch.new_folder() / "source.pdf"
            store.copy_to(Digest(sha256), path)
            return seek(path, phrase, pages)
        finally:
            scratch.remove()


def _existing(work: UnitOfWork, document_id: UUID) -> Document:
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return document


_CHANGED = "Inzwischen gibt es eine neuere Fassung des Schreibens; bitte markieren Sie dort."
_NOT_PROVED = (
    "Die Prüfung hat die geschwärzte Fassung nicht bestanden; sie wurde verworfen und niemandem "
    "gezeigt. Bitte fassen Sie die Stellen größer."
)
_FAULT = "Die geschwärzte Fassung ist an einem Fehler des Programms gescheitert."


def _refuse(work: UnitOfWork, redaction: Redaction, problem: str) -> None:
    redaction.state, redaction.ended_at = RedactionState.REFUSED, work.clock.now()
    redaction.problem = problem
    work.session.flush()
    audit.note(
        work,
        "redaction.refused",
        kind="document",
        subject=redaction.document_id,
        version=redaction.version,
        marks=len(redaction.marks),
        findings=sorted({str(code) for code, _ in redaction.findings}),
    )
