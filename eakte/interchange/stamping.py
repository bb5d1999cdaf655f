"""How do the pages of a copy get their folio numbers, without covering what stands there?

The number stands at the top right of the page as it is read, whatever way the page is turned. Its
plate is translucent: what lies under it can still be seen. The original is only read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

POINTS, MARGIN, PADDING = 10.0, 12.0, 2.0
A4_WIDTH = 595.0
PLATE_OPACITY = "0.75"
# Pages have at most so many nodes above them that what they inherit is looked for in.
HIGHEST = 60


@dataclass(frozen=True)
class Face:
    """The few letters of the stamp, embedded: PDF/A has no foreign fonts.

    ``widths`` by the code of the letter, in thousandths of the size.
    """

    program: bytes
    widths: Mapping[int, int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def width(self, text: str) -> float:
        """How wide a text is, in sizes of the letters."""
        return sum(self.widths[ord(letter)] for letter in text) / 1000


class Stamp:
    """Folio numbers for the pages of one document that is open for writing."""

    def __init__(self, pdf: Pdf, face: Face) -> None:
        self._pdf, self._face = pdf, face
        self._font = _font(pdf, face)
        self._glass = pdf.make_indirect(Dictionary(Type=Name.ExtGState, ca=_read(PLATE_OPACITY)))
        self._before = pdf.make_indirect(Stream(pdf, b"q\n"))
        self._named: dict[tuple[int, int], tuple[Name, Name]] = {}

    def put_on(self, page: Page, folio: int) -> None:
        """Print ``Bl. <folio>`` on a page."""
        leaf = page.obj
        font, glass = self._names_in(leaf)
        drawn = self._drawn(page, f"Bl. {folio}", font=font, glass=glass)
        before = leaf.get("/Contents")
        streams = (
            list(before) if isinstance(before, Array) else [before] if before is not None else []
        )
        last = self._pdf.make_indirect(Stream(self._pdf, drawn))
        leaf["/Contents"] = Array([self._before, *streams, last])

    def _names_in(self, leaf: Object) -> tuple[Name, Name]:
        """Under which names the page finds font and glass; pages that share resources share them.

        What a page only inherits it gets for itself, as one entry of its own would hide the rest.
        """
        held = inherited(leaf, "/Resources")
        if held is None:
            held = Dictionary()
        if "/Resources" not in leaf:
            leaf["/Resources"] = held
            held = leaf["/Resources"]
        if held.is_indirect and held.objgen in self._named:
            return self._named[held.objgen]
        names = (
            _added(held, "/Font", self._font, wish="/EAkteFont"),
            _added(held, "/ExtGState", self._glass, wish="/EAkteGlass"),
        )
        if held.is_indirect:
            self._named[held.objgen] = names
        return names

    def _drawn(self, page: Page, text: str, *, font: Name, glass: Name) -> bytes:
        unit = float(page.obj.get("/UserUnit", 1))
        x0, y0, x1, y1 = _visible(page)
        turn = int(inherited(page.obj, "/Rotate") or 0) % 360
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


def _visible(page: Page) -> tuple[float, float, float, float]:
    """The part of the page that is shown, with its corners in order."""
    media, crop = _box(page.mediabox), _box(page.cropbox)
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else media


def _box(corners: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(corners[place]) for place in range(4))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _read(written: str) -> Object:
    return Object.parse(written.encode("ascii"))


def inherited(leaf: Object, key: str) -> Object | None:
    """What a page says of itself or, where it says nothing, what the nodes above it say."""
    at: Object | None = leaf
    for _ in range(HIGHEST):
        if at is None:
            break
        found = at.get(key)
        if found is not None:
            return found
        at = at.get("/Parent")
    return None


def _added(resources: Object, kind: str, thing: Object, *, wish: str) -> Name:
    """Put a thing among the resources of a page, or find it there; returns its name."""
    if kind not in resources:
        resources[kind] = Dictionary()
    shelf = resources[kind]
    name, tried = wish, 0
    while name in shelf and shelf[name].objgen != thing.objgen:
        tried += 1
        name = f"{wish}{tried}"
    shelf[name] = thing
    return Name(name)


def _font(pdf: Pdf, face: Face) -> Object:
    # Written out and read by the library: put together piece by piece it takes ten times as long.
    name = "/EAKTEB+DejaVuSans-Bold"
    first, last = min(face.widths), max(face.widths)
    widths = " ".join(str(face.widths.get(code, 0)) for code in range(first, last + 1))
    descriptor = _read(
        f"<< /Type /FontDescriptor /FontName {name} /Flags 32 /ItalicAngle 0 /CapHeight 729 "
        f"/StemV 120 /FontBBox [{' '.join(map(str, face.box))}] /Ascent {face.ascent} "
        f"/Descent {face.descent} >>"
    )
    program = Stream(pdf, face.program)
    program["/Length1"] = len(face.program)
    descriptor["/FontFile2"] = pdf.make_indirect(program)
    font = _read(
        f"<< /Type /Font /Subtype /TrueType /BaseFont {name} /Encoding /WinAnsiEncoding "
        f"/FirstChar {first} /LastChar {last} /Widths [{widths}] >>"
    )
    font["/FontDescriptor"] = pdf.make_indirect(descriptor)
    return pdf.make_indirect(font)
