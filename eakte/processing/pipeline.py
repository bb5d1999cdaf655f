"""What happens between a document's arrival and its text? From the job to its products and back.

Rows are touched only in ``begin``, ``finish`` and ``give_up``, each inside a transaction of the
worker; ``make`` runs between them, for as long as recognition takes, and holds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, select, update

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import write_found_out
from eakte.errors import EakteError
from eakte.model.content import keep_content
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.model.findings import Flag, Kind, Outcome
from eakte.model.page_text import MEDIA_TYPE, written
from eakte.model.signature import Signature
from eakte.processing.legibility import note_legibility
from eakte.processing.orders import ShowProgress
from eakte.processing.sandbox import Sandbox
from eakte.processing.verifying import (
    REPORT_TYPE,
    Neighbour,
    keep_signatures,
    neighbours_of,
    own_signatures,
    report,
    verified,
)
from eakte.unit_of_work import UnitOfWork
from storage import Digest, ObjectCorrupt, ObjectMissing, Store, Stored


class Treatment(Protocol):
    """What a lane does with one kind of job; this module is one, ``eakte.stacks`` another."""

    def begin(self, work: UnitOfWork, /, subject_id: UUID) -> Any:
        """Mark the subject as being worked on; the task, or None when nothing is to be done."""

    def make(
        self, store: Store, sandbox: Sandbox, task: Any, /, *, folder: Path, progress: ShowProgress
    ) -> Any:
        """Do the long part, in no transaction; what came out."""

    def finish(self, work: UnitOfWork, task: Any, made: Any, /) -> None:
        """Name what came out."""

    def give_up(self, work: UnitOfWork, subject_id: UUID, /, *, error: Exception) -> None:
        """Show the subject as failed, with the reason."""

    def wait_again(self, work: UnitOfWork, subject_id: UUID, /) -> None:
        """Show the subject as waiting."""


class CutOff(EakteError):
    """The processing was cut off again and again."""

    code = "interrupted"

    def __init__(self) -> None:
        super().__init__(
            "Die Verarbeitung wurde immer wieder abgebrochen und deshalb zurückgestellt."
        )


@dataclass(frozen=True)
class Task:
    """The version that is to be processed; ``sha256`` is what is read of it.

    That is its own, or, where ``unlocked``, that of the copy without encryption.
    """

    document_id: UUID
    version_id: UUID
    number: int
    sha256: str
    name: str
    unlocked: bool = False
    signatures: tuple[Signature, ...] = ()
    """What is known of the signatures where only the password could tell more."""
    neighbours: tuple[Neighbour, ...] = ()
    roots: Path | None = None


@dataclass(frozen=True)
class Product:
    """A rendition whose bytes lie in the store already."""

    kind: RenditionKind
    page: int
    stored: Stored
    media_type: str


@dataclass(frozen=True)
class Made:
    """All that came out of one run."""

    outcome: Outcome
    products: tuple[Product, ...]
    enclosed: tuple[Stored, ...] = ()
    """The enclosures of a message, in their order."""
    signatures: tuple[Signature, ...] = ()


def begin(work: UnitOfWork, document_id: UUID) -> Task | None:
    """Mark a document as being processed; None when it is gone or shut meanwhile."""
    require(work, Action.MAINTAIN)
    row = work.session.execute(
        select(Document, Version)
        .join(Version, Version.document_id == Document.id)
        .where(Document.id == document_id, Version.number == Document.current_version)
    ).first()
    if row is None:
        return None
    document, version = row
    if version.closed:
        return None
    write_found_out(work.session, Document, document.id, processing=ProcessingState.RUNNING)
    unlocked = work.session.scalar(
        select(Rendition.sha256).where(
            Rendition.version_id == version.id, Rendition.kind == RenditionKind.UNLOCKED
        )
    )
    return Task(
        document.id,
        version.id,
        version.number,
        unlocked or version.sha256,
        version.name,
        unlocked=unlocked is not None,
        signatures=own_signatures(version) if unlocked is not None else (),
        neighbours=neighbours_of(work, document, version),
        roots=work.settings.signature_roots,
    )


def make(
    store: Store, sandbox: Sandbox, task: Task, *, folder: Path, progress: ShowProgress
) -> Made:
    """Recognise a version in the sandbox and put every product into the store.

    ``folder`` is empty and belongs to this run alone.
    """
    source = folder / "original"
    products_folder = folder / "products"
    products_folder.mkdir()
    store.copy_to(Digest(task.sha256), source)
    outcome = sandbox.process(source, name=task.name, folder=products_folder, progress=progress)
    outcome, signatures = verified(
        store,
        sandbox,
        outcome,
        source=source,
        name=task.name,
        neighbours=task.neighbours,
        roots=task.roots,
        known=task.signatures if task.unlocked else None,
    )
    products: list[Product] = []
    if signatures:
        told = report(folder, signatures)
        products.append(_keep(store, told, RenditionKind.SIGNATURES, 0, REPORT_TYPE))
    if outcome.pages:
        text = folder / "text.json"
        text.write_bytes(written(outcome.pages))
        products.append(_keep(store, text, RenditionKind.TEXT, 0, MEDIA_TYPE))
    if outcome.searchable_pdf is not None:
        products.append(
            _keep(store, outcome.searchable_pdf, RenditionKind.READING_COPY, 0, "application/pdf")
        )
    for page, preview in enumerate(outcome.previews, start=1):
        media_type = "image/webp" if preview.suffix == ".webp" else "image/jpeg"
        products.append(_keep(store, preview, RenditionKind.PREVIEW, page, media_type))
    return Made(outcome, tuple(products), tuple(_enclosed(store, outcome)), signatures)


def finish(work: UnitOfWork, task: Task, made: Made) -> None:
    """Name the products of a run; they replace those of an earlier one."""
    require(work, Action.MAINTAIN)
    now = work.clock.now()
    session = work.session
    session.execute(
        delete(Rendition).where(
            Rendition.version_id == task.version_id,
            # A proof is no product: it stays as it was signed. What a password opened cannot be
            # made again without it.
            Rendition.kind.not_in((RenditionKind.TRANSFER_NOTE, RenditionKind.UNLOCKED)),
        )
    )
    for product in made.products:
        sha256 = str(product.stored.digest)
        keep_content(session, sha256, size=product.stored.size, at=now)
        session.add(
            Rendition(
                version_id=task.version_id,
                kind=product.kind,
                page=product.page,
                sha256=sha256,
                media_type=product.media_type,
                tools=made.outcome.tools[:300],
                created_at=now,
            )
        )
    session.flush()
    outcome = made.outcome
    if task.number == 1:
        note_legibility(work, task.document_id, outcome.pages)
    problem = next(iter(outcome.problems), None)
    readable = any(product.kind is RenditionKind.READING_COPY for product in made.products)
    # A signature has nothing to read; it is done when it was found out what it is about.
    checked = outcome.look.kind is Kind.SIGNATURE and not outcome.problems
    usable = readable or checked or any(one.kind is RenditionKind.TEXT for one in made.products)
    keep_signatures(
        work,
        document_id=task.document_id,
        version_id=task.version_id,
        found=made.signatures,
        neighbours=task.neighbours,
    )
    write_found_out(
        work.session,
        Document,
        task.document_id,
        processing=ProcessingState.READY if usable else ProcessingState.FAILED,
        page_count=outcome.look.pages or len(outcome.pages) or None,
        problem_code=problem.code if problem else None,
        problem=" ".join(each.message for each in outcome.problems) or None,
        flags=sorted(outcome.flags | ({Flag.ENCRYPTED} if task.unlocked else set())),
    )
    session.execute(
        update(Version)
        .where(Version.id == task.version_id)
        .values(media_type=outcome.look.media_type)
    )
    audit.note(
        work,
        "document.processed",
        kind="document",
        subject=task.document_id,
        version=task.number,
        pages=len(outcome.pages),
        problem=problem.code if problem else None,
        tools=outcome.tools,
        products={
            f"{product.kind.value}": str(product.stored.digest)
            for product in made.products
            if product.page == 0
        },
    )
    jobs.enqueue(work, "index", task.document_id)
    jobs.enqueue(work, "propose", task.document_id, priority=jobs.URGENT)


def give_up(work: UnitOfWork, document_id: UUID, *, error: Exception) -> None:
    """Show a document as not processed, with the reason; it stands in the inbox as before."""
    require(work, Action.MAINTAIN)
    code, reason = _why(error)
    write_found_out(
        work.session,
        Document,
        document_id,
        processing=ProcessingState.FAILED,
        problem_code=code,
        problem=reason,
    )
    audit.note(work, "document.not-processed", kind="document", subject=document_id, problem=code)
    jobs.enqueue(work, "index", document_id)


def wait_again(work: UnitOfWork, document_id: UUID) -> None:
    """Show a document as waiting: its processing was interrupted and will be taken up again."""
    require(work, Action.MAINTAIN)
    write_found_out(work.session, Document, document_id, processing=ProcessingState.WAITING)


def _enclosed(store: Store, outcome: Outcome) -> Iterator[Stored]:
    for one in outcome.enclosures:
        with one.path.open("rb") as stream:
            yield store.put(stream)


def _keep(store: Store, path: Path, kind: RenditionKind, page: int, media_type: str) -> Product:
    with path.open("rb") as stream:
        return Product(kind, page, store.put(stream), media_type)


def _why(error: Exception) -> tuple[str, str]:
    """Return the code of a failure and the sentence that the inbox shows."""
    if isinstance(error, ObjectCorrupt | ObjectMissing):
        return "corrupt" if isinstance(error, ObjectCorrupt) else "missing", (
            "Der gespeicherte Inhalt fehlt oder ist verändert. "
            "Bitte verständigen Sie die Administration und heben Sie die Vorlage auf."
        )
    if isinstance(error, EakteError):
        return error.code, f"{error.message} Bitte versuchen Sie es erneut."
    return "internal", (
        "Die Verarbeitung ist an einem Fehler des Programms gescheitert; das Original ist "
        "unverändert gespeichert. Bitte versuchen Sie es erneut."
    )
