"""What becomes of a stack: from the job to its documents, and to the case on its cover sheets.

The same five beats as the pipeline of documents, which is why the worker does both alike: rows are
touched in ``begin``, ``finish``, ``give_up`` and ``wait_again``; ``make`` holds no transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from sqlalchemy import delete

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import write_found_out
from eakte.errors import BadInput, EakteError, RuleBroken
from eakte.filing import cover_sheets
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.intake.guarding import SEPARATE
from eakte.intake.receiving import Arrival, receive
from eakte.model.batch import Batch, BatchPage, BatchState, CoverSheet, Fate
from eakte.model.case import Case
from eakte.model.department import Department
from eakte.model.document import Document, Source
from eakte.model.findings import Kind, Look, Part, Rules, Separation
from eakte.processing.orders import ShowProgress
from eakte.processing.sandbox import Sandbox
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

KIND = SEPARATE


@dataclass(frozen=True)
class Task:
    """The stack that is to be taken apart."""

    batch_id: UUID
    sha256: str
    size: int
    name: str
    rules: Rules


@dataclass(frozen=True)
class Made:
    """What a stack consists of; one arrival for each of its documents."""

    separation: Separation
    arrivals: tuple[Arrival, ...]


def begin(work: UnitOfWork, batch_id: UUID) -> Task | None:
    """Mark a stack as being taken apart; None when it is gone, shut, or was taken apart."""
    require(work, Action.MAINTAIN)
    batch = work.session.get(Batch, batch_id)
    if batch is None or batch.state is BatchState.READY or batch.closed:
        return None
    write_found_out(work.session, Batch, batch.id, state=BatchState.RUNNING)
    rules = Rules(
        separators=tuple(work.settings.separator_codes.split()),
        starts=tuple(work.settings.start_codes.split()),
        cover=cover_sheets.START,
        order=batch.order,
    )
    return Task(batch.id, batch.sha256, batch.size, batch.name, rules)


def make(
    store: Store, sandbox: Sandbox, task: Task, *, folder: Path, progress: ShowProgress
) -> Made:
    """Separate a stack in the sandbox and put its documents into the store.

    ``folder`` is empty and belongs to this run alone.
    """
    source = folder / "original"
    parts_folder = folder / "parts"
    parts_folder.mkdir()
    store.copy_to(Digest(task.sha256), source)
    separation = sandbox.separate(
        source, name=task.name, folder=parts_folder, rules=task.rules, progress=progress
    )
    stem = PurePosixPath(task.name).stem
    arrivals = []
    for number, path in enumerate(separation.paths, start=1):
        with path.open("rb") as stream:
            stored = store.put(stream)
        arrivals.append(Arrival(str(stored.digest), stored.size, f"{stem}-{number:03d}.pdf"))
    if not separation.paths and not _nothing_but_separators(separation):
        arrivals = [Arrival(task.sha256, task.size, task.name)]
    return Made(separation, tuple(arrivals))


def finish(work: UnitOfWork, task: Task, made: Made) -> None:
    """Take the documents of a stack in, file those behind a cover sheet, note every page."""
    require(work, Action.MAINTAIN)
    batch = work.session.get_one(Batch, task.batch_id)
    unit = work.session.get_one(Department, batch.department_id)
    separation = made.separation
    parts = separation.parts or (Part(tuple(range(1, (batch.pages or 0) + 1))),)
    documents: dict[Part, Document] = {}
    remarks: dict[int, str] = {}
    for part, arrival in zip(parts, made.arrivals, strict=False):
        look = (
            Look("application/pdf", Kind.PDF, len(part.pages))
            if separation.paths
            else separation.look
        )
        receipt = receive(
            work,
            arrival,
            look=look,
            source=Source.STATION,
            department=unit,
            received_on=batch.received_on,
            batch=batch,
        )
        documents[part] = work.session.get_one(Document, receipt.document_id)
        if part.opened_by is not None:
            remark = _file(work, task, separation, part.opened_by, documents[part])
            if remark:
                remarks[part.opened_by] = remark
    fates = _note_pages(work, batch, separation, documents, remarks)
    problem = " ".join(each.message for each in separation.problems) or None
    pages = len(separation.sheets) or batch.pages
    write_found_out(
        work.session, Batch, batch.id, state=BatchState.READY, pages=pages, problem=problem
    )
    audit.note(
        work,
        "batch.separated",
        kind="batch",
        subject=batch.id,
        pages=pages,
        documents=[str(document.id) for document in documents.values()],
        **{fate.value: number for fate, number in fates.items()},
    )


def give_up(work: UnitOfWork, batch_id: UUID, *, error: Exception) -> None:
    """Show a stack as not taken apart, with the reason; its bytes are kept as they came."""
    require(work, Action.MAINTAIN)
    reason = (
        error.message
        if isinstance(error, EakteError)
        else "Die Trennung ist an einem Fehler des Programms gescheitert."
    )
    write_found_out(
        work.session,
        Batch,
        batch_id,
        state=BatchState.FAILED,
        problem=f"{reason} Der Stapel ist unverändert aufbewahrt; bitte versuchen Sie es erneut.",
    )
    audit.note(work, "batch.not-separated", kind="batch", subject=batch_id)


def wait_again(work: UnitOfWork, batch_id: UUID) -> None:
    """Show a stack as waiting: its separation was interrupted and will be taken up again."""
    require(work, Action.MAINTAIN)
    write_found_out(work.session, Batch, batch_id, state=BatchState.WAITING)


def _nothing_but_separators(separation: Separation) -> bool:
    """Whether nothing is left to make a document of: separators and empty pages alone."""
    return bool(separation.sheets) and not separation.parts


def _file(
    work: UnitOfWork, task: Task, separation: Separation, opened_by: int, document: Document
) -> str:
    """File a document as its cover sheet says; return what there is to say of the sheet.

    Whatever stands against it, the document stays in the inbox with the reason.
    """
    codes = [
        code.text
        for code in separation.sheets[opened_by - 1].codes
        if code.text.startswith(task.rules.cover)
    ]
    if not codes:
        return ""
    try:
        sheets = {sheet.id: sheet for sheet in (cover_sheets.sheet_of(work, one) for one in codes)}
    except cover_sheets.NoCoverSheet as error:
        return error.message
    if len({sheet.case_id for sheet in sheets.values()}) != 1:
        return "Das Blatt trägt Codes verschiedener Vorgänge; es wurde nichts abgelegt."
    sheet: CoverSheet = next(iter(sheets.values()))
    case = work.session.get_one(Case, sheet.case_id)
    name = f"{case.dossier.reference}-{case.number}"
    description = Description(
        title=sheet.document_type or document.title,
        document_type=sheet.document_type,
        received_on=document.received_on,
    )
    try:
        # What was refused half way must not leave a half-filed document behind.
        with work.session.begin_nested():
            place_document(work, document, case=case, description=description)
    except (RuleBroken, BadInput) as error:
        return f"Deckblatt für {name}: {error.message}"
    return f"Deckblatt: abgelegt in {name}"


def _note_pages(
    work: UnitOfWork,
    batch: Batch,
    separation: Separation,
    documents: dict[Part, Document],
    remarks: dict[int, str],
) -> dict[Fate, int]:
    """Write down what became of each page; every one has exactly one fate."""
    places: dict[int, tuple[Fate, UUID | None, int | None]] = {
        number: (Fate.SEPARATOR, None, None) for number in separation.separators
    }
    for sheet in separation.sheets:
        if sheet.blank:
            places[sheet.number] = (Fate.BLANK, None, None)
    for part, document in documents.items():
        for count, page in enumerate(part.pages, start=1):
            places[page] = (Fate.FILED, document.id, count)
        for page in part.blanks:
            places[page] = (Fate.BLANK, document.id, None)
    known = {sheet.number: sheet for sheet in separation.sheets}
    pages = len(separation.sheets) or batch.pages or 0
    counted = dict.fromkeys(Fate, 0)
    work.session.execute(delete(BatchPage).where(BatchPage.batch_id == batch.id))
    for number in range(1, pages + 1):
        fate, document_id, place = places.get(number, (Fate.ASIDE, None, None))
        counted[fate] += 1
        seen = known.get(number)
        work.session.add(
            BatchPage(
                batch_id=batch.id,
                page=number,
                fate=fate,
                document_id=document_id,
                place=place,
                first_document_id=document_id if place is not None else None,
                first_place=place,
                codes=[code.text for code in seen.codes] if seen else [],
                dpi=seen.dpi if seen else None,
                skew=seen.skew if seen else 0.0,
                dark=seen.dark if seen else None,
                traces=seen.traces if seen else False,
                readable=seen.readable if seen else True,
                remark=remarks.get(number, "")[:300],
            )
        )
    return counted
