"""Was a PDF redacted badly: does something still lie under what only covers it?

Nothing is known of how it was made. A word counts as hidden when the page looks the same without
it; a picture or drawing when it shows as soon as what lies evenly over it is lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Pdf
from pypdfium2 import raw

from eakte.processing.steps.redaction.areas import Box, as_shown
from eakte.processing.steps.redaction.proving import (
    Finding,
    Pixels,
    drawing,
    is_even,
    part_of,
)
from eakte.processing.steps.redaction.traces import STARTS, carried_along
from eakte.processing.steps.redaction.words import words_of
from eakte.processing.steps.sheets import Facts, Sheets, UnreadablePage

SMALLEST = 4.0
FEWEST = 2
SEEN = 24
ALIKE = 20
DARK = 110
OBJECTS = 20_000
DEPTH = 8
COVERING = frozenset({raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM})
NOTES_THAT_COVER = frozenset(
    {"/Square", "/Circle", "/Highlight", "/Polygon", "/Stamp", "/FreeText", "/Ink", "/Line"}
    | {"/Widget", "/StrikeOut", "/Underline", "/PolyLine"}
)
LONG = 4
Done = Callable[[int, int], None]


def suspected(path: Path, *, pixels: int, done: Done) -> list[Finding]:
    """Say what in a document is only covered, or left behind by a redaction.

    Raises:
        UnreadablePage: a page cannot be drawn.
    """
    found: list[Finding] = []
    boxes = 0
    with (
        pikepdf.open(path, suppress_warnings=True) as pdf,
        Sheets(path, pixels=pixels) as sheets,
        pypdfium2.PdfDocument(path) as document,
    ):
        visible: set[str] = set()
        for number in range(1, len(sheets) + 1):
            facts = sheets.facts(number - 1)
            try:
                page = document[number - 1]
                codes, dark, words = _of_page(document, number, page, pdf, facts)
            except pypdfium2.PdfiumError as error:
                raise UnreadablePage(str(error)) from error
            boxes += dark
            visible |= words
            found += [Finding(code, number) for code in dict.fromkeys(codes)]
            done(number, len(sheets))
        if path.read_bytes().count(STARTS) > 1 and _was_changed(path):
            found.append(Finding("earlier-revision"))
        if boxes or found:
            if any(word.casefold() not in visible for word in _outline_words(pdf)):
                found.append(Finding("outline-tells"))
            if "attachment" in carried_along(pdf, path):
                found.append(Finding("attachment"))
    return found


def _of_page(
    document: pypdfium2.PdfDocument,
    number: int,
    page: pypdfium2.PdfPage,
    pdf: Pdf,
    facts: Facts,
) -> tuple[list[str], int, set[str]]:
    """What speaks against a page, how many dark boxes it has, and the words that are seen."""
    codes = []
    notes = list(_notes(pdf.pages[number - 1]))
    if any(str(kind) == "/Redact" for kind, _ in notes):
        codes.append("not-applied")
    seen = drawing(page)
    words = [(word.text, as_shown(word.box, facts)) for word in words_of(page)]
    hidden = _hidden_words(page, seen, words)
    if any(_is_word(text) for text in hidden):
        codes.append("text-covered")
    covers = [as_shown(box, facts) for kind, box in notes if kind in NOTES_THAT_COVER]
    again = document[number - 1]
    lifted: list[pypdfium2.PdfObject] = []
    for part in again.get_objects(max_depth=1):
        if part.type not in COVERING:
            continue
        box = as_shown(part.get_bounds(), facts)
        if _is_cover(seen, box):
            covers.append(box)
            lifted.append(part)
    for part in lifted[:OBJECTS]:
        again.remove_obj(part)
    below = drawing(again, notes=False)
    even = [box for box in covers if _is_cover(seen, box)]
    if any(not is_even(part_of(below, box, by=-2)) for box in even):
        codes.append("picture-covered")
    dark = sum(float(part_of(seen, box, by=-1).mean()) < DARK for box in even)
    gone = set(hidden)
    return codes, dark, {text.casefold() for text, _ in words if text not in gone}


def _is_cover(seen: Pixels, box: Box) -> bool:
    if box[2] - box[0] < SMALLEST or box[3] - box[1] < SMALLEST:
        return False
    inner = part_of(seen, box, by=-1)
    return bool(inner.size) and int(inner.max()) - int(inner.min()) <= ALIKE


def _hidden_words(
    page: pypdfium2.PdfPage, seen: Pixels, words: Sequence[tuple[str, Box]]
) -> list[str]:
    """The words without which the page looks as it does.

    Text that is invisible from the start, as recognition lays it under a scan, is hidden where the
    scan shows nothing at its place.
    """
    ghosts = [one for one in _texts(page) if _mode(one) == _INVISIBLE]
    shown = [one for one in _texts(page) if _mode(one) != _INVISIBLE]
    for one in shown:
        raw.FPDFTextObj_SetTextRenderMode(one.raw, _INVISIBLE)
    without = drawing(page)
    hidden = []
    for text, box in words:
        before, after = part_of(seen, box, by=0), part_of(without, box, by=0)
        if before.size == 0:
            hidden.append(text)
            continue
        change = numpy.abs(before.astype(numpy.int16) - after.astype(numpy.int16))
        if int(change.max()) > SEEN:
            continue
        if ghosts and not is_even(part_of(seen, box, by=-1)):
            continue
        hidden.append(text)
    return hidden


_INVISIBLE = raw.FPDF_TEXTRENDERMODE_INVISIBLE


def _mode(part: pypdfium2.PdfObject) -> int:
    return int(raw.FPDFTextObj_GetTextRenderMode(part.raw))


def _texts(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfObject]:
    found = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=DEPTH)
    return list(found)[:OBJECTS]


def _is_word(text: str) -> bool:
    return sum(sign.isalnum() for sign in text) >= FEWEST


def _notes(page: pikepdf.Page) -> Iterator[tuple[str, Box]]:
    notes = page.obj.get("/Annots")
    for note in notes.as_list() if isinstance(notes, Array) else ():
        if not isinstance(note, Dictionary):
            continue
        rectangle = note.get("/Rect")
        if isinstance(rectangle, Array) and len(rectangle) == LONG:
            left, bottom, right, top = (float(side) for side in rectangle.as_list())
            yield (
                str(note.get("/Subtype")),
                (min(left, right), min(bottom, top), max(left, right), max(bottom, top)),
            )


def _was_changed(path: Path) -> bool:
    """Whether something was appended; a linearised document has two ends and one revision."""
    written = path.read_bytes()
    return written.count(STARTS) > (2 if b"/Linearized" in written[:1024] else 1)


def _outline_words(pdf: Pdf) -> Iterator[str]:
    if "/Outlines" not in pdf.Root:
        return
    with pdf.open_outline() as outline:
        waiting = list(outline.root)
        while waiting:
            entry = waiting.pop()
            waiting += entry.children
            plain = "".join(sign if sign.isalnum() else " " for sign in str(entry.title))
            yield from (word for word in plain.split() if len(word) >= LONG)
