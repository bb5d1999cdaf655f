"""How does a program ask for a list as a table, follow it and fetch it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from eakte.errors import BadInput
from eakte.model.document import Direction
from eakte.model.dossier import DossierState
from eakte.model.prepared import ListKind, ListState, Refusal
from eakte.retrieval.prepared.asking import (
    ListRow,
    ask_for_list,
    drop_list,
    own_list,
    own_lists,
    read_list,
)
from eakte.retrieval.prepared.lines import Filter
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Id, Model, Text
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import send

lists = APIBlueprint("api_lists", __name__, url_prefix="/api/v1/lists", tag="Listen")


class Progress(StrEnum):
    """How far a list is."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    REFUSED = "refused"


class ListIn(Model):
    """Welche Liste als Tabelle (CSV) geschrieben werden soll."""

    kind: ListKind = Field(description="Akten, alle laufenden Fristen oder das Postbuch")
    words: Text = Field(
        default="",
        max_length=200,
        description="Wörter in Aktenzeichen, Name oder Vertretung der Person",
    )
    plan_entry_id: Id | None = Field(default=None, description="Eintrag im Aktenplan")
    state: DossierState | None = Field(default=None, description="Stand der Akten")
    number: Text = Field(default="", max_length=20, description="Nummer im Postbuch")
    first: date | None = Field(default=None, description="Postbuch: erster Tag")
    last: date | None = Field(default=None, description="Postbuch: letzter Tag")
    direction: Direction | None = Field(default=None, description="Postbuch: Richtung")


class ListOut(Model):
    """Eine Liste, und wie weit sie ist."""

    id: UUID
    kind: ListKind
    state: Progress
    refusal: Refusal | None = Field(description="warum sie nicht geschrieben wurde")
    asked_at: datetime
    written_at: datetime | None
    ends_at: datetime = Field(description="bis dahin wird sie aufbewahrt")
    done: int = Field(description="so viele Zeilen sind geschrieben")
    total: int = Field(description="von so vielen; 0, solange es niemand weiß")
    size: int = Field(description="in Bytes")


class ListsOut(Model):
    """Die eigenen Listen, die neueste zuerst."""

    lists: list[ListOut]


@lists.post("")
@lists.input(ListIn, arg_name="wanted")
@lists.output(ListOut, status_code=201)
@lists.doc(summary="Eine Liste als Tabelle schreiben lassen", security=LOCKED, responses=[404])
def ask(wanted: ListIn) -> ListOut:
    """Promise a list; it is written with the rights the person has by then."""
    of_dossiers = wanted.plan_entry_id or wanted.state
    of_register = wanted.number or wanted.first or wanted.last or wanted.direction
    if wanted.kind is ListKind.DEADLINES and (wanted.words or of_dossiers or of_register):
        raise BadInput("Die Liste der Fristen kennt keinen Filter.")
    if of_register if wanted.kind is ListKind.DOSSIERS else of_dossiers:
        raise BadInput("Diesen Filter gibt es nur bei einer anderen Liste.")
    work = current_work()
    chosen = Filter(**wanted.model_dump(exclude={"kind"}))
    prepared = ask_for_list(work, wanted.kind, chosen)
    return _out(ListRow(prepared, False, 0, 0))


@lists.get("")
@lists.output(ListsOut)
@lists.doc(summary="Die eigenen Listen", security=LOCKED, responses=[403])
def index() -> ListsOut:
    """List what the person has asked for and is still kept."""
    return ListsOut(lists=[_out(row) for row in own_lists(current_work())])


@lists.get("/<uuid:list_id>")
@lists.output(ListOut)
@lists.doc(summary="Wie weit eine Liste ist", security=LOCKED, responses=[403])
def show(list_id: UUID) -> ListOut:
    """Say how far a list is."""
    return _out(own_list(current_work(), list_id))


@lists.get("/<uuid:list_id>/file")
@lists.doc(summary="Die Tabelle (CSV)", security=LOCKED, responses=[403, 409])
@writes
def fetch(list_id: UUID) -> Response:
    """Hand out the table; 409 as long as it is not written."""
    return send(read_list(current_work(), list_id), inline=False)


@lists.delete("/<uuid:list_id>")
@lists.output({}, status_code=204)
@lists.doc(summary="Eine Liste löschen", security=LOCKED, responses=[403, 404])
def drop(list_id: UUID) -> Response:
    """Let go of a list; its bytes are destroyed."""
    drop_list(current_work(), list_id)
    return Response(status=204)


def _out(row: ListRow) -> ListOut:
    prepared = row.prepared
    state = Progress.WRITING if row.writing else Progress(prepared.state.value)
    ready = prepared.state is ListState.READY
    return ListOut(
        id=prepared.id,
        kind=prepared.kind,
        state=state,
        refusal=prepared.refusal,
        asked_at=prepared.asked_at,
        written_at=prepared.written_at,
        ends_at=prepared.ends_at,
        done=prepared.rows if ready else row.done,
        total=prepared.rows if ready else row.total,
        size=prepared.size,
    )
