"""How does a document come into its case, and how is that undone?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import (
    AlreadyFiled,
    BadInput,
    CaseClosed,
    DossierClosed,
    NotFiled,
    RuleBroken,
)
from eakte.model.case import Case, CaseState
from eakte.model.counter import hold
from eakte.model.document import Direction, Document, DocumentState, ProcessingState
from eakte.model.dossier import DossierState
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Description:
    """What a person says of a document; None leaves what is there."""

    title: str | None = None
    document_type: str | None = None
    direction: Direction | None = None
    letter_date: date | None = None
    received_on: date | None = None


def place_document(
    work: UnitOfWork, document: Document, *, case: Case, description: Description
) -> None:
    """File a document at the end of a case; it then belongs to the unit that keeps the dossier.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    require(work, Action.SEE_CASE, case)
    _refuse_if_impossible(document, case)
    _describe(work, document, description)
    hold(work.session, f"positions:{case.id}")
    last = work.session.scalar(
        select(func.max(Document.position)).where(Document.case_id == case.id)
    )
    document.case_id = case.id
    document.dossier_id = case.dossier_id
    document.position = (last or 0) + 1
    document.department_id = case.dossier.department_id
    document.state = DocumentState.FILED
    work.session.flush()
    work.session.refresh(document, ["case", "department"])
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


def take_back(work: UnitOfWork, document: Document) -> None:
    """Put a filed document back into the inbox; its place in the case stays empty and visible.

    Raises:
        NotFiled: it lies in no case.
        RuleBroken: dossier or case is closed by now.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    case = document.case
    if document.state is not DocumentState.FILED or case is None:
        raise NotFiled("Das Dokument liegt in keinem Vorgang.")
    reasons = _closed(case)
    if reasons:
        raise RuleBroken("Das Dokument kann nicht zurückgelegt werden.", reasons=reasons)
    left = {"case": str(case.id), "position": document.position}
    document.case_id = None
    document.dossier_id = None
    document.position = None
    document.state = DocumentState.INBOX
    work.session.flush()
    work.session.refresh(document, ["case"])
    audit.note(work, "document.taken-back", kind="document", subject=document.id, **left)
    jobs.enqueue(work, "index", document.id)


def describe_document(work: UnitOfWork, document: Document, *, description: Description) -> None:
    """Change what is said of a document; the old values stay in the log."""
    require(work, Action.DESCRIBE_DOCUMENT, document)
    _describe(work, document, description)
    work.session.flush()
    jobs.enqueue(work, "index", document.id)


def cancel_document(work: UnitOfWork, document: Document, *, reason: str) -> None:
    """Cancel a document that should not be here; it is kept, with the reason, but out of the way.

    Raises:
        BadInput: no reason was given.
        AlreadyFiled: it lies in a case, from which it has to be taken back first.
    """
    require(work, Action.CANCEL_DOCUMENT, document)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum das Dokument storniert wird.")
    if document.state is DocumentState.FILED:
        raise AlreadyFiled(
            "Das Dokument liegt in einem Vorgang.",
            next_step="Bitte legen Sie es zuerst in den Posteingang zurück.",
        )
    document.state = DocumentState.CANCELLED
    document.cancel_reason = reason.strip()[:500]
    work.session.flush()
    audit.note(
        work, "document.cancelled", kind="document", subject=document.id, reason=reason.strip()
    )
    jobs.enqueue(work, "index", document.id)


def process_again(work: UnitOfWork, document: Document) -> None:
    """Try the processing of a document once more, ahead of the queue."""
    require(work, Action.PROCESS_AGAIN, document)
    document.processing = ProcessingState.WAITING
    work.session.flush()
    audit.note(work, "document.process-again", kind="document", subject=document.id)
    jobs.revive(work, "process", document.id)


def _refuse_if_impossible(document: Document, case: Case) -> None:
    if document.state is DocumentState.FILED:
        raise AlreadyFiled(
            "Das Dokument liegt schon in einem Vorgang.",
            next_step="Bitte legen Sie es zuerst in den Posteingang zurück.",
        )
    reasons = _closed(case)
    if document.state is DocumentState.CANCELLED:
        reasons.append("Das Dokument ist storniert.")
    if not reasons:
        return
    kind = DossierClosed if case.dossier.state is DossierState.CLOSED else CaseClosed
    if document.state is DocumentState.CANCELLED:
        raise RuleBroken("Das Dokument kann nicht abgelegt werden.", reasons=reasons)
    raise kind("Das Dokument kann nicht abgelegt werden.", reasons=reasons)


def _closed(case: Case) -> list[str]:
    reasons = []
    if case.dossier.state is DossierState.CLOSED:
        reasons.append(f"Die Akte {case.dossier.reference} ist geschlossen.")
    if case.state is CaseState.CLOSED:
        reasons.append(f"Der Vorgang {case.number} ist geschlossen.")
    return reasons


def _describe(work: UnitOfWork, document: Document, said: Description) -> None:
    today = work.clock.today()
    if said.title is not None and not said.title.strip():
        raise BadInput("Der Titel darf nicht leer sein.")
    for day, meant in (
        (said.letter_date, "Das Datum des Schreibens"),
        (said.received_on, "Das Eingangsdatum"),
    ):
        if day is not None and day > today:
            raise BadInput("%(meant)s liegt in der Zukunft.", meant=meant)
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    wanted = {
        "title": said.title.strip()[:300] if said.title is not None else None,
        "document_type": said.document_type.strip()[:100] if said.document_type else None,
        "direction": said.direction,
        "letter_date": said.letter_date,
        "received_on": said.received_on,
    }
    for name, value in wanted.items():
        old = getattr(document, name)
        if value is not None and value != old:
            before[name], after[name] = (str(old) if old else None), str(value)
            setattr(document, name, value)
    if after:
        audit.note(
            work,
            "document.described",
            kind="document",
            subject=document.id,
            before=before,
            after=after,
        )
