"""How do many documents become one PDF/A-2b with folios, bookmarks and links, without much memory?

This is a program of its own, so that the one that starts it writes the single copies meanwhile and
gets all the memory back. It is told what to do in two lines of JSON: first the documents, and the
table of contents with what leads where as soon as that is written. Where nobody is left to say the
second, it ends. It knows PDF only, neither dossiers nor the rest of the house, to start at once.
"""

from __future__ import annotations

import base64
import ctypes
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import AccessMode, Array, Dictionary, Name, Object, OutlineItem, Pdf, pdfa

from eakte.interchange.baring import bare_page
from eakte.interchange.growing import Growing, parted
from eakte.interchange.stamping import Face, Stamp, inherited

FLAVOUR = "2b"
PRINTED = 4
# What is put together at once, and so held in memory.
MOST_OPEN, MOST_PAGES = 64, 256
FULL, NOT_ONE = 3, 4
READ_AT_ONCE = 1024 * 1024


class NotOneDocument(Exception):
    """These documents cannot stand in one valid PDF/A together; each of them still can alone."""


@dataclass(frozen=True)
class Leaves:
    """A document to be taken over: where it lies, its first folio, how many pages it has."""

    path: str
    first: int
    pages: int


@dataclass(frozen=True)
class Mark:
    """A bookmark that leads to a folio, with those below it."""

    title: str
    folio: int
    below: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Front:
    """What lies before the documents, and what leads to them.

    ``contents`` is the table of contents with so many ``pages``; ``links`` are a page of it (from
    0), a box in points, and the folio that it leads to.
    """

    contents: str
    pages: int
    title: str
    links: tuple[tuple[int, tuple[float, float, float, float], int], ...]
    marks: tuple[Mark, ...]


def merge(
    leaves: Sequence[Leaves],
    *,
    face: Face,
    target: Path,
    front: Callable[[], Front],
    written: Callable[[], None] = lambda: None,
) -> None:
    """Write all documents behind one another, their folios printed on, behind a table of contents.

    ``front`` is asked when all the rest stands, and ``written`` hears when the target does. The
    checker has not read it.

    Raises:
        NotOneDocument: these documents cannot be put into one.
        OSError: the disk is full or broken.
    """
    try:
        with _whole_or_nothing(target) as stream:
            whole = Growing(stream)
            folios: list[int] = []
            counted = [one.pages for one in leaves]
            for part in parted(counted, most_parts=MOST_OPEN, most_pages=MOST_PAGES):
                folios += _taken(whole, leaves[part], face)
            _finish(whole, folios, front())
        written()
    except (pikepdf.PdfError, pdfa.PdfaError, RuntimeError, ValueError) as error:
        raise NotOneDocument(str(error)) from error


def annotate(
    pdf: Pdf,
    page: Object,
    box: Sequence[float],
    *,
    action: Dictionary | None = None,
    to: Array | None = None,
) -> None:
    """Lay a link over a box of a page: to another file, or to a place in this one."""
    note = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array(list(box)),
            Border=Array([0, 0, 0]),
            F=PRINTED,
        )
    )
    if action is not None:
        note["/A"] = action
    if to is not None:
        note["/Dest"] = to
    if "/Annots" not in page:
        page["/Annots"] = Array()
    page["/Annots"].append(note)


def _joined(paths: Sequence[str]) -> Pdf:
    """Take the pages over in C++: page by page the time would grow with the square of them."""
    command = ["qpdf", "--empty", "--keep-files-open=y", "--pages", *paths, "--", "-"]
    made: Pdf = pikepdf.Job(command).create_pdf()  # type: ignore[no-untyped-call]  # it has no types
    return made


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[BinaryIO]:
    """Open the target for writing; where that does not come to its end, nothing stands there."""
    try:
        with target.open("wb") as stream:
            yield stream
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _taken(whole: Growing, leaves: Sequence[Leaves], face: Face) -> list[int]:
    """Write some documents with their folios; returns the numbers of their pages in the file."""
    with _joined([one.path for one in leaves]) as part:
        folios = (one.first + number for one in leaves for number in range(one.pages))
        stamp = Stamp(part, face)
        for page, folio in zip(part.pages, folios, strict=True):
            _without_lost_links(page.obj)
            bare_page(page.obj, inherited(page.obj, "/Resources"))
            stamp.put_on(page, folio)
        pdfa.prepare(part, FLAVOUR)
        return whole.take(part)


