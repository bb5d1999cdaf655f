"""How is text laid on a page so that it is found and marked, but not seen?

The font has one glyph without any ink, half as wide as it is high, for every character; words are
stretched to the width of their picture. Its map to Unicode is the identity, so what is copied out
of the reading copy is what was recognised.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.recognition import Line, Word

EM = 1000
GLYPH_WIDTH = 500
CHARACTERS = 65536
LAYER = "/EAkteText"
FONT = "/EAkteGlyphless"
FONT_NAME = "/EAKTEA+Glyphless"
SMALLEST = 0.5
BOUND = 32000
WITHOUT_CODE = "\u25a1"
FONT_MADE = 3_786_912_000  # the first second of 2024, counted from 1904 as fonts do
INVISIBLE = 3
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%s
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def glyphless_font(pdf: Pdf) -> pikepdf.Object:
    """Add the font without ink to a document; once is enough for all its pages."""
    program = Stream(pdf, _font_program())
    program.Length1 = len(program.read_bytes())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(FONT_NAME),
        Flags=4,
        FontBBox=Array([0, 0, GLYPH_WIDTH, EM]),
        ItalicAngle=0,
        Ascent=EM,
        Descent=0,
        CapHeight=EM,
        StemV=80,
        FontFile2=pdf.make_indirect(program),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(FONT_NAME),
        CIDSystemInfo=Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=GLYPH_WIDTH,
        CIDToGIDMap=pdf.make_indirect(Stream(pdf, b"\x00\x01" * CHARACTERS)),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(FONT_NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode())),
        )
    )


def drawn(lines: Iterable[Line]) -> bytes:
    """The lines as PDF draws them, without ink, in their own pixels; empty without lines."""
    rows = b"\n".join(_draw(line) for line in lines)
    return b"BT %d Tr\n%s\nET" % (INVISIBLE, rows) if rows else b""


def lay_under(
    pdf: Pdf, page: pikepdf.Page, *, layer: bytes, to_page: Plane, font: pikepdf.Object
) -> None:
    """Lay drawn lines under the page's content; ``to_page`` leads from their pixels to the page.

    The page's own content is left as it is; it is drawn over the text.
    """
    form = Stream(pdf, layer)
    form.Type = Name.XObject
    form.Subtype = Name.Form
    form.FormType = 1
    form.BBox = Array([-BOUND, -BOUND, BOUND, BOUND])
    form.Resources = Dictionary({"/Font": Dictionary({FONT: font})})
    # Resources may be shared by many pages, so this page gets its own outer dictionaries.
    resources = Dictionary(_entries(page.obj.get("/Resources")))
    pictures = Dictionary(_entries(resources.get("/XObject")))
    pictures[LAYER] = pdf.make_indirect(form)
    resources["/XObject"] = pictures
    page.obj["/Resources"] = resources
    page.contents_add(f"q {to_page.numbers()} cm {LAYER} Do Q\n".encode(), prepend=True)


def _entries(dictionary: pikepdf.Object | None) -> dict[str, pikepdf.Object]:
    return dict(dictionary.items()) if isinstance(dictionary, Dictionary) else {}


def _draw(line: Line) -> bytes:
    """Each word at its place and as wide as its picture, with a space behind it.

    The space is part of the word's own string: some readers drop strings of one sign.
    """
    size = max(line.bottom - line.top, SMALLEST)
    parts = [b"%s %.2f Tf" % (FONT.encode(), size)]
    parts += [_show(word, line.bottom, size=size) for word in line.words]
    return b"\n".join(parts)


def _show(word: Word, bottom: float, *, size: float) -> bytes:
    signs = "".join(sign if _has_one_code(sign) else WITHOUT_CODE for sign in word.text)
    natural = len(signs) * size * GLYPH_WIDTH / EM
    stretch = 100 * max(word.right - word.left, SMALLEST) / natural
    codes = f"{signs} ".encode("utf-16-be").hex().encode()
    return b"%.3f Tz 1 0 0 -1 %.2f %.2f Tm <%s> Tj" % (stretch, word.left, bottom, codes)


def _has_one_code(sign: str) -> bool:
    return ord(sign) < CHARACTERS and not 0xD800 <= ord(sign) < 0xE000


def _font_program() -> bytes:
    glyphs = [".notdef", "blank"]
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({0x20: "blank"})
    # There and back on one line: no area, no ink, but readers see how large the sign is.
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((GLYPH_WIDTH, EM))
    pen.lineTo((GLYPH_WIDTH // 2, EM // 2))
    pen.closePath()
    builder.setupGlyf(dict.fromkeys(glyphs, pen.glyph()))
    builder.setupHorizontalMetrics({glyph: (GLYPH_WIDTH, 0) for glyph in glyphs})
    builder.setupHorizontalHeader(ascent=EM, descent=0)
    builder.setupNameTable({"familyName": "Glyphless", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=EM, sTypoDescender=0, usWinAscent=EM, usWinDescent=0)
    builder.setupPost()
    builder.updateHead(created=FONT_MADE, modified=FONT_MADE)
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


def _to_unicode() -> bytes:
    rows = [b"<%02X00> <%02XFF> <%02X00>" % (high, high, high) for high in range(256)]
    blocks = []
    for start in range(0, len(rows), 100):
        block = rows[start : start + 100]
        blocks.append(b"%d beginbfrange\n%s\nendbfrange" % (len(block), b"\n".join(block)))
    return TO_UNICODE % b"\n".join(blocks)
