"""How does a program hand post over, clarify it, try it again and read its register?"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from eakte.errors import NotFound
from eakte.filing.clarifying import answer_question, ask_about, drop_question, open_question
from eakte.filing.handing_over import LONGEST_NOTE, hand_over, hand_over_batch
from eakte.filing.placing import process_failed_again
from eakte.model.clarification import Clarification, ClarificationState
from eakte.model.department import Department
from eakte.model.document import Direction, Source
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.mailroom import questions
from eakte.retrieval.register import Asked, Entry, register
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import (
    AskedDay,
    Edits,
    Id,
    Model,
    PageIn,
    PageNumber,
    SomeText,
    Text,
    refuse_stale,
)
from eakte.web.api.schemas_documents import DocumentRow, document_row
from eakte.web.per_request import current_work

mailroom = APIBlueprint("api_mailroom", __name__, url_prefix="/api/v1", tag="Poststelle")


class HandOverIn(Model):
    """An welches Sachgebiet, mit welcher Notiz."""

    department_id: Id
    note: SomeText = Field(max_length=LONGEST_NOTE)
    edits: Edits | None = None


class QuestionIn(Model):
    """Was zu klären ist."""

    question: SomeText = Field(max_length=500)
    for_id: Id | None = Field(default=None, description="an wen; ohne Angabe: alle im Sachgebiet")
    due_on: date | None = None


class AnswerIn(Model):
    """Die Antwort."""

    answer: SomeText = Field(max_length=500)


class QuestionOut(Model):
    """Was zu klären ist oder war."""

    id: UUID
    document_id: UUID
    state: ClarificationState
    question: str
    for_id: UUID | None
    due_on: date | None
    asked_at: datetime
    asked_by: str
    answer: str
    answered_at: datetime | None
    answered_by: str


class QuestionsOut(Model):
    """Eine Seite der Klärungsliste, das Dringendste zuerst."""

    total: int
    page: int
    pages: int
    questions: list[QuestionOut]


class AgainIn(Model):
    """Welche Dokumente noch einmal verarbeitet werden; ohne Angabe alle gescheiterten."""

    documents: list[Id] | None = Field(default=None, max_length=500)


class AgainOut(Model):
    """Wie viele Dokumente noch einmal verarbeitet werden."""

    documents: int


class RegisterIn(Model):
    """Welche Einträge des Postbuchs."""

    words: Text = Field(default="", max_length=200)
    number: Text = Field(default="", max_length=20, description="2026/000123 oder 123")
    first: AskedDay | None = None
    last: AskedDay | None = None
    direction: Direction | None = None
    page: PageNumber = 1


class GivenOut(Model):
    """Wie etwas abgegeben wurde."""

    at: datetime
    by: str
    from_id: UUID
    to_id: UUID
    note: str


class RegisterEntryOut(Model):
    """Ein Eintrag im Postbuch; `document` fehlt, wenn das eigene Sachgebiet es abgegeben hat."""

    year: int
    number: int
    received_at: datetime
    source: Source
    pages: int | None
    document: DocumentRow | None
    given: GivenOut | None


class RegisterOut(Model):
    """Eine Seite des Postbuchs, das Neueste zuerst."""

    total: int
    page: int
    pages: int
    entries: list[RegisterEntryOut]


@mailroom.post("/documents/<uuid:document_id>/hand-over")
@mailroom.input(HandOverIn, arg_name="wanted")
@mailroom.output(DocumentRow)
@mailroom.doc(summary="An ein anderes Sachgebiet abgeben", security=LOCKED)
def give(document_id: UUID, wanted: HandOverIn) -> DocumentRow:
    """Hand a waiting document over; the caller's unit sees no more of it than its row here."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=wanted.edits)
    hand_over(work, document, to=_unit(work, wanted.department_id), note=wanted.note)
    return document_row(document)


@mailroom.post("/batches/<uuid:batch_id>/hand-over")
@mailroom.input(HandOverIn, arg_name="wanted")
@mailroom.output({}, status_code=204)
@mailroom.doc(summary="Einen Stapel an ein anderes Sachgebiet abgeben", security=LOCKED)
def give_batch(batch_id: UUID, wanted: HandOverIn) -> Response:
    """Hand a stack over, with every document that came out of it."""
    work = current_work()
    batch = batch_by_id(work, batch_id)
    refuse_stale(batch.edits, wanted=wanted.edits)
    hand_over_batch(work, batch, to=_unit(work, wanted.department_id), note=wanted.note)
    return Response(status=204)


