"""How does a program mark what others must not see, and get a copy without it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from eakte.casework.redacting import (
    LONGEST_NOTE,
    MOST_MARKS,
    Marked,
    ask_for_redaction,
    mark_areas,
    marks_of,
    unmark,
)
from eakte.model.redaction import Ground, Redaction, RedactionMark, RedactionState
from eakte.processing.redacting import places_in
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.redactions import read_redaction, redaction_by_id, redactions_of
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import WHOLE, Id, Model, SomeText, Text
from eakte.web.per_request import (
    begin,
    current_work,
    own_transactions,
    the_app,
    the_office,
    writes,
)
from eakte.web.redacted import spoken
from eakte.web.streaming import send

redactions = APIBlueprint("api_redactions", __name__, url_prefix="/api/v1", tag="Schwärzung")

PageNumber = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
Side = Annotated[float, Field(ge=-20_000, le=20_000, allow_inf_nan=False)]
MOST_IN_BODY = 2_000


class AreaIn(Model):
    """Eine Fläche, in Punkten (1/72 Zoll) von links oben, wie die Seite gezeigt wird."""

    page: PageNumber
    left: Side
    top: Side
    right: Side
    bottom: Side


class MarksIn(Model):
    """Welche Flächen geschwärzt werden sollen, und warum."""

    areas: list[AreaIn] = Field(min_length=1, max_length=MOST_IN_BODY)
    ground: Ground
    note: Text = Field(default="", max_length=LONGEST_NOTE)


class PhraseIn(Model):
    """Welche Wörter an allen Stellen geschwärzt werden sollen, und warum."""

    phrase: SomeText = Field(max_length=200, description="ein Stern am Ende: jede Endung")
    ground: Ground
    note: Text = Field(default="", max_length=LONGEST_NOTE)


class UnmarkIn(Model):
    """Welche Markierungen entfernt werden."""

    ids: list[Id] = Field(min_length=1, max_length=MOST_MARKS)


class MarkOut(Model):
    """Eine markierte Fläche; was in ihr steht, wird nirgends aufgeschrieben."""

    id: UUID
    version: int
    page: int
    left: float
    top: float
    right: float
    bottom: float
    ground: Ground
    note: str
    made_by: str
    made_at: datetime


class MarksOut(Model):
    """Die markierten Flächen der gültigen Fassung, nach Seiten."""

    marks: list[MarkOut]


class RedactionOut(Model):
    """Eine geschwärzte Fassung; abrufen lässt sich nur, was die Prüfung bestanden hat."""

    id: UUID
    document_id: UUID
    version: int
    state: RedactionState
    marks: int
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    sha256: str | None
    pictures: list[int] = Field(description="Seiten, die dabei zum Bild mit Textebene wurden")
    findings: list[str] = Field(description="was die Prüfung dagegen fand")
    problem: str | None


class RedactionsOut(Model):
    """Die geschwärzten Fassungen eines Dokuments, die neueste zuerst."""

    redactions: list[RedactionOut]


@redactions.get("/documents/<uuid:document_id>/redaction-marks")
@redactions.output(MarksOut)
@redactions.doc(summary="Was geschwärzt werden soll", security=LOCKED, responses=[403])
def marks(document_id: UUID) -> MarksOut:
    """List the marks of the current version."""
    work = current_work()
    return _marks(marks_of(work, document_by_id(work, document_id)))


@redactions.post("/documents/<uuid:document_id>/redaction-marks")
@redactions.input(MarksIn, arg_name="wanted")
@redactions.output(MarksOut, status_code=201)
@redactions.doc(summary="Flächen zum Schwärzen markieren", security=LOCKED)
def mark(document_id: UUID, wanted: MarksIn) -> MarksOut:
    """Mark areas; answers with those that are new."""
    work = current_work()
    areas = [Marked(one.page, one.left, one.top, one.right, one.bottom) for one in wanted.areas]
    made = mark_areas(
        work, document_by_id(work, document_id), areas, ground=wanted.ground, note=wanted.note
    )
    return _marks(made)


@redactions.post("/documents/<uuid:document_id>/redaction-marks/words")
@redactions.input(PhraseIn, arg_name="wanted")
@redactions.output(MarksOut, status_code=201)
@redactions.doc(summary="Alle Stellen eines Wortes zum Schwärzen markieren", security=LOCKED)
@own_transactions
def mark_words(document_id: UUID, wanted: PhraseIn) -> MarksOut:
    """Mark every place where the words stand; answers with those that are new."""
    found = places_in(
        begin,
        document_id,
        seek=the_app().seek,
        desk=the_office().settings.work_folder,
        phrase=wanted.phrase,
    )
    areas = [
        Marked(one.page, one.left - 1, one.top - 1, one.right + 1, one.bottom + 1) for one in found
    ]
    with begin() as work:
        document = document_by_id(work, document_id)
        return _marks(mark_areas(work, document, areas, ground=wanted.ground, note=wanted.note))


@redactions.post("/documents/<uuid:document_id>/redaction-marks/removal")
@redactions.input(UnmarkIn, arg_name="wanted")
@redactions.output(MarksOut)
@redactions.doc(summary="Markierungen entfernen", security=LOCKED)
def remove(document_id: UUID, wanted: UnmarkIn) -> MarksOut:
    """Remove marks; answers with those that are left."""
    work = current_work()
    document = document_by_id(work, document_id)
    unmark(work, document, wanted.ids)
    return _marks(marks_of(work, document))


@redactions.get("/documents/<uuid:document_id>/redactions")
@redactions.output(RedactionsOut)
@redactions.doc(summary="Die geschwärzten Fassungen", security=LOCKED, responses=[403])
def index(document_id: UUID) -> RedactionsOut:
    """List the redacted copies."""
    work = current_work()
    found = redactions_of(work, document_by_id(work, document_id))
    return RedactionsOut(redactions=[_out(one) for one in found])


@redactions.post("/documents/<uuid:document_id>/redactions")
@redactions.output(RedactionOut, status_code=201)
@redactions.doc(summary="Eine geschwärzte Fassung herstellen lassen", security=LOCKED)
def make(document_id: UUID) -> RedactionOut:
    """Promise a copy without what is marked."""
    work = current_work()
    return _out(ask_for_redaction(work, document_by_id(work, document_id)))


@redactions.get("/redactions/<uuid:redaction_id>")
@redactions.output(RedactionOut)
@redactions.doc(summary="Wie weit eine geschwärzte Fassung ist", security=LOCKED, responses=[403])
def show(redaction_id: UUID) -> RedactionOut:
    """Say how far a redacted copy is."""
    redaction, _ = redaction_by_id(current_work(), redaction_id)
    return _out(redaction)


@redactions.get("/redactions/<uuid:redaction_id>/content")
@redactions.doc(summary="Eine geschwärzte Fassung", security=LOCKED, responses=[403])
@writes
def fetch(redaction_id: UUID) -> Response:
    """Hand out a redacted copy."""
    return send(read_redaction(current_work(), redaction_id), inline=False)


def _marks(found: Sequence[RedactionMark]) -> MarksOut:
    names = MarkOut.model_fields
    told = [{name: getattr(one, name) for name in names} for one in found]
    return MarksOut(marks=[MarkOut.model_validate(one) for one in told])


def _out(row: Redaction) -> RedactionOut:
    return RedactionOut(
        id=row.id,
        document_id=row.document_id,
        version=row.version,
        state=row.state,
        marks=len(row.marks),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        sha256=row.sha256,
        pictures=row.pictures,
        findings=spoken(row.findings),
        problem=row.problem,
    )
