"""How does a program put a dossier together for a court, follow the package and fetch it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.asking import (
    LEGAL_GROUND,
    Choice,
    Wanted,
    ask_for_sending,
    courts_of,
    placed,
)
from eakte.casework.sending.handing_over import note_handed_over
from eakte.casework.sending.selecting import candidates
from eakte.interchange.package import Occasion
from eakte.model.sending import (
    Decision,
    FileKind,
    RecipientRole,
    SendingKind,
    SendingState,
)
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.sendings import (
    SendingRow,
    answers_to,
    documents_of_sending,
    files_of_sending,
    read_sending,
    sending_by_id,
    sendings_of,
)
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.court_schemas import CourtOut, CourtsIn, CourtsOut
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Id, Model, SomeText, Text
from eakte.web.errors import in_words
from eakte.web.per_request import current_work, takes_choices, writes
from eakte.web.streaming import send

sendings = APIBlueprint("api_sendings", __name__, url_prefix="/api/v1", tag="Übersendungen")

# With a word for each, that many still fit into a body.
MOST_CHOICES = 5_000


class Progress(StrEnum):
    """How far a package is."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    REFUSED = "refused"


class PlacesIn(Model):
    """Für wen: Davon hängt ab, was zu bedenken ist."""

    kind: SendingKind = SendingKind.COURT


class PlaceOut(Model):
    """Eine Stelle der Akte, die das Haus verlassen könnte."""

    id: UUID = Field(description="das Dokument oder das Fehlblatt")
    sheet: bool = Field(description="hier liegt schon ein Fehlblatt")
    case_id: UUID
    title: str
    pages: int
    draft: bool = Field(description="Entwürfe bleiben immer hier")
    redacted: bool = Field(description="es gibt eine freigegebene geschwärzte Fassung")
    against: list[str] = Field(description="warum es nicht gehen kann")
    asks: list[str] = Field(description="was zu bedenken ist; dann ist ein Grund nötig")


class PlacesOut(Model):
    """Was einer Akte entnommen werden kann, in ihrer Ordnung."""

    places: list[PlaceOut]


class ChoiceIn(Model):
    """Was aus einem Dokument wird."""

    id: Id
    decision: Decision
    reason: Text = Field(default="", max_length=500)
    redacted: bool = Field(default=False, description="die geschwärzte Fassung geht mit")


class SendingIn(Model):
    """Was an welches Gericht gehen soll."""

    court: SomeText = Field(max_length=20, description="Code der amtlichen Liste")
    court_reference: Text = Field(default="", max_length=100)
    opens_proceedings: bool = False
    occasion: Occasion = Occasion.SENDING
    legal_ground: SomeText = Field(default=LEGAL_GROUND, max_length=200)
    short_title: Text = Field(default="", max_length=200, description="Kurzrubrum")
    about: Text = Field(default="", max_length=300, description="Verfahrensgegenstand")
    access_reason: Text = Field(
        default="", max_length=500, description="nötig, wenn die Akte gesperrt ist"
    )
    carrier: bool = Field(
        default=False, description="auf einem Datenträger, wenn es für Nachrichten zu groß ist"
    )
    choices: list[ChoiceIn] = Field(
        max_length=MOST_CHOICES, description="für jedes Dokument der Akte eine Entscheidung"
    )


class SentOut(Model):
    """Worüber entschieden wurde."""

    document_id: UUID | None
    title: str
    decision: Decision
    redacted: bool = Field(description="die geschwärzte Fassung")
    reason: str
    first_folio: int = Field(description="Blatt; 0, wenn nichts davon geht")
    last_folio: int
    name: str = Field(description="Name der Datei in der Nachricht")
    sha256: str = Field(description="Prüfsumme der Datei in der Nachricht")


class FileOut(Model):
    """Was sich von einem Paket abrufen lässt."""

    id: UUID
    kind: FileKind
    part: int
    name: str
    size: int
    sha256: str


