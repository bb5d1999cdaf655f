"""May these contents leave for the archive now, in the name of this person?

Asked when they are packed, when the package gets its name, and before the archive sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import NotAllowed, RuleBroken
from eakte.interchange.xdomea.keeping import from_plain
from eakte.interchange.xdomea.records import MessageType, Verdict
from eakte.model.archive import TWO_STEPS
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.offer import Offer, OfferMessage
from eakte.retention.offer_checks import against_disposal, dossiers_at, standings, together
from eakte.retention.offering import dossiers_of
from eakte.unit_of_work import UnitOfWork

NOT_NOW = "Die Abgabe kann so nicht hinausgehen."


def unlaid(work: UnitOfWork, offer: Offer) -> Sequence[OfferMessage]:
    """Return our messages that are written and do not lie in the archive's folder yet."""
    require(work, Action.SEE_OFFER, offer)
    found = select(OfferMessage).where(
        OfferMessage.offer_id == offer.id,
        OfferMessage.ours,
        OfferMessage.handed_over_at.is_(None),
    )
    return work.session.scalars(found.order_by(OfferMessage.at, OfferMessage.number)).all()


def refuse_leaving(
    work: UnitOfWork, offer: Offer, *, about_to: bool = False, lock: bool = False
) -> None:
    """Return if the contents that are to leave, or lie ready to, may do so now.

    Args:
        work: in whose name.
        offer: whose dossiers leave.
        about_to: nothing of them is written yet.
        lock: nobody shall hold or open them until the transaction ends.

    Raises:
        NotAllowed: the person may not hand anything over any more.
        RuleBroken: with every reason, dossier by dossier.
        ClockDoubtful: by this clock nobody knows whose period is over.
    """
    require(work, Action.SEE_OFFER, offer)
    leaving = {
        stub
        for one in unlaid(work, offer)
        if one.kind == MessageType.TRANSFER.value
        for stub in _named_in(offer, one.number)
    }
    if about_to:
        worthy = _worthy(offer)
        leaving |= {
            one.dossier_id
            for one in dossiers_of(work, offer)
            if one.dossier_id in worthy
            or (offer.steps == TWO_STEPS and one.verdict == Verdict.ARCHIVE.value)
        }
    if not leaving:
        return
    # Nobody proves again who they are while it is written: that was done when it was asked for.
    if not may(replace(work.actor, confirmed=True), Action.HAND_TO_ARCHIVE, offer):
        raise NotAllowed("Sie dürfen nichts mehr an das Archiv abgeben.")
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    dossiers = dossiers_at(work, leaving, lock=lock)
    reasons = together(dossiers, against_disposal(work, dossiers, standings(work, dossiers)))
    if reasons:
        raise RuleBroken(NOT_NOW, reasons=reasons)


def _worthy(offer: Offer) -> set[UUID]:
    """The outermost records that hold anything the archive wants."""
    proceeding = from_plain(offer.proceeding)
    wanted: set[UUID] = set()
    for record in proceeding.worthy():
        at = proceeding.tree.get(record)
        while at is not None and at.above is not None:
            at = proceeding.tree.get(at.above)
        if at is not None:
            wanted.add(at.id)
    return wanted


def _named_in(offer: Offer, number: int) -> set[UUID]:
    proceeding = from_plain(offer.proceeding)
    return {
        record
        for seen in proceeding.of_type(MessageType.TRANSFER)
        if seen.number == number
        for record in seen.records
    }
