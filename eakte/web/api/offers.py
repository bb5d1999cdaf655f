"""How does a program offer dossiers to archives, bring answers, and see how far it is?"""

from __future__ import annotations

import io
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.model.dossier import Dossier
from eakte.model.offer import Offer
from eakte.retention.archive_answers import read_answer, refuse_too_large, take_answer
from eakte.retention.offered_records import xdomea_schemas
from eakte.retention.offering import (
    archive_by_key,
    archives,
    ask_for_transfer,
    call_off,
    make_offer,
    try_again,
)
from eakte.retention.offers import (
    choice_of,
    dossiers_among,
    message_by_id,
    offer_by_id,
    offered_dossiers,
    offers,
    read_offer_message,
    show_offer,
)
from eakte.retrieval.listing import dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import PageIn
from eakte.web.api.schemas_offers import (
    ArchiveMessageIn,
    ArchivesOut,
    CallOffIn,
    OfferIn,
    OfferMessageOut,
    OfferPreviewOut,
    OffersIn,
    OffersOut,
    OfferWholeOut,
    archive_out,
    dossier_out,
    message_out,
    offer_out,
    preview_out,
    shown_out,
)
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import disposition

offers_api = APIBlueprint("api_offers", __name__, url_prefix="/api/v1", tag="Anbietung an Archive")


@offers_api.get("/retention/archives")
@offers_api.output(ArchivesOut)
@offers_api.doc(summary="Die Archive der Sachgebiete", security=LOCKED, responses=[403])
def list_archives() -> ArchivesOut:
    """List the archives with which the actor's units deal."""
    return ArchivesOut(archives=[archive_out(one) for one in archives(current_work())])


@offers_api.get("/retention/offers")
@offers_api.input(OffersIn, location="query", arg_name="wanted")
@offers_api.output(OffersOut)
@offers_api.doc(summary="Anbietungen auflisten", security=LOCKED, responses=[403])
def index(wanted: OffersIn) -> OffersOut:
    """List the offers, the newest first."""
    found = offers(current_work(), wanted.which, page=wanted.page)
    return OffersOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        offers=[offer_out(one) for one in found.rows],
    )


@offers_api.post("/retention/offers/preview")
@offers_api.input(OfferIn, arg_name="wanted")
@offers_api.output(OfferPreviewOut)
@offers_api.doc(summary="Was aus Akten würde", security=LOCKED, responses=[404])
def preview(wanted: OfferIn) -> OfferPreviewOut:
    """Tell what stands against each dossier and what the catalogue says; nothing is done."""
    work = current_work()
    archive = archive_by_key(work, wanted.archive)
    return preview_out(choice_of(work, archive, _dossiers(work, wanted.dossier_ids)))


@offers_api.post("/retention/offers")
@offers_api.input(OfferIn, arg_name="wanted")
@offers_api.output(OfferWholeOut, status_code=201)
@offers_api.doc(summary="Akten einem Archiv anbieten", security=LOCKED, responses=[404])
def make(wanted: OfferIn) -> OfferWholeOut:
    """Offer dossiers; every reason against any of them stands in `reasons`.

    Im zweistufigen Verfahren gehen Inhalte sofort hinaus: Dafür muss sich die Person eben im
    Browser noch einmal ausgewiesen haben.
    """
    work = current_work()
    archive = archive_by_key(work, wanted.archive)
    dossiers = _dossiers(work, wanted.dossier_ids)
    return _told(work, make_offer(work, archive, dossiers, note=wanted.note))


@offers_api.get("/retention/offers/<uuid:offer_id>")
@offers_api.input(PageIn, location="query", arg_name="wanted")
@offers_api.output(OfferWholeOut)
@offers_api.doc(summary="Eine Anbietung", security=LOCKED, responses=[403])
def show(offer_id: UUID, wanted: PageIn) -> OfferWholeOut:
    """Tell of one offer with every message, its faults, and what the archive says."""
    work = current_work()
    return _told(work, offer_by_id(work, offer_id), page=wanted.page)


