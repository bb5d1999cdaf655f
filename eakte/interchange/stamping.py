"""How do the pages of a copy get their folio numbers, without covering what stands there?

The number stands at the top right of the page as it is read, whatever way the page is turned. Its
plate is translucent: what lies under it can still be seen. The original is only read.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from eakte.fonts import BOLD, fonts

LETTERS = "Bl. 0123456789"
POINTS, MARGIN, PADDING = 10.0, 12.0, 2.0
A4_WIDTH = 595.0
PLATE_OPACITY = "0.75"


@dataclass(frozen=True)
class _Face:
    """The few letters of the stamp, embedded: PDF/A has no foreign fonts."""

    program: bytes
    widths: dict[int, int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def width(self, text: str) -> float:
        return sum(self.widths[ord(letter)] for letter in text) / 1000


class Stamp:
    """Folio numbers for the pages of one document that is open for writing."""

    def __init__(self, pdf: Pdf) -> None:
        self._face = _face()
        self._font = _font(pdf, self._face)
        self._glass = pdf.make_indirect(Dictionary(Type=Name.ExtGState, ca=_number(PLATE_OPACITY)))
        self._before = pdf.make_indirect(Stream(pdf, b"q\n"))
        self._pdf = pdf

    def put_on(self, page: pikepdf.Page, folio: int) -> None:
        """Print ``Bl. <folio>`` on a page."""
        font = page.add_resource(self._font, Name.Font)
        glass = page.add_resource(self._glass, Name.ExtGState)
        drawn = self._drawn(page, f"Bl. {folio}", font=font, glass=glass)
        before = page.obj.get(Name.Contents)
        streams = (
            list(before) if isinstance(before, Array) else [before] if before is not None else []
        )
        page.obj[Name.Contents] = Array(
            [self._before, *streams, self._pdf.make_indirect(Stream(self._pdf, drawn))]
        )

    def _drawn(self, page: pikepdf.Page, text: str, *, font: Name, glass: Name) -> bytes:
        unit = float(page.obj.get("/UserUnit", 1))
        x0, y0, x1, y1 = _visible(page)
        turn = int(page.obj.get("/Rotate", 0) or 0) % 360
        width, height = (y1 - y0, x1 - x0) if turn in (90, 270) else (x1 - x0, y1 - y0)
        to_page = {
            0: f"1 0 0 1 {x0:.3f} {y0:.3f}",
            90: f"0 1 -1 0 {x1:.3f} {y0:.3f}",
            180: f"-1 0 0 -1 {x1:.3f} {y1:.3f}",
            270: f"0 -1 1 0 {x0:.3f} {y1:.3f}",
        }[turn]
        scale = max(1.0, min(width, height) * unit / A4_WIDTH) / unit
        size = POINTS * scale
        wide = self._face.width(text) * size
        x = width - MARGIN * scale - wide
        y = height - MARGIN * scale - size
        pad = PADDING * scale
        return (
            f"\nQ q {to_page} cm q {glass} gs 1 g "
            f"{x - pad:.3f} {y - pad:.3f} {wide + 2 * pad:.3f} {size + pad:.3f} re f Q "
            f"0 g BT 0 Tr 0 Tc 0 Tw 100 Tz 0 Ts {font} {size:.3f} Tf "
            f"1 0 0 1 {x:.3f} {y:.3f} Tm ({text}) Tj ET Q\n"
        ).encode("ascii")


def _visible(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """The part of the page that is shown, with its corners in order."""
    media, crop = _box(page.mediabox), _box(page.cropbox)
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else media


def _box(corners: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(corners[place]) for place in range(4))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _number(written: str) -> pikepdf.Object:
    return pikepdf.Object.parse(written.encode())


@functools.cache
def _face() -> _Face:
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "name", "post", "gasp", "OS/2"]
    with TTFont(fonts() / BOLD, lazy=True) as font:
        scale = 1000 / font["head"].unitsPerEm
        glyphs, advances = font.getBestCmap(), font["hmtx"]
        widths = {
            ord(letter): round(advances[glyphs[ord(letter)]][0] * scale) for letter in LETTERS
        }
        head, across = font["head"], font["hhea"]
        box = tuple(round(one * scale) for one in (head.xMin, head.yMin, head.xMax, head.yMax))
        ascent, descent = round(across.ascent * scale), round(across.descent * scale)
        cutting = subset.Subsetter(options)
        cutting.populate(text=LETTERS)
        cutting.subset(font)
        written = io.BytesIO()
        font.save(written)
    (left, low, right, high) = box
    return _Face(written.getvalue(), widths, (left, low, right, high), ascent, descent)


def _font(pdf: Pdf, face: _Face) -> pikepdf.Object:
    name = Name("/EAKTEB+DejaVuSans-Bold")
    first, last = min(face.widths), max(face.widths)
    program = Stream(pdf, face.program)
    program.Length1 = len(face.program)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=32,
        FontBBox=Array(list(face.box)),
        ItalicAngle=0,
        Ascent=face.ascent,
        Descent=face.descent,
        CapHeight=729,
        StemV=120,
        FontFile2=pdf.make_indirect(program),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=name,
            Encoding=Name.WinAnsiEncoding,
            FirstChar=first,
            LastChar=last,
            Widths=Array([face.widths.get(code, 0) for code in range(first, last + 1)]),
            FontDescriptor=pdf.make_indirect(descriptor),
        )
    )
