"""What is on each page of a PDF, which text does it carry, and what does it look like?

pdfium is not safe for threads, so every call goes through one lock; a page is rendered at the very
pixels of its scan, which gives the scan's own pixels back.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import TracebackType

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from eakte.processing.steps.plane import Plane, scaled
from eakte.processing.steps.recognition import Line, Word

POINTS = 72
OBJECTS_SEEN = 5000
DEPTH_SEEN = 3
GOOD_DPI, LOWEST_DPI, HIGHEST_DPI = 300, 72, 400
SHEET_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
SCARCE_TEXT = 200
MOSTLY_PICTURE = 0.5
STRANGE_SHARE = 0.3
INVISIBLE_MODE = 3
PREVIEW_WIDTH = 300
PREVIEW_HEIGHT = 600
WHITE = (255, 255, 255, 255)


class Plan(Enum):
    """What to do with a page."""

    KEEP = auto()  # its text is there
    RECOGNISE = auto()  # a picture of text
    ADD = auto()  # a picture of text with a little digital text on it
    BLANK = auto()  # nothing is drawn


@dataclass(frozen=True)
class Facts:
    """One page as a reader sees it: size in points, the turn it already has, its own text.

    ``box`` is the visible part of the page (left, bottom, right, top), before it is turned.
    """

    width: float
    height: float
    rotation: int
    plan: Plan
    text: str
    dpi: float | None
    box: tuple[float, float, float, float]


class UnreadablePage(Exception):
    """This page cannot be shown."""


class Sheets:
    """The pages of one PDF; numbers count from 0."""

    def __init__(self, path: Path, *, pixels: int) -> None:
        self._lock = threading.Lock()
        self._pixels = pixels
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise UnreadablePage(str(error)) from error

    def __enter__(self) -> Sheets:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._document.close()

    def __len__(self) -> int:
        return len(self._document)

    @contextlib.contextmanager
    def _page(self, number: int) -> Iterator[pypdfium2.PdfPage]:
        with self._lock:
            try:
                page = self._document[number]
            except (pypdfium2.PdfiumError, IndexError) as error:
                raise UnreadablePage(str(error)) from error
            try:
                yield page
            except pypdfium2.PdfiumError as error:
                raise UnreadablePage(str(error)) from error
            finally:
                page.close()

    def facts(self, number: int) -> Facts:
        """Look at a page: its size, its text and what is to be done.

        Raises:
            UnreadablePage: pdfium cannot load it.
        """
        with self._page(number) as page:
            width, height = (max(side, 1.0) for side in page.get_size())
            seen = list(itertools.islice(page.get_objects(max_depth=DEPTH_SEEN), OBJECTS_SEEN))
            pictures = [part for part in seen if part.type == raw.FPDF_PAGEOBJ_IMAGE]
            writings = [part for part in seen if part.type == raw.FPDF_PAGEOBJ_TEXT]
            text = _text_of(page) if writings else ""
            area = sum(_area(part) for part in pictures) / max(width * height, 1)
            hidden = all(
                raw.FPDFTextObj_GetTextRenderMode(part.raw) == INVISIBLE_MODE for part in writings
            )
            plan = _plan(seen=len(seen), text=text, area=area, hidden=hidden)
            dpi = _dpi(pictures, width=width, height=height)
            box: tuple[float, float, float, float] = page.get_bbox()
            return Facts(width, height, page.get_rotation() % 360, plan, text, dpi, box)

    def picture(self, number: int, facts: Facts, *, grey: bool = False) -> Image.Image:
        """The page as a reader sees it, at the pixels of its scan, RGB or grey.

        Where digital text stands on a scan, the picture is without that text.

        Raises:
            UnreadablePage: pdfium cannot draw it.
        """
        width, height = self.size_in_pixels(facts)
        with self._page(number) as page:
            if facts.plan is Plan.ADD:
                for part in list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1)):
                    page.remove_obj(part)
            return _draw(page, width=width, height=height, grey=grey)

    def drawing(self, number: int, facts: Facts, *, dpi: int) -> Image.Image:
        """The page with everything on it, in colour.

        Raises:
            UnreadablePage: pdfium cannot draw it.
        """
        width, height = self._bounded(facts, dpi=dpi)
        with self._page(number) as page:
            return _draw(page, width=width, height=height, grey=False)

    def grey(self, number: int, facts: Facts, *, dpi: int) -> Image.Image:
        """The page with everything on it, in grey.

        Raises:
            UnreadablePage: pdfium cannot draw it.
        """
        width, height = self._bounded(facts, dpi=dpi)
        with self._page(number) as page:
            return _draw(page, width=width, height=height, grey=True)

    def size_in_pixels(self, facts: Facts) -> tuple[int, int]:
        """The pixels of a page's picture: those of its scan, within bounds."""
        return self._bounded(facts, dpi=min(max(facts.dpi or GOOD_DPI, LOWEST_DPI), HIGHEST_DPI))

    def _bounded(self, facts: Facts, *, dpi: float) -> tuple[int, int]:
        width, height = facts.width * dpi / POINTS, facts.height * dpi / POINTS
        most = min(self._pixels, SHEET_PIXELS)
        factor = min(
            1.0, math.sqrt(most / max(width * height, 1)), LONGEST_SIDE / max(width, height)
        )
        return max(1, round(width * factor)), max(1, round(height * factor))

    def preview(self, number: int, facts: Facts) -> Image.Image:
        """A small picture of the page.

        Raises:
            UnreadablePage: pdfium cannot draw it.
        """
        width, height = preview_size(facts.width, facts.height)
        with self._page(number) as page:
            return _draw(page, width=width, height=height, grey=False)

    def lines(self, number: int) -> tuple[Line, ...]:
        """The page's own text with its places, in points from the page's upper left corner."""
        with self._page(number) as page:
            return _lines_of(page)


