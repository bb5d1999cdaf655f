"""How does a plain text become pages that can be read, searched and shown like any other?"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import img2pdf
from PIL import Image, ImageDraw, ImageFont

from eakte.processing.steps.recognition import Line, Word

COLUMNS, ROWS = 88, 66
DPI = 150
WIDTH, HEIGHT = 1240, 1754
MARGIN, LEADING = 100, 23
POINTS = 17
TAB = 4
FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf"),
    Path("/usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf"),
)
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


@dataclass(frozen=True)
class TextPage:
    """One page of text and where its lines stand, in pixels of a page of WIDTH by HEIGHT."""

    text: str
    lines: tuple[Line, ...]


def read_text(path: Path) -> str:
    """Read text in the encodings that German offices use."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def paginate(text: str, *, most: int) -> list[TextPage] | None:
    """Break a text into pages of 66 rows; None when it has more than ``most`` pages.

    A form feed begins a page.
    """
    pages: list[TextPage] = []
    for part in text.replace("\r\n", "\n").replace("\r", "\n").split("\f"):
        rows = [row for line in part.expandtabs(TAB).split("\n") for row in _broken(line)]
        for start in range(0, max(len(rows), 1), ROWS):
            if len(pages) >= most:
                return None
            pages.append(_page(rows[start : start + ROWS]))
    return pages


def draw_pages(pages: list[TextPage], target: Path) -> list[Image.Image]:
    """Write the pages as a PDF of pictures; returns small pictures of them."""
    font = _font()
    encoded: list[bytes] = []
    small: list[Image.Image] = []
    for page in pages:
        sheet = Image.new("L", (WIDTH, HEIGHT), 255)
        pen = ImageDraw.Draw(sheet)
        for number, row in enumerate(page.text.split("\n")):
            pen.text((MARGIN, MARGIN + number * LEADING), row, fill=0, font=font)
        small.append(sheet.resize((WIDTH // 4, HEIGHT // 4), Image.Resampling.BOX))
        stream = io.BytesIO()
        sheet.point([0] * 128 + [255] * 128).convert("1").save(stream, "PNG", dpi=(DPI, DPI))
        encoded.append(stream.getvalue())
    layout = img2pdf.get_fixed_dpi_layout_fun((DPI, DPI))
    with target.open("wb") as output:
        img2pdf.convert(
            encoded,
            outputstream=output,
            layout_fun=layout,
            engine=img2pdf.Engine.internal,
            nodate=True,
        )
    return small


def _broken(line: str) -> list[str]:
    """A line in rows of at most 88 signs, broken at spaces where there are any."""
    rows: list[str] = []
    line = "".join(sign for sign in line if ord(sign) >= 32).rstrip()
    while len(line) > COLUMNS:
        cut = line.rfind(" ", 1, COLUMNS + 1)
        cut = cut if cut > COLUMNS // 2 else COLUMNS
        rows.append(line[:cut].rstrip())
        line = line[cut:].lstrip()
    return [*rows, line]


def _page(rows: list[str]) -> TextPage:
    advance = _advance(_font())
    lines = []
    for number, row in enumerate(rows):
        if not row.strip():
            continue
        start = MARGIN + (len(row) - len(row.lstrip())) * advance
        top = float(MARGIN + number * LEADING)
        word = Word(row.strip(), start, MARGIN + len(row) * advance, 100.0)
        lines.append(Line((word,), top, top + LEADING, 1))
    return TextPage("\n".join(rows).rstrip(), tuple(lines))


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in FONTS:
        if path.is_file():
            return ImageFont.truetype(str(path), POINTS)
    return ImageFont.load_default(POINTS)


def _advance(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> float:
    return float(font.getlength("0" * 10)) / 10
