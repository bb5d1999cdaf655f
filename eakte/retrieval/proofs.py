"""Which proofs, of scans and of what was destroyed, and which pictures does a reader get?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import NotFound
from eakte.model.batch import Batch
from eakte.model.content import Content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier
from eakte.model.paper import Destruction
from eakte.model.scan_check import PageCheck, ScanCheck
from eakte.retrieval.reading import Reading
from eakte.unit_of_work import UnitOfWork
from storage import Digest

JSON_TYPE, PDF_TYPE, PICTURE_TYPE = "application/json", "application/pdf", "image/webp"


def read_page_picture(work: UnitOfWork, batch: Batch, *, page: int) -> Reading:
    """Return the picture of a page that is checked; it is written down before it leaves.

    Raises:
        NotFound: the page was not chosen, or has no picture.
    """
    require(work, Action.READ_BATCH, batch)
    row = work.session.execute(
        select(Content.sha256, Content.size)
        .join(PageCheck, PageCheck.picture_sha256 == Content.sha256)
        .where(PageCheck.batch_id == batch.id, PageCheck.page == page)
    ).first()
    if row is None:
        raise NotFound("Von dieser Seite gibt es kein Bild.")
    audit.note(work, "batch.page-read", kind="batch", subject=batch.id, page=page)
    name = f"Stapel {batch.number:06d} Seite {page}.webp"
    return Reading(row[0], row[1], PICTURE_TYPE, name, _still(Action.READ_BATCH, batch.id))


def read_stack_note(work: UnitOfWork, batch: Batch, *, as_page: bool) -> Reading:
    """Return the signed transfer note of a stack, or the same on one page for people.

    Raises:
        NotFound: it is not written, because the stack is not released or was just now.
    """
    require(work, Action.SEE_NOTE, batch)
    column = ScanCheck.note_pdf_sha256 if as_page else ScanCheck.note_sha256
    row = work.session.execute(
        select(Content.sha256, Content.size)
        .join(ScanCheck, column == Content.sha256)
        .where(ScanCheck.id == batch.id)
    ).first()
    if row is None:
        raise _not_written()
    ending, media_type = ("pdf", PDF_TYPE) if as_page else ("json", JSON_TYPE)
    name = f"Transfervermerk Stapel {batch.number:06d}.{ending}"
    return Reading(row[0], row[1], media_type, name, _still(Action.SEE_NOTE, batch.id))


def read_document_note(work: UnitOfWork, document: Document) -> Reading:
    """Return the signed transfer note of one document.

    Raises:
        NotFound: it was not scanned in a stack, or that is not released.
    """
    require(work, Action.SEE_RECEIPT, document)
    row = work.session.execute(
        select(Rendition.sha256, Content.size)
        .join(Version, Version.id == Rendition.version_id)
        .join(Content, Content.sha256 == Rendition.sha256)
        .where(
            Version.document_id == document.id,
            Version.number == 1,
            Rendition.kind == RenditionKind.TRANSFER_NOTE,
        )
    ).first()
    if row is None:
        raise _not_written()
    name = f"Transfervermerk {document.receipt_number:06d}.json"
    document_id = document.id

    def still(later: UnitOfWork) -> bool:
        asked = later.session.get(Document, document_id)
        return asked is not None and may(later.actor, Action.SEE_RECEIPT, asked)

    return Reading(row[0], row[1], JSON_TYPE, name, still)


def written_note(work: UnitOfWork, document: Document) -> bytes:
    """Return the bytes of the signed transfer note of one document.

    Raises:
        NotFound: it was not scanned in a stack, or that is not released.
    """
    require(work, Action.SEE_RECEIPT, document)
    with work.store.open(Digest(read_document_note(work, document).sha256)) as stream:
        return stream.read()


def read_destruction_record(work: UnitOfWork, destruction: Destruction) -> Reading:
    """Return the signed record of a destruction of paper.

    Raises:
        NotFound: it is not written.
    """
    require(work, Action.SEE_PAPER)
    row = work.session.execute(
        select(Content.sha256, Content.size).where(Content.sha256 == destruction.record_sha256)
    ).first()
    if row is None:
        raise NotFound("Der Nachweis ist noch nicht geschrieben.")
    name = f"Vernichtung {destruction.number:05d}.json"
    return Reading(
        row[0], row[1], JSON_TYPE, name, lambda later: may(later.actor, Action.SEE_PAPER)
    )


def written_destruction_record(work: UnitOfWork, destruction: Destruction) -> bytes:
    """Return the bytes of the signed record of a destruction of paper.

    Raises:
        NotFound: it is not written.
    """
    require(work, Action.SEE_PAPER)
    with work.store.open(Digest(read_destruction_record(work, destruction).sha256)) as stream:
        return stream.read()


def read_erasure_proof(
    work: UnitOfWork, erased: ErasedDossier, *, as_page: bool = False
) -> Reading:
    """Return the signed proof that a dossier was destroyed, or the same as sheets for people.

    It is written down before it leaves.

    Raises:
        NotFound: it is not written, because the dossier is not gone.
    """
    require(work, Action.SEE_PROOFS)
    require(work, Action.SEE_DOSSIER, erased.dossier)
    digest = erased.proof_pdf_sha256 if as_page else erased.proof_sha256
    row = work.session.execute(
        select(Content.sha256, Content.size).where(Content.sha256 == digest)
    ).first()
    if row is None:
        raise NotFound("Den Nachweis gibt es erst, wenn die Akte vernichtet ist.")
    audit.note(
        work,
        "erasure.proof-read",
        kind="dossier",
        subject=erased.dossier_id,
        number=erased.erasure.number,
        sha256=row[0],
    )
    ending, media_type = ("pdf", PDF_TYPE) if as_page else ("json", JSON_TYPE)
    name = f"Nachweis {erased.reference.replace('/', '-')}.{ending}"
    dossier_id = erased.dossier_id

    def still(later: UnitOfWork) -> bool:
        asked = later.session.get(Dossier, dossier_id)
        return (
            asked is not None
            and may(later.actor, Action.SEE_PROOFS)
            and may(later.actor, Action.SEE_DOSSIER, asked)
        )

    return Reading(row[0], row[1], media_type, name, still)


def _still(action: Action, batch_id: UUID) -> Callable[[UnitOfWork], bool]:
    def ask(work: UnitOfWork) -> bool:
        batch = work.session.get(Batch, batch_id)
        return batch is not None and may(work.actor, action, batch)

    return ask


def _not_written() -> NotFound:
    return NotFound(
        "Einen Transfervermerk gibt es erst, wenn der Stapel geprüft und freigegeben ist.",
        next_step="Bitte sehen Sie beim Stapel nach, wie weit die Prüfung ist.",
    )
