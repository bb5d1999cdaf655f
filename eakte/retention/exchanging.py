"""How does the next message to an archive come about: written as a job, then handed over, once?

Every run does one thing, a message written or one laid into the archive's folder, and promises the
next. What stands against a dossier is asked when its contents are packed, when the package gets its
name, and before it becomes visible to the archive.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import (
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    PartUnavailable,
    RuleBroken,
    Sentence,
    machine_faults_named,
)
from eakte.interchange.faults import BadPackage
from eakte.interchange.outbox import OutboxFault, is_out, lay, only_one, sweep
from eakte.interchange.xdomea.keeping import as_plain, from_plain
from eakte.interchange.xdomea.packages import write_package
from eakte.interchange.xdomea.proceedings import Proceeding, sent
from eakte.interchange.xdomea.records import Message, MessageType
from eakte.model.content import keep_content
from eakte.model.offer import Offer, OfferMessage
from eakte.retention.composing import Composed, compose, next_message
from eakte.retention.leaving import refuse_leaving, unlaid
from eakte.retention.offering import EXCHANGE, hold_offer
from eakte.retention.settling import answer_day, settle
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store, Stored

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Show = Callable[[str, int, int], None]

STEP = "files"
OUT = "ausgang"
OUTBOX = Sentence("Der Ausgangsordner des Archivs")
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Packed:
    """A message that lies in the store and has no name yet."""

    message: Message
    name: str
    stored: Stored
    checked: bool


@dataclass(frozen=True)
class Exchanged:
    """What one run did: messages that were written, or laid into the archive's folder."""

    offer_id: UUID
    edits: int
    kind: MessageType | None = None
    packages: tuple[Packed, ...] = ()
    proceeding: dict[str, Any] | None = None
    laid: tuple[UUID, ...] = ()


def exchange(begin: Begin, offer_id: UUID, *, show: Show) -> Exchanged:
    """Write the next message of an offer, or lay into the archive's folder what is written.

    Raises:
        NotFound: nobody waits for it any more.
        NotAllowed: contents would leave, and the person may not hand them over any more.
        RuleBroken: with every reason why they cannot leave by now, or break the standard.
        OutboxFault: the folder does not take it; nothing of it is visible.
        PartUnavailable: disk or store fail, or something else is just laid there.
    """
    with begin() as work:
        require(work, Action.SEE_OFFERS)
        offer = _running(work, offer_id)
        edits, store = offer.edits, work.store
        ready = unlaid(work, offer)
        waiting = [_Waiting(one.id, one.name, one.sha256) for one in ready]
        if any(one.erased_at is not None for one in ready):
            raise RuleBroken(
                "Die Nachricht kann nicht hinausgehen.",
                reasons=[Sentence("Sie wurde mit einer ihrer Akten vernichtet.")],
                next_step="Bitte brechen Sie die Anbietung ab und bieten Sie den Rest neu an.",
            )
        if waiting:
            refuse_leaving(work, offer)
            folder = _folder(work, offer)
            composed = None
        else:
            kind = next_message(work, offer)
            if kind is MessageType.TRANSFER:
                refuse_leaving(work, offer, about_to=True)
            composed = compose(work, offer, kind) if kind is not None else None
            proceeding = from_plain(offer.proceeding)
            desk = work.settings.work_folder
    if waiting:
        laid = _lay_all(begin, offer_id, waiting, store=store, folder=folder, show=show)
        return Exchanged(offer_id, edits, laid=laid)
    if composed is None:
        return Exchanged(offer_id, edits)
    try:
        packages, after = _packed(composed, proceeding, store, desk=desk, show=show)
    except BadPackage as error:
        # It would be the same the next time: a person has to look.
        raise RuleBroken(
            "Die Nachricht widerspricht dem Standard.", reasons=error.reasons
        ) from error
    return Exchanged(offer_id, edits, composed.kind, packages, as_plain(after))


def finish_exchange(work: UnitOfWork, done: Exchanged) -> None:
    """Write down what was written or laid, and promise what comes next.

    Raises:
        NotFound: nobody waits for it any more.
        ChangedMeanwhile: an answer came while the message was written; it is written anew.
        RuleBroken: with every reason why contents cannot leave by now.
        PartUnavailable: a sweep took the bytes a moment before.
    """
    require(work, Action.SEE_OFFERS)
    offer = work.session.get(Offer, done.offer_id)
    if offer is None:
        raise NotFound("Diese Anbietung gibt es nicht.")
    hold_offer(work, offer)
    if done.laid:
        _record_laid(work, offer, done.laid)
    elif done.packages:
        _refuse_ended(offer)
        if offer.edits != done.edits:
            raise ChangedMeanwhile("Zur Anbietung ist inzwischen etwas gekommen.")
        if done.kind is MessageType.TRANSFER:
            refuse_leaving(work, offer, about_to=True, lock=True)
        _record_written(work, offer, done)
    offer.stopped = []
    settle(work, offer)
    if offer.ended_at is None and (unlaid(work, offer) or next_message(work, offer) is not None):
        jobs.enqueue(work, EXCHANGE, offer.id, on_behalf=True)


def leave_exchange(work: UnitOfWork, done: Exchanged) -> None:
    """Let lie what could not be written down: it has no name, or is found in the folder again."""
    require(work, Action.MAINTAIN)