def _finish(whole: Growing, folios: Sequence[int], front: Front) -> None:
    with (
        pikepdf.open(front.contents, access_mode=AccessMode.stream) as contents,
        Pdf.new() as made,
    ):
        made.pages.extend(contents.pages)
        with made.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = front.title
        made.Root.Lang = pikepdf.String("de-DE")
        made.Root.PageMode = Name.UseOutlines
        pdfa.prepare(made, FLAVOUR)
        before = [page.obj for page in made.pages]
        for number, box, folio in front.links:
            to = Array([whole.place_of(folios[folio - 1]), Name.Fit])
            annotate(made, before[number], box, to=to)
        with made.open_outline() as outline:
            outline.root.append(OutlineItem("Inhaltsverzeichnis", Array([before[0], Name.Fit])))
            outline.root.extend(_items(front.marks, whole, folios))
        whole.finish(made)


def _items(marks: Sequence[Mark], whole: Growing, folios: Sequence[int]) -> Iterator[OutlineItem]:
    for mark in marks:
        made = OutlineItem(mark.title, Array([whole.place_of(folios[mark.folio - 1]), Name.Fit]))
        made.children.extend(_items(mark.below, whole, folios))
        yield made


def _without_lost_links(page: Object) -> None:
    """Take away what leads nowhere: names of places and the structure are not taken over."""
    notes = page.get("/Annots")
    if notes is not None:
        kept = [note for note in notes if not _leads_to_a_name(note)]
        if kept:
            page["/Annots"] = Array(kept)
        else:
            del page["/Annots"]
    if "/StructParents" in page:
        del page["/StructParents"]


def _leads_to_a_name(note: Object) -> bool:
    if note.get("/Subtype") != Name.Link:
        return False
    action = note.get("/A")
    inner = action is not None and action.get("/S") == Name.GoTo
    to = action.get("/D") if action is not None and inner else note.get("/Dest")
    return to is not None and not isinstance(to, Array)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of what lies in a file."""
    made = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        room = memoryview(bytearray(min(READ_AT_ONCE, size) or 1))
        while read := stream.readinto(room):
            made.update(room[:read])
    return made.hexdigest()


def first_line(leaves: Sequence[Leaves], *, face: Face, target: Path) -> bytes:
    """Return what the program is told at its start."""
    told = {
        "leaves": [(one.path, one.first, one.pages) for one in leaves],
        "face": {**asdict(face), "program": base64.b64encode(face.program).decode()},
        "target": str(target),
        "starter": os.getpid(),
    }
    return json.dumps(told).encode() + b"\n"


def second_line(front: Front) -> bytes:
    """Return what the program is told when the table of contents is written."""
    return json.dumps(asdict(front)).encode() + b"\n"


def _face(told: dict[str, Any]) -> Face:
    widths = {int(code): width for code, width in told["widths"].items()}
    left, low, right, high = told["box"]
    box = (left, low, right, high)
    program = base64.b64decode(told["program"])
    return Face(program, widths, box, told["ascent"], told["descent"])


def _marks(told: Sequence[dict[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(one["title"], one["folio"], _marks(one["below"])) for one in told)


def _front(line: bytes) -> Front:
    told = json.loads(line)
    links = tuple((page, tuple(box), folio) for page, box, folio in told["links"])
    return Front(told["contents"], told["pages"], told["title"], links, _marks(told["marks"]))


def _end_with(starter: int) -> None:
    """Have the system end this program with the one that started it, should that be killed."""
    die_with_parent = 1
    if ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL) != 0 or os.getppid() != starter:
        raise SystemExit(0)


def run(orders: BinaryIO) -> int:
    """Do as the lines say, print the digest and end; returns why nothing stands in the target."""
    told = json.loads(orders.readline())
    _end_with(told["starter"])
    target = Path(told["target"])

    def written() -> None:
        print(digest_of(target), flush=True)
        # To forget every object of a large document takes longer than to end.
        os._exit(0)

    def front() -> Front:
        line = orders.readline()
        if not line:
            raise SystemExit(0)
        return _front(line)

    try:
        merge(
            [Leaves(*one) for one in told["leaves"]],
            face=_face(told["face"]),
            target=target,
            front=front,
            written=written,
        )
    except NotOneDocument as error:
        print(error, file=sys.stderr)
        return NOT_ONE
    except OSError as error:
        print(json.dumps([error.errno, error.strerror]), file=sys.stderr)
        return FULL
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.stdin.buffer))
