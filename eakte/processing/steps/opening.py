"""Can this PDF be read, what does it carry besides pages, and how is it made safe to read?

The original is only read. What is written is a working copy: forms and notes drawn into their
pages, without program code, attachments, signatures and whatever acts by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from eakte.model.findings import Flag

OBJECTS_SEEN = 500_000
RECOVERED = re.compile(r"damaged|reconstruct|recover", re.IGNORECASE)
JAVASCRIPT = re.compile(rb"/(?:JavaScript|JS)\b")
ATTACHMENT = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|EF)\b")
KEPT_IN_ROOT = frozenset(
    {"/Type", "/Pages", "/Metadata", "/Outlines", "/OCProperties", "/PageLabels", "/Lang"}
    | {"/ViewerPreferences", "/PageLayout", "/PageMode", "/Dests", "/OutputIntents"}
    | {"/MarkInfo", "/StructTreeRoot"}
)
HARMLESS_ACTIONS = frozenset({"/URI", "/GoTo"})
DROPPED_KEYS = ("/AA", "/AF", "/PieceInfo", "/Thumb", "/JS", "/PresSteps")
KEPT_NOTES = frozenset({"/Link"})


class CannotOpen(Exception):
    """The PDF gives nothing to read; ``code`` names the problem."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Opened:
    """What was found while the working copy was made."""

    pages: int
    flags: frozenset[Flag]
    codes: tuple[str, ...]


def count_pages(path: Path, *, most: int) -> int:
    """Count the pages of a PDF.

    Raises:
        CannotOpen: encrypted, damaged, without pages or with too many.
    """
    with _open(path) as pdf:
        return _counted(pdf, most=most)


def make_safe_copy(path: Path, target: Path, *, most_pages: int, pixels: int) -> Opened:
    """Write a working copy that holds the pages alone, and say what was left out.

    Raises:
        CannotOpen: encrypted, damaged, without pages, with too many, or with too large a picture.
    """
    with _open(path) as pdf:
        pages = _counted(pdf, most=most_pages)
        try:
            flags, codes = _inspect(pdf, pixels=pixels)
            if any(RECOVERED.search(warning) for warning in _warnings(pdf)):
                codes.append("repaired")
            _flatten(pdf)
            _disarm(pdf)
            pdf.save(target)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CannotOpen("damaged") from error
    return Opened(pages, frozenset(flags), tuple(codes))


def _open(path: Path) -> Pdf:
    try:
        return pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise CannotOpen("encrypted") from error
    except (pikepdf.PdfError, ValueError) as error:
        raise CannotOpen("damaged") from error


def _counted(pdf: Pdf, *, most: int) -> int:
    try:
        pages = len(pdf.pages)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise CannotOpen("damaged") from error
    if pages == 0:
        raise CannotOpen("empty-page-tree")
    if pages > most:
        raise CannotOpen("too-many-pages")
    return pages


def is_signed(pdf: Pdf) -> bool:
    """Say whether a PDF holds an electronic signature, whatever it is worth."""
    return any(_signature(_unparsed(part)) for part in _objects(pdf))


def _signature(words: bytes) -> bool:
    return b"/ByteRange" in words and b"/Contents" in words


def _warnings(pdf: Pdf) -> list[str]:
    return [str(warning) for warning in pdf.get_warnings()]


def _inspect(pdf: Pdf, *, pixels: int) -> tuple[set[Flag], list[str]]:
    """Look at every object once, without following what it points to."""
    flags: set[Flag] = set()
    codes: list[str] = []
    if pdf.is_encrypted:
        flags.add(Flag.ENCRYPTED)
    for part in _objects(pdf):
        if isinstance(part, Stream):
            _refuse_large_picture(part, pixels=pixels)
        words = _unparsed(part)
        if JAVASCRIPT.search(words):
            flags.add(Flag.JAVASCRIPT)
        if ATTACHMENT.search(words):
            flags.add(Flag.ATTACHMENTS)
        if _signature(words):
            flags.add(Flag.SIGNED)
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and ("/XFA" in form or _has_fields(form)):
        flags.add(Flag.FORM)
    if pdf.Root.get("/NeedsRendering"):
        flags.add(Flag.FORM)
        codes.append("dynamic-form")
    if Flag.SIGNED in flags:
        codes.append("signed")
    if Flag.FORM in flags and "dynamic-form" not in codes:
        codes.append("form")
    if flags & {Flag.JAVASCRIPT, Flag.ATTACHMENTS}:
        codes.append("active-content")
    return flags, codes


def _unparsed(part: pikepdf.Object) -> bytes:
    """The object as PDF writes it, names normalised, without a stream's content."""
    whole = part.stream_dict if isinstance(part, Stream) else part
    return whole.unparse(resolved=True)


def _objects(pdf: Pdf) -> Iterator[pikepdf.Object]:
    for number, part in enumerate(pdf.objects):
        if number >= OBJECTS_SEEN:
            return
        if isinstance(part, (Dictionary, Stream, Array)):
            yield part


def _refuse_large_picture(part: Stream, *, pixels: int) -> None:
    if part.get("/Subtype") != Name.Image:
        return
    width, height = part.get("/Width", 0), part.get("/Height", 0)
    if not isinstance(width, int) or not isinstance(height, int) or width * height > pixels:
        raise CannotOpen("too-large-image")


def _has_fields(form: Dictionary) -> bool:
    """Whether anything can be filled in; a signature alone does not make a form."""
    fields = form.get("/Fields")
    if not isinstance(fields, Array):
        return False
    return any(
        isinstance(field, Dictionary) and field.get("/FT") != Name.Sig
        for field in list(fields.as_list())[:1000]
    )


def _flatten(pdf: Pdf) -> None:
    """Draw form fields and notes into their pages."""
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/NeedAppearances"):
        pdf.generate_appearance_streams()
    if any("/Annots" in page.obj for page in pdf.pages):
        pdf.flatten_annotations("screen")


def _disarm(pdf: Pdf) -> None:
    """Take out whatever acts by itself or carries other documents."""
    destinations = _destinations(pdf)
    for key in list(pdf.Root.keys()):
        if key not in KEPT_IN_ROOT:
            del pdf.Root[key]
    if destinations is not None:
        pdf.Root["/Names"] = Dictionary({"/Dests": destinations})
    for part in _objects(pdf):
        if isinstance(part, (Dictionary, Stream)):
            _disarm_one(part)
    for page in pdf.pages:
        notes = page.obj.get("/Annots")
        if not isinstance(notes, Array):
            continue
        kept = [note for note in notes.as_list() if _is_harmless(note)]
        if kept:
            page.obj["/Annots"] = Array(kept)
        else:
            del page.obj["/Annots"]


def _destinations(pdf: Pdf) -> pikepdf.Object | None:
    names = pdf.Root.get("/Names")
    return names.get("/Dests") if isinstance(names, Dictionary) else None


def _disarm_one(part: Dictionary | Stream) -> None:
    for key in DROPPED_KEYS:
        if key in part:
            del part[key]
    action = part.get("/A")
    if isinstance(action, Dictionary) and str(action.get("/S")) not in HARMLESS_ACTIONS:
        del part["/A"]


def _is_harmless(note: pikepdf.Object) -> bool:
    if not isinstance(note, Dictionary) or str(note.get("/Subtype")) not in KEPT_NOTES:
        return False
    _disarm_one(note)
    return True