def to_page(facts: Facts, *, size: tuple[int, int]) -> Plane:
    """From pixels of the picture of a page, of this size, to the page's own coordinates."""
    left, bottom, right, top = facts.box
    x, y = facts.width / size[0], facts.height / size[1]
    turned = {
        0: Plane(1, 0, 0, -1, left, top),
        90: Plane(0, 1, 1, 0, left, bottom),
        180: Plane(-1, 0, 0, 1, right, bottom),
        270: Plane(0, -1, -1, 0, right, top),
    }[facts.rotation]
    return scaled(x, y).then(turned)


def preview_size(width: float, height: float) -> tuple[int, int]:
    """The pixels of a preview, at most 300 wide and 600 high."""
    factor = min(PREVIEW_WIDTH / max(width, 1), PREVIEW_HEIGHT / max(height, 1))
    return max(1, round(width * factor)), max(1, round(height * factor))


def _draw(page: pypdfium2.PdfPage, *, width: int, height: int, grey: bool) -> Image.Image:
    """Draw at exactly this many pixels, so that a scan is copied and not scaled."""
    kind = raw.FPDFBitmap_Gray if grey else raw.FPDFBitmap_BGR
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, kind, rev_byteorder=not grey)
    bitmap.fill_rect(WHITE, 0, 0, width, height)
    flags = raw.FPDF_ANNOT | (raw.FPDF_GRAYSCALE if grey else raw.FPDF_REVERSE_BYTE_ORDER)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
    picture: Image.Image = bitmap.to_pil().copy()
    bitmap.close()
    return picture


def _plan(*, seen: int, text: str, area: float, hidden: bool) -> Plan:
    letters = sum(not sign.isspace() for sign in text)
    if seen == 0:
        return Plan.BLANK
    if letters == 0 or _is_strange(text):
        return Plan.RECOGNISE
    if letters < SCARCE_TEXT and area >= MOSTLY_PICTURE and not hidden:
        return Plan.ADD
    return Plan.KEEP


def _is_strange(text: str) -> bool:
    """Whether a font without a map to Unicode made signs of its text that mean nothing."""
    signs = [sign for sign in text if not sign.isspace()]
    strange = sum(
        ord(sign) < 32 or sign == "\ufffd" or 0xE000 <= ord(sign) < 0xF900 for sign in signs
    )
    return strange > STRANGE_SHARE * len(signs)


def _area(part: pypdfium2.PdfObject) -> float:
    a, b, c, d, _, _ = part.get_matrix().get()
    return float(abs(a * d - b * c))


def _dpi(pictures: list[pypdfium2.PdfObject], *, width: float, height: float) -> float | None:
    """The resolution of the largest picture; None when there is none worth the name."""
    largest = max(pictures, key=_area, default=None)
    if largest is None or _area(largest) < 0.05 * width * height:
        return None
    a, b, c, d, _, _ = largest.get_matrix().get()
    across, down = largest.get_px_size()
    sides = math.hypot(a, b), math.hypot(c, d)
    if min(sides) <= 0:
        return None
    return float(max(across * POINTS / sides[0], down * POINTS / sides[1]))


def _text_of(page: pypdfium2.PdfPage) -> str:
    words = page.get_textpage()
    text: str = words.get_text_range()
    words.close()
    return readable(text)


def readable(text: str) -> str:
    """Text as people copy it: no control signs, hyphens where pdfium marks a broken word."""
    text = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\x02", "-")
    )
    text = "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= 32)
    return text.encode("utf-16", "replace").decode("utf-16", "replace").strip()


def _lines_of(page: pypdfium2.PdfPage) -> tuple[Line, ...]:
    words = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    lines = []
    for number in range(words.count_rects()):
        x0, y0, x1, y1 = words.get_rect(number)
        text = readable(words.get_text_bounded(x0, y0, x1, y1)).replace("\n", " ").strip()
        if text:
            word = Word(text, x0 - left, x1 - left, 100.0, y1 - y0)
            lines.append(Line((word,), top - y1, top - y0, 1))
    words.close()
    return tuple(lines)
