"""What does a page say? Its own text, or what is recognised from its picture, upright and level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from eakte.model.findings import PageText, TextSource
from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps.archival import Leaf, pack
from eakte.processing.steps.halving import recognise
from eakte.processing.steps.mending import mended
from eakte.processing.steps.plane import Plane, turned_back
from eakte.processing.steps.preparation import prepare, runs_sideways
from eakte.processing.steps.recognition import (
    NotRecognised,
    Recognised,
    Tesseract,
    TookTooLong,
)
from eakte.processing.steps.sheets import (
    POINTS,
    Facts,
    Plan,
    Sheets,
    UnreadablePage,
    preview_size,
)
from eakte.processing.steps.text_layer import drawn

DOUBTFUL = 70.0
FEW_LETTERS = 25
SPREAD_OF_INK = 12.0
ORIENTATION_WIDTH = 1240
PREVIEW_QUALITY = 72
READABLE_PAGE_INCHES = 17
A4_INCHES = 8.27
COARSE = 150
LONGEST_TEXT = 400_000
TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Read:
    """A page that was read: its text, its leaf of the reading copy, and what went wrong."""

    text: PageText
    leaf: Leaf
    code: str | None = None


def read_page(sheets: Sheets, number: int, *, tesseract: Tesseract, preview: Path) -> Read:
    """Read one page (counted from 0) and write its preview; never raises for a bad page."""
    try:
        facts = sheets.facts(number)
        if facts.plan in (Plan.KEEP, Plan.BLANK):
            write_preview(sheets.preview(number, facts), preview)
            return _as_it_is(facts, number)
        sheet = sheets.picture(number, facts)
        if facts.plan is Plan.ADD:
            write_preview(sheets.preview(number, facts), preview)
        return _read_picture(sheet, facts, number, tesseract=tesseract, preview=preview)
    except (UnreadablePage, ValueError, ArithmeticError, OSError) as error:
        must_not_be_to_blame(error)
        return _unreadable(number, preview)


def _read_picture(
    sheet: Image.Image, facts: Facts, number: int, *, tesseract: Tesseract, preview: Path
) -> Read:
    try:
        return _recognised(sheet, facts, number, tesseract=tesseract, preview=preview)
    except NotRecognised as error:
        kept = facts.plan is Plan.ADD
        if not kept:
            write_preview(sheet, preview)
        page = _page_text(
            facts,
            number,
            text=facts.text if kept else "",
            source=TextSource.BORN_DIGITAL if kept else TextSource.NONE,
            dpi=_dpi(facts, sheet),
        )
        code = "page-timeout" if isinstance(error, TookTooLong) else "ocr-failed"
        return Read(page, Leaf(facts), code)


@dataclass(frozen=True)
class _Upright:
    """The recognition of a picture and the turn (clockwise) in which it was made."""

    turn: int
    to_sheet: Plane
    found: Recognised

    @property
    def worth(self) -> float:
        """How much was recognised how surely: to compare two turns of a page."""
        return self.found.letters * (self.found.confidence or 0.0)


def _recognised(
    sheet: Image.Image, facts: Facts, number: int, *, tesseract: Tesseract, preview: Path
) -> Read:
    dpi = _dpi(facts, sheet)
    best = _recognise_upright(sheet.convert("L"), dpi=dpi, tesseract=tesseract)
    found, turn = best.found, best.turn
    if facts.plan is Plan.RECOGNISE:
        write_preview(sheet.transpose(TURNS[turn]) if turn else sheet, preview)
        text, source = found.text, TextSource.OCR if found.lines else TextSource.NONE
    else:
        text = "\n\n".join(part for part in (facts.text, found.text) if part)
        source = TextSource.OCR if found.lines else TextSource.BORN_DIGITAL
    leaf = Leaf(
        facts,
        layer=pack(drawn(found.lines)),
        to_sheet=best.to_sheet,
        size=sheet.size,
        turn=turn,
    )
    page = _page_text(facts, number, text=text, source=source, dpi=dpi, turn=turn)
    return Read(replace(page, confidence=found.confidence, unsure=found.unsure), leaf)


def _recognise_upright(grey: Image.Image, *, dpi: float, tesseract: Tesseract) -> _Upright:
    """Recognise the picture; where it looks turned or gives little, ask for its orientation."""
    asked = runs_sideways(grey)
    turn = _orientation(grey, tesseract=tesseract) if asked else 0
    best = _recognise(grey, turn, dpi=dpi, tesseract=tesseract)
    doubtful = (best.found.confidence or 0.0) < DOUBTFUL or best.found.letters < FEW_LETTERS
    if asked or not doubtful or _is_empty(grey):
        return best
    turn = _orientation(grey, tesseract=tesseract)
    if not turn:
        return best
    other = _recognise(grey, turn, dpi=dpi, tesseract=tesseract)
    return other if other.worth > best.worth else best


def _recognise(grey: Image.Image, turn: int, *, dpi: float, tesseract: Tesseract) -> _Upright:
    upright = grey.transpose(TURNS[turn]) if turn else grey
    prepared = prepare(upright, dpi=dpi)
    found = mended(recognise(tesseract, prepared.picture, dpi=prepared.dpi))
    back = turned_back(turn, width=grey.width, height=grey.height)
    return _Upright(turn, prepared.to_sheet.then(back), found)


def _orientation(grey: Image.Image, *, tesseract: Tesseract) -> int:
    factor = max(1, min(grey.size) // ORIENTATION_WIDTH)
    small = grey.reduce(factor) if factor > 1 else grey
    return tesseract.orientation(small, dpi=150)


def _is_empty(grey: Image.Image) -> bool:
    """Whether the paper shows nothing worth a second look."""
    return float(np.std(np.asarray(grey.resize((200, 280), Image.Resampling.BOX)))) < SPREAD_OF_INK


def _dpi(facts: Facts, sheet: Image.Image) -> float:
    """The resolution of the picture; a page of absurd size is taken for A4."""
    dpi = sheet.width * POINTS / facts.width
    short = min(facts.width, facts.height) / POINTS
    if short > READABLE_PAGE_INCHES and dpi < COARSE:
        return min(sheet.size) / A4_INCHES
    return dpi


def _as_it_is(facts: Facts, number: int) -> Read:
    source = TextSource.BORN_DIGITAL if facts.plan is Plan.KEEP else TextSource.NONE
    dpi = facts.dpi if facts.dpi else None
    return Read(_page_text(facts, number, text=facts.text, source=source, dpi=dpi), Leaf(facts))


def _unreadable(number: int, preview: Path) -> Read:
    width, height = 595.0, 842.0
    facts = Facts(width, height, 0, Plan.BLANK, "", None, (0, 0, width, height))
    write_preview(Image.new("L", preview_size(width, height), 255), preview)
    return Read(
        _page_text(facts, number, text="", source=TextSource.NONE), Leaf(facts), "page-unreadable"
    )


def _page_text(
    facts: Facts,
    number: int,
    *,
    text: str,
    source: TextSource,
    dpi: float | None = None,
    turn: int = 0,
) -> PageText:
    sides = (facts.width, facts.height)
    width, height = sides if turn % 180 == 0 else sides[::-1]
    return PageText(
        number=number + 1,
        text=text[:LONGEST_TEXT],
        source=source,
        confidence=None,
        width_pt=round(width, 2),
        height_pt=round(height, 2),
        dpi=round(dpi) if dpi else None,
        rotation=turn,
    )


def write_preview(picture: Image.Image, path: Path) -> None:
    """Write a small picture of a page as WebP."""
    width, height = preview_size(picture.width, picture.height)
    factor = max(1, min(picture.width // width, picture.height // height) // 2)
    small = picture.reduce(factor) if factor > 1 else picture
    small = small.resize((width, height), Image.Resampling.BILINEAR)
    small.save(path, "WEBP", quality=PREVIEW_QUALITY, method=2)