@mailroom.post("/documents/<uuid:document_id>/clarification")
@mailroom.input(QuestionIn, arg_name="wanted")
@mailroom.output(QuestionOut, status_code=201)
@mailroom.doc(summary="Auf die Klärungsliste setzen", security=LOCKED)
def ask(document_id: UUID, wanted: QuestionIn) -> QuestionOut:
    """Put a document on the list of what has to be clarified."""
    work = current_work()
    document = document_by_id(work, document_id)
    asked = ask_about(
        work, document, question=wanted.question, for_id=wanted.for_id, due_on=wanted.due_on
    )
    return _question(asked)


@mailroom.post("/documents/<uuid:document_id>/clarification/answer")
@mailroom.input(AnswerIn, arg_name="wanted")
@mailroom.output(QuestionOut)
@mailroom.doc(summary="Die offene Frage beantworten", security=LOCKED)
def answer(document_id: UUID, wanted: AnswerIn) -> QuestionOut:
    """Answer what was asked about a document."""
    work = current_work()
    document = document_by_id(work, document_id)
    asked = open_question(work, document)
    answer_question(work, document, answer=wanted.answer)
    if asked is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return _question(asked)


@mailroom.delete("/documents/<uuid:document_id>/clarification")
@mailroom.output({}, status_code=204)
@mailroom.doc(summary="Die offene Frage zurücknehmen", security=LOCKED)
def drop(document_id: UUID) -> Response:
    """Take a question from the list."""
    work = current_work()
    drop_question(work, document_by_id(work, document_id))
    return Response(status=204)


@mailroom.get("/clarifications")
@mailroom.input(PageIn, location="query", arg_name="wanted")
@mailroom.output(QuestionsOut)
@mailroom.doc(summary="Die Klärungsliste", security=LOCKED, responses=[403])
def clarifications(wanted: PageIn) -> QuestionsOut:
    """List what has to be clarified."""
    found = questions(current_work(), page=wanted.page)
    return QuestionsOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        questions=[_question(one) for one in found.rows],
    )


@mailroom.post("/inbox/processing-again")
@mailroom.input(AgainIn, arg_name="wanted")
@mailroom.output(AgainOut)
@mailroom.doc(summary="Gescheitertes noch einmal verarbeiten", security=LOCKED, responses=[403])
def again(wanted: AgainIn) -> AgainOut:
    """Try once more what could not be processed: some, or all that the caller may."""
    return AgainOut(documents=process_failed_again(current_work(), wanted.documents))


@mailroom.get("/register")
@mailroom.input(RegisterIn, location="query", arg_name="wanted")
@mailroom.output(RegisterOut)
@mailroom.doc(summary="Das Postbuch", security=LOCKED, responses=[403])
def book(wanted: RegisterIn) -> RegisterOut:
    """List what came in and went out, as far as the caller sees it.

    Als Tabelle (CSV) gibt es dasselbe unter `/lists` mit `kind` `register`.
    """
    work = current_work()
    asked = Asked(**wanted.model_dump(exclude={"page"}))
    found = register(work, asked, page=wanted.page)
    return RegisterOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        entries=[_entry(one) for one in found.rows],
    )


def _unit(work: UnitOfWork, department_id: UUID) -> Department:
    unit = work.session.get(Department, department_id)
    if unit is None:
        raise NotFound("Dieses Sachgebiet gibt es nicht.")
    return unit


def _question(asked: Clarification) -> QuestionOut:
    return QuestionOut.model_validate(
        {name: getattr(asked, name) for name in QuestionOut.model_fields}
    )


def _entry(entry: Entry) -> RegisterEntryOut:
    given = entry.given
    return RegisterEntryOut(
        year=entry.year,
        number=entry.number,
        received_at=entry.received_at,
        source=entry.source,
        pages=entry.pages,
        document=document_row(entry.document) if entry.document else None,
        given=GivenOut(
            at=given.at,
            by=given.by_name,
            from_id=given.from_id,
            to_id=given.to_id,
            note=given.note,
        )
        if given
        else None,
    )