class SendingOut(Model):
    """Eine Übersendung, und wie weit sie ist."""

    id: UUID
    dossier_id: UUID
    kind: SendingKind = Field(description="für ein Gericht, zur Einsicht, für eine andere Behörde")
    state: Progress
    recipient: str = Field(description="wer sie erhält, wenn es kein Gericht ist")
    recipient_address: str
    recipient_role: RecipientRole | None
    mandate: str = Field(description="Vollmacht oder Bestellung")
    with_versions: bool
    court: str
    court_name: str
    court_reference: str
    occasion: Occasion
    legal_ground: str
    asked_by: str
    asked_at: datetime
    written_at: datetime | None
    carrier: bool = Field(description="geht auf einem Datenträger, nicht als Nachricht")
    released_by: str = Field(description="zweite Person, die es freigegeben hat")
    released_at: datetime | None
    outbox_asked_at: datetime | None = Field(description="in den Ausgang zu legen verlangt")
    outbox_fault: str = Field(description="warum das nicht gelang; leer, wenn nichts entgegensteht")
    handed_over_on: date | None = Field(description="an das Programm des Postfachs übergeben")
    handed_over_by: str
    received_at: datetime | None = Field(description="vom Gericht ganz bestätigt")
    faulty_at: datetime | None = Field(description="das Gericht meldet einen Fehler")
    version: str = Field(description="Fassung von XJustiz oder des Verzeichnisses")
    whole: bool = Field(description="nichts wurde weggelassen als Entwürfe")
    documents: int
    pages: int
    done: int
    total: int = Field(description="von so vielen Schritten; 0, solange es niemand weiß")
    reasons: list[str] = Field(description="warum kein Paket entstand")
    hints: list[str]
    sha256: str = Field(description="Prüfsumme der Liste aller Dateien")


class SendingsOut(Model):
    """Die Übersendungen einer Akte, die neueste zuerst."""

    sendings: list[SendingOut]


class FaultOut(Model):
    """Ein Fehler, den ein Gericht nennt."""

    code: str
    meaning: str = Field(description="nach der amtlichen Codeliste")
    more: str
    handled: bool | None = Field(description="die Nachricht wird trotzdem bearbeitet")


class AnswerOut(Model):
    """Eine Nachricht, die auf das Paket antwortet."""

    document_id: UUID
    kind: str = Field(description="die Nachrichtenart, wie der Absender sie nennt")
    sender: str
    received_at: datetime
    confirms: bool | None = Field(description="angenommen, abgelehnt oder etwas anderes")
    faults: list[FaultOut]


class HandedOverIn(Model):
    """An welchem Tag das Paket übergeben wurde."""

    on: date


class WholeSendingOut(SendingOut):
    """Eine Übersendung mit allem, worüber entschieden wurde, und allem, was sich abrufen lässt."""

    answers: list[AnswerOut]
    decided: list[SentOut]
    files: list[FileOut]


@sendings.get("/courts")
@sendings.input(CourtsIn, location="query", arg_name="wanted")
@sendings.output(CourtsOut)
@sendings.doc(summary="Gerichte der amtlichen Liste", security=LOCKED, responses=[403])
def courts(wanted: CourtsIn) -> CourtsOut:
    """List the courts whose names have all these words."""
    found = courts_of(current_work(), wanted.words)
    return CourtsOut(courts=[CourtOut(code=code, name=name) for code, name in found])


@sendings.get("/dossiers/<uuid:dossier_id>/sendings")
@sendings.output(SendingsOut)
@sendings.doc(summary="Was von einer Akte das Haus verließ", security=LOCKED, responses=[403])
def index(dossier_id: UUID) -> SendingsOut:
    """List what was put together of a dossier."""
    work = current_work()
    rows = sendings_of(work, dossier_by_id(work, dossier_id))
    return SendingsOut(sendings=[SendingOut.model_validate(_fields(row)) for row in rows])


