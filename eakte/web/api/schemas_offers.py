"""What do programs send and receive about offers to archives and the messages between them?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from eakte.model.archive import Archive
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier, OfferMessage
from eakte.retention.offering import MOST_DOSSIERS
from eakte.retention.offers import Choice, OfferRow, OffersAsked, OfferShown
from eakte.web.api.schemas import Id, Model, PageIn, SomeText, Text
from eakte.web.errors import in_words

OfferedIds = Annotated[list[Id], Field(min_length=1, max_length=MOST_DOSSIERS)]


class OfferIn(Model):
    """Was welchem Archiv angeboten werden soll."""

    archive: SomeText = Field(max_length=40, description="Schlüssel des Archivs")
    dossier_ids: OfferedIds
    note: Text = Field(default="", max_length=500)


class OffersIn(PageIn):
    """Welche Anbietungen."""

    which: OffersAsked = OffersAsked.RUNNING


class CallOffIn(Model):
    """Warum eine Anbietung abgebrochen wird."""

    reason: SomeText = Field(max_length=500)


class ArchiveMessageIn(Model):
    """Wie das Paket heißt; der Name gehört zum Standard."""

    name: Text = Field(default="", max_length=300)


class ArchiveOut(Model):
    """Ein Archiv, wie das Sachgebiet mit ihm verkehrt."""

    key: str
    name: str
    version: str = Field(description="Fassung von xdomea")
    steps: int = Field(description="2 oder 4")
    per_message: int = Field(description="Akten je Nachricht; 0: alle in einer")
    answer_days: int
    catalogue: list[str] = Field(description="Regeln des Bewertungskatalogs in Worten")


class ArchivesOut(Model):
    """Die Archive der eigenen Sachgebiete."""

    archives: list[ArchiveOut]


class OfferOut(Model):
    """Eine Anbietung; ``id`` ist die Prozess-ID der Nachrichten."""

    id: UUID
    number: int
    department: str
    archive: str
    archive_name: str
    version: str
    steps: int
    state: str
    note: str
    made_by: str
    made_at: datetime
    answer_by: date | None
    overdue: bool
    stopped: list[str] = Field(description="warum es nicht weitergeht; leer: nichts hält es auf")
    ended_at: datetime | None
    dossiers: int
    released: int


class OffersOut(Model):
    """Anbietungen, die neueste zuerst."""

    total: int
    page: int
    pages: int
    offers: list[OfferOut]


class MessageFaultOut(Model):
    """Ein Fehler oder Hinweis zu einer Nachricht."""

    kind: str
    sentence: str
    about: str


class OfferMessageOut(Model):
    """Eine Nachricht an das Archiv oder von ihm."""

    id: UUID
    offer_id: UUID | None
    kind: str = Field(description="0501 bis 0507; leer: nicht lesbar")
    number: int
    total: int
    ours: bool
    name: str
    sha256: str
    size: int
    at: datetime
    checked: bool = Field(description="gegen das amtliche Schema geprüft")
    handed_over_at: datetime | None
    faults: list[MessageFaultOut]
    notes: list[MessageFaultOut]


class OfferedDossierOut(Model):
    """Eine angebotene Akte und was das Archiv zu ihr sagt."""

    dossier_id: UUID
    reference: str
    says: ArchiveSays
    verdict: str
    sentence: str


class OfferWholeOut(Model):
    """Eine Anbietung mit ihren Nachrichten und Akten."""

    offer: OfferOut
    messages: list[OfferMessageOut]
    page: int
    pages: int
    dossiers: list[OfferedDossierOut]


class OfferedChoiceOut(Model):
    """Was aus einer Akte würde."""

    dossier_id: UUID
    reference: str
    against: list[str]
    appraisal: str = Field(description="was der Bewertungskatalog sagt; leer ohne Katalog")


class OfferPreviewOut(Model):
    """Was aus den Akten würde; getan ist nichts."""

    sentence: str = Field(description="was der Katalog im Ganzen täte; leer ohne Katalog")
    dossiers: list[OfferedChoiceOut]


def archive_out(one: Archive) -> ArchiveOut:
    """Tell of an archive."""
    return ArchiveOut(
        key=one.key,
        name=one.name,
        version=one.version,
        steps=one.steps,
        per_message=one.per_message,
        answer_days=one.answer_days,
        catalogue=[f"{rule.verdict}: {in_words(rule.sentence)}" for rule in one.rules],
    )


def offer_out(row: OfferRow) -> OfferOut:
    """Tell of an offer in a list."""
    return _offer(row.offer, row.overdue, row.dossiers, row.released)


def shown_out(shown: OfferShown) -> OfferOut:
    """Tell of an offer that is looked at by itself."""
    released = shown.counts.get(ArchiveSays.RELEASED, 0)
    return _offer(shown.offer, shown.overdue, sum(shown.counts.values()), released)


def _offer(one: Offer, overdue: bool, dossiers: int, released: int) -> OfferOut:
    return OfferOut(
        id=one.id,
        number=one.number,
        department=one.department.key,
        archive=one.archive,
        archive_name=one.archive_name,
        version=one.version,
        steps=one.steps,
        state=one.state,
        note=one.note,
        made_by=one.made_by,
        made_at=one.made_at,
        answer_by=one.answer_by,
        overdue=overdue,
        stopped=list(one.stopped),
        ended_at=one.ended_at,
        dossiers=dossiers,
        released=released,
    )


def message_out(one: OfferMessage) -> OfferMessageOut:
    """Tell of a message."""
    return OfferMessageOut(
        id=one.id,
        offer_id=one.offer_id,
        kind=one.kind,
        number=one.number,
        total=one.total,
        ours=one.ours,
        name=one.name,
        sha256=one.sha256,
        size=one.size,
        at=one.at,
        checked=one.checked,
        handed_over_at=one.handed_over_at,
        faults=_said(one.faults),
        notes=_said(one.notes),
    )


def _said(kept: list[dict[str, Any]]) -> list[MessageFaultOut]:
    return [MessageFaultOut(**one) for one in kept]


def dossier_out(one: OfferedDossier) -> OfferedDossierOut:
    """Tell of a dossier that was offered."""
    return OfferedDossierOut(
        dossier_id=one.dossier_id,
        reference=one.reference,
        says=one.says,
        verdict=one.verdict,
        sentence=one.sentence,
    )


def preview_out(choice: Choice) -> OfferPreviewOut:
    """Tell what would become of dossiers."""
    return OfferPreviewOut(
        sentence=in_words(choice.preview.sentence) if choice.preview else "",
        dossiers=[
            OfferedChoiceOut(
                dossier_id=one.id,
                reference=one.reference,
                against=[in_words(reason) for reason in choice.against.get(one.id, ())],
                appraisal=in_words(said.sentence) if (said := choice.appraised.get(one.id)) else "",
            )
            for one in choice.dossiers
        ],
    )
