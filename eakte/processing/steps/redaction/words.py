"""Which words stand on a page, and where, for one engine and for another?

pdfium is the engine of the house; pdfminer reads the same page in its own way, so that what one of
them does not see the other may.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTContainer, LTPage
from pdfminer.pdfexceptions import PDFException
from pypdfium2 import raw

from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps.redaction.areas import Box, around
from eakte.processing.steps.redaction.fonts import Strange
from eakte.processing.steps.sheets import UnreadablePage

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Sign:
    """A sign with its box in the page's own coordinates."""

    text: str
    box: Box


@dataclass(frozen=True)
class Word:
    """A word with its box in the page's own coordinates."""

    text: str
    box: Box


def signs_of(page: pypdfium2.PdfPage, *, tight: bool = True) -> list[Sign]:
    """List every sign of a page, spaces as well, in the order of the page."""
    found = []
    text = page.get_textpage()
    try:
        for number in range(text.count_chars()):
            code = raw.FPDFText_GetUnicode(text.raw, number)
            if 0xD800 <= code < 0xE000 or code == 0:
                code = 0xFFFD
            try:
                left, bottom, right, top = text.get_charbox(number, loose=not tight)
            except pypdfium2.PdfiumError:
                continue
            found.append(Sign(chr(code), (left, bottom, right, top)))
    finally:
        text.close()
    return found


def words_of(page: pypdfium2.PdfPage) -> list[Word]:
    """List the words of a page, in the order of the page."""
    words: list[Word] = []
    letters: list[Sign] = []
    for sign in [*signs_of(page, tight=False), Sign(" ", (0, 0, 0, 0))]:
        if sign.text.isspace() or ord(sign.text) < 32:
            if letters:
                words.append(_word(letters))
            letters = []
        else:
            letters.append(sign)
    return words


def words_on(path: Path, number: int) -> list[Word]:
    """List the words of one page (from 1) of a document.

    Raises:
        UnreadablePage: pdfium cannot read it.
    """
    try:
        with pypdfium2.PdfDocument(path) as document:
            return words_of(document[number - 1])
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise UnreadablePage(str(error)) from error


def _word(letters: Sequence[Sign]) -> Word:
    corners = [corner for one in letters for corner in (one.box[:2], one.box[2:])]
    return Word("".join(one.text for one in letters), around(corners))


def second_reading(path: Path, pages: Sequence[int]) -> dict[int, list[Sign]]:
    """Return the signs of these pages (from 1) as the other engine sees them.

    Its coordinates are those of the page, moved so that its media box begins at 0, and turned as
    the page is turned.

    Raises:
        Strange: it cannot read the document.
    """
    wanted = sorted(pages)
    try:
        read = extract_pages(path, page_numbers=[page - 1 for page in wanted], laparams=None)
        return {
            number: [Sign(one.get_text(), one.bbox) for one in _characters(page)]
            for number, page in zip(wanted, read, strict=True)
        }
    except (PDFException, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        must_not_be_to_blame(error)
        raise Strange("second-reading") from error


def _characters(part: LTPage | LTContainer) -> Iterator[LTChar]:  # type: ignore[type-arg]  # of anything
    for one in part:
        if isinstance(one, LTChar):
            yield one
        elif isinstance(one, LTContainer):
            yield from _characters(one)
