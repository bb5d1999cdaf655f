"""How does a document come into its case, and how does it leave it again?"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import refuse_if_cancelled, require, visible
from eakte.errors import (
    AlreadyFiled,
    BadInput,
    CaseClosed,
    CheckedOut,
    DossierClosed,
    NotFiled,
    RuleBroken,
    Sentence,
)
from eakte.filing.describing import Description, describe
from eakte.filing.naming import document_type
from eakte.filing.unreleased import refuse_found, refuse_unreleased
from eakte.history import change
from eakte.model.case import Case, CaseState
from eakte.model.clearance import CLOSED, Clearance
from eakte.model.counter import hold
from eakte.model.document import (
    Document,
    DocumentState,
    ProcessingState,
    Version,
    WithdrawalSheet,
)
from eakte.model.dossier import DossierState
from eakte.model.proposal import Recognised
from eakte.unit_of_work import UnitOfWork

MOST_AGAIN = 500


def place_document(
    work: UnitOfWork, document: Document, *, case: Case, description: Description
) -> None:
    """File a document at the end of a case; it then belongs to the unit that keeps the dossier.

    Its attachments go with it. What the unit's catalogue says of its kind, for example that it
    comes from a doctor (§ 76 SGB X), is taken over.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    require(work, Action.SEE_CASE, case)
    refuse_if_cancelled(case)
    _refuse_if_impossible(document, case)
    refuse_unreleased(work, document)
    refuse_found(work, document)
    # What is still being taken out of a message waits here, or goes along: none is left behind.
    work.session.execute(select(Document.id).where(Document.id == document.id).with_for_update())
    describe(work, document, description)
    hold(work.session, f"positions:{case.id}")
    for one in (document, *attachments_of(work, document)):
        _put_into(work, one, case)


def take_along(work: UnitOfWork, document: Document, *, main: Document) -> None:
    """Put an attachment that arrived after its main document where that one lies by now."""
    require(work, Action.MAINTAIN)
    if main.case is None:
        return
    hold(work.session, f"positions:{main.case.id}")
    _put_into(work, document, main.case)


def take_back(work: UnitOfWork, document: Document) -> None:
    """Put a filed document back into the inbox; its place in the case stays empty and visible.

    Raises:
        NotFiled: it lies in no case.
        RuleBroken: dossier or case is closed by now.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    case = _case_of(document)
    _refuse_if_fixed(document, case, Sentence("Das Dokument kann nicht zurückgelegt werden."))
    for one in (document, *attachments_of(work, document)):
        left = {"case": str(case.id), "position": one.position}
        _take_from(work, one)
        audit.note(work, "document.taken-back", kind="document", subject=one.id, **left)
        jobs.enqueue(work, "index", one.id)
        jobs.enqueue(work, "propose", one.id)


def withdraw_document(work: UnitOfWork, document: Document, *, reason: str) -> WithdrawalSheet:
    """Take a document out of a case; a sheet with the reason stays at its place (Fehlblatt).

    The document itself goes back to the inbox of the unit, where it is filed elsewhere, handed
    out or cancelled; nothing of it is deleted.

    Raises:
        BadInput: no reason was given.
        NotFiled: it lies in no case.
        RuleBroken: dossier or case is closed by now.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum das Schreiben herausgenommen wird.")
    case = _case_of(document)
    _refuse_if_fixed(document, case, Sentence("Das Dokument kann nicht herausgenommen werden."))
    sheet = WithdrawalSheet(
        case_id=case.id,
        position=document.position or 0,
        document_id=document.id,
        title=document.title,
        pages=document.page_count,
        reason=reason.strip()[:500],
        taken_out_at=work.clock.now(),
        taken_out_by_id=work.actor.id,
        taken_out_by=work.actor.name,
    )
    work.session.add(sheet)
    left = {"case": str(case.id), "position": document.position}
    _take_from(work, document)
    audit.note(
        work,
        "document.withdrawn",
        kind="document",
        subject=document.id,
        sheet=str(sheet.id),
        **left,
    )
    jobs.enqueue(work, "index", document.id)
    jobs.enqueue(work, "propose", document.id)
    return sheet


def describe_document(work: UnitOfWork, document: Document, *, description: Description) -> None:
    """Change what is said of a document; the old values stay in its history."""
    require(work, Action.DESCRIBE_DOCUMENT, document)
    if describe(work, document, description):
        jobs.enqueue(work, "index", document.id)


def cancel_document(work: UnitOfWork, document: Document, *, reason: str) -> None:
    """Cancel a document that should not be here; it is kept, with the reason, but out of the way.

    In a case it keeps its place, so that no number is missing.

    Raises:
        BadInput: no reason was given.
        RuleBroken: its dossier or case is closed.
    """
    require(work, Action.CANCEL_DOCUMENT, document)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum das Dokument storniert wird.")
    if document.case is not None:
        _refuse_if_fixed(
            document, document.case, Sentence("Das Dokument kann nicht storniert werden.")
        )
    wanted = {"state": DocumentState.CANCELLED, "cancel_reason": reason.strip()[:500]}
    change(work, document, kind="document", act="document.cancelled", wanted=wanted)
    _forget_clues(work, document)
    jobs.enqueue(work, "index", document.id)


