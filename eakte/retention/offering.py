"""How are dossiers offered to an archive, handed over to it, or an offer called off?

In four steps the archive decides what it wants (0501, 0502, 0503, 0506), in two the office knows it
already, by the rule or by a catalogue that was agreed on. Messages are written and handed over by
`eakte.retention.exchanging`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotFound, RuleBroken, Sentence
from eakte.interchange.xdomea.keeping import as_plain, from_plain
from eakte.interchange.xdomea.proceedings import Proceeding, State, may_go
from eakte.interchange.xdomea.records import MessageType, Party, Verdict
from eakte.model.archive import TWO_STEPS, Archive
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.counter import next_number
from eakte.model.dossier import Dossier
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.retention.candidates import appraisals
from eakte.retention.offer_checks import against_offer, dossiers_at, standings, together, verdict_of
from eakte.unit_of_work import UnitOfWork

EXCHANGE = "archive-exchange"
CALLED_OFF = "called-off"
MOST_DOSSIERS = 2_000
LONGEST = 500
NO_FOLDER = Sentence("Es ist kein Ordner für den Austausch eingerichtet (EAKTE_ARCHIVE_FOLDER).")
# Under this word people find an offer that was refused, and programs, too.
REFUSED = "Die Akten können so nicht angeboten werden."


def archives(work: UnitOfWork) -> Sequence[Archive]:
    """List the archives of the actor's units that are in use, by name."""
    require(work, Action.SEE_OFFERS)
    found = select(Archive).where(Archive.in_use, Archive.department_id.in_(work.actor.departments))
    return work.session.scalars(found.order_by(Archive.name)).all()


