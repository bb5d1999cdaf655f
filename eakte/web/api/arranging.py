"""How does a program put the pages of a waiting document in order, split, join and take back?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from apiflask import APIBlueprint
from flask import request
from pydantic import Field

from eakte.errors import BadInput
from eakte.filing.arranging import MOST_SOURCES, arrange_pages, go_back, undo_taking_over
from eakte.filing.page_plan import MOST_PARTS, Taken
from eakte.model.arrangement import ArrangementKind, ArrangementState
from eakte.retrieval.arrangements import Ordered, ordered
from eakte.retrieval.listing import document_by_id
from eakte.web.api.documents import LOCKED, LONGEST_KEY
from eakte.web.api.schemas import WHOLE, Edits, EditsIn, Id, Model, refuse_stale
from eakte.web.api.schemas_documents import AttachmentsOut, DocumentRow, document_row
from eakte.web.per_request import current_work

arranging = APIBlueprint("api_arranging", __name__, url_prefix="/api/v1", tag="Seiten")

Turn = Annotated[int, Field(ge=0, le=270, description="0, 90, 180 oder 270 Grad"), WHOLE]


class ArrangedPageIn(Model):
    """Eine Seite, wie sie liegen soll."""

    source: Annotated[
        int, Field(ge=0, lt=MOST_SOURCES, description="das Dokument: 0 ist dieses"), WHOLE
    ] = 0
    page: Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
    turn: Turn = 0


class PartIn(Model):
    """Die Seiten eines Teils, in ihrer Reihenfolge."""

    pages: list[ArrangedPageIn] = Field(min_length=1, max_length=100_000)


class ArrangementIn(Model):
    """Wie die Seiten liegen sollen: ein Teil gibt eine neue Fassung, mehrere eigene Dokumente."""

    parts: list[PartIn] = Field(min_length=1, max_length=MOST_PARTS)
    others: list[Id] = Field(
        default_factory=list, max_length=MOST_SOURCES - 1, description="Dokumente 1, 2, …"
    )
    although_signed: bool = Field(
        default=False, description="bekannt ist, dass die Signatur nicht mitgeht"
    )
    edits: Edits | None = None


class ReturnIn(Model):
    """Welche frühere Fassung wieder gelten soll."""

    number: Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
    edits: Edits | None = None


class ArrangementOut(Model):
    """Eine verlangte Ordnung, und was daraus wurde."""

    id: UUID
    document_id: UUID
    kind: ArrangementKind
    state: ArrangementState
    asked_at: datetime
    ended_at: datetime | None
    problem: str | None
    done: int = Field(description="so viele Seiten sind geordnet")
    total: int = Field(description="von so vielen; 0, solange nichts läuft")
    results: list[DocumentRow] = Field(description="die neuen Dokumente")


@arranging.post("/documents/<uuid:document_id>/arrangements")
@arranging.input(ArrangementIn, arg_name="wanted")
@arranging.output(ArrangementOut, status_code=201)
@arranging.doc(summary="Seiten ordnen, drehen, teilen, zusammenfügen, weglassen", security=LOCKED)
def arrange(document_id: UUID, wanted: ArrangementIn) -> ArrangementOut:
    """Promise an order of pages; what came in stays as it is.

    Derselbe `Idempotency-Key` ist derselbe Auftrag.
    """
    key = request.headers.get("Idempotency-Key", "").strip() or uuid4().hex
    if len(key) > LONGEST_KEY:
        raise BadInput("Der Schlüssel der Lieferung ist zu lang.")
    work = current_work()
    document = document_by_id(work, document_id)
    others = [document_by_id(work, one) for one in wanted.others]
    refuse_stale(document.edits, wanted=wanted.edits)
    parts = tuple(
        tuple(Taken(one.source, one.page, one.turn) for one in part.pages) for part in wanted.parts
    )
    arrangement = arrange_pages(
        work,
        document,
        parts,
        key=key,
        others=others,
        although_signed=wanted.although_signed,
    )
    return _out(ordered(work, arrangement.id))


@arranging.get("/arrangements/<uuid:arrangement_id>")
@arranging.output(ArrangementOut)
@arranging.doc(summary="Wie weit eine Ordnung ist", security=LOCKED)
def show(arrangement_id: UUID) -> ArrangementOut:
    """Say how far an order of pages is, and which documents came out of it."""
    return _out(ordered(current_work(), arrangement_id))


@arranging.post("/documents/<uuid:document_id>/return")
@arranging.input(ReturnIn, arg_name="wanted")
@arranging.output(DocumentRow)
@arranging.doc(summary="Eine frühere Fassung wieder gelten lassen", security=LOCKED)
def back(document_id: UUID, wanted: ReturnIn) -> DocumentRow:
    """Let an earlier version count again, as the newest."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=wanted.edits)
    go_back(work, document, number=wanted.number)
    return document_row(document)


@arranging.post("/documents/<uuid:document_id>/undoing")
@arranging.input(EditsIn, arg_name="wanted")
@arranging.output(AttachmentsOut)
@arranging.doc(summary="Teilen oder Zusammenfügen zurücknehmen", security=LOCKED)
def undo(document_id: UUID, wanted: EditsIn) -> AttachmentsOut:
    """Take back by which this document was taken over; answers with what waits again."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits, wanted=wanted.edits)
    sources = undo_taking_over(work, document)
    return AttachmentsOut(documents=[document_row(one) for one in sources])


def _out(found: Ordered) -> ArrangementOut:
    row, job = found.arrangement, found.job
    return ArrangementOut(
        id=row.id,
        document_id=row.document_id,
        kind=row.kind,
        state=row.state,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        problem=row.problem,
        done=job.done if job else 0,
        total=job.total if job else 0,
        results=[document_row(one) for one in found.results],
    )