def restore_document(work: UnitOfWork, document: Document) -> None:
    """Take a cancellation back: the document stands again where it stood.

    Raises:
        RuleBroken: it is not cancelled, or its dossier or case is closed by now.
    """
    require(work, Action.CANCEL_DOCUMENT, document, although_cancelled=True)
    if document.state is not DocumentState.CANCELLED:
        raise RuleBroken("Das Dokument ist nicht storniert.")
    if document.taken_over_id is not None:
        raise RuleBroken(
            "Die Seiten dieses Schreibens liegen in anderen.",
            next_step="Bitte nehmen Sie stattdessen das Teilen oder Zusammenfügen zurück.",
        )
    if document.case is not None:
        _refuse_if_fixed(
            document, document.case, Sentence("Die Stornierung kann nicht aufgehoben werden.")
        )
    state = DocumentState.FILED if document.case_id else DocumentState.INBOX
    wanted = {"state": state, "cancel_reason": None}
    change(work, document, kind="document", act="document.restored", wanted=wanted)
    jobs.enqueue(work, "index", document.id)
    jobs.enqueue(work, "propose", document.id)


def process_again(work: UnitOfWork, document: Document) -> None:
    """Try the processing of a document once more, ahead of the queue.

    What a virus scanner has not passed goes to the scanner again, which may know better by now.
    """
    require(work, Action.PROCESS_AGAIN, document)
    document.processing = ProcessingState.WAITING
    closed = work.session.scalar(
        select(Version).where(
            Version.document_id == document.id,
            Version.number == document.current_version,
            Version.clearance.in_(CLOSED),
        )
    )
    if closed is not None:
        closed.clearance, closed.find = Clearance.HELD, None
        document.problem_code = document.problem = None
    work.session.flush()
    audit.note(work, "document.process-again", kind="document", subject=document.id)
    jobs.revive(work, "scan" if closed is not None else "process", document.id)


def process_failed_again(work: UnitOfWork, ids: Collection[UUID] | None = None) -> int:
    """Try once more what could not be processed and waits to be filed; returns how much that is.

    Without ``ids`` everything, of what the actor may try again; of a long list the oldest.
    """
    require(work, Action.SEE_INBOX)
    failed = (
        select(Document)
        .where(
            Document.state == DocumentState.INBOX,
            Document.processing == ProcessingState.FAILED,
            visible(work.actor, Action.PROCESS_AGAIN, Document),
        )
        .order_by(Document.receipt_number)
        .limit(MOST_AGAIN)
    )
    if ids is not None:
        failed = failed.where(Document.id.in_(ids))
    found = work.session.scalars(failed).all()
    for document in found:
        process_again(work, document)
    return len(found)


def attachments_of(work: UnitOfWork, document: Document) -> list[Document]:
    """Return the attachments of a document in the order in which they were attached."""
    require(work, Action.SEE_DOCUMENT, document)
    rows = work.session.scalars(
        select(Document).where(Document.parent_id == document.id).order_by(Document.receipt_number)
    )
    return list(rows)


def _put_into(work: UnitOfWork, document: Document, case: Case) -> None:
    last = work.session.scalar(
        select(func.max(Document.position)).where(Document.case_id == case.id)
    )
    sheet = work.session.scalar(
        select(func.max(WithdrawalSheet.position)).where(WithdrawalSheet.case_id == case.id)
    )
    document.case_id = case.id
    document.dossier_id = case.dossier_id
    # The place of what was taken out is never given to anything else.
    document.position = max(last or 0, sheet or 0) + 1
    document.department_id = case.dossier.department_id
    document.state = DocumentState.FILED
    kind = document_type(work, document.department_id, document.document_type)
    if kind is not None and kind.from_doctor:
        document.from_doctor = True
    work.session.flush()
    work.session.refresh(document, ["case", "department"])
    _forget_clues(work, document)
    audit.note(
        work,
        "document.filed",
        kind="document",
        subject=document.id,
        case=str(case.id),
        dossier=str(case.dossier_id),
        position=document.position,
    )
    jobs.enqueue(work, "index", document.id)


def _forget_clues(work: UnitOfWork, document: Document) -> None:
    """What was read in it served to find its place, and is not kept longer."""
    work.session.execute(delete(Recognised).where(Recognised.document_id == document.id))


def _take_from(work: UnitOfWork, document: Document) -> None:
    document.case_id = None
    document.dossier_id = None
    document.position = None
    document.state = DocumentState.INBOX
    work.session.flush()
    work.session.refresh(document, ["case"])


def _case_of(document: Document) -> Case:
    if document.state is not DocumentState.FILED or document.case is None:
        raise NotFiled("Das Dokument liegt in keinem Vorgang.")
    return document.case


def _refuse_if_fixed(document: Document, case: Case, sentence: str) -> None:
    reasons = _closed(case)
    if document.checked_out_by_id is not None:
        raise CheckedOut(sentence, reasons=[*reasons, Sentence("Das Schreiben ist ausgeliehen.")])
    if reasons:
        raise RuleBroken(sentence, reasons=reasons)


def _refuse_if_impossible(document: Document, case: Case) -> None:
    if document.state is DocumentState.FILED:
        raise AlreadyFiled(
            "Das Dokument liegt schon in einem Vorgang.",
            next_step="Bitte legen Sie es zuerst in den Posteingang zurück.",
        )
    if document.parent_id is not None:
        raise RuleBroken(
            "Das Schreiben ist eine Anlage; es wird mit seinem Hauptschreiben abgelegt."
        )
    reasons = _closed(case)
    if not reasons:
        return
    kind = DossierClosed if case.dossier.state is not DossierState.OPEN else CaseClosed
    raise kind(Sentence("Das Dokument kann nicht abgelegt werden."), reasons=reasons)


def _closed(case: Case) -> list[str]:
    reasons: list[str] = []
    if case.dossier.state is DossierState.CLOSED:
        reasons.append(
            Sentence("Die Akte %(reference)s ist geschlossen.", reference=case.dossier.reference)
        )
    if case.state is CaseState.CLOSED:
        reasons.append(Sentence("Der Vorgang %(number)s ist geschlossen.", number=case.number))
    return reasons
