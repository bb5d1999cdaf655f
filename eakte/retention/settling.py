"""What follows for an offer and its dossiers from all that was sent and received?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import exists, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.interchange.xdomea.fates import fates
from eakte.interchange.xdomea.keeping import from_plain
from eakte.interchange.xdomea.proceedings import State, may_go
from eakte.interchange.xdomea.records import MessageType
from eakte.model.archive import Archive
from eakte.model.offer import ArchiveSays, Offer, OfferMessage
from eakte.retention.offering import dossiers_of
from eakte.unit_of_work import UnitOfWork

AWAITED = frozenset({MessageType.OFFER.value, MessageType.TRANSFER.value})
WAITING = frozenset({State.OFFERED, State.HANDED_OVER})
OTHERWISE_DAYS = 90


def settle(work: UnitOfWork, offer: Offer) -> None:
    """Write down where an offer stands and what the archive says of each dossier.

    A word that released a dossier is never taken back; what is called off stays so.
    """
    require(work, Action.SEE_OFFER, offer)
    if offer.ended_at is not None:
        return
    proceeding = from_plain(offer.proceeding)
    state = proceeding.state
    if state not in WAITING:
        offer.answer_by = None
    offer.state = state.value
    said = fates(proceeding)
    for one in dossiers_of(work, offer):
        fate = said.get(one.dossier_id)
        if fate is None or one.says is not ArchiveSays.PENDING:
            continue
        one.says = ArchiveSays.RELEASED if fate.released else ArchiveSays.PENDING
        one.sentence = str(fate.sentence)
        verdict = proceeding.verdict(one.dossier_id)
        one.verdict = verdict.value if verdict else ""
    waits = exists().where(
        OfferMessage.offer_id == offer.id,
        OfferMessage.ours,
        OfferMessage.handed_over_at.is_(None),
    )
    if state is State.DONE and not may_go(proceeding) and not work.session.scalar(select(waits)):
        offer.ended_at = work.clock.now()
    work.session.flush()


def answer_day(work: UnitOfWork, offer: Offer, kinds: Collection[str]) -> date | None:
    """Return the day by which the archive is to answer what it was just handed."""
    require(work, Action.SEE_OFFER, offer)
    if not AWAITED & set(kinds):
        return offer.answer_by
    days = work.session.scalar(select(Archive.answer_days).where(Archive.key == offer.archive))
    return work.clock.today() + timedelta(days=days or OTHERWISE_DAYS)
