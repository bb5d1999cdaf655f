"""What was offered to archives, how far is it, and what went to and fro?"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.db import Page, paged
from eakte.errors import NotFound
from eakte.interchange.xdomea.keeping import from_plain
from eakte.interchange.xdomea.proceedings import may_go
from eakte.interchange.xdomea.records import MessageType
from eakte.model.appraisal import Appraised, Preview, appraise, preview
from eakte.model.archive import TWO_STEPS, Archive
from eakte.model.columns import Among
from eakte.model.dossier import Dossier
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier, OfferMessage
from eakte.retention.candidates import candidates
from eakte.retention.offer_checks import Reasons, against_offer, standings
from eakte.retention.offering import MOST_DOSSIERS
from eakte.unit_of_work import UnitOfWork
from storage import Digest

PER_PAGE = 50
MOST_STRAYS = 50
CHUNK = 1024 * 1024


class OffersAsked(StrEnum):
    """Which offers are asked for."""

    RUNNING = "running"
    OVERDUE = "overdue"
    ENDED = "ended"


@dataclass(frozen=True)
class OfferRow:
    """An offer in a list: with how many dossiers, how many of them released, and is it overdue?"""

    offer: Offer
    dossiers: int
    released: int
    overdue: bool


@dataclass(frozen=True)
class OfferShown:
    """One offer with all that went to and fro, and what the reader may do with it now."""

    offer: Offer
    messages: Sequence[OfferMessage]
    counts: Mapping[ArchiveSays, int]
    overdue: bool
    may_transfer: bool
    may_retry: bool
    may_call_off: bool
    busy: bool


@dataclass(frozen=True)
class Choice:
    """Dossiers that somebody thinks of offering, and what would become of each."""

    archive: Archive
    dossiers: Sequence[Dossier]
    against: Reasons
    appraised: Mapping[UUID, Appraised]
    preview: Preview | None

    @property
    def offerable(self) -> list[Dossier]:
        """Those against which nothing stands."""
        return [one for one in self.dossiers if not self.against.get(one.id)]


def offers(work: UnitOfWork, which: OffersAsked, *, page: int = 1) -> Page[OfferRow]:
    """List the offers of the actor's units, the newest first."""
    require(work, Action.SEE_OFFERS)
    today = work.clock.today()
    condition: ColumnElement[bool] = {
        OffersAsked.RUNNING: Offer.ended_at.is_(None),
        OffersAsked.ENDED: Offer.ended_at.is_not(None),
        OffersAsked.OVERDUE: and_(Offer.ended_at.is_(None), Offer.answer_by < today),
    }[which]
    query = (
        select(Offer)
        .options(joinedload(Offer.department))
        .where(condition, visible(work.actor, Action.SEE_OFFER, Offer))
        .order_by(Offer.number.desc())
    )
    found = paged(work.session, query, page=page, per_page=PER_PAGE)
    counts = {
        offer: (dossiers, released)
        for offer, dossiers, released in work.session.execute(
            select(
                OfferedDossier.offer_id,
                func.count(),
                func.count().filter(OfferedDossier.says == ArchiveSays.RELEASED),
            )
            .where(Among(OfferedDossier.offer_id, [one.id for one in found.rows]))
            .group_by(OfferedDossier.offer_id)
        )
    }
    rows = [
        OfferRow(one, *counts.get(one.id, (0, 0)), overdue=is_overdue(work, one))
        for one in found.rows
    ]
    return Page(rows, found.total, found.page, found.pages)


def is_overdue(work: UnitOfWork, offer: Offer) -> bool:
    """Say whether the archive should have answered before today."""
    require(work, Action.SEE_OFFER, offer)
    return (
        offer.ended_at is None
        and offer.answer_by is not None
        and offer.answer_by < work.clock.today()
    )


def strays(work: UnitOfWork) -> Sequence[OfferMessage]:
    """List the latest messages that belong to no offer, of archives of the actor's units."""
    require(work, Action.SEE_OFFERS)
    found = select(OfferMessage).where(_stray(work)).order_by(OfferMessage.at.desc())
    return work.session.scalars(found.limit(MOST_STRAYS)).all()


def _stray(work: UnitOfWork) -> ColumnElement[bool]:
    of_units = select(Archive.key).where(Archive.department_id.in_(work.actor.departments))
    # Who brings one that belongs nowhere sees it again.
    theirs = and_(OfferMessage.archive == "", OfferMessage.by == work.actor.name)
    return and_(OfferMessage.offer_id.is_(None), or_(OfferMessage.archive.in_(of_units), theirs))


