"""What does an archive answer, does it fit what was asked, and what follows from it?

A message that does not is kept with every fault and changes nothing. Nothing here believes a
message because of the way on which it came: process, sender, version, order and records are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import RuleBroken
from eakte.interchange import zips
from eakte.interchange.faults import BadPackage, Fault, fault
from eakte.interchange.xdomea.keeping import as_plain, from_plain
from eakte.interchange.xdomea.packages import Arrived, read_package
from eakte.interchange.xdomea.proceedings import Step, received
from eakte.interchange.xdomea.records import Message, MessageType
from eakte.interchange.xdomea.schemas import Schemas
from eakte.interchange.xdomea.versions import PACKAGE_NAME
from eakte.model.archive import Archive
from eakte.model.content import keep_content
from eakte.model.offer import Offer, OfferMessage
from eakte.retention.composing import next_message
from eakte.retention.offering import CALLED_OFF, EXCHANGE, hold_offer
from eakte.retention.settling import settle
from eakte.unit_of_work import UnitOfWork
from storage import Stored

# An answer brings no contents: whatever is larger is none.
LIMITS = zips.Limits(entries=1_000, one=256 * 1024**2, total=512 * 1024**2, ratio=200)
LARGEST = 64 * 1024**2
MOST_FAULTS = 50
LONGEST_NAME = 300


@dataclass(frozen=True)
class Answer:
    """A package as it came: what it says, or what is wrong with it."""

    name: str
    arrived: Arrived | None
    faults: tuple[Fault, ...] = ()

    @property
    def message(self) -> Message | None:
        """What it says, None where it cannot be read."""
        return self.arrived.message if self.arrived else None


def read_answer(stream: BinaryIO, *, name: str, schemas: Schemas) -> Answer:
    """Read a package; whatever is wrong with it is told, nothing is raised."""
    try:
        return Answer(name, read_package(stream, name=name, schemas=schemas, limits=LIMITS))
    except BadPackage as error:
        return Answer(name, None, error.faults)


def take_answer(
    work: UnitOfWork, answer: Answer, stored: Stored, *, archive: str = ""
) -> OfferMessage | None:
    """Keep what an archive has sent, and let the offer go on if it fits; its faults stand in it.

    Args:
        work: in whose name; the folder is read by the application itself.
        answer: as it was read.
        stored: its bytes, which lie in the store.
        archive: in whose folder it lay; empty when a person brought it.

    Returns:
        The row; None where the same bytes under the same name were refused as doubled before.
    """
    require(work, Action.TAKE_FROM_ARCHIVE)
    digest = str(stored.digest)
    name = answer.name[:LONGEST_NAME]
    same = work.session.scalar(
        select(func.count())
        .select_from(OfferMessage)
        .where(OfferMessage.sha256 == digest, OfferMessage.name == name, ~OfferMessage.ours)
    )
    if (same or 0) > 1:
        return None
    now = work.clock.now()
    keep_content(work.session, digest, size=stored.size, at=now)
    offer = _offer_of(work, answer)
    faults, step = list(answer.faults), None
    if not faults and answer.message is not None:
        try:
            step = _fitting(offer, answer.message)
        except BadPackage as error:
            faults = list(error.faults)
    head = answer.message.head if answer.message else None
    row = OfferMessage(
        offer_id=offer.id if offer else None,
        archive=archive or (offer.archive if offer else ""),
        kind=head.type.value if head else _type_in(name),
        number=min(head.number, 1_000_000) if head else 1,
        total=min(head.total, 1_000_000) if head else 1,
        ours=False,
        name=name,
        sha256=digest,
        size=stored.size,
        checked=answer.arrived.checked if answer.arrived else False,
        at=now,
        by=work.actor.name,
        faults=[_kept(one) for one in faults[:MOST_FAULTS]],
        notes=[_kept(one) for one in (step.notes if step else ())[:MOST_FAULTS]],
    )
    work.session.add(row)
    work.session.flush()
    if offer is not None and step is not None:
        offer.proceeding = as_plain(step.proceeding)
        settle(work, offer)
        if next_message(work, offer) is MessageType.APPRAISAL_RECEIVED:
            jobs.enqueue(work, EXCHANGE, offer.id, on_behalf=True)
    audit.note(
        work,
        "offer.answer-refused" if faults else "offer.answered",
        kind="offer",
        subject=offer.id if offer else None,
        number=offer.number if offer else None,
        archive=row.archive,
        message_type=row.kind,
        faults=[one.kind for one in faults[:MOST_FAULTS]],
        sha256=digest,
    )
    return row


def refuse_too_large(size: int) -> None:
    """Refuse what no answer can be, before it is read.

    Raises:
        RuleBroken: it is larger.
    """
    if size > LARGEST:
        raise RuleBroken("Die Datei ist größer als 64 MB; eine Antwort ist das nicht.")


def _offer_of(work: UnitOfWork, answer: Answer) -> Offer | None:
    """The offer a package belongs to, by its message or, where that cannot be read, by its name."""
    if answer.message is not None:
        named: UUID | None = answer.message.head.process_id
    else:
        found = PACKAGE_NAME.fullmatch(answer.name)
        named = UUID(found["process"]) if found else None
    offer = work.session.get(Offer, named) if named else None
    if offer is None or not may(work.actor, Action.SEE_OFFER, offer):
        return None
    hold_offer(work, offer)
    return offer


def _fitting(offer: Offer | None, message: Message) -> Step:
    if offer is None:
        raise BadPackage(
            [
                fault(
                    "unknown-process",
                    "Zu keiner hier geführten Aussonderung gehört die Prozess-ID %(process)s.",
                    process=message.head.process_id,
                )
            ]
        )
    if offer.state == CALLED_OFF:
        raise BadPackage(
            [fault("called-off", "Die Anbietung ist abgebrochen; die Antwort ändert nichts mehr.")]
        )
    return received(from_plain(offer.proceeding), message)


def _type_in(name: str) -> str:
    found = PACKAGE_NAME.fullmatch(name)
    return found["type"] if found else ""


def _kept(one: Fault) -> dict[str, Any]:
    return {"kind": one.kind, "sentence": str(one), "about": one.about[:200]}


def archive_keys(work: UnitOfWork) -> list[str]:
    """Return the keys of all archives, which name their folders."""
    require(work, Action.MAINTAIN)
    return list(work.session.scalars(select(Archive.key).order_by(Archive.key)))
