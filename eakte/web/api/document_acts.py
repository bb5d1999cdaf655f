"""What can a program do with a document that lies here: take it out, lend it, finish it?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from apiflask import APIBlueprint

from eakte.filing.attaching import attach, detach
from eakte.filing.placing import (
    cancel_document,
    restore_document,
    take_back,
    withdraw_document,
)
from eakte.filing.writing import check_out, finalise, give_back, make_draft, release
from eakte.intake.guarding import release_held
from eakte.model.document import Document
from eakte.processing.unlocking import unlock_document
from eakte.retrieval.listing import document_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import EditsIn, ReasonIn, refuse_stale
from eakte.web.api.schemas_documents import (
    AttachmentIn,
    DocumentRow,
    PasswordIn,
    document_row,
)
from eakte.web.per_request import (
    begin,
    current_work,
    own_transactions,
    own_work,
    the_app,
    the_office,
)

acts = APIBlueprint(
    "api_acts", __name__, url_prefix="/api/v1/documents/<uuid:document_id>", tag="Dokumente"
)

Act = Callable[[UnitOfWork, Document], object]


def _done(document_id: UUID, edits: int | None, act: Act) -> DocumentRow:
    # The answer repeats the row alone: whoever sent a document to another unit's inbox may not see
    # it there, and must not lose the act for it.
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=edits)
    act(work, document)
    work.session.flush()
    return document_row(document)


@acts.post("/taking-back")
@acts.input(EditsIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="In den Posteingang zurücklegen", security=LOCKED)
def put_back(document_id: UUID, wanted: EditsIn) -> DocumentRow:
    """Put a filed document back into the inbox; its place stays empty and visible."""
    return _done(document_id, wanted.edits, take_back)


@acts.post("/withdrawal")
@acts.input(ReasonIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Aus dem Vorgang herausnehmen (Fehlblatt)", security=LOCKED)
def withdraw(document_id: UUID, wanted: ReasonIn) -> DocumentRow:
    """Take a document out of its case; a sheet with the reason stays at its place."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: withdraw_document(work, document, reason=wanted.reason),
    )


@acts.post("/cancellation")
@acts.input(ReasonIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Ein Dokument stornieren", security=LOCKED)
def cancel(document_id: UUID, wanted: ReasonIn) -> DocumentRow:
    """Cancel a document that should not be here; it is kept, with the reason."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: cancel_document(work, document, reason=wanted.reason),
    )


@acts.post("/restoration")
@acts.input(EditsIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Die Stornierung aufheben", security=LOCKED)
def restore(document_id: UUID, wanted: EditsIn) -> DocumentRow:
    """Take a cancellation back: the document stands again where it stood."""
    return _done(document_id, wanted.edits, restore_document)


@acts.post("/unlocking")
@acts.input(PasswordIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Ein verschlüsseltes Dokument mit seinem Kennwort öffnen", security=LOCKED)
@own_transactions
def open_encrypted(document_id: UUID, wanted: PasswordIn) -> DocumentRow:
    """Open an encrypted document; its password is used once and kept nowhere."""
    unlock_document(
        begin,
        document_id,
        password=wanted.password,
        unlock=the_app().unlock,
        desk=the_office().settings.work_folder,
    )
    with own_work(writing=False) as work:
        return document_row(document_by_id(work, document_id))


@acts.post("/virus-release")
@acts.input(ReasonIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Trotz eines Virenfunds freigeben", security=LOCKED)
def open_held(document_id: UUID, wanted: ReasonIn) -> DocumentRow:
    """Open a document that a virus scanner has not passed; the reason is kept."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: release_held(work, document, reason=wanted.reason),
    )


@acts.post("/check-out")
@acts.input(EditsIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Einen Entwurf ausleihen", security=LOCKED)
def lend(document_id: UUID, wanted: EditsIn) -> DocumentRow:
    """Take a draft for writing; until it comes back nobody else puts a version on top."""
    return _done(document_id, wanted.edits, check_out)


@acts.post("/giving-back")
@acts.input(EditsIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Unverändert zurückgeben", security=LOCKED)
def return_unchanged(document_id: UUID, wanted: EditsIn) -> DocumentRow:
    """Give a document back as it was, without a new version."""
    return _done(document_id, wanted.edits, give_back)


@acts.post("/release")
@acts.input(ReasonIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Eine fremde Ausleihe beenden", security=LOCKED)
def end_loan(document_id: UUID, wanted: ReasonIn) -> DocumentRow:
    """Take a document back from somebody who is not there."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: release(work, document, reason=wanted.reason),
    )


@acts.post("/finalisation")
@acts.input(EditsIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Einen Entwurf fertigstellen", security=LOCKED)
def finish(document_id: UUID, wanted: EditsIn) -> DocumentRow:
    """Declare a draft final: from now on nobody puts another version on top."""
    return _done(document_id, wanted.edits, finalise)


@acts.post("/draft")
@acts.input(ReasonIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Wieder zum Entwurf machen", security=LOCKED)
def reopen(document_id: UUID, wanted: ReasonIn) -> DocumentRow:
    """Let a document of our own be written on again; what came from outside never is."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: make_draft(work, document, reason=wanted.reason),
    )


@acts.post("/attachment")
@acts.input(AttachmentIn, arg_name="wanted")
@acts.output(DocumentRow)
@acts.doc(summary="Zur Anlage eines anderen Dokuments machen", security=LOCKED)
def attach_to(document_id: UUID, wanted: AttachmentIn) -> DocumentRow:
    """Make a document an attachment of another one in the same inbox or case."""
    return _done(
        document_id,
        wanted.edits,
        lambda work, document: attach(work, document, to=document_by_id(work, wanted.to)),
    )


@acts.delete("/attachment")
@acts.output(DocumentRow)
@acts.doc(summary="Von seinem Hauptschreiben lösen", security=LOCKED)
def detach_from(document_id: UUID) -> DocumentRow:
    """Let an attachment be a document of its own again."""
    return _done(document_id, None, detach)
