"""How is a paper of the house printed: text on A4 sheets, as a PDF/A-2b?

Written without a library for layout, because a table of contents with thousands of rows is printed
for every package. The letters are those of the house's typeface; what it does not have is shown
as a question mark, because PDF/A knows no letter without a shape.
"""

from __future__ import annotations

import functools
import io
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String, pdfa

from eakte.fonts import BOLD, PLAIN, fonts
from eakte.interchange.merging import FLAVOUR

WIDTH, HEIGHT, MARGIN, LABELS = 210.0, 297.0, 14.0, 58.0
POINTS_A_MILLIMETRE = 72 / 25.4
UNKNOWN = "?"
# The letters of German texts and their neighbours are cut out once; others for the paper with them.
USUAL = frozenset(
    chr(code)
    for codes in (range(0x20, 0x7F), range(0xA0, 0x180), range(0x2010, 0x2027), (0x20AC, 0x2212))
    for code in codes
)


@dataclass(frozen=True)
class Typeface:
    """A typeface as it lies on the disk: the glyph of each letter, widths in thousandths."""

    path: Path
    glyphs: Mapping[str, str]
    widths: Mapping[str, int]

    def width(self, text: str) -> float:
        """How wide a text is, in sizes of the letters."""
        return sum(self.widths[letter] for letter in text) / 1000


@dataclass(frozen=True)
class Cut:
    """Some letters of a typeface, to be embedded: ``numbers`` are those of their glyphs."""

    program: bytes
    numbers: Mapping[str, int]
    box: tuple[int, ...]
    ascent: int
    descent: int


