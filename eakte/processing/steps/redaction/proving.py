"""Is what lay in the areas gone from the copy, and is everything else as it was?

Nothing the maker of the copy says is believed: the original, the copy and the areas are all that is
looked at. Text is read by two engines, pixels are compared with and without the boxes, and every
object of the copy is searched for the words that must be gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pikepdf
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from eakte.processing.steps.redaction.areas import Area, Box, as_shown, in_page, meets, overlap
from eakte.processing.steps.redaction.traces import carried_along, words_left
from eakte.processing.steps.redaction.words import Sign, second_reading, signs_of, words_of
from eakte.processing.steps.sheets import Facts, Sheets

SCALE = 2.0
BLACK = 24
EDGE = 2
BESIDE = 3.0
# A page packed anew differs a little everywhere, and its edges by a pixel: that is no change.
SMALL, LARGE = 6.0, 64
MOST_CHANGED = 0.0005
READABLE = 0.35
SHORTEST = 4
EVEN = 26
PRIVATE = ("\ue000", "\uf8ff")
Pixels = NDArray[numpy.uint8]
Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """Why a copy is not good; ``page`` is 0 where it is the whole document."""

    code: str
    page: int = 0


def proved(
    original: Path, copy: Path, *, areas: Sequence[Area], pixels: int, done: Done
) -> list[Finding]:
    """Say what speaks against the copy; nothing does when it is good.

    Raises:
        UnreadablePage: a page of either cannot be drawn.
        Strange: the second engine cannot read the copy.
    """
    by_page: dict[int, list[Area]] = {}
    for area in areas:
        by_page.setdefault(area.page, []).append(area)
    with (
        Sheets(original, pixels=pixels) as before,
        Sheets(copy, pixels=pixels) as after,
        pypdfium2.PdfDocument(original) as first,
        pypdfium2.PdfDocument(copy) as second,
    ):
        if len(before) != len(after):
            return [Finding("pages-differ")]
        found: list[Finding] = []
        gone: set[str] = set()
        seconds = second_reading(copy, sorted(by_page)) if by_page else {}
        for number in range(1, len(before) + 1):
            marked = by_page.get(number, [])
            was, now = before.facts(number - 1), after.facts(number - 1)
            page, left = first[number - 1], second[number - 1]
            codes = [
                *_text(left, now, marked),
                *_other_text(seconds.get(number, []), left, now, marked),
                *_pixels(page, left, was, marked),
            ]
            found += [Finding(code, number) for code in dict.fromkeys(codes)]
            if marked:
                gone |= _words_in(page, was, marked)
            done(number, len(before))
        for number in range(len(after)):
            gone -= {word.casefold() for word in _plain(second[number])}
    with pikepdf.open(copy, suppress_warnings=True) as pdf:
        if words_left(pdf, {word for word in gone if len(word) >= SHORTEST}):
            found.append(Finding("word-left"))
        found += [Finding(code) for code in carried_along(pdf, copy)]
    return found


def _text(page: pypdfium2.PdfPage, facts: Facts, marked: Sequence[Area]) -> Iterator[str]:
    boxes = [in_page(area, facts) for area in marked]
    if any(_lies_in(sign, box) for sign in signs_of(page) for box in boxes):
        yield "text-left"


def _other_text(
    signs: Sequence[Sign], page: pypdfium2.PdfPage, facts: Facts, marked: Sequence[Area]
) -> Iterator[str]:
    """The second engine turns the page before it tells where a sign is."""
    left, bottom, _, _ = page.get_mediabox()
    shown = [
        (one.left, facts.height - one.bottom, one.right, facts.height - one.top) for one in marked
    ]
    crop = page.get_bbox()
    offset = (crop[0] - left, crop[1] - bottom) if facts.rotation == 0 else (0.0, 0.0)
    boxes = [
        (box[0] + offset[0], box[1] + offset[1], box[2] + offset[0], box[3] + offset[1])
        for box in shown
    ]
    if any(_lies_in(sign, box) for sign in signs for box in boxes):
        yield "text-left-second"


def _lies_in(sign: Sign, box: Box) -> bool:
    """Whether so much of a sign lies in the area that it was meant."""
    if not _says_something(sign.text):
        return False
    across, upright = overlap(sign.box, box)
    width, height = sign.box[2] - sign.box[0], sign.box[3] - sign.box[1]
    if width <= 0 or height <= 0:
        return meets(sign.box, box)
    return across > READABLE * width and upright > READABLE * height


def _says_something(text: str) -> bool:
    """Whether it is a letter or digit, or a sign whose font does not tell which it is."""
    return any(
        sign.isalnum() or sign == "\ufffd" or PRIVATE[0] <= sign <= PRIVATE[1] for sign in text
    )


def _words_in(page: pypdfium2.PdfPage, facts: Facts, marked: Sequence[Area]) -> set[str]:
    boxes = [in_page(area, facts) for area in marked]
    found = set()
    for word in words_of(page):
        for box in boxes:
            across, upright = overlap(word.box, box)
            width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
            if across > 0.9 * width and upright > 0.5 * height:
                found.add(_bare(word.text).casefold())
    return found - {""}


def _plain(page: pypdfium2.PdfPage) -> Iterator[str]:
    for word in words_of(page):
        yield _bare(word.text)
        yield from (part for part in _parts(word.text) if part)


def _bare(text: str) -> str:
    return text.strip("".join(sign for sign in set(text) if not sign.isalnum()))


def _parts(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def _pixels(
    page: pypdfium2.PdfPage, left: pypdfium2.PdfPage, facts: Facts, marked: Sequence[Area]
) -> Iterator[str]:
    before, after = drawing(page), drawing(left)
    if before.shape != after.shape:
        yield "pages-differ"
        return
    aside = numpy.zeros(before.shape, dtype=bool)
    touched = [sign.box for sign in signs_of(page, tight=False)] if marked else []
    for area in marked:
        box = (area.left, area.top, area.right, area.bottom)
        inside = _cut(after, box, by=-EDGE)
        if inside.size and int(inside.max()) > BLACK:
            yield "not-black"
        # Signs that reach into the area have gone as a whole.
        reaching = [
            shown for shown in (as_shown(sign, facts) for sign in touched) if meets(shown, box)
        ]
        for part in (box, *reaching):
            part_of(aside, part, by=round(BESIDE * SCALE))[:] = True
    change = _change(before, after)
    change[aside] = 0
    rest = max(int((~aside).sum()), 1)
    if float(change.sum()) / rest > SMALL or int((change > LARGE).sum()) / rest > MOST_CHANGED:
        yield "outside-changed"
    if marked and not _is_empty_below(left, marked):
        yield "hidden-below"


def _change(before: Pixels, after: Pixels) -> NDArray[numpy.int16]:
    """By how much each pixel is darker or lighter than all its neighbours on the other page."""
    change = numpy.zeros(before.shape, dtype=numpy.int16)
    for one, other in ((before, after), (after, before)):
        lowest, highest = one.copy(), one.copy()
        for axis in (0, 1):
            near = [numpy.roll(lowest, step, axis=axis) for step in (-1, 1)]
            far = [numpy.roll(highest, step, axis=axis) for step in (-1, 1)]
            lowest = numpy.minimum.reduce([lowest, *near])
            highest = numpy.maximum.reduce([highest, *far])
        values = other.astype(numpy.int16)
        outside = numpy.maximum(lowest.astype(numpy.int16) - values, values - highest)
        change = numpy.maximum(change, outside)
    return change


def _is_empty_below(page: pypdfium2.PdfPage, marked: Sequence[Area]) -> bool:
    """Whether under the boxes nothing is drawn but what is even, or rules that pass through.

    The page is thrown away afterwards: its boxes are taken off.
    """
    for part in list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1))[-len(marked) :]:
        page.remove_obj(part)
    below = drawing(page)
    return all(
        is_even(_cut(below, (area.left, area.top, area.right, area.bottom), by=-2 * EDGE))
        for area in marked
    )


def is_even(pixels: Pixels) -> bool:
    """Whether there is nothing to be read: one colour, or rules that pass from edge to edge."""
    if pixels.size == 0:
        return True
    values = pixels.astype(numpy.int16)
    across = values - numpy.median(values, axis=1, keepdims=True)
    down = values - numpy.median(values, axis=0, keepdims=True)
    strange = numpy.minimum(numpy.abs(across), numpy.abs(down)) > EVEN
    return bool(strange.mean() < 0.002)


def drawing(page: pypdfium2.PdfPage, *, notes: bool = True) -> Pixels:
    """The page as a reader sees it, in grey."""
    bitmap = page.render(scale=SCALE, grayscale=True, may_draw_forms=notes, draw_annots=notes)
    drawn: Pixels = bitmap.to_numpy().copy()
    bitmap.close()
    return drawn[:, :, 0] if drawn.ndim == 3 else drawn


def _cut(pixels: Pixels, box: Box, *, by: int) -> Pixels:
    return part_of(pixels, box, by=by)


def part_of(pixels: NDArray[Any], box: Box, *, by: int) -> NDArray[Any]:
    """Return the pixels of a box, larger by so many on all sides; what is changed in them stays."""
    height, width = pixels.shape[:2]
    left, top = max(0, round(box[0] * SCALE) - by), max(0, round(box[1] * SCALE) - by)
    right, bottom = min(width, round(box[2] * SCALE) + by), min(height, round(box[3] * SCALE) + by)
    return pixels[top : max(top, bottom), left : max(left, right)]


def failing_pages(findings: Sequence[Finding]) -> list[int]:
    """The pages (from 1) that another way of emptying them may mend."""
    return sorted({one.page for one in findings if one.page})