def offer_by_id(work: UnitOfWork, offer_id: UUID) -> Offer:
    """Return an offer of one of the actor's units.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_OFFERS)
    found = select(Offer).options(joinedload(Offer.department)).where(Offer.id == offer_id)
    offer = work.session.scalar(found)
    if offer is None or not may(work.actor, Action.SEE_OFFER, offer):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return offer


def show_offer(work: UnitOfWork, offer: Offer) -> OfferShown:
    """Return an offer with its messages and what may be done next."""
    require(work, Action.SEE_OFFER, offer)
    messages = work.session.scalars(
        select(OfferMessage)
        .where(OfferMessage.offer_id == offer.id)
        .order_by(OfferMessage.at, OfferMessage.kind, OfferMessage.number)
    ).all()
    counts = {
        says: dossiers
        for says, dossiers in work.session.execute(
            select(OfferedDossier.says, func.count())
            .where(OfferedDossier.offer_id == offer.id)
            .group_by(OfferedDossier.says)
        )
    }
    running = offer.ended_at is None
    allowed = may_go(from_plain(offer.proceeding)) if running else frozenset()
    asked = offer.transfer_asked_at is not None
    waiting = any(one.ours and one.handed_over_at is None for one in messages)
    sends = bool(allowed - {MessageType.TRANSFER}) or (asked and MessageType.TRANSFER in allowed)
    records = may(work.actor, Action.CALL_OFF_OFFER, offer)
    return OfferShown(
        offer,
        messages,
        counts,
        is_overdue(work, offer),
        may_transfer=records and MessageType.TRANSFER in allowed and not asked,
        may_retry=records and running and bool(offer.stopped),
        may_call_off=records and running,
        busy=running and not offer.stopped and (waiting or sends),
    )


def offered_dossiers(work: UnitOfWork, offer: Offer, *, page: int = 1) -> Page[OfferedDossier]:
    """List what an offer is about, with what the archive says of each."""
    require(work, Action.SEE_OFFER, offer)
    query = (
        select(OfferedDossier)
        .options(joinedload(OfferedDossier.dossier))
        .where(OfferedDossier.offer_id == offer.id)
        .order_by(OfferedDossier.place)
    )
    return paged(work.session, query, page=page, per_page=PER_PAGE)


def choice_of(work: UnitOfWork, archive: Archive, dossiers: Sequence[Dossier]) -> Choice:
    """Return what would become of dossiers that were offered to an archive; nothing is done."""
    require(work, Action.SEE_OFFERS)
    standing, rules = standings(work, dossiers), archive.rules
    known = candidates(work, dossiers) if rules else []
    said = {one.id: appraise(one, rules) for one in known}
    against = against_offer(work, archive, dossiers, standing, said)
    # What stays here is not among what the catalogue would take or leave.
    free = [one for one in known if not against.get(one.id)]
    return Choice(archive, dossiers, against, said, preview(free, rules) if rules else None)


def dossiers_among(work: UnitOfWork, ids: Sequence[UUID]) -> list[Dossier]:
    """Return those of these dossiers that the actor may offer, by reference."""
    require(work, Action.SEE_OFFERS)
    return _offerable(work, Among(Dossier.id, list(ids)))


def due_to_offer(work: UnitOfWork, conditions: Sequence[ColumnElement[bool]]) -> list[Dossier]:
    """Return what a list asks for, as far as the actor may offer it and no more than can go."""
    require(work, Action.SEE_OFFERS)
    return _offerable(work, *conditions)


def _offerable(work: UnitOfWork, *conditions: ColumnElement[bool]) -> list[Dossier]:
    query = (
        select(Dossier)
        .options(joinedload(Dossier.plan_entry), joinedload(Dossier.department))
        .where(*conditions, visible(work.actor, Action.OFFER_DOSSIER, Dossier))
        .order_by(Dossier.reference_folded, Dossier.id)
        .limit(MOST_DOSSIERS)
    )
    return list(work.session.scalars(query))


def message_by_id(work: UnitOfWork, message_id: UUID) -> OfferMessage:
    """Return a message of an offer that the actor may see, or one of theirs that belongs to none.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_OFFERS)
    row = work.session.get(OfferMessage, message_id)
    if row is not None and row.offer_id is not None:
        offer_by_id(work, row.offer_id)
        return row
    found = select(OfferMessage).where(OfferMessage.id == message_id, _stray(work))
    stray = work.session.scalar(found)
    if stray is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return stray


def read_offer_message(work: UnitOfWork, message: OfferMessage) -> tuple[str, bytes]:
    """Return name and bytes of a message; that it was fetched is noted in the log.

    Of a transfer only the message itself: records management reads no contents, and these go to
    the archive alone.

    Raises:
        NotFound: it was destroyed with one of its dossiers.
    """
    require(work, Action.SEE_OFFERS)
    message_by_id(work, message.id)
    if message.erased_at is not None:
        raise NotFound("Die Nachricht wurde mit einer ihrer Akten vernichtet.")
    audit.note(
        work,
        "offer.message-read",
        kind="offer",
        subject=message.offer_id,
        archive=message.archive,
        message_type=message.kind,
        sha256=message.sha256,
    )
    with work.store.open(Digest(message.sha256)) as stream:
        if not (message.ours and message.kind == MessageType.TRANSFER.value):
            return message.name, stream.read()
        with tempfile.TemporaryFile() as spool:
            shutil.copyfileobj(stream, spool, CHUNK)
            with zipfile.ZipFile(spool) as package:
                name = message.name.removesuffix(".zip") + ".xml"
                return name, package.read(name)


def needs_proof(archive: Archive) -> bool:
    """Say whether offering to an archive brings contents to it at once."""
    return archive.steps == TWO_STEPS
