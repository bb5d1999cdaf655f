"""What else does a PDF carry, in which the words that must be gone may still stand?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

STARTS, ENDS = b"startxref", b"%%EOF"
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|XFA)\b")
ATTACHED = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|EF|AF)\b")
DESCRIBED = ("/PieceInfo", "/Thumb", "/Alternates", "/OPI")
BETWEEN_TAGS = re.compile(r">([^<>]+)<|=\"([^\"]*)\"")
HEXED = re.compile(rb"<([0-9A-Fa-f]{4,})>")
FONT_PROGRAMS = frozenset({"/FontFile", "/FontFile2", "/FontFile3"})
PROFILE, PROFILE_AT = b"acsp", 36
CODE_MAP = b"begincmap"
SEVERAL, SEVERAL_SIGNS = 2, 8


def carried_along(pdf: Pdf, path: Path) -> list[str]:
    """Say what came along with the pages that has no business in a redacted copy."""
    found = []
    written = path.read_bytes()
    if written.count(STARTS) >= SEVERAL or written.count(ENDS) >= SEVERAL or "/Prev" in pdf.trailer:
        found.append("earlier-revision")
    root = pdf.Root
    if "/Outlines" in root or "/Names" in root or "/Dests" in root:
        found.append("outline")
    if "/StructTreeRoot" in root:
        found.append("structure")
    if "/AcroForm" in root or any("/Annots" in page.obj for page in pdf.pages):
        found.append("notes")
    for part in pdf.objects:
        if not isinstance(part, (Dictionary, Stream)):
            continue
        words = (part.stream_dict if isinstance(part, Stream) else part).unparse(resolved=True)
        if ACTIVE.search(words):
            found.append("active")
        if ATTACHED.search(words):
            found.append("attachment")
        if any(key in part for key in DESCRIBED):
            found.append("private-notes")
    return list(dict.fromkeys(found))


def words_left(pdf: Pdf, words: Iterable[str]) -> list[str]:
    """Return which of the words (folded) still stand anywhere in the document.

    Strings, descriptions and streams are searched, in the encodings that PDF knows; pictures and
    the outlines of fonts are not text, and names of the format itself are none of ours.
    """
    patterns = {word: _pattern(word) for word in words}
    if not patterns:
        return []
    left: set[str] = set()
    for text in _texts(pdf):
        # Folded as the words are, or ß would not be found.
        folded = text.casefold()
        left |= {word for word, pattern in patterns.items() if pattern.search(folded)}
    return sorted(left)


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/]){re.escape(word)}(?!\w)")


def _texts(pdf: Pdf) -> Iterator[str]:
    yield from _strings(pdf.trailer.get("/Info"))
    programs = {
        part[key].objgen
        for part in pdf.objects
        if isinstance(part, Dictionary)
        for key in FONT_PROGRAMS
        if key in part
    }
    for part in pdf.objects:
        yield from _strings(part)
        if not isinstance(part, Stream) or part.objgen in programs:
            continue
        if part.get("/Subtype") == Name.Image:
            continue
        try:
            content = part.read_bytes()
        except pikepdf.PdfError:
            content = part.read_raw_bytes()
        if content[PROFILE_AT : PROFILE_AT + len(PROFILE)] == PROFILE:
            # A colour profile speaks of its maker, and nobody writes into it.
            continue
        if part.get("/Type") == Name.Metadata:
            found = BETWEEN_TAGS.findall(content.decode("utf-8", "replace"))
            yield " ".join(" ".join(pair) for pair in found)
            continue
        if CODE_MAP in content:
            # Its numbers are codes; only what one code stands for may be a word.
            yield from (text for text in _hexed(content, least=SEVERAL_SIGNS))
            continue
        yield content.decode("latin-1")
        yield content.decode("utf-8", "ignore")
        yield content.replace(b"\x00", b"").decode("latin-1")
        yield from _hexed(content)


def _hexed(content: bytes, *, least: int = 0) -> Iterator[str]:
    """What strings say that are written as hexadecimal digits, in both widths."""
    for digits in HEXED.findall(content):
        if len(digits) < least:
            continue
        plain = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        yield plain.decode("utf-16-be", "ignore")
        yield plain.decode("latin-1")


def _strings(part: pikepdf.Object | None, depth: int = 0) -> Iterator[str]:
    """The strings of an object, without following what it points to."""
    if part is None or depth > 40 or (depth and getattr(part, "is_indirect", False)):
        return
    if isinstance(part, String):
        yield str(part)
        yield bytes(part).decode("latin-1")
    elif isinstance(part, Array):
        for one in part.as_list():
            yield from _strings(one, depth + 1) if isinstance(one, pikepdf.Object) else ()
    elif isinstance(part, (Dictionary, Stream)):
        for _, one in part.items():
            yield from _strings(one, depth + 1) if isinstance(one, pikepdf.Object) else ()
