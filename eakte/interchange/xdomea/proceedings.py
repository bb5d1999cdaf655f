"""What was sent and received in a disposal, what may come next, and what may be destroyed?

A proceeding is a plain value: every message that goes or comes makes a new one, or a list of
faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from eakte.interchange.faults import BadPackage, Fault, fault
from eakte.interchange.xdomea import rules
from eakte.interchange.xdomea.answers import appraisal_faults, import_faults, import_notes
from eakte.interchange.xdomea.heads import own_id
from eakte.interchange.xdomea.offered import Tree
from eakte.interchange.xdomea.records import (
    Imported,
    Message,
    MessageType,
    Party,
    Verdict,
)
from eakte.interchange.xdomea.versions import alike, exists_in, is_fourth

T = MessageType
# Which message an answer answers.
ANSWERED = {
    T.OFFER_RECEIVED: T.OFFER,
    T.APPRAISAL: T.OFFER,
    T.APPRAISAL_RECEIVED: T.APPRAISAL,
    T.TRANSFER_RECEIVED: T.TRANSFER,
    T.TRANSFER_IMPORTED: T.TRANSFER,
}
FROM_OFFICE = frozenset({T.OFFER, T.APPRAISAL_RECEIVED, T.TRANSFER})


class State(StrEnum):
    """Where a proceeding stands."""

    BEGUN = "begun"
    OFFERED = "offered"
    APPRAISED = "appraised"
    HANDED_OVER = "handed-over"
    PARTLY_FAILED = "partly-failed"
    DONE = "done"


@dataclass(frozen=True)
class Seen:
    """A message that went or came: its type, when, which of how many, and what it answered."""

    type: MessageType
    at: datetime
    number: int
    total: int
    message: UUID
    answers: UUID | None
    receipt_wanted: bool
    records: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Proceeding:
    """One disposal with one archive.

    ``four_steps`` is the long way: offer, appraisal, transfer, confirmation. In the short one the
    office knows the appraisal already, and its own transfer is the first message.
    """

    id: UUID
    version: str
    office: Party
    archive: Party
    four_steps: bool = True
    seen: tuple[Seen, ...] = ()
    tree: Tree = Tree()
    decisions: Mapping[UUID, Verdict] = field(default_factory=dict)
    results: Mapping[UUID, Imported] = field(default_factory=dict)
    handed: frozenset[UUID] = frozenset()

    def of_type(self, kind: MessageType) -> tuple[Seen, ...]:
        """Return the messages of a type, in the order in which they went or came."""
        return tuple(one for one in self.seen if one.type is kind)

    def complete(self, kind: MessageType) -> bool:
        """Say whether all parts of a message have gone or come."""
        seen = self.of_type(kind)
        return bool(seen) and len(seen) >= seen[0].total

    def verdict(self, record: UUID) -> Verdict | None:
        """Return what was decided on a record: its own verdict, else that of what it lies in."""
        if not self.four_steps:
            return Verdict.ARCHIVE if record in self.handed else None
        return self.tree.inherited(record, self.decisions)

    @property
    def state(self) -> State:
        """Return where the proceeding stands."""
        if self.of_type(T.TRANSFER_IMPORTED) and self.complete(T.TRANSFER):
            return State.DONE if not self.unconfirmed() else self._after_answer()
        if self.of_type(T.TRANSFER):
            return State.HANDED_OVER
        if self.complete(T.APPRAISAL):
            return State.APPRAISED if self.worthy() else State.DONE
        return State.OFFERED if self.of_type(T.OFFER) else State.BEGUN

    def _after_answer(self) -> State:
        answered = len(self.of_type(T.TRANSFER_IMPORTED)) >= len(self.of_type(T.TRANSFER))
        return State.PARTLY_FAILED if answered else State.HANDED_OVER

    def worthy(self) -> frozenset[UUID]:
        """Return the records that the archive wants or has been given."""
        return frozenset(
            stub.id for stub in self.tree.stubs if self.verdict(stub.id) is Verdict.ARCHIVE
        )

    def unconfirmed(self) -> frozenset[UUID]:
        """Return the worthy records whose import the archive has not confirmed."""
        return frozenset(
            record
            for record in self.worthy()
            if not ((said := self.tree.inherited(record, self.results)) and said.done)
        )


@dataclass(frozen=True)
class Step:
    """A proceeding after one more message, and what people have to know about it."""

    proceeding: Proceeding
    notes: tuple[Fault, ...] = ()


def may_go(proceeding: Proceeding) -> frozenset[MessageType]:
    """Return what the office may send now."""
    allowed = set()
    if proceeding.four_steps and not proceeding.complete(T.OFFER):
        allowed.add(T.OFFER)
    asked = [one for one in proceeding.of_type(T.APPRAISAL) if one.receipt_wanted]
    if len(proceeding.of_type(T.APPRAISAL_RECEIVED)) < len(asked):
        allowed.add(T.APPRAISAL_RECEIVED)
    decided = proceeding.complete(T.APPRAISAL) if proceeding.four_steps else True
    something = not proceeding.four_steps or bool(proceeding.worthy())
    if decided and something and not proceeding.complete(T.TRANSFER):
        allowed.add(T.TRANSFER)
    return frozenset(kind for kind in allowed if exists_in(kind, proceeding.version))


def may_come(proceeding: Proceeding) -> frozenset[MessageType]:
    """Return what the archive may send now; a confirmation may cross the next message."""
    allowed = set()
    if _unanswered(proceeding, T.OFFER, T.OFFER_RECEIVED):
        allowed.add(T.OFFER_RECEIVED)
    if proceeding.complete(T.OFFER) and not proceeding.complete(T.APPRAISAL):
        allowed.add(T.APPRAISAL)
    if _unanswered(proceeding, T.TRANSFER, T.TRANSFER_RECEIVED):
        allowed.add(T.TRANSFER_RECEIVED)
    if _unanswered(proceeding, T.TRANSFER, T.TRANSFER_IMPORTED):
        allowed.add(T.TRANSFER_IMPORTED)
    return frozenset(kind for kind in allowed if exists_in(kind, proceeding.version))


def _unanswered(proceeding: Proceeding, asked: MessageType, answer: MessageType) -> bool:
    return len(proceeding.of_type(answer)) < len(proceeding.of_type(asked))


def proceeding_of(proceedings: Mapping[UUID, Proceeding], message: Message) -> Proceeding:
    """Return the proceeding a message belongs to.

    Raises:
        BadPackage: there is none.
    """
    proceeding = proceedings.get(message.head.process_id)
    if proceeding is None:
        raise BadPackage(
            [
                fault(
                    "unknown-process",
                    "Zu keiner hier geführten Aussonderung gehört die Prozess-ID %(process)s.",
                    process=message.head.process_id,
                    about=message.head.process_id,
                )
            ]
        )
    return proceeding


def sent(proceeding: Proceeding, message: Message) -> Proceeding:
    """Return the proceeding after the office has sent a message.

    Raises:
        BadPackage: the message may not go now, or a transfer is not what the archive decided.
    """
    faults = [*_common_faults(proceeding, message), *rules.faults_in(message)]
    if message.head.type not in may_go(proceeding):
        faults.append(_not_now(message))
    if faults:
        raise BadPackage(faults)
    tree, handed = proceeding.tree, proceeding.handed
    if message.head.type in (T.OFFER, T.TRANSFER):
        named = Tree.of(message.records)
        doubled = {stub.id for stub in named.stubs} & (
            handed if message.head.type is T.TRANSFER else tree.ids()
        )
        if doubled:
            raise BadPackage([_twice(record) for record in sorted(doubled, key=str)[:20]])
        if message.head.type is T.OFFER or not proceeding.four_steps:
            tree = tree.plus(named)
        if message.head.type is T.TRANSFER:
            handed |= {stub.id for stub in named.stubs if not stub.context}
    after = replace(proceeding, seen=(*proceeding.seen, _seen(message)), tree=tree, handed=handed)
    if message.head.type is T.TRANSFER and proceeding.four_steps:
        faults += transfer_faults(after)
        if faults:
            raise BadPackage(faults)
    return after


def transfer_faults(proceeding: Proceeding) -> list[Fault]:
    """Return where what was handed over differs from what the archive decided.

    What is missing shows only when the last part of the transfer has gone.
    """
    worthy = proceeding.worthy()
    faults = [
        fault(
            "surplus-record",
            "„%(name)s“ gehört nicht in die Abgabe: das Archiv hat es nicht als archivwürdig "
            "bewertet.",
            name=proceeding.tree.name(record),
            about=record,
        )
        for record in sorted(proceeding.handed - worthy, key=str)[:20]
    ]
    if proceeding.complete(T.TRANSFER):
        faults += [
            fault(
                "missing-record",
                "„%(name)s“ fehlt in der Abgabe: das Archiv hat es als archivwürdig bewertet.",
                name=proceeding.tree.name(record),
                about=record,
            )
            for record in sorted(worthy - proceeding.handed, key=str)[:20]
        ]
    return faults


def received(proceeding: Proceeding, message: Message) -> Step:
    """Return the proceeding after the archive has sent a message.

    That the archive could not take some records is no fault of its message: it is noted, and those
    records stay.

    Raises:
        BadPackage: the message may not come now, or names other records than were asked about.
    """
    faults = _common_faults(proceeding, message)
    if not faults and message.head.type not in may_come(proceeding):
        faults = [_not_now(message)]
    faults += rules.faults_in(message)
    notes: list[Fault] = []
    decisions, results = dict(proceeding.decisions), dict(proceeding.results)
    if not faults and message.head.type is T.APPRAISAL:
        last = len(proceeding.of_type(T.APPRAISAL)) + 1 >= message.head.total
        faults += appraisal_faults(proceeding.tree, decisions, message, last=last)
        decisions |= {one.record: one.verdict for one in message.decisions if one.verdict}
    if not faults and message.head.type is T.TRANSFER_IMPORTED:
        part = _answered_part(proceeding, message)
        faults += import_faults(proceeding.tree, frozenset(part), message)
        expected = frozenset(part) & proceeding.worthy()
        if message.imported or (message.imported is False and not message.results):
            # The archive speaks of the whole part; its word holds for each record of it.
            results |= {one: Imported(one, message.imported, message.errors) for one in expected}
        results |= {one.record: one for one in message.results}
        notes += import_notes(proceeding.tree, expected, results, message)
    if faults:
        raise BadPackage(faults)
    after = replace(
        proceeding,
        seen=(*proceeding.seen, _seen(message)),
        decisions=decisions,
        results=results,
    )
    return Step(after, tuple(notes))


def _answered_part(proceeding: Proceeding, message: Message) -> tuple[UUID, ...]:
    transfers = proceeding.of_type(T.TRANSFER)
    for one in transfers:
        if one.message == message.head.answers:
            return one.records
    return transfers[0].records


def _seen(message: Message) -> Seen:
    head = message.head
    return Seen(
        head.type,
        head.created_at,
        head.number,
        head.total,
        own_id(head),
        head.answers,
        head.receipt_wanted,
        tuple(record.id for record in message.everything()),
    )


def _common_faults(proceeding: Proceeding, message: Message) -> list[Fault]:
    head = message.head
    faults = []
    if head.process_id != proceeding.id:
        faults.append(
            fault("unknown-process", "Die Nachricht gehört zu einer anderen Aussonderung.")
        )
    if not alike(message.version, proceeding.version):
        faults.append(
            fault(
                "other-version",
                "Die Nachricht ist in xdomea %(version)s geschrieben, vereinbart ist %(agreed)s.",
                version=message.version,
                agreed=proceeding.version,
            )
        )
    author, reader = (proceeding.archive, proceeding.office)
    if head.type in FROM_OFFICE:
        author, reader = reader, author
    for party, expected, kind, template in (
        (head.sender, author, "wrong-sender", "Absender ist %(found)s statt %(expected)s."),
        (head.receiver, reader, "wrong-receiver", "Empfänger ist %(found)s statt %(expected)s."),
    ):
        if expected.key and party.office_code.casefold() != expected.office_code.casefold():
            faults.append(
                fault(
                    kind,
                    template,
                    found=party.office_code or party.institution or "–",
                    expected=expected.office_code,
                )
            )
    before = proceeding.of_type(head.type)
    if any(one.message == own_id(head) or one.number == head.number for one in before):
        faults.append(
            fault(
                "already-there",
                "Die Nachricht %(type)s (%(number)s von %(total)s) ist schon da; sie wird nicht "
                "noch einmal verarbeitet.",
                type=head.type.value,
                number=head.number,
                total=head.total,
            )
        )
    if before and before[0].total != head.total:
        faults.append(
            fault(
                "count-wrong",
                "Die Nachricht zählt sich als %(number)s von %(total)s.",
                number=head.number,
                total=head.total,
            )
        )
    if not is_fourth(proceeding.version) and head.total != 1:
        faults.append(
            fault(
                "no-parts",
                "Bis xdomea 3.1 gibt es je Aussonderung nur eine Nachricht jeder Art.",
            )
        )
    if is_fourth(proceeding.version) and head.type in ANSWERED:
        asked = proceeding.of_type(ANSWERED[head.type])
        if asked and head.answers not in {one.message for one in asked}:
            faults.append(
                fault(
                    "answers-unknown",
                    "Die Nachricht %(type)s antwortet auf eine Nachricht, die es hier nicht gibt.",
                    type=head.type.value,
                )
            )
    return faults


def _not_now(message: Message) -> Fault:
    return fault(
        "not-now",
        "Die Nachricht %(type)s ist in diesem Stand der Aussonderung nicht an der Reihe.",
        type=message.head.type.value,
    )


def _twice(record: UUID) -> Fault:
    return fault("doubled-record", "%(record)s wurde schon gesendet.", record=record, about=record)
