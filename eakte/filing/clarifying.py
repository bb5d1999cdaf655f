"""What is asked about a document that cannot be placed yet, and how is that settled?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.filing.clerks import askable
from eakte.model.clarification import Clarification, ClarificationState
from eakte.model.document import Document, DocumentState
from eakte.unit_of_work import UnitOfWork

LONGEST = 500


def ask_about(
    work: UnitOfWork,
    document: Document,
    *,
    question: str,
    for_id: UUID | None = None,
    due_on: date | None = None,
) -> Clarification:
    """Put a document on the list of what has to be clarified, with a question to a colleague.

    Without ``for_id`` the whole unit is asked. Somebody of another unit can be asked as far as they
    may see the document: who may not is not told of it, and it is handed over, with a note.

    Raises:
        BadInput: naming every value that cannot be.
        RuleBroken: it does not wait to be filed, or a question about it is open already.
    """
    require(work, Action.CLARIFY_DOCUMENT, document)
    if document.state is not DocumentState.INBOX:
        raise RuleBroken("Nur was im Posteingang liegt, kann auf die Klärungsliste.")
    if open_question(work, document) is not None:
        raise RuleBroken(
            "Zu diesem Schreiben ist schon eine Frage offen.",
            next_step="Bitte beantworten Sie sie zuerst oder nehmen Sie sie zurück.",
        )
    if due_on is not None and due_on < work.clock.today():
        raise BadInput("Der Tag, bis zu dem geantwortet werden soll, ist schon vorbei.")
    if for_id is not None and all(one.id != for_id for one in askable(work, document)):
        raise BadInput(
            "Die gewählte Person darf dieses Schreiben nicht sehen.",
            next_step="Bitte geben Sie es mit einer Notiz an ihr Sachgebiet ab.",
        )
    clarification = Clarification(
        document_id=document.id,
        question=_text(question, Sentence("Bitte schreiben Sie, was zu klären ist.")),
        for_id=for_id,
        due_on=due_on,
        asked_at=work.clock.now(),
        asked_by_id=work.actor.id,
        asked_by=work.actor.name,
    )
    work.session.add(clarification)
    work.session.flush()
    audit.note(work, "document.question-asked", kind="document", subject=document.id)
    return clarification


def answer_question(work: UnitOfWork, document: Document, *, answer: str) -> None:
    """Answer the open question about a document.

    Raises:
        BadInput: there is no answer.
        RuleBroken: no question is open.
    """
    require(work, Action.CLARIFY_DOCUMENT, document)
    text = _text(answer, Sentence("Bitte schreiben Sie eine Antwort."))
    _settle(work, document, text, ClarificationState.ANSWERED)
    audit.note(work, "document.question-answered", kind="document", subject=document.id)


def drop_question(work: UnitOfWork, document: Document) -> None:
    """Take the open question about a document from the list: it has become idle.

    Raises:
        RuleBroken: no question is open.
    """
    require(work, Action.CLARIFY_DOCUMENT, document)
    _settle(work, document, "", ClarificationState.DROPPED)
    audit.note(work, "document.question-dropped", kind="document", subject=document.id)


def drop_with(work: UnitOfWork, document: Document, *, answer: str) -> None:
    """Take a question from the list because of what was done with its document, if one is open."""
    require(work, Action.SEE_DOCUMENT, document)
    if open_question(work, document) is not None:
        _settle(work, document, answer, ClarificationState.DROPPED)


def open_question(work: UnitOfWork, document: Document) -> Clarification | None:
    """Return the question about a document that is open, None when there is none."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalar(
        select(Clarification).where(
            Clarification.document_id == document.id,
            Clarification.state == ClarificationState.OPEN,
        )
    )


def _settle(work: UnitOfWork, document: Document, answer: str, state: ClarificationState) -> None:
    asked = open_question(work, document)
    if asked is None:
        raise RuleBroken("Zu diesem Schreiben ist keine Frage offen.")
    asked.state, asked.answer = state, answer
    asked.answered_at, asked.answered_by = work.clock.now(), work.actor.name
    work.session.flush()


def _text(typed: str, missing: str) -> str:
    text = typed.strip()
    if not text:
        raise BadInput(missing)
    if len(text) > LONGEST:
        raise BadInput("Eine Angabe ist zu lang: höchstens %(most)s Zeichen.", most=LONGEST)
    return text