def archive_by_key(work: UnitOfWork, key: str) -> Archive:
    """Return an archive of one of the actor's units.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_OFFERS)
    for one in archives(work):
        if one.key == key:
            return one
    raise NotFound("Dieses Archiv gibt es hier nicht.")


def make_offer(
    work: UnitOfWork, archive: Archive, dossiers: Sequence[Dossier], *, note: str = ""
) -> Offer:
    """Offer dossiers to an archive; its first message is written and handed over at once.

    In two steps that message brings the contents, so whoever offers has to prove who they are.

    Raises:
        BadInput: none, or too many at once.
        NeedsConfirmation: in two steps, the actor has not just proved again who they are.
        RuleBroken: with every reason, dossier by dossier.
        ClockDoubtful: by this clock nobody knows whose period is over.
    """
    require(work, Action.SEE_OFFERS)
    for one in dossiers:
        require(work, Action.OFFER_DOSSIER, one)
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    if not dossiers:
        raise BadInput("Bitte wählen Sie Akten aus.")
    if len(dossiers) > MOST_DOSSIERS:
        raise BadInput("Mehr als %(most)s Akten gehen nicht auf einmal.", most=MOST_DOSSIERS)
    rows = dossiers_at(work, {one.id for one in dossiers}, lock=True)
    standing, said = standings(work, rows), appraisals(work, archive, rows)
    reasons = together(rows, against_offer(work, archive, rows, standing, said))
    if not archive.in_use:
        reasons.append(Sentence("Das Archiv ist außer Gebrauch."))
    if work.settings.archive_folder is None:
        reasons.append(NO_FOLDER)
    if reasons:
        raise RuleBroken(REFUSED, reasons=reasons)
    offer = _begun(work, archive, note=note)
    if archive.steps == TWO_STEPS:
        # What leaves the house at once needs the same as a transfer that is asked for later.
        require(work, Action.HAND_TO_ARCHIVE, offer)
        offer.transfer_asked_at, offer.transfer_asked_by = work.clock.now(), work.actor.name
    worthy = 0
    for place, one in enumerate(rows, start=1):
        row = OfferedDossier(
            offer_id=offer.id, dossier_id=one.id, place=place, reference=one.reference
        )
        work.session.add(row)
        if archive.steps != TWO_STEPS:
            continue
        appraised = said.get(one.id)
        verdict = verdict_of(standing[one.id].rule, appraised)
        row.verdict = verdict.value if verdict else ""
        worthy += verdict is Verdict.ARCHIVE
        if verdict is Verdict.DESTROY and appraised is not None:
            row.says, row.sentence = ArchiveSays.RELEASED, str(appraised.sentence)
    work.session.flush()
    _note(work, "offer.made", offer, dossiers=len(rows), references=[one.reference for one in rows])
    if archive.steps == TWO_STEPS and not worthy:
        # By the catalogue that was agreed on the archive wants none of them: nothing has to go.
        offer.state, offer.ended_at = State.DONE.value, work.clock.now()
        work.session.flush()
        return offer
    jobs.enqueue(work, EXCHANGE, offer.id, on_behalf=True)
    return offer


def _begun(work: UnitOfWork, archive: Archive, *, note: str) -> Offer:
    unit = archive.department
    offer = Offer(
        number=next_number(work.session, "offer"),
        department_id=unit.id,
        archive=archive.key,
        archive_name=archive.name,
        version=archive.version,
        steps=archive.steps,
        state=State.BEGUN.value,
        note=note.strip()[:LONGEST],
        made_at=work.clock.now(),
        made_by_id=work.actor.id,
        made_by=work.actor.name,
    )
    work.session.add(offer)
    work.session.flush()
    offer.department = unit
    offer.proceeding = as_plain(
        Proceeding(
            id=offer.id,
            version=archive.version,
            office=Party(
                institution=work.settings.office_name,
                unit=unit.name,
                key=archive.office_code,
                prefix=archive.office_prefix,
            ),
            archive=Party(institution=archive.name, key=archive.code, prefix=archive.prefix),
            four_steps=archive.steps != TWO_STEPS,
        )
    )
    work.session.flush()
    return offer


def ask_for_transfer(work: UnitOfWork, offer: Offer) -> None:
    """Have what the archive wants handed over to it (0503), with its contents.

    What stands against it is asked again when it is packed, and once more before it leaves.

    Raises:
        NeedsConfirmation: the actor has not just proved again who they are.
        RuleBroken: the archive has not decided, or all of it went already.
    """
    require(work, Action.HAND_TO_ARCHIVE, offer)
    hold_offer(work, offer)
    proceeding = from_plain(offer.proceeding)
    if offer.ended_at is not None or MessageType.TRANSFER not in may_go(proceeding):
        raise RuleBroken("Zurzeit gibt es nichts abzugeben.")
    offer.transfer_asked_at, offer.transfer_asked_by = work.clock.now(), work.actor.name
    go_on(work, offer)
    _note(work, "offer.transfer-asked", offer)


def try_again(work: UnitOfWork, offer: Offer) -> None:
    """Try once more what was asked for and could not be done.

    Raises:
        NeedsConfirmation: contents would leave the house by it.
        RuleBroken: nothing waits to be tried.
    """
    require(work, Action.CALL_OFF_OFFER, offer)
    if offer.transfer_asked_at is not None:
        require(work, Action.HAND_TO_ARCHIVE, offer)
    hold_offer(work, offer)
    if offer.ended_at is not None or not offer.stopped:
        raise RuleBroken("Es gibt nichts, was noch einmal zu versuchen wäre.")
    go_on(work, offer)
    _note(work, "offer.tried-again", offer)


def go_on(work: UnitOfWork, offer: Offer) -> None:
    """Have the next message written or handed over, in the name of whoever acts now."""
    require(work, Action.SEE_OFFERS)
    offer.stopped = []
    work.session.flush()
    # One that waits already would do it in another's name.
    jobs.forget(work, EXCHANGE, offer.id)
    jobs.enqueue(work, EXCHANGE, offer.id, on_behalf=True)


def call_off(work: UnitOfWork, offer: Offer, *, reason: str) -> None:
    """Give an offer up; what the archive has released stays so, the rest can be offered anew.

    Raises:
        BadInput: no reason was given.
        RuleBroken: it has ended already.
    """
    require(work, Action.CALL_OFF_OFFER, offer)
    hold_offer(work, offer)
    told = reason.strip()
    if not told or len(told) > LONGEST:
        raise BadInput("Bitte geben Sie an, warum die Anbietung abgebrochen wird.", field="reason")
    if offer.ended_at is not None:
        raise RuleBroken("Die Anbietung ist schon beendet.")
    asked = from_plain(offer.proceeding).tree.ids()
    for one in dossiers_of(work, offer):
        # A catalogue's word alone ends with the offer in which it was said.
        if one.says is not ArchiveSays.RELEASED or one.dossier_id not in asked:
            one.says = ArchiveSays.CALLED_OFF
            one.sentence = "Die Anbietung wurde abgebrochen."
    offer.state, offer.ended_at, offer.ended_reason = CALLED_OFF, work.clock.now(), told
    offer.answer_by, offer.stopped = None, []
    jobs.forget(work, EXCHANGE, offer.id)
    work.session.flush()
    _note(work, "offer.called-off", offer, reason=told)


def hold_offer(work: UnitOfWork, offer: Offer) -> None:
    """Let nobody else move an offer on until the transaction ends, and read it anew."""
    require(work, Action.SEE_OFFERS)
    # The lock alone first: an offer that was read with its unit cannot be locked as it is read.
    work.session.scalar(select(Offer.id).where(Offer.id == offer.id).with_for_update())
    work.session.refresh(offer)


def dossiers_of(work: UnitOfWork, offer: Offer) -> Sequence[OfferedDossier]:
    """Return the dossiers of an offer in their order."""
    require(work, Action.SEE_OFFER, offer)
    found = select(OfferedDossier).where(OfferedDossier.offer_id == offer.id)
    return work.session.scalars(found.order_by(OfferedDossier.place)).all()


def _note(work: UnitOfWork, act: str, offer: Offer, **more: object) -> None:
    audit.note(
        work,
        act,
        kind="offer",
        subject=offer.id,
        number=offer.number,
        archive=offer.archive_name,
        **more,
    )
