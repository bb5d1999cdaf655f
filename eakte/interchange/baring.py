"""How does a copy leave without what a PDF tells and nobody sees on its pages?

Who wrote it with which program, under which former title; what programs keep for themselves; small
pictures of pages as they once were. Nobody decided that it leaves (Art. 5 Abs. 1 Buchst. c DSGVO).
Notes on pages are seen, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

# All that a PDF/A has to say of itself is which part it keeps to (ISO 19005-2, 6.6.4).
_SAID = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
    '<?xpacket end="w"?>'
).encode()
OF_A_THING = ("/Metadata", "/PieceInfo", "/LastModified")
OF_A_PAGE = (*OF_A_THING, "/Thumb")
FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def bare(pdf: Pdf) -> None:
    """Let a document say of itself only that it is a PDF/A-2b."""
    pdf.Root["/Metadata"] = Stream(pdf, _SAID, Type=Name.Metadata, Subtype=Name.XML)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if "/PieceInfo" in pdf.Root:
        del pdf.Root["/PieceInfo"]


def bare_page(page: Object, resources: Object | None) -> None:
    """Take from a page, and from what it draws, what is kept there and not shown."""
    for key in OF_A_PAGE:
        if key in page:
            del page[key]
    if isinstance(resources, Dictionary):
        _bare_drawn(resources, seen=set())


def _bare_drawn(resources: Object, *, seen: set[tuple[int, int]]) -> None:
    """Do the same with pictures, forms, forms in forms, and fonts."""
    fonts = resources.get("/Font")
    for font in fonts.values() if isinstance(fonts, Dictionary) else ():
        for owner in (font, *_descendants(font)):
            descriptor = owner.get("/FontDescriptor")
            for key in FONT_FILES:
                if isinstance(descriptor, Dictionary) and key in descriptor:
                    _take_away(descriptor[key])
    drawn = resources.get("/XObject")
    for thing in drawn.values() if isinstance(drawn, Dictionary) else ():
        if thing.objgen in seen:
            continue
        seen.add(thing.objgen)
        _take_away(thing)
        inner = thing.get("/Resources")
        if isinstance(inner, Dictionary):
            _bare_drawn(inner, seen=seen)


def _descendants(font: Object) -> Iterator[Object]:
    inner = font.get("/DescendantFonts")
    if isinstance(inner, Array):
        yield from inner


def _take_away(thing: Object) -> None:
    for key in OF_A_THING:
        if key in thing:
            del thing[key]