def give_up_exchange(work: UnitOfWork, offer_id: UUID, error: Exception) -> None:
    """Say why a message did not go; what is in the folder all the same is written down."""
    require(work, Action.MAINTAIN)
    offer = work.session.get(Offer, offer_id)
    if offer is None:
        return
    hold_offer(work, offer)
    if offer.ended_at is not None:
        return
    out = []
    if work.settings.archive_folder is not None:
        folder = work.settings.archive_folder / offer.archive / OUT
        out = [one.id for one in unlaid(work, offer) if is_out(folder, one.name)]
    if out:
        _record_laid(work, offer, out)
    if isinstance(error, RuleBroken):
        said = [str(reason) for reason in error.reasons] or [error.message]
    elif isinstance(error, NotAllowed | NotFound):
        said = ["Wer es verlangt hat, durfte es nicht mehr, als es an der Reihe war."]
    elif isinstance(error, OutboxFault):
        said = [error.message]
    else:
        said = ["Die Nachricht konnte nicht geschrieben oder übergeben werden."]
    offer.stopped = said
    work.session.flush()
    _note(work, "offer.stopped", offer, reasons=said[:20])


@dataclass(frozen=True)
class _Waiting:
    """A message that is written and not in the folder yet."""

    id: UUID
    name: str
    sha256: str


def _running(work: UnitOfWork, offer_id: UUID) -> Offer:
    offer = work.session.get(Offer, offer_id)
    if offer is None:
        raise NotFound("Diese Anbietung gibt es nicht.")
    _refuse_ended(offer)
    return offer


def _refuse_ended(offer: Offer) -> None:
    if offer.ended_at is not None:
        raise NotFound("Die Anbietung ist beendet.")


def _folder(work: UnitOfWork, offer: Offer) -> Path:
    if work.settings.archive_folder is None:
        raise OutboxFault(
            "Es ist kein Ordner für den Austausch eingerichtet (EAKTE_ARCHIVE_FOLDER)."
        )
    return work.settings.archive_folder / offer.archive / OUT


def _packed(
    composed: Composed,
    proceeding: Proceeding,
    store: Store,
    *,
    desk: Path,
    show: Show,
) -> tuple[tuple[Packed, ...], Proceeding]:
    """Write the messages one after the other, each checked, into the store."""
    packages = []
    total = len(composed.messages)
    show(STEP, 0, total)
    with machine_faults_named():
        desk.mkdir(parents=True, exist_ok=True)
        for number, message in enumerate(composed.messages, start=1):
            proceeding = sent(proceeding, message)
            names = {one.name for one in message.primaries()}
            contents = {
                name: partial(store.open, Digest(sha256))
                for name, sha256 in composed.contents.items()
                if name in names
            }
            with tempfile.TemporaryFile(dir=desk) as target:
                written = write_package(target, message, contents, schemas=composed.schemas)
                target.seek(0)
                stored = store.put(target)
            packages.append(Packed(message, written.name, stored, written.checked))
            show(STEP, number, total)
    return tuple(packages), proceeding


def _record_written(work: UnitOfWork, offer: Offer, done: Exchanged) -> None:
    now = work.clock.now()
    for one in done.packages:
        digest = str(one.stored.digest)
        keep_content(work.session, digest, size=one.stored.size, at=now)
        if not work.store.exists(one.stored.digest):
            raise PartUnavailable("Die Nachricht muss noch einmal geschrieben werden.")
        head = one.message.head
        work.session.add(
            OfferMessage(
                offer_id=offer.id,
                archive=offer.archive,
                kind=head.type.value,
                number=head.number,
                total=head.total,
                ours=True,
                name=one.name,
                sha256=digest,
                size=one.stored.size,
                checked=one.checked,
                at=now,
                by=work.actor.name,
            )
        )
    offer.proceeding = done.proceeding or offer.proceeding
    work.session.flush()
    kind = done.kind.value if done.kind else ""
    _note(work, "offer.written", offer, message_type=kind, messages=len(done.packages))


def _lay_all(
    begin: Begin,
    offer_id: UUID,
    waiting: Sequence[_Waiting],
    *,
    store: Store,
    folder: Path,
    show: Show,
) -> tuple[UUID, ...]:
    def still() -> None:
        with begin() as work:
            refuse_leaving(work, _running(work, offer_id))

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutboxFault("%(outbox)s ist nicht erreichbar.", outbox=OUTBOX) from error
    with only_one(folder, called=OUTBOX):
        sweep(folder, partial(_is_handed_over, begin), called=OUTBOX)
        for number, one in enumerate(waiting, start=1):
            write = partial(_copied, store, one.sha256)
            lay(folder, one.name, write, before=still, called=OUTBOX)
            show(STEP, number, len(waiting))
    return tuple(one.id for one in waiting)


def _copied(store: Store, sha256: str, target: Path) -> None:
    # The store compares what it gives with its digest on the way.
    with store.open(Digest(sha256)) as source, target.open("wb") as output:
        shutil.copyfileobj(source, output, CHUNK)


def _is_handed_over(begin: Begin, name: str) -> bool:
    with begin() as work:
        found = select(OfferMessage.id).where(
            OfferMessage.name == name,
            OfferMessage.ours,
            OfferMessage.handed_over_at.is_not(None),
        )
        return work.session.scalar(found.limit(1)) is not None


def _record_laid(work: UnitOfWork, offer: Offer, laid: Sequence[UUID]) -> None:
    """Write down that messages are with the archive; whatever became of the offer, they are."""
    now = work.clock.now()
    kinds = []
    for one in unlaid(work, offer):
        if one.id in laid:
            one.handed_over_at = now
            kinds.append(one.kind)
    offer.answer_by = answer_day(work, offer, kinds)
    work.session.flush()
    if kinds:
        _note(work, "offer.handed-over", offer, message_type=kinds[0], messages=len(kinds))


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
