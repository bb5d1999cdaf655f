"""A document that must not leave, with a marker word wherever one can hide, and a look for it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache

import pikepdf
import pypdfium2
from fpdf import FPDF
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, pdfa

from eakte.fonts import PLAIN, fonts

MARKER = "Zwergfledermaus"


@cache
def marked_copy(pages: int, *, seen: str = MARKER, attached: bool = True) -> bytes:
    """A PDF/A with the marker in its text, title, author, notes, bookmarks and attachments.

    ``seen`` is what its pages show; without ``attached`` nothing is attached or noted, so that it
    may leave.
    """
    pdf = FPDF(format="A4")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 12)
    for _ in range(pages):
        pdf.add_page()
        pdf.text(30, 60, f"Kennwort-{seen}-Ende")
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(pdf.output()))) as opened:
        del opened.Root["/OpenAction"]
        opened.docinfo["/Author"] = opened.docinfo["/Subject"] = MARKER
        with opened.open_metadata() as told:
            told["dc:title"], told["pdf:Keywords"] = MARKER, MARKER
        opened.pages[0].obj.PieceInfo = Dictionary(Own=Dictionary(Private=pikepdf.String(MARKER)))
        font = opened.pages[0].obj.Resources.Font
        next(iter(font.values())).PieceInfo = Dictionary(Own=pikepdf.String(MARKER))
        pdfa.prepare(opened, "2b")
        if attached:
            with opened.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem(MARKER, 0))
            opened.attachments[f"{MARKER}.txt"] = AttachedFileSpec(opened, MARKER.encode())
            note = Dictionary(
                Type=Name.Annot,
                Subtype=Name.Text,
                Rect=Array([0, 0, 20, 20]),
                F=4,
                Contents=pikepdf.String(MARKER),
            )
            opened.pages[0].obj.Annots = Array([opened.make_indirect(note)])
        opened.save(made, **pdfa.resolve_save_kwargs("2b"))
    return made.getvalue()


def hits(content: bytes, name: str, word: str = MARKER) -> Iterator[str]:
    """Name every place where the word stands: names, bytes, unpacked streams, strings, text."""
    if word.casefold() in name.casefold():
        yield f"{name}: name"
    if _in_bytes(content, word):
        yield f"{name}: bytes"
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if _in_bytes(packed.comment, word):
                yield f"{name}: comment"
            for entry in packed.infolist():
                yield from hits(packed.read(entry), entry.filename, word)
    elif content.startswith(b"%PDF-"):
        yield from _in_pdf(content, name, word)


def _in_pdf(content: bytes, name: str, word: str) -> Iterator[str]:
    with pypdfium2.PdfDocument(content) as pdf:
        for page in pdf:
            if word.casefold() in page.get_textpage().get_text_bounded().casefold():
                yield f"{name}: text"
    with pikepdf.open(io.BytesIO(content)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Stream):
                try:
                    unpacked = thing.read_bytes()
                except pikepdf.PdfError:  # a picture: its bytes are what they are
                    unpacked = thing.read_raw_bytes()
                if _in_bytes(unpacked, word):
                    yield f"{name}: stream"
            if _in_bytes(thing.unparse(), word) or word in str(_strings(thing)):
                yield f"{name}: object"


def _strings(thing: pikepdf.Object) -> list[str]:
    """Every string that stands in an object itself, decoded."""
    found: list[str] = []
    for one in thing.values() if isinstance(thing, Dictionary) else [thing]:
        if isinstance(one, pikepdf.String):
            found.append(str(one))
        elif isinstance(one, Array | Dictionary) and not one.is_indirect:
            found += _strings(one) if isinstance(one, Dictionary) else [str(x) for x in one]
    return found


def _in_bytes(content: bytes, word: str) -> bool:
    """Whether the word stands there in any of the ways in which text is written."""
    ways = (word.encode(), word.encode("utf-16-be"), word.encode("utf-16-le"))
    folded = content.lower()
    return any(way.lower() in folded or way.hex().encode() in folded for way in ways)
