"""How do a working copy and its text become one searchable PDF/A-2b that was checked?

Nothing leaves this module that ``pikepdf.pdfa`` has not approved. A page it refuses (a font that
is not embedded, a colour space without a profile) becomes a picture of itself with its text laid
under it; the others stay as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Pdf

from eakte.processing.steps.housecleaning import without_private_keys
from eakte.processing.steps.picture_page import is_valid_alone, page_of, saved
from eakte.processing.steps.plane import Plane, scaled
from eakte.processing.steps.sheets import Facts, Sheets, UnreadablePage, to_page
from eakte.processing.steps.text_layer import drawn, glyphless_font, lay_under

PICTURE_DPI = 200
PICTURE_QUALITY = 85
DISPENSABLE = ("/Outlines", "/StructTreeRoot", "/MarkInfo", "/PageLabels", "/Names", "/Dests")


@dataclass(frozen=True)
class Leaf:
    """One page of the reading copy: what it is, and the text to lay under it.

    ``layer`` is drawn text, packed, in pixels; ``to_sheet`` leads these to the picture of the
    page, which has ``size`` pixels; ``turn`` is by how much the page is turned for reading.
    """

    facts: Facts
    layer: bytes = b""
    to_sheet: Plane = Plane()
    size: tuple[int, int] = (1, 1)
    turn: int = 0


class NoReadingCopy(Exception):
    """No valid PDF/A could be made of these pages."""


def pack(layer: bytes) -> bytes:
    """Make a layer small while it waits for the other pages."""
    return zlib.compress(layer, 1) if layer else b""


def write_reading_copy(
    working: Path,
    target: Path,
    *,
    leaves: Sequence[Leaf],
    sheets: Sheets,
    assembled: Callable[[int], None],
) -> tuple[int, ...]:
    """Write the searchable PDF/A-2b; returns the numbers (from 1) of pages that became pictures.

    Raises:
        NoReadingCopy: not even as pictures is the document valid.
    """
    with pikepdf.open(working) as pdf:
        font = glyphless_font(pdf) if any(leaf.layer for leaf in leaves) else None
        for number, leaf in enumerate(leaves):
            _finish_page(pdf, pdf.pages[number], leaf=leaf, font=font)
            assembled(number + 1)
        if saved(pdf, target) or (without_private_keys(pdf) and saved(pdf, target)):
            return ()
        refused = [number for number in range(len(leaves)) if not is_valid_alone(pdf, number)]
        if len(refused) < len(leaves):
            for key in DISPENSABLE:
                if key in pdf.Root:
                    del pdf.Root[key]
            _turn_to_pictures(pdf, refused, leaves=leaves, sheets=sheets)
            if saved(pdf, target):
                return tuple(number + 1 for number in refused)
    with Pdf.new() as pdf:
        _turn_to_pictures(pdf, range(len(leaves)), leaves=leaves, sheets=sheets)
        if saved(pdf, target):
            return tuple(range(1, len(leaves) + 1))
    raise NoReadingCopy(str(working))


def _finish_page(pdf: Pdf, page: pikepdf.Page, *, leaf: Leaf, font: pikepdf.Object | None) -> None:
    if leaf.layer and font is not None:
        place = leaf.to_sheet.then(to_page(leaf.facts, size=leaf.size))
        lay_under(pdf, page, layer=zlib.decompress(leaf.layer), to_page=place, font=font)
    if leaf.turn:
        page.obj["/Rotate"] = (leaf.facts.rotation + leaf.turn) % 360


def _turn_to_pictures(
    pdf: Pdf, numbers: Sequence[int], *, leaves: Sequence[Leaf], sheets: Sheets
) -> None:
    font = glyphless_font(pdf)
    for number in numbers:
        leaf = leaves[number]
        try:
            picture = sheets.drawing(number, leaf.facts, dpi=PICTURE_DPI)
            written = drawn(sheets.lines(number)) if leaf.facts.text else b""
        except UnreadablePage as error:
            raise NoReadingCopy(str(error)) from error
        page = page_of(pdf, picture, facts=leaf.facts, quality=PICTURE_QUALITY)
        if written:
            corner = Plane(1, 0, 0, -1, 0, leaf.facts.height)
            lay_under(pdf, page, layer=written, to_page=corner, font=font)
        if leaf.layer:
            width, height = leaf.facts.width / leaf.size[0], leaf.facts.height / leaf.size[1]
            place = leaf.to_sheet.then(scaled(width, -height))
            place = place.then(Plane(1, 0, 0, 1, 0, leaf.facts.height))
            lay_under(pdf, page, layer=zlib.decompress(leaf.layer), to_page=place, font=font)
        if leaf.turn:
            page.obj["/Rotate"] = leaf.turn
        if number < len(pdf.pages):
            pdf.pages[number] = page
        else:
            pdf.pages.append(page)