@offers_api.post("/retention/offers/<uuid:offer_id>/transfer")
@offers_api.output(OfferWholeOut)
@offers_api.doc(summary="Abgeben, was das Archiv will", security=LOCKED)
def transfer(offer_id: UUID) -> OfferWholeOut:
    """Have it handed over with its contents.

    Wer abgibt, muss sich eben im Browser noch einmal ausgewiesen haben; ein Schlüssel für
    Programme genügt nicht.
    """
    work = current_work()
    offer = offer_by_id(work, offer_id)
    ask_for_transfer(work, offer)
    return _told(work, offer)


@offers_api.post("/retention/offers/<uuid:offer_id>/retry")
@offers_api.output(OfferWholeOut)
@offers_api.doc(summary="Angehaltenes noch einmal versuchen", security=LOCKED)
def retry(offer_id: UUID) -> OfferWholeOut:
    """Try again what could not be done."""
    work = current_work()
    offer = offer_by_id(work, offer_id)
    try_again(work, offer)
    return _told(work, offer)


@offers_api.post("/retention/offers/<uuid:offer_id>/calling-off")
@offers_api.input(CallOffIn, arg_name="wanted")
@offers_api.output(OfferWholeOut)
@offers_api.doc(summary="Eine Anbietung abbrechen", security=LOCKED)
def end(offer_id: UUID, wanted: CallOffIn) -> OfferWholeOut:
    """Give an offer up; what the archive has released stays released."""
    work = current_work()
    offer = offer_by_id(work, offer_id)
    call_off(work, offer, reason=wanted.reason)
    return _told(work, offer)


@offers_api.post("/retention/offer-messages")
@offers_api.input(ArchiveMessageIn, location="query", arg_name="wanted")
@offers_api.output(OfferMessageOut, status_code=201)
@offers_api.doc(summary="Eine Nachricht eines Archivs einlesen", security=LOCKED)
def take(wanted: ArchiveMessageIn) -> OfferMessageOut:
    """Take a package as the archive sent it; one with faults is kept and changes nothing."""
    work = current_work()
    require(work, Action.TAKE_FROM_ARCHIVE)
    content = request.get_data()
    if not content:
        raise BadInput("Die Nachricht ist leer.")
    refuse_too_large(len(content))
    stored = work.store.put(io.BytesIO(content))
    answer = read_answer(io.BytesIO(content), name=wanted.name, schemas=xdomea_schemas(work))
    row = take_answer(work, answer, stored)
    if row is None:
        raise BadInput("Diese Nachricht ist schon mehrmals gekommen und wird nicht mehr gezählt.")
    return message_out(row)


@offers_api.get("/retention/offer-messages/<uuid:message_id>/content")
@offers_api.doc(summary="Eine Nachricht abrufen", security=LOCKED, responses=[403])
@writes
def content(message_id: UUID) -> Response:
    """Hand out a message; of a transfer the message alone, without the contents."""
    work = current_work()
    name, whole = read_offer_message(work, message_by_id(work, message_id))
    answer = Response(whole, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = disposition(name, inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _dossiers(work: UnitOfWork, ids: list[UUID]) -> list[Dossier]:
    """The dossiers that were named; one that nobody may know of is not there."""
    require(work, Action.SEE_OFFERS)
    found = dossiers_among(work, ids)
    for one in set(ids) - {row.id for row in found}:
        require(work, Action.OFFER_DOSSIER, dossier_by_id(work, one))
    return found


def _told(work: UnitOfWork, offer: Offer, *, page: int = 1) -> OfferWholeOut:
    work.session.refresh(offer)
    shown, found = show_offer(work, offer), offered_dossiers(work, offer, page=page)
    return OfferWholeOut(
        offer=shown_out(shown),
        messages=[message_out(one) for one in shown.messages],
        page=found.page,
        pages=found.pages,
        dossiers=[dossier_out(one) for one in found.rows],
    )