@sendings.get("/dossiers/<uuid:dossier_id>/sendings/places")
@sendings.input(PlacesIn, location="query", arg_name="wanted")
@sendings.output(PlacesOut)
@sendings.doc(
    summary="Was einer Akte entnommen werden kann",
    security=LOCKED,
    responses=[403],
)
def places(dossier_id: UUID, wanted: PlacesIn) -> PlacesOut:
    """List every place of the dossier, with what stands against it and what it asks."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SEE_SENDINGS, dossier)
    found = placed(candidates(work, dossier, wanted.kind), Wanted())
    return PlacesOut(
        places=[
            PlaceOut(
                id=one.candidate.key,
                sheet=one.candidate.sheet is not None,
                case_id=one.candidate.case.id,
                title=one.candidate.title,
                pages=one.candidate.pages,
                draft=one.candidate.draft,
                redacted=bool(one.candidate.redacted),
                against=[in_words(reason) for reason in one.candidate.against],
                asks=[in_words(reason) for reason in one.candidate.asks],
            )
            for one in found
        ]
    )


@sendings.post("/dossiers/<uuid:dossier_id>/sendings")
@takes_choices
@sendings.input(SendingIn, arg_name="wanted")
@sendings.output(WholeSendingOut, status_code=201)
@sendings.doc(summary="Eine Akte für ein Gericht zusammenstellen lassen", security=LOCKED)
def ask(dossier_id: UUID, wanted: SendingIn) -> WholeSendingOut:
    """Promise a package; 403 before the person has proved again who they are."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    given = wanted.model_dump(exclude={"choices"})
    choices = {one.id: Choice(one.decision, one.reason, one.redacted) for one in wanted.choices}
    sending = ask_for_sending(work, dossier, Wanted(**given, choices=choices))
    return whole_sending(work, SendingRow(sending, False, 0, 0))


@sendings.get("/sendings/<uuid:sending_id>")
@sendings.output(WholeSendingOut)
@sendings.doc(summary="Eine Übersendung, und wie weit sie ist", security=LOCKED, responses=[403])
def show(sending_id: UUID) -> WholeSendingOut:
    """Tell everything of one sending."""
    work = current_work()
    return whole_sending(work, sending_by_id(work, sending_id))


@sendings.post("/sendings/<uuid:sending_id>/hand-over")
@sendings.input(HandedOverIn, arg_name="wanted")
@sendings.output(WholeSendingOut)
@sendings.doc(summary="Vermerken, dass ein Paket übergeben ist", security=LOCKED)
def hand_over(sending_id: UUID, wanted: HandedOverIn) -> WholeSendingOut:
    """Write down on which day a package was given to the program of the mailbox."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    note_handed_over(work, row.sending, on=wanted.on)
    return whole_sending(work, row)


@sendings.get("/sendings/<uuid:sending_id>/files/<uuid:file_id>")
@sendings.doc(summary="Eine Datei eines Pakets", security=LOCKED, responses=[403])
@writes
def fetch(sending_id: UUID, file_id: UUID) -> Response:
    """Hand out a file of a package."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    return send(read_sending(work, row.sending, file_id), inline=False)


def whole_sending(work: UnitOfWork, row: SendingRow) -> WholeSendingOut:
    """Return everything that is told of one sending."""
    told = _fields(row)
    told |= {
        "answers": [
            AnswerOut(
                document_id=one.document.id,
                kind=one.message.kind,
                sender=one.message.sender,
                received_at=one.document.received_at,
                confirms=one.confirms,
                faults=[FaultOut.model_validate(fault) for fault in one.message.faults],
            )
            for one in answers_to(work, row.sending)
        ],
        "decided": [
            SentOut(
                document_id=one.document_id,
                title=one.title,
                decision=one.decision,
                redacted=one.redacted,
                reason=one.reason,
                first_folio=one.first_folio,
                last_folio=one.last_folio,
                name=one.name,
                sha256=one.sent_sha256,
            )
            for one in documents_of_sending(work, row.sending)
        ],
        "files": [
            FileOut(
                id=one.id,
                kind=one.kind,
                part=one.part,
                name=one.name,
                size=one.size,
                sha256=one.sha256,
            )
            for one in files_of_sending(work, row.sending)
        ],
    }
    return WholeSendingOut.model_validate(told)


def _fields(row: SendingRow) -> dict[str, object]:
    sending = row.sending
    ready = sending.state is SendingState.READY
    names = (
        *("id", "dossier_id", "court", "court_name", "court_reference", "occasion"),
        *("kind", "recipient", "recipient_address", "recipient_role", "mandate", "with_versions"),
        *("legal_ground", "asked_by", "asked_at", "written_at", "version", "whole"),
        *("documents", "pages", "reasons", "hints", "sha256", "handed_over_on", "carrier"),
        *("released_by", "released_at", "outbox_asked_at", "outbox_fault", "handed_over_by"),
        *("received_at", "faulty_at"),
    )
    told: dict[str, object] = {name: getattr(sending, name) for name in names}
    return told | {
        "state": Progress.WRITING if row.writing else Progress(sending.state.value),
        "occasion": Occasion(sending.occasion),
        "done": 0 if ready else row.done,
        "total": 0 if ready else row.total,
    }