class Sheets:
    """A4 sheets in the office's typeface; places in millimetres from the top left.

    ``y`` is where the next text stands; ``across`` how wide the text may be.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._faces = (typeface(PLAIN), typeface(BOLD))
        self._drawn: list[list[tuple[float, float, float, int, str]]] = []
        self._ruled: list[list[tuple[float, float, float]]] = []
        self.y, self.across = MARGIN, WIDTH - 2 * MARGIN

    @property
    def page(self) -> int:
        """Which page is printed now, from 0."""
        return len(self._drawn) - 1

    def add_page(self) -> None:
        """Begin another page, at its top."""
        self._drawn.append([])
        self._ruled.append([])
        self.y = MARGIN

    def has_room(self, millimetres: float) -> bool:
        """Whether so much more fits on the page."""
        return self.y + millimetres <= HEIGHT - MARGIN

    def print(self, text: str, *, x: float, y: float, size: float, bold: bool = False) -> None:
        """Print one line with its upper edge at ``y``; the size in points."""
        shown = self.writable(text)
        if shown:
            baseline = y + 0.92 * size / POINTS_A_MILLIMETRE
            self._drawn[-1].append((x, baseline, size, int(bold), shown))

    def rule(self, x: float, to: float, y: float) -> None:
        """Draw a thin line."""
        self._ruled[-1].append((x, to, y))

    def paragraph(
        self,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        after: float = 1.0,
        x: float = MARGIN,
        line: float = 0.5,
    ) -> None:
        """Print a text from ``x`` to the right margin; ``line`` is its height in sizes, in mm."""
        for shown in self.wrapped(text, WIDTH - MARGIN - x, size=size, bold=bold):
            self.print(shown, x=x, y=self.y, size=size, bold=bold)
            self.y += line * size
        self.y += after

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        """How wide a text is that was made writable before."""
        return self._faces[bold].width(text) * size / POINTS_A_MILLIMETRE

    def writable(self, text: str) -> str:
        """Without what would change how the rest is read, or what the typeface does not have."""
        known, bold = (face.glyphs for face in self._faces)
        plain = unicodedata.normalize("NFC", text)
        signs = (sign if sign.isprintable() else " " for sign in plain)
        shown = (sign if sign in known and sign in bold else UNKNOWN for sign in signs)
        return " ".join("".join(shown).split())

    def cut(self, text: str, width: float, *, size: float, bold: bool = False) -> str:
        """As much of the text as fits in one line."""
        shown = self.writable(text)
        if self.width(shown, size=size, bold=bold) <= width:
            return shown
        room = width - self.width("…", size=size, bold=bold)
        return shown[: self._fitting(shown, room, size=size, bold=bold)].rstrip() + "…"

    def folded(self, text: str, width: float, *, size: float) -> list[str]:
        """The text in at most two lines; what has no room in them is cut off."""
        shown = self.writable(text)
        if self.width(shown, size=size) <= width:
            return [shown]
        at = self._break(shown, width, size=size)
        if not at:
            return [self.cut(shown, width, size=size)]
        return [shown[:at].rstrip(), self.cut(shown[at:], width, size=size)]

    def wrapped(self, text: str, width: float, *, size: float, bold: bool = False) -> list[str]:
        """The whole text in lines; a word that is longer than a line is broken."""
        lines, rest = [], self.writable(text)
        while self.width(rest, size=size, bold=bold) > width:
            at = self._break(rest, width, size=size, bold=bold)
            at = at or max(1, self._fitting(rest, width, size=size, bold=bold))
            lines.append(rest[:at].rstrip())
            rest = rest[at:].lstrip()
        return [*lines, rest]

    def labelled(self, label: str, text: str, *, size: float = 10) -> None:
        """Print a text behind what it is."""
        self.print(label, x=MARGIN, y=self.y, size=size)
        self.paragraph(text, size=size, x=MARGIN + LABELS, line=0.6, after=0)

    def finish(self, target: Path, *, validate: bool = False) -> None:
        """Write it as a PDF/A-2b.

        Raises:
            pdfa.PdfaError: the checker was asked and does not approve.
        """
        with self.opened() as pdf:
            save(pdf, target, validate=validate)

    def opened(self) -> Pdf:
        """Return the sheets as a PDF that is open for writing."""
        pdf = Pdf.new()
        cuts = [self._cut(number) for number in range(len(self._faces))]
        held = Dictionary(
            Font=Dictionary(
                P=_font(pdf, self._faces[0], cuts[0]), B=_font(pdf, self._faces[1], cuts[1])
            )
        )
        shared = pdf.make_indirect(held)
        for drawn, ruled in zip(self._drawn, self._ruled, strict=True):
            page = pdf.add_blank_page(
                page_size=(WIDTH * POINTS_A_MILLIMETRE, HEIGHT * POINTS_A_MILLIMETRE)
            )
            page.obj["/Resources"] = shared
            strokes = [
                f"{_x(x):.2f} {_y(y):.2f} m {_x(to):.2f} {_y(y):.2f} l S" for x, to, y in ruled
            ]
            texts = [
                f"/{'B' if bold else 'P'} {size:g} Tf 1 0 0 1 {_x(x):.2f} {_y(y):.2f} Tm "
                f"<{''.join(f'{cuts[bold].numbers[sign]:04X}' for sign in text)}> Tj"
                for x, y, size, bold, text in drawn
            ]
            written = "\n".join(["0.4 w", *strokes, "BT", *texts, "ET"])
            page.obj["/Contents"] = pdf.make_indirect(Stream(pdf, written.encode("ascii")))
        pdf.docinfo["/Title"] = self._title
        pdf.Root["/Lang"] = String("de-DE")
        return pdf

    def _cut(self, face: int) -> Cut:
        used = {
            sign
            for drawn in self._drawn
            for *_, bold, text in drawn
            if bold == face
            for sign in text
        }
        path = self._faces[face].path
        return _cut_of(path.name) if used <= USUAL else _cut_out(self._faces[face], used | USUAL)

    def _fitting(self, text: str, width: float, *, size: float, bold: bool = False) -> int:
        """How many signs of a text fit."""
        room, widths = width * POINTS_A_MILLIMETRE * 1000 / size, self._faces[bold].widths
        for number, sign in enumerate(text):
            room -= widths[sign]
            if room < 0:
                return number
        return len(text)

    def _break(self, text: str, width: float, *, size: float, bold: bool = False) -> int:
        """Where the first line of a text ends between two words; 0 where the first is too long."""
        fitting = self._fitting(text, width, size=size, bold=bold)
        return fitting if text[fitting : fitting + 1] == " " else text.rfind(" ", 0, fitting) + 1


def save(pdf: Pdf, target: Path, *, validate: bool = False) -> None:
    """Write a PDF/A-2b; without ``validate`` the checker does not read what was written.

    Raises:
        pdfa.PdfaError: the checker does not approve.
    """
    if validate:
        pdfa.save(pdf, target, FLAVOUR)
        return
    pdfa.prepare(pdf, FLAVOUR)
    with target.open("wb") as stream:
        pdf.save(stream, **pdfa.resolve_save_kwargs(FLAVOUR))


def _x(millimetres: float) -> float:
    return millimetres * POINTS_A_MILLIMETRE


def _y(millimetres: float) -> float:
    return (HEIGHT - millimetres) * POINTS_A_MILLIMETRE


@functools.cache
def typeface(name: str) -> Typeface:
    """Read a typeface once in the life of the program.

    Raises:
        PartUnavailable: it is not installed.
    """
    path = fonts() / name
    with TTFont(path, lazy=True) as font:
        scale, advances = 1000 / font["head"].unitsPerEm, font["hmtx"].metrics
        glyphs = {chr(code): glyph for code, glyph in font.getBestCmap().items()}
        widths = {sign: round(advances[glyph][0] * scale) for sign, glyph in glyphs.items()}
    return Typeface(path, glyphs, widths)


_cutting = threading.Lock()


@functools.cache
def _usual(name: str) -> Cut:
    face = typeface(name)
    return _cut_out(face, USUAL)


def _cut_of(name: str) -> Cut:
    # Two that print at the same time need not cut the same letters twice.
    with _cutting:
        return _usual(name)


def _cut_out(face: Typeface, letters: frozenset[str] | set[str]) -> Cut:
    known = {sign for sign in letters if sign in face.glyphs}
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "name", "post", "gasp", "OS/2"]
    with TTFont(face.path, lazy=True) as font:
        scale = 1000 / font["head"].unitsPerEm
        head, across = font["head"], font["hhea"]
        box = tuple(round(one * scale) for one in (head.xMin, head.yMin, head.xMax, head.yMax))
        ascent, descent = round(across.ascent * scale), round(across.descent * scale)
        cutting = subset.Subsetter(options)
        cutting.populate(unicodes=[ord(sign) for sign in known])
        cutting.subset(font)
        numbers = {sign: font.getGlyphID(face.glyphs[sign]) for sign in known}
        written = io.BytesIO()
        font.save(written)
    return Cut(written.getvalue(), numbers, box, ascent, descent)


def _font(pdf: Pdf, face: Typeface, cut: Cut) -> Object:
    name = Name(f"/EAKTES+{face.path.stem}")
    program = Stream(pdf, cut.program)
    program["/Length1"] = len(cut.program)
    # Two letters may share a glyph; it is read as the plainer one.
    letters = sorted(cut.numbers, reverse=True)
    by_number = sorted({cut.numbers[sign]: sign for sign in letters}.items())
    widths = Array()
    for number, sign in by_number:
        widths.append(number)
        widths.append(Array([face.widths[sign]]))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array(list(cut.box)),
        ItalicAngle=0,
        Ascent=cut.ascent,
        Descent=cut.descent,
        CapHeight=729,
        StemV=80,
        FontFile2=pdf.make_indirect(program),
    )
    inner = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=600,
        W=widths,
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(inner)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(by_number))),
        )
    )


def _to_unicode(by_number: list[tuple[int, str]]) -> bytes:
    """Which letter a glyph means (ISO 32000-1, 9.10.3); a block has at most a hundred."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for at in range(0, len(by_number), 100):
        block = by_number[at : at + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{number:04X}> <{sign.encode('utf-16-be').hex()}>" for number, sign in block]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
