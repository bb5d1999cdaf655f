"""How does a program let somebody inspect a dossier, or another authority take it on?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.casework.sending.asking import Choice, Wanted, ask_for_sending
from eakte.casework.sending.recipients import GROUND_OF_PASSING_ON, SGB_X, To
from eakte.interchange.package import Occasion
from eakte.model.sending import RecipientRole, SendingKind
from eakte.retrieval.inspections import inspections_of, listed_since
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.sendings import SendingRow
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Id, Model, SomeText, Text
from eakte.web.api.sendings import MOST_CHOICES, ChoiceIn, WholeSendingOut, whole_sending
from eakte.web.per_request import current_work, takes_choices

giving = APIBlueprint("api_giving", __name__, url_prefix="/api/v1", tag="Übersendungen")

ABOUT_CHOICES = "für jedes Dokument der Akte eine Entscheidung"


class DossierInspectionIn(Model):
    """Wer was von einer Akte einsehen soll."""

    name: SomeText = Field(max_length=200)
    address: SomeText = Field(max_length=400)
    role: RecipientRole
    mandate: Text = Field(default="", max_length=200, description="Vollmacht oder Bestellung")
    legal_ground: SomeText = Field(
        default=SGB_X,
        max_length=200,
        description="„§ 25 SGB X“, „Art. 15 DSGVO, § 83 SGB X“ oder „§ 120 SGG“",
    )
    about: Text = Field(default="", max_length=300, description="Anlass")
    access_reason: Text = Field(
        default="", max_length=500, description="nötig, wenn die Akte gesperrt ist"
    )
    choices: list[ChoiceIn] = Field(max_length=MOST_CHOICES, description=ABOUT_CHOICES)


class PassingOnIn(Model):
    """Welche Behörde eine Akte übernimmt, und was davon."""

    name: SomeText = Field(max_length=200)
    address: SomeText = Field(max_length=400)
    legal_ground: SomeText = Field(default=GROUND_OF_PASSING_ON, max_length=200)
    about: Text = Field(default="", max_length=300, description="Anlass")
    access_reason: Text = Field(
        default="", max_length=500, description="nötig, wenn die Akte gesperrt ist"
    )
    with_versions: bool = Field(
        default=True, description="alle Fassungen und was daraus entstand, unverändert beilegen"
    )
    choices: list[ChoiceIn] = Field(max_length=MOST_CHOICES, description=ABOUT_CHOICES)


class FetchedOut(Model):
    """Wer ein Paket heruntergeladen hat, und wann."""

    at: datetime
    by: str


class DossierInspectedOut(Model):
    """Wer Einsicht erhielt, in welchem Umfang, und wann."""

    sending_id: Id
    name: str
    role: RecipientRole | None
    mandate: str
    legal_ground: str
    shown: int = Field(description="Schreiben, die zu sehen waren")
    withheld: int = Field(description="Fehlblätter")
    written_at: datetime | None
    handed_over_on: date | None
    fetched: list[FetchedOut]


class DossierInspectionsOut(Model):
    """Wer Einsicht erhielt, die letzte Einsicht zuerst."""

    since: date = Field(description="so weit reicht die Liste zurück")
    inspections: list[DossierInspectedOut]


@giving.get("/dossiers/<uuid:dossier_id>/inspections")
@giving.output(DossierInspectionsOut)
@giving.doc(summary="Wer Einsicht in eine Akte erhielt", security=LOCKED, responses=[403])
def inspections(dossier_id: UUID) -> DossierInspectionsOut:
    """List who was given inspection of a dossier, within the time of the list."""
    work = current_work()
    found = inspections_of(work, dossier_by_id(work, dossier_id))
    return DossierInspectionsOut(
        since=listed_since(work),
        inspections=[
            DossierInspectedOut(
                sending_id=one.sending.id,
                name=one.sending.recipient,
                role=one.sending.recipient_role,
                mandate=one.sending.mandate,
                legal_ground=one.sending.legal_ground,
                shown=one.shown,
                withheld=one.withheld,
                written_at=one.sending.written_at,
                handed_over_on=one.sending.handed_over_on,
                fetched=[FetchedOut(at=at, by=by) for at, by in one.fetched],
            )
            for one in found
        ],
    )


@giving.post("/dossiers/<uuid:dossier_id>/inspections")
@takes_choices
@giving.input(DossierInspectionIn, arg_name="wanted")
@giving.output(WholeSendingOut, status_code=201)
@giving.doc(summary="Jemandem Einsicht in eine Akte geben", security=LOCKED)
def inspect(dossier_id: UUID, wanted: DossierInspectionIn) -> WholeSendingOut:
    """Promise a package; 403 before the person has proved again who they are."""
    return _asked(
        dossier_id,
        Wanted(
            kind=SendingKind.INSPECTION,
            to=To(wanted.name, wanted.address, wanted.role, wanted.mandate),
            occasion=Occasion.INSPECTION,
            legal_ground=wanted.legal_ground,
            about=wanted.about,
            access_reason=wanted.access_reason,
            choices=_choices(wanted.choices),
        ),
    )


@giving.post("/dossiers/<uuid:dossier_id>/passings-on")
@takes_choices
@giving.input(PassingOnIn, arg_name="wanted")
@giving.output(WholeSendingOut, status_code=201)
@giving.doc(summary="Eine Akte für eine andere Behörde zusammenstellen lassen", security=LOCKED)
def pass_on(dossier_id: UUID, wanted: PassingOnIn) -> WholeSendingOut:
    """Promise a package; 403 before the person has proved again who they are."""
    return _asked(
        dossier_id,
        Wanted(
            kind=SendingKind.AUTHORITY,
            to=To(wanted.name, wanted.address),
            legal_ground=wanted.legal_ground,
            about=wanted.about,
            access_reason=wanted.access_reason,
            with_versions=wanted.with_versions,
            choices=_choices(wanted.choices),
        ),
    )


def _asked(dossier_id: UUID, wanted: Wanted) -> WholeSendingOut:
    work = current_work()
    sending = ask_for_sending(work, dossier_by_id(work, dossier_id), wanted)
    return whole_sending(work, SendingRow(sending, False, 0, 0))


def _choices(said: Sequence[ChoiceIn]) -> dict[UUID, Choice]:
    return {one.id: Choice(one.decision, one.reason) for one in said}
