"""What is a selected dossier that leaves the house, as plain values, whatever the standard?

Nothing here knows rows, rights or pages of the web: whoever hands this in has asked and decided.
The order of parts and documents is the order of the dossier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID, uuid5

from eakte.errors import RuleBroken


class DocumentClass(StrEnum):
    """What a document is to a court, in as few classes as courts tell apart."""

    CLAIM = "claim"
    JUDGMENT = "judgment"
    COURT_DECISION = "court-decision"
    COURT_NOTICE = "court-notice"
    ORDER = "order"
    NOTE = "note"
    MINUTES = "minutes"
    WITHDRAWAL_SHEET = "withdrawal-sheet"
    SERVICE_PROOF = "service-proof"
    EXPERT_OPINION = "expert-opinion"
    TECHNICAL = "technical"
    LETTER = "letter"
    APPLICATION = "application"
    DECISION = "decision"
    OBJECTION = "objection"
    OBJECTION_DECISION = "objection-decision"
    COSTS = "costs"
    OTHER = "other"


class PartKind(StrEnum):
    """What a part of a dossier is."""

    MAIN = "main"
    CASE = "case"
    ANNEXES = "annexes"
    SIDE = "side"
    OTHER = "other"


class LinkKind(StrEnum):
    """How a document belongs to the one above it."""

    INSEPARABLE = "inseparable"
    ATTACHMENT = "attachment"
    RELATED = "related"


class Role(StrEnum):
    """As what somebody takes part in the proceedings (SGG §§ 54, 69, 71, 73, 75).

    REPRESENTATIVE is mandated for the proceedings at court, AUTHORISED for those of the office.
    """

    CLAIMANT = "claimant"
    DEFENDANT = "defendant"
    SUMMONED = "summoned"
    REPRESENTATIVE = "representative"
    AUTHORISED = "authorised"
    GUARDIAN = "guardian"
    STATUTORY = "statutory"


class Occasion(StrEnum):
    """Why a dossier is sent."""

    SENDING = "sending"
    SIDE_FILE = "side-file"
    INSPECTION = "inspection"


@dataclass(frozen=True)
class Link:
    """``to`` is the document above: that of an attachment, the decision that is corrected."""

    kind: LinkKind
    to: UUID


@dataclass(frozen=True)
class Scan:
    """When paper was scanned, and whether the scan stands for it from then on."""

    on: date
    replaces_paper: bool


@dataclass(frozen=True)
class Withheld:
    """Why a document stays here; a sheet that says so takes its place (§ 25 Abs. 3 SGB X)."""

    reason: str
    legal_ground: str = ""


@dataclass(frozen=True)
class SelectedDocument:
    """One document that leaves, or whose place a withdrawal sheet takes.

    ``id`` stays the same in every package. ``content`` is a searchable PDF/A with ``pages`` pages
    and the digest ``sha256``; only a withheld document has none. ``kind`` is the office's own word
    for its type. ``approved`` says that the PDF/A checker read the content before it was stored:
    what a stamp adds to it needs no second reading. Of a withheld document nothing but its reason
    and number of pages is told.
    """

    id: UUID
    title: str
    kind: str
    document_class: DocumentClass
    pages: int
    sha256: str = ""
    content: Path | None = None
    written_on: date | None = None
    received_on: date | None = None
    filed_on: date | None = None
    sender: str = ""
    recipient: str = ""
    foreign_reference: str = ""
    links: tuple[Link, ...] = ()
    scan: Scan | None = None
    inspection_allowed: bool = True
    withheld: Withheld | None = None
    approved: bool = False

    @property
    def file_id(self) -> UUID:
        """The name of this content: another content of the same document has another one.

        It is worked out of document and digest, so an unchanged document that is sent again
        keeps it without anybody having to remember (XJustiz, Type.GDS.Dokument, dateiname).
        """
        return uuid5(self.id, f"withheld {self.pages}" if self.withheld else self.sha256)


@dataclass(frozen=True)
class Part:
    """A part of the dossier: the main dossier, a case, annexes, a side dossier."""

    id: UUID
    title: str
    kind: PartKind
    documents: tuple[SelectedDocument, ...] = ()
    parts: tuple[Part, ...] = ()
    reference: str = ""
    inspection_allowed: bool = True


@dataclass(frozen=True)
class SelectedDossier:
    """What of a dossier leaves; ``hybrid`` says that some of it is still kept on paper.

    ``whole`` says that nothing was left out but drafts; otherwise it is told to be a selection.
    """

    id: UUID
    reference: str
    title: str
    parts: tuple[Part, ...]
    hybrid: bool = False
    whole: bool = True

    def documents(self) -> Iterator[SelectedDocument]:
        """Every document in the order of the dossier: of a part first its parts, then its own."""
        for part in self.parts:
            yield from _documents_of(part)


def _documents_of(part: Part) -> Iterator[SelectedDocument]:
    for below in part.parts:
        yield from _documents_of(below)
    yield from part.documents


@dataclass(frozen=True)
class Address:
    """Where somebody lives or has their seat."""

    street: str = ""
    house_number: str = ""
    postcode: str = ""
    place: str = ""


@dataclass(frozen=True)
class Person:
    """A natural person; ``family_name`` is never empty."""

    family_name: str
    given_name: str = ""
    title: str = ""
    born_on: date | None = None
    address: Address | None = None


@dataclass(frozen=True)
class Organisation:
    """An authority, a firm of lawyers, an association."""

    name: str
    address: Address | None = None


@dataclass(frozen=True)
class Party:
    """Somebody who takes part; ``reference`` is their own one, ``represents`` whom they act for.

    ``represents`` counts the parties of the dispatch from 0.
    """

    role: Role
    who: Person | Organisation
    reference: str = ""
    represents: int | None = None


@dataclass(frozen=True)
class Product:
    """Which program wrote the package."""

    name: str
    maker: str
    version: str


@dataclass(frozen=True)
class Dispatch:
    """One sending to one court: from whom, to whom, about what.

    ``court`` is the code of the official list. ``court_reference`` is exactly as the court wrote
    it; empty means not known yet, and ``opens_proceedings`` that there can be none.
    ``about`` is the subject in words, ``short_title`` who against whom.
    """

    id: UUID
    made_at: datetime
    made_by: str
    office: Organisation
    court: str
    product: Product
    court_reference: str = ""
    opens_proceedings: bool = False
    occasion: Occasion = Occasion.SENDING
    field_of_law: str = "055"
    short_title: str = ""
    about: str = ""
    parties: tuple[Party, ...] = ()
    answers: UUID | None = None
    legal_ground: str = ""


@dataclass(frozen=True)
class FolioRange:
    """The numbers that the pages of a document bear in the dossier."""

    first: int
    last: int

    def __str__(self) -> str:
        """As it is cited: 12 or 12-14."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True)
class Bound:
    """A document in its place: its number in the dossier, its folios, its file as it leaves.

    ``path`` lies in the folder of the package, and its name is the one in the message.
    """

    document: SelectedDocument
    number: int
    folios: FolioRange
    path: Path
    sha256: str
    size: int

    @property
    def title(self) -> str:
        """What lists call it; a withheld document has no title."""
        return "Fehlblatt" if self.document.withheld else self.document.title

    @property
    def pages(self) -> int:
        """How many pages the file has."""
        return self.folios.last - self.folios.first + 1


class PackageRefused(RuleBroken):
    """Nothing was written; ``reasons`` are all that stands against this package."""

    code = "package-refused"


def folios_of(documents: Sequence[SelectedDocument]) -> list[FolioRange]:
    """Number the pages of all documents from 1; a withdrawal sheet is one page."""
    ranges, last = [], 0
    for document in documents:
        pages = 1 if document.withheld else document.pages
        ranges.append(FolioRange(last + 1, last + pages))
        last += pages
    return ranges
