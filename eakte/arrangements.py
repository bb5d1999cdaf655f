"""What becomes of an order of pages: from the job to the next version, or to new documents.

The same five beats as the pipeline of documents: rows are touched in ``begin``, ``finish`` and
``give_up``; ``make`` holds no transaction. Whatever happens in between, it is begun anew, and the
same wish gives the same bytes; ``finish`` names them in one transaction with the end of the job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import EakteError
from eakte.filing.arranging import (
    ARRANGE,
    PDF,
    documents_of,
    forget_clues,
    put_on_top,
    write_pages,
)
from eakte.filing.page_ways import Origin, follow_pages, origins_of
from eakte.history import change
from eakte.intake.receiving import RECEIPT_SCOPE
from eakte.model.arrangement import Arrangement, ArrangementKind, ArrangementState
from eakte.model.content import keep_content
from eakte.model.counter import hold, next_number
from eakte.model.document import Document, DocumentState, Version
from eakte.model.findings import Wanted
from eakte.processing.orders import ShowProgress
from eakte.processing.sandbox import Sandbox
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store, Stored

KIND = ARRANGE


@dataclass(frozen=True)
class Task:
    """The order that is to be carried out; ``sources`` are the bytes its pages came in with."""

    arrangement_id: UUID
    sources: tuple[str, ...]
    wanted: Wanted


@dataclass(frozen=True)
class Made:
    """Bytes in the store for each part, or why there are none."""

    stored: tuple[Stored, ...]
    problem: str = ""


def begin(work: UnitOfWork, arrangement_id: UUID) -> Task | None:
    """Return what is to be done; None when it is done already, or is wanted no more."""
    require(work, Action.MAINTAIN)
    arrangement = work.session.get(Arrangement, arrangement_id)
    if arrangement is None or arrangement.state is not ArrangementState.WAITING:
        return None
    order = list(dict.fromkeys(UUID(version) for part in arrangement.parts for version, *_ in part))
    rows = {
        version.id: version
        for version in work.session.scalars(select(Version).where(Version.id.in_(order)))
    }
    parts = tuple(
        tuple((order.index(UUID(version)), page, turn) for version, page, turn in part)
        for part in arrangement.parts
    )
    names = tuple(rows[one].name for one in order)
    return Task(arrangement.id, tuple(rows[one].sha256 for one in order), Wanted(names, parts))


def make(
    store: Store, sandbox: Sandbox, task: Task, *, folder: Path, progress: ShowProgress
) -> Made:
    """Write the parts in the sandbox and put them into the store.

    ``folder`` is empty and belongs to this run alone.
    """
    paths = []
    for number, sha256 in enumerate(task.sources):
        path = folder / f"source-{number}"
        store.copy_to(Digest(sha256), path)
        paths.append(path)
    into = folder / "parts"
    into.mkdir()
    arranged = sandbox.arrange(paths, wanted=task.wanted, folder=into, progress=progress)
    if not arranged.paths:
        return Made((), " ".join(one.message for one in arranged.problems))
    stored = []
    for path in arranged.paths:
        with path.open("rb") as stream:
            stored.append(store.put(stream))
    return Made(tuple(stored))


def finish(work: UnitOfWork, task: Task, made: Made) -> None:
    """Name what was written, where the sources are still what was looked at."""
    require(work, Action.MAINTAIN)
    arrangement = work.session.get_one(Arrangement, task.arrangement_id)
    sources = [work.session.get_one(Document, UUID(one)) for one, _ in arrangement.sources]
    changed = [
        one
        for one, (_, version) in zip(sources, arrangement.sources, strict=True)
        if one.state is not DocumentState.INBOX or one.current_version != version
    ]
    if changed or not made.stored:
        _refuse(work, arrangement, made.problem or _CHANGED)
        return
    for stored in made.stored:
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
    came_from = {origin.version_id for one in sources for origin in origins_of(work, one)}
    if arrangement.kind is ArrangementKind.REARRANGED:
        _next_version(work, arrangement, sources[0], made.stored[0])
    else:
        _new_documents(work, arrangement, sources, made.stored)
    arrangement.state, arrangement.ended_at = ArrangementState.DONE, work.clock.now()
    work.session.flush()
    follow_pages(work, documents_of(work, came_from))


def give_up(work: UnitOfWork, arrangement_id: UUID, *, error: Exception) -> None:
    """Show an order as not carried out, with the reason; its sources are as they were."""
    require(work, Action.MAINTAIN)
    arrangement = work.session.get_one(Arrangement, arrangement_id)
    known = isinstance(error, EakteError)
    _refuse(work, arrangement, str(error) if known else _FAULT)


def wait_again(work: UnitOfWork, arrangement_id: UUID) -> None:
    """Leave an order waiting: it was interrupted and will be taken up again."""
    require(work, Action.MAINTAIN)


_CHANGED = "Das Schreiben hat sich inzwischen geändert; es wurde nichts geordnet."
_FAULT = "Das Ordnen ist an einem Fehler des Programms gescheitert; es ist alles wie zuvor."


def _refuse(work: UnitOfWork, arrangement: Arrangement, problem: str) -> None:
    arrangement.state, arrangement.ended_at = ArrangementState.FAILED, work.clock.now()
    arrangement.problem = problem
    work.session.flush()
    audit.note(work, "document.not-arranged", kind="document", subject=arrangement.document_id)


def _origins(part: Sequence[Sequence[object]]) -> list[Origin]:
    return [
        Origin(UUID(str(version)), int(str(page)), int(str(turn))) for version, page, turn in part
    ]


def _next_version(
    work: UnitOfWork, arrangement: Arrangement, document: Document, stored: Stored
) -> None:
    number = document.current_version + 1
    version = _version(work, arrangement, document, stored, number=number)
    write_pages(work, version, _origins(arrangement.parts[0]))
    put_on_top(work, document, version, pages=len(arrangement.parts[0]))
    audit.note(
        work,
        "document.rearranged",
        kind="document",
        subject=document.id,
        version=number,
        pages=len(arrangement.parts[0]),
        sha256=version.sha256,
        asked_by=str(arrangement.asked_by_id),
    )


def _new_documents(
    work: UnitOfWork,
    arrangement: Arrangement,
    sources: Sequence[Document],
    stored: Sequence[Stored],
) -> None:
    hold(work.session, RECEIPT_SCOPE)
    made = []
    for count, (part, content) in enumerate(zip(arrangement.parts, stored, strict=True), start=1):
        document = _document(work, sources, pages=len(part), count=count, of=len(stored))
        version = _version(work, arrangement, document, content, number=1)
        write_pages(work, version, _origins(part))
        made.append(document)
        audit.note(
            work,
            "document.made-of-pages",
            kind="document",
            subject=document.id,
            number=document.receipt_number,
            pages=len(part),
            sha256=version.sha256,
            documents=[str(one.id) for one in sources],
            asked_by=str(arrangement.asked_by_id),
        )
        jobs.enqueue(work, "process", document.id, priority=jobs.URGENT)
    arrangement.results = [str(one.id) for one in made]
    numbers = ", ".join(f"{one.receipt_number:06d}" for one in made)
    for source in sources:
        source.taken_over_id = arrangement.id
        wanted = {
            "state": DocumentState.CANCELLED,
            "cancel_reason": f"Übernommen in Nr. {numbers}."[:500],
        }
        told = {"documents": arrangement.results, "asked_by": str(arrangement.asked_by_id)}
        act = "document.taken-over"
        change(work, source, kind="document", act=act, wanted=wanted, **told)
        forget_clues(work, source)
        jobs.enqueue(work, "index", source.id)


def _version(
    work: UnitOfWork, arrangement: Arrangement, document: Document, stored: Stored, *, number: int
) -> Version:
    version = Version(
        document_id=document.id,
        number=number,
        sha256=str(stored.digest),
        media_type=PDF,
        name=document.original_name
        if number == 1
        else f"{PurePosixPath(document.original_name).stem or 'Dokument'}.pdf",
        created_at=work.clock.now(),
        created_by_id=arrangement.asked_by_id,
        remark=arrangement.remark,
    )
    work.session.add(version)
    work.session.flush()
    return version


def _document(
    work: UnitOfWork, sources: Sequence[Document], *, pages: int, count: int, of: int
) -> Document:
    """A document of pages that came in with others: of their day, their door and their marks."""
    first = min(sources, key=lambda one: one.received_at)
    stem = PurePosixPath(first.original_name).stem or "Dokument"
    batches = {one.batch_id for one in sources}
    document = Document(
        receipt_number=next_number(work.session, RECEIPT_SCOPE),
        department_id=first.department_id,
        batch_id=batches.pop() if len(batches) == 1 else None,
        title=f"{first.title[:280]} ({count}/{of})" if of > 1 else first.title,
        direction=first.direction,
        sender=first.sender,
        recipient=first.recipient,
        inspection_allowed=all(one.inspection_allowed for one in sources),
        from_doctor=any(one.from_doctor for one in sources),
        disputed=any(one.disputed for one in sources),
        disputed_note=" ".join(one.disputed_note for one in sources if one.disputed_note)[:500],
        received_on=first.received_on,
        received_at=first.received_at,
        received_by_id=first.received_by_id,
        source=first.source,
        original_name=f"{stem[:280]}-{count}.pdf",
        page_count=pages,
        flags=[],
    )
    work.session.add(document)
    work.session.flush()
    return document
