"""What do the messages of a disposal say, whatever their version calls it? Plain values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Level(StrEnum):
    """What a record is; the values are the standard's."""

    DOSSIER = "Akte"
    CASE = "Vorgang"
    DOCUMENT = "Dokument"


class Verdict(StrEnum):
    """The appraisal of a record (code list Aussonderungsart 1.0)."""

    ARCHIVE = "A"
    APPRAISE = "B"
    DESTROY = "V"


class MessageType(StrEnum):
    """The messages of a disposal by their numbers."""

    OFFER = "0501"
    APPRAISAL = "0502"
    TRANSFER = "0503"
    OFFER_RECEIVED = "0504"
    APPRAISAL_RECEIVED = "0505"
    TRANSFER_IMPORTED = "0506"
    TRANSFER_RECEIVED = "0507"


@dataclass(frozen=True)
class Party:
    """An office, archive or person that sends, receives or is concerned."""

    institution: str = ""
    institution_short: str = ""
    unit: str = ""
    family_name: str = ""
    given_name: str = ""
    key: str = ""
    prefix: str = ""

    @property
    def office_code(self) -> str:
        """The prefix and key by which directories know the office, as version 4.0 writes them."""
        return f"{self.prefix}:{self.key}" if self.prefix else self.key


@dataclass(frozen=True)
class Product:
    """The program that wrote a message."""

    name: str = "e-Akte"
    maker: str = "e-Akte"
    version: str = ""
    instance: str = ""


@dataclass(frozen=True)
class Primary:
    """One stored content of a document; ``name`` begins with an id of its own."""

    name: str
    format_code: str
    format_name: str = ""
    format_version: str = ""
    original_name: str = ""
    author: str = ""
    created_at: datetime | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Version:
    """One version of a document, in one or more formats."""

    number: str
    primaries: tuple[Primary, ...]


@dataclass(frozen=True)
class Event:
    """One line of a record's history."""

    actor: str
    at: datetime
    action: str
    field: str = ""
    before: str = ""
    after: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Terms:
    """What the office has decided about the end of a record, and what it proposes."""

    verdict: Verdict | None = None
    own_verdict: str = ""
    years: int | None = None
    permanent: bool = False
    mark: str = ""
    proposal: Verdict | None = None
    proposal_reason: str = ""
    retention_ends: date | None = None
    transfer_ends: date | None = None


@dataclass(frozen=True)
class Record:
    """A dossier, a case or a document, with what lies in it.

    A dossier in a dossier is a volume (Teilakte), a case in a case a part of it (Teilvorgang), a
    document in a document an enclosure. ``context`` marks what is named only to say where its
    parts belong: it is not disposed of itself (Kontextobjekt, from version 4.0).
    """

    id: UUID
    level: Level
    title: str = ""
    reference: str = ""
    number: int | None = None
    lead: str = ""
    keeper: str = ""
    confidentiality: str = ""
    remark: str = ""
    medium: str = ""
    plan_reference: str = ""
    plan_title: str = ""
    terms: Terms | None = None
    kind: str = ""
    begins: date | None = None
    ends: date | None = None
    closed: bool | None = None
    closed_on: date | None = None
    dossier_title: str = ""
    foreign_reference: str = ""
    received_on: date | None = None
    sent_on: date | None = None
    written_on: date | None = None
    clerk: str = ""
    context: bool = False
    history: tuple[Event, ...] = ()
    parties: tuple[Party, ...] = ()
    versions: tuple[Version, ...] = ()
    parts: tuple[Record, ...] = ()

    def everything(self) -> Iterator[Record]:
        """Yield the record and whatever lies in it, from the outside to the inside."""
        waiting = [self]
        while waiting:
            record = waiting.pop()
            yield record
            waiting.extend(reversed(record.parts))

    def primaries(self) -> Iterator[Primary]:
        """Yield the contents of the record and of whatever lies in it."""
        for record in self.everything():
            for version in record.versions:
                yield from version.primaries

    @property
    def name(self) -> str:
        """How people call it: the reference, else the title, else the id."""
        return self.reference or self.title or str(self.id)


@dataclass(frozen=True)
class Head:
    """Who says something to whom, when, in which proceeding, and as which of how many."""

    process_id: UUID
    type: MessageType
    created_at: datetime
    sender: Party
    receiver: Party
    product: Product = Product()
    remark: str = ""
    receipt_wanted: bool = True
    archive_marks_wanted: bool = True
    # Only from version 4.0 on: the message's own id, what it answers, and the parts of a large one.
    message: UUID | None = None
    answers: UUID | None = None
    number: int = 1
    total: int = 1


@dataclass(frozen=True)
class Decision:
    """What the archive has decided on one record; ``own_verdict`` is a word of its own."""

    record: UUID
    verdict: Verdict | None
    own_verdict: str = ""


@dataclass(frozen=True)
class Imported:
    """What became of one record in the archive."""

    record: UUID
    done: bool
    errors: tuple[str, ...] = ()
    archive_mark: str = ""


@dataclass(frozen=True)
class Message:
    """One message: the head, and of the rest what its type has.

    ``version`` is the version of the standard it was read from or shall be written in.
    ``letters`` are documents for the receiver to read; they are not disposed of. ``imported`` is
    the archive's word on a whole transfer; None where the version has none.
    """

    version: str
    head: Head
    letters: tuple[Record, ...] = ()
    records: tuple[Record, ...] = ()
    decisions: tuple[Decision, ...] = ()
    results: tuple[Imported, ...] = ()
    imported: bool | None = None
    errors: tuple[str, ...] = ()

    def everything(self) -> Iterator[Record]:
        """Yield every record of the message, from the outside to the inside."""
        for record in self.records:
            yield from record.everything()

    def primaries(self) -> Iterator[Primary]:
        """Yield every content that belongs into the package beside the message."""
        for record in (*self.letters, *self.records):
            yield from record.primaries()
