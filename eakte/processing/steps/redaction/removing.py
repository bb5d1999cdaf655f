"""How does a PDF become one in which some areas are empty, with nothing of what was there?

The copy is built anew from the pages alone: no earlier revision, no metadata, attachment, outline,
note, form, structure or thumbnail comes along. On a page with an area its content is taken out of
what the page draws; where that cannot be done for certain, the page becomes a picture with the
area painted over, and the words that remain are laid under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Pdf, Stream
from PIL import ImageDraw

from eakte.processing.steps.archival import NoReadingCopy
from eakte.processing.steps.housecleaning import without_private_keys
from eakte.processing.steps.picture_page import is_valid_alone, page_of, saved
from eakte.processing.steps.plane import Plane
from eakte.processing.steps.recognition import Line, Word
from eakte.processing.steps.redaction.areas import Area, Box, as_shown, in_page, overlap
from eakte.processing.steps.redaction.content import emptied
from eakte.processing.steps.redaction.fonts import Strange
from eakte.processing.steps.redaction.words import words_on
from eakte.processing.steps.sheets import GOOD_DPI, Facts, Sheets
from eakte.processing.steps.text_layer import drawn, glyphless_font, lay_under

KEPT_OF_PAGE = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group"}
)
DOOMED = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/Alternates", "/OPI", "/StructParents"),
    *("/StructParent", "/Thumb", "/AF", "/OC", "/ActualText", "/Alt", "/JS", "/AA"),
)
PICTURE_DPI = 200
JPEG_QUALITY = 92
CROPPED = 2.0
SCARCELY = 0.05
Done = Callable[[int, int], None]


@dataclass
class Removed:
    """What became of the pages: ``pictures`` are those (from 1) that had to become one."""

    pages: int
    pictures: dict[int, str] = field(default_factory=dict)


def write_without(
    working: Path,
    target: Path,
    *,
    areas: Sequence[Area],
    pixels: int,
    done: Done,
    as_pictures: Mapping[int, str] | None = None,
) -> Removed:
    """Write the copy of a PDF without what lies in the areas, as PDF/A-2b.

    ``as_pictures`` are pages (from 1) that are known not to be emptied otherwise, each with the
    reason.

    Raises:
        UnreadablePage: a page cannot be drawn, though it has to.
        NoReadingCopy: not even as pictures is it a valid PDF/A.
    """
    pictures = dict(as_pictures or {})
    while True:
        more = _write(working, target, areas=areas, pixels=pixels, done=done, pictures=pictures)
        if not more:
            with pikepdf.open(target) as made:
                return Removed(len(made.pages), pictures)
        pictures |= dict.fromkeys(more, "pdfa")


def _write(
    working: Path,
    target: Path,
    *,
    areas: Sequence[Area],
    pixels: int,
    done: Done,
    pictures: dict[int, str],
) -> list[int]:
    """Write the copy; returns the pages that are no valid PDF/A as they are."""
    by_page: dict[int, list[Area]] = {}
    for area in areas:
        by_page.setdefault(area.page, []).append(area)
    with (
        pikepdf.open(working, suppress_warnings=True) as source,
        Sheets(working, pixels=pixels) as sheets,
        Pdf.new() as copy,
    ):
        font = glyphless_font(copy)
        for number in range(1, len(source.pages) + 1):
            marked = by_page.get(number, [])
            facts = sheets.facts(number - 1)
            copy.pages.append(source.pages[number - 1])
            page = copy.pages[-1]
            reason = pictures.get(number) or _cannot_stay(page)
            if reason is None and marked:
                reason = _emptied(copy, page, marked, facts=facts, pixels=pixels)
            if reason is not None:
                pictures[number] = reason
                copy.pages[-1] = _picture_of(
                    copy, sheets, working, number, marked, facts=facts, font=font
                )
            _bared(copy.pages[-1])
            done(number, len(source.pages))
        copy.remove_unreferenced_resources()
        _clean(copy)
        if saved(copy, target) or (without_private_keys(copy) and saved(copy, target)):
            return []
        refused = [
            number
            for number in range(1, len(copy.pages) + 1)
            if number not in pictures and not is_valid_alone(copy, number - 1)
        ]
    if not refused:
        raise NoReadingCopy(str(working))
    return refused


def _cannot_stay(page: pikepdf.Page) -> str | None:
    """Why a page has to become a picture whatever lies on it: it hides something."""
    media, crop = [[float(side) for side in box] for box in (page.mediabox, page.cropbox)]
    if any(abs(one - other) > CROPPED for one, other in zip(media, crop, strict=True)):
        return "cropped"
    return "layers" if _has_layers(page.obj.get("/Resources"), set()) else None


def _has_layers(resources: pikepdf.Object | None, seen: set[tuple[int, int]]) -> bool:
    if not isinstance(resources, Dictionary):
        return False
    named = resources.get("/Properties")
    if isinstance(named, Dictionary) and any(
        isinstance(one, Dictionary) and str(one.get("/Type")) in ("/OCG", "/OCMD")
        for one in named.as_dict().values()
    ):
        return True
    things = resources.get("/XObject")
    for thing in things.as_dict().values() if isinstance(things, Dictionary) else ():
        if not isinstance(thing, Stream) or thing.objgen in seen:
            continue
        seen.add(thing.objgen)
        if "/OC" in thing or _has_layers(thing.get("/Resources"), seen):
            return True
    return False


def _emptied(
    copy: Pdf, page: pikepdf.Page, marked: Sequence[Area], *, facts: Facts, pixels: int
) -> str | None:
    """Take the areas out of what the page draws; the reason where that is not certain."""
    boxes = [in_page(area, facts) for area in marked]
    try:
        left = emptied(copy, page, boxes=boxes, pixels=pixels)
    except Strange as strange:
        return strange.code
    page.obj["/Resources"] = left.resources
    stream = b"q\n" + left.stream + b"\nQ\n" + _black(boxes)
    page.obj["/Contents"] = copy.make_indirect(Stream(copy, stream))
    return None


def _black(boxes: Iterable[Box]) -> bytes:
    rows = (
        f"{left:.3f} {bottom:.3f} {right - left:.3f} {top - bottom:.3f} re f"
        for left, bottom, right, top in boxes
    )
    return ("q 0 g\n" + "\n".join(rows) + "\nQ\n").encode()


def _picture_of(
    copy: Pdf,
    sheets: Sheets,
    working: Path,
    number: int,
    marked: Sequence[Area],
    *,
    facts: Facts,
    font: pikepdf.Object,
) -> pikepdf.Page:
    """The page as a picture with the areas painted over, and its other words under it."""
    dpi = round(min(facts.dpi, GOOD_DPI)) if facts.dpi else PICTURE_DPI
    picture = sheets.drawing(number - 1, facts, dpi=max(dpi, 150))
    across, down = picture.size[0] / facts.width, picture.size[1] / facts.height
    brush = ImageDraw.Draw(picture)
    for area in marked:
        corners = (area.left * across, area.top * down, area.right * across, area.bottom * down)
        # Pixels that only touch the area are mixed with what lies in it.
        left, top, right, bottom = corners
        brush.rectangle((int(left) - 1, int(top) - 1, int(right) + 1, int(bottom) + 1), fill=0)
    page = page_of(copy, picture, facts=facts, quality=JPEG_QUALITY, sharp=True)
    lines = [
        Line((Word(text, box[0], box[2], 100.0),), box[1], box[3], 1)
        for text, box in _remaining(working, number, marked, facts=facts)
    ]
    if lines:
        corner = Plane(1, 0, 0, -1, 0, facts.height)
        lay_under(copy, page, layer=drawn(lines), to_page=corner, font=font)
    return page


def _remaining(
    working: Path, number: int, marked: Sequence[Area], *, facts: Facts
) -> list[tuple[str, Box]]:
    """The words that no area touches, with their boxes as they are shown."""
    kept = []
    for word in words_on(working, number):
        box = as_shown(word.box, facts)
        shares = (overlap(box, (one.left, one.top, one.right, one.bottom)) for one in marked)
        height = max(box[3] - box[1], 0.1)
        if not any(across > 0 and upright > SCARCELY * height for across, upright in shares):
            kept.append((word.text, box))
    return kept


def _bared(page: pikepdf.Page) -> None:
    for key in list(page.obj.keys()):
        if key not in KEPT_OF_PAGE:
            del page.obj[key]


def _clean(copy: Pdf) -> None:
    for part in copy.objects:
        if isinstance(part, (Dictionary, Stream)):
            for key in DOOMED:
                if key in part:
                    del part[key]
