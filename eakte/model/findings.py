"""What was found out about a document: its type, its pages' text, its products, its flaws?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What sort of content it is, seen from what can be done with it."""

    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    MAIL = "mail"
    OFFICE = "office"
    ARCHIVE = "archive"
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
    scan; ``rotation`` says by how many degrees clockwise the page was turned for reading.
    """

    number: int
    text: str
    source: TextSource
    confidence: float | None
    width_pt: float
    height_pt: float
    dpi: int | None = None
    rotation: int = 0


@dataclass(frozen=True)
class Outcome:
    """All that processing gives; every path lies in the folder that the caller named.

    ``searchable_pdf`` is PDF/A-2b, validated, or None; ``previews`` has one picture a page.
    Problems do not mean that there are no products: a signed PDF has a problem and a reading copy.
    """

    look: Look
    pages: tuple[PageText, ...] = ()
    searchable_pdf: Path | None = None
    previews: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    flags: frozenset[str] = frozenset()
    tools: str = ""
