"""What becomes of content that a virus scanner has to pass first?

Where a scanner is set, whatever arrives is held: its bytes are kept and receipted, but neither
processed nor handed out to anybody before the scanner has passed them. Something found shuts the
document for good, until somebody who answers for the unit releases it or it is cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.people import unfounded
from eakte.db import write_found_out
from eakte.errors import RuleBroken
from eakte.intake.clamd import NotScanned, TooLargeToScan
from eakte.model.batch import Batch, BatchState
from eakte.model.clearance import Clearance
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.unit_of_work import UnitOfWork

SCAN, SCAN_STACK = "scan", "scan-stack"
PROCESS, SEPARATE = "process", "separate"
FOUND = (
    "Der Virenscanner hat in diesem Dokument „%s“ gefunden. Es ist aufbewahrt, wird aber niemandem "
    "herausgegeben und nicht verarbeitet. Stornieren Sie es; nur die Leitung kann es freigeben."
)
FOUND_IN_STACK = (
    "Der Virenscanner hat in diesem Stapel „%s“ gefunden. Er ist aufbewahrt, wird aber niemandem "
    "herausgegeben und nicht getrennt. Nur die Leitung kann ihn freigeben; bitte verständigen Sie "
    "sie und lassen Sie das Papier beiseite."
)
TOO_LARGE = (
    "Der Virenscanner nimmt so große Dokumente nicht an (StreamMaxLength). Es bleibt verschlossen; "
    "die Administration kann die Grenze erhöhen; bitte versuchen Sie es danach erneut."
)
NOT_SCANNED = (
    "Der Virenscanner konnte dieses Dokument nicht zu Ende prüfen. Es bleibt verschlossen; bitte "
    "versuchen Sie es erneut oder verständigen Sie die Administration."
)


@dataclass(frozen=True)
class Task:
    """The bytes that are to be looked at; ``number`` is that of a version, None for a stack."""

    subject_id: UUID
    sha256: str
    number: int | None


def await_clearance(work: UnitOfWork, version: Version, *, priority: int) -> None:
    """Promise that a new version is processed, after the scanner where there is one."""
    require(work, Action.DELIVER_BATCH)
    if not work.settings.virus_scanner:
        jobs.enqueue(work, PROCESS, version.document_id, priority=priority)
        return
    version.clearance = Clearance.HELD
    jobs.enqueue(work, SCAN, version.document_id, priority=priority)


def await_clearance_of_stack(work: UnitOfWork, batch: Batch) -> None:
    """Promise that a stack is taken apart, after the scanner where there is one."""
    require(work, Action.DELIVER_BATCH)
    if not work.settings.virus_scanner:
        jobs.enqueue(work, SEPARATE, batch.id, priority=jobs.NORMAL)
        return
    batch.clearance = Clearance.HELD
    work.session.flush()
    jobs.enqueue(work, SCAN_STACK, batch.id, priority=jobs.NORMAL)


def begin_scan(work: UnitOfWork, kind: str, subject: UUID) -> Task | None:
    """Return what is to be looked at, None when it waits for nobody any more."""
    require(work, Action.MAINTAIN)
    if kind == SCAN_STACK:
        batch = work.session.get(Batch, subject)
        waits = batch is not None and batch.clearance is Clearance.HELD
        return Task(subject, batch.sha256, None) if batch is not None and waits else None
    version = work.session.scalar(
        select(Version)
        .where(Version.document_id == subject, Version.clearance == Clearance.HELD)
        .order_by(Version.number.desc())
        .limit(1)
    )
    if version is None:
        return None
    # Once somebody knew the password, it is the inside that has to be looked at.
    inside = work.session.scalar(
        select(Rendition.sha256).where(
            Rendition.version_id == version.id, Rendition.kind == RenditionKind.UNLOCKED
        )
    )
    return Task(subject, inside or version.sha256, version.number)


def finish_scan(
    work: UnitOfWork, task: Task, *, find: str | None, scanner: str, priority: int
) -> None:
    """Write down what the scanner said: pass the bytes on, or shut them."""
    require(work, Action.MAINTAIN)
    _note(work, task, Clearance.FOUND if find else Clearance.CLEAN, find=find)
    kind = "batch" if task.number is None else "document"
    act = f"{kind}.virus-found" if find else f"{kind}.scanned"
    audit.note(
        work,
        act,
        kind=kind,
        subject=task.subject_id,
        version=task.number,
        sha256=task.sha256,
        find=find,
        scanner=scanner,
    )
    if task.number is None:
        if find:
            _show_stack(work, task.subject_id, FOUND_IN_STACK % find)
        else:
            jobs.enqueue(work, SEPARATE, task.subject_id, priority=priority)
        return
    if find:
        _show(work, task, code="virus", problem=FOUND % find)
    elif _is_current(work, task):
        jobs.enqueue(work, PROCESS, task.subject_id, priority=priority)
    if begin_scan(work, SCAN, task.subject_id) is not None:
        # Another version came before or meanwhile and still waits for its turn.
        jobs.enqueue(work, SCAN, task.subject_id, priority=priority)


def give_up_scan(work: UnitOfWork, task: Task, error: Exception) -> None:
    """Show something as not scanned; it stays shut."""
    require(work, Action.MAINTAIN)
    problem = TOO_LARGE if isinstance(error, TooLargeToScan) else NOT_SCANNED
    code = error.code if isinstance(error, NotScanned) else NotScanned.code
    kind = "batch" if task.number is None else "document"
    audit.note(work, f"{kind}.not-scanned", kind=kind, subject=task.subject_id, problem=code)
    if task.number is None:
        _show_stack(work, task.subject_id, problem)
    else:
        _show(work, task, code=code, problem=problem)


def release_held(work: UnitOfWork, document: Document, *, reason: str) -> None:
    """Open a document although a scanner found something in it, or did not look at it.

    Raises:
        RuleBroken: it is not shut, or the reason is none.
    """
    require(work, Action.RELEASE_HELD, document)
    version = work.session.scalars(
        select(Version).where(
            Version.document_id == document.id, Version.number == document.current_version
        )
    ).one()
    reasons = unfounded(reason)
    if not version.closed:
        raise RuleBroken("Das Dokument ist nicht verschlossen.")
    if reasons:
        raise RuleBroken("Das Dokument bleibt verschlossen.", reasons=reasons)
    before, version.clearance = version.clearance, Clearance.RELEASED
    document.processing = ProcessingState.WAITING
    document.problem_code = document.problem = None
    work.session.flush()
    audit.note(
        work,
        "document.released",
        kind="document",
        subject=document.id,
        version=version.number,
        before=before.value,
        find=version.find,
        reason=reason.strip(),
    )
    jobs.forget(work, SCAN, document.id)
    jobs.enqueue(work, PROCESS, document.id, priority=jobs.URGENT)


def release_held_stack(work: UnitOfWork, batch: Batch, *, reason: str) -> None:
    """Have a stack taken apart although a scanner found something in it, or did not look at it.

    What becomes of it is not released with it: the scanner looks at each of its documents alone,
    so that one page for which it was shut does not open the others.

    Raises:
        RuleBroken: it is not shut, or the reason is none.
    """
    require(work, Action.RELEASE_HELD, batch)
    reasons = unfounded(reason)
    if not batch.closed:
        raise RuleBroken("Der Stapel ist nicht verschlossen.")
    if reasons:
        raise RuleBroken("Der Stapel bleibt verschlossen.", reasons=reasons)
    before, batch.clearance = batch.clearance, Clearance.RELEASED
    batch.state, batch.problem = BatchState.WAITING, None
    work.session.flush()
    audit.note(
        work,
        "batch.virus-released",
        kind="batch",
        subject=batch.id,
        before=before.value,
        find=batch.find,
        reason=reason.strip(),
    )
    jobs.forget(work, SCAN_STACK, batch.id)
    jobs.enqueue(work, SEPARATE, batch.id, priority=jobs.URGENT)


def _note(work: UnitOfWork, task: Task, clearance: Clearance, *, find: str | None) -> None:
    if task.number is None:
        write_found_out(work.session, Batch, task.subject_id, clearance=clearance, find=find)
        return
    work.session.execute(
        update(Version)
        .where(
            Version.document_id == task.subject_id,
            Version.number == task.number,
            Version.clearance == Clearance.HELD,
        )
        .values(clearance=clearance, find=find)
    )


def _is_current(work: UnitOfWork, task: Task) -> bool:
    current = select(Document.current_version).where(Document.id == task.subject_id)
    return work.session.scalar(current) == task.number


def _show(work: UnitOfWork, task: Task, *, code: str, problem: str) -> None:
    if not _is_current(work, task):
        return
    write_found_out(
        work.session,
        Document,
        task.subject_id,
        processing=ProcessingState.FAILED,
        problem_code=code,
        problem=problem,
    )
    jobs.enqueue(work, "index", task.subject_id)


def _show_stack(work: UnitOfWork, batch_id: UUID, problem: str) -> None:
    write_found_out(work.session, Batch, batch_id, state=BatchState.FAILED, problem=problem)
