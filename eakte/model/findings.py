"""What was found out about a document: its type, its pages' text, its products, its flaws?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from eakte.model.signature import Signature


class Kind(StrEnum):
    """What sort of content it is, seen from what can be done with it."""

    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    MAIL = "mail"
    COURT = "court"
    OFFICE = "office"
    ARCHIVE = "archive"
    SIGNATURE = "signature"
    UNKNOWN = "unknown"


class TextSource(StrEnum):
    """Where the text of a page comes from."""

    BORN_DIGITAL = "born-digital"
    OCR = "ocr"
    NONE = "none"


class Flag(StrEnum):
    """What a reader of the original must know although the reading copy may not show it."""

    SIGNED = "signed"
    FORM = "form"
    ENCRYPTED = "encrypted"
    JAVASCRIPT = "javascript"
    ATTACHMENTS = "attachments"
    MACROS = "macros"
    LINKS = "external-links"


@dataclass(frozen=True)
class Problem:
    """One reason to look at the document: ``message`` is German, true, and says what to do next."""

    code: str
    message: str


@dataclass(frozen=True)
class Look:
    """The quick answer at the door: ``refused`` means that the sender keeps the document."""

    media_type: str
    kind: Kind
    pages: int | None = None
    problem: Problem | None = None
    refused: bool = False


@dataclass(frozen=True)
class PageText:
    """The text of one page of the reading copy.

    ``number`` counts from 1; ``confidence`` is 0 to 100 and None where nothing was recognised;
    width and height are the page as a reader sees it, in points; ``dpi`` is the resolution of the
    scan; ``rotation`` says by how many degrees clockwise the page was turned for reading;
    ``unsure`` is the share of its words, 0 to 1, that were recognised with little confidence.
    """

    number: int
    text: str
    source: TextSource
    confidence: float | None
    width_pt: float
    height_pt: float
    dpi: int | None = None
    rotation: int = 0
    unsure: float | None = None


@dataclass(frozen=True)
class Letterhead:
    """What a message says of itself; ``remote`` counts what it would have fetched from the net."""

    sender: str = ""
    recipients: str = ""
    copies: str = ""
    subject: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    remote: int = 0


@dataclass(frozen=True)
class Enclosure:
    """Something that lies in a message; ``inline`` where the text of the message shows it too.

    Title, day and sender are what the message says of it, where it says anything.
    """

    path: Path
    name: str
    look: Look
    inline: bool = False
    title: str = ""
    written_on: date | None = None
    sender: str = ""


@dataclass(frozen=True)
class CourtHead:
    """What a message from a court says of itself, see ``eakte.model.court_message``."""

    kind: str = ""
    version: str = ""
    sender: str = ""
    sender_code: str = ""
    recipient: str = ""
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    message_id: str = ""
    answers: str = ""
    title: str = ""
    created_at: datetime | None = None
    wants_confirmation: bool = False
    missing: tuple[str, ...] = ()
    faults: tuple[tuple[str, str, bool | None], ...] = ()
    """Of an answer, the faults it names: code, what is said more, worked on all the same."""


@dataclass(frozen=True)
class Outcome:
    """All that processing gives; every path lies in the folder that the caller named.

    ``searchable_pdf`` is PDF/A-2b, validated, or None; ``previews`` has one picture a page.
    Problems do not mean that there are no products: a signed PDF has a problem and a reading copy.
    ``head`` and ``enclosures`` are those of a message, ``court`` the head of one from a court.
    """

    look: Look
    pages: tuple[PageText, ...] = ()
    searchable_pdf: Path | None = None
    previews: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    flags: frozenset[str] = frozenset()
    tools: str = ""
    head: Letterhead | None = None
    enclosures: tuple[Enclosure, ...] = ()
    court: CourtHead | None = None


@dataclass(frozen=True)
class Unlocked:
    """What a password made of an encrypted document: a readable copy, or the reason why not.

    ``signed``: the document bears signatures; ``signatures`` is what the check of them has shown,
    which nobody can repeat without the password.
    """

    path: Path | None
    problem: Problem | None = None
    signed: bool = False
    signatures: tuple[Signature, ...] = ()


class Order(StrEnum):
    """In which order a scanner delivered the sides of its sheets."""

    AS_READ = "as-read"
    FRONTS_THEN_BACKS = "fronts-then-backs"
    FRONTS_THEN_BACKS_REVERSED = "fronts-then-backs-reversed"


@dataclass(frozen=True)
class Rules:
    """By what a stack is separated.

    ``separators`` are texts of bar codes on sheets of their own, ``starts`` beginnings of texts on
    first pages, ``cover`` the beginning of the text on our own cover sheets.
    """

    separators: tuple[str, ...] = ("PATCHT",)
    starts: tuple[str, ...] = ()
    cover: str = ""
    order: Order = Order.AS_READ


@dataclass(frozen=True)
class Code:
    """A bar code: its kind and what it says."""

    kind: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """One page of a stack as the scanner delivered it; ``number`` counts from 1.

    ``skew`` is in degrees; ``dpi`` None where the page is no scan; ``readable`` False where it
    cannot be shown. ``dark`` is the share of dark surface, 0 to 1; ``traces`` says of a blank page
    that it bears more than dust.
    """

    number: int
    codes: tuple[Code, ...] = ()
    patch_t: bool = False
    blank: bool = False
    dpi: int | None = None
    skew: float = 0.0
    readable: bool = True
    dark: float | None = None
    traces: bool = False


@dataclass(frozen=True)
class Part:
    """The pages of one document of a stack, in reading order.

    ``opened_by`` is the sheet that begins it (a separator, a cover sheet, its own first page) or
    None; ``blanks`` are the empty pages that lay among its pages and were left out.
    """

    pages: tuple[int, ...]
    opened_by: int | None = None
    blanks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Separation:
    """What a stack consists of; ``paths`` has one PDF for each part, or nothing where the whole
    stack is one document as it came.

    Every page is in exactly one part, blank in a part or alone, or a separator.
    """

    look: Look
    sheets: tuple[Sheet, ...] = ()
    parts: tuple[Part, ...] = ()
    paths: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def separators(self) -> tuple[int, ...]:
        """The sheets that only separate."""
        inside = {page for part in self.parts for page in (*part.pages, *part.blanks)}
        return tuple(
            sheet.number for sheet in self.sheets if sheet.number not in inside and not sheet.blank
        )


@dataclass(frozen=True)
class Wanted:
    """Which pages are to lie together: for each part ``(source, page, turn)`` in its order.

    Sources count from 0 and have the ``names`` under which they came; pages count from 1; turns are
    in degrees clockwise.
    """

    names: tuple[str, ...]
    parts: tuple[tuple[tuple[int, int, int], ...], ...]


@dataclass(frozen=True)
class Redaction:
    """What is to be blackened or looked for.

    ``areas`` are a page (from 1) and left, top, right, bottom in points from the upper left corner
    of the page as shown; ``pages`` are those whose words are asked for, all where there are none;
    ``parts`` says how many documents are to be written.
    """

    areas: tuple[tuple[int, float, float, float, float], ...] = ()
    phrase: str = ""
    pages: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Arranged:
    """One PDF for each part, or none and the problems that were in the way."""

    paths: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


def reading_order(pages: int, order: Order) -> list[int]:
    """Return the pages of a stack, from 1, in the order in which a reader turns them.

    A sheet whose back was not scanned has none: an odd number of pages leaves the last front alone.
    """
    if order is Order.AS_READ:
        return list(range(1, pages + 1))
    fronts = (pages + 1) // 2
    backs = list(range(fronts + 1, pages + 1))
    if order is Order.FRONTS_THEN_BACKS_REVERSED:
        backs.reverse()
    read: list[int] = []
    # Of an odd number, the reversed backs begin with that of the last but one sheet.
    for place in range(fronts):
        read.append(place + 1)
        if place < len(backs):
            read.append(backs[place])
    return read


def parted(sheets: Sequence[Sheet], rules: Rules) -> tuple[Part, ...]:
    """Say which pages of a stack belong together, by the marks on its sheets."""
    known = {sheet.number: sheet for sheet in sheets}
    parts: list[_Growing] = []
    current: _Growing | None = None
    for number in reading_order(len(sheets), rules.order):
        sheet = known[number]
        if is_separator(sheet, rules):
            current = _Growing(opened_by=number)
            parts.append(current)
            continue
        if _starts(sheet, rules):
            current = _Growing(opened_by=number)
            parts.append(current)
        if current is None:
            current = _Growing(opened_by=None)
            parts.append(current)
        (current.blanks if sheet.blank else current.pages).append(number)
    return tuple(
        Part(tuple(one.pages), one.opened_by, tuple(one.blanks)) for one in parts if one.pages
    )


def is_separator(sheet: Sheet, rules: Rules) -> bool:
    """Say whether a sheet only separates: patch T, a separator's code, a cover sheet of ours."""
    return sheet.patch_t or any(
        code.text.strip() in rules.separators or (rules.cover and code.text.startswith(rules.cover))
        for code in sheet.codes
    )


def _starts(sheet: Sheet, rules: Rules) -> bool:
    return any(code.text.startswith(start) for code in sheet.codes for start in rules.starts)


@dataclass
class _Growing:
    opened_by: int | None
    pages: list[int] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)
