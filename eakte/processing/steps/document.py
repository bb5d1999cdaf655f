"""From a document's bytes to its products: which steps does it take, in which order?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pikepdf

from eakte.model.findings import Flag, Kind, PageText, TextSource
from eakte.processing.limits import Confinement, Limits
from eakte.processing.steps import images, opening, plain_text
from eakte.processing.steps.archival import Leaf, NoReadingCopy, pack, write_reading_copy
from eakte.processing.steps.identify import Identity, identify
from eakte.processing.steps.office import CannotConvert, convert
from eakte.processing.steps.office_inspection import inspect
from eakte.processing.steps.plane import Plane
from eakte.processing.steps.reading import Read, read_page, write_preview
from eakte.processing.steps.recognition import Tesseract
from eakte.processing.steps.second_way import recognise_by_ocrmypdf
from eakte.processing.steps.sheets import Facts, Plan, Sheets, UnreadablePage
from eakte.processing.steps.text_layer import drawn

WORKING, TARGET = "working.pdf", "searchable.pdf"
IN_FLIGHT = 2


class Tell(Protocol):
    """What the steps say while they work; each call is a message to the parent."""

    def look(self, identity: Identity, *, pages: int | None, code: str | None) -> None:
        """What the document is."""

    def progress(self, step: str, done: int, of: int) -> None:
        """How far a step has come."""

    def page(self, page: PageText) -> None:
        """The text of a page."""

    def note(self, code: str, pages: tuple[int, ...] = ()) -> None:
        """A problem, with the pages it concerns."""


@dataclass
class Made:
    """What lies in the folder at the end."""

    has_pdf: bool = False
    previews: int = 0
    flags: set[Flag] = field(default_factory=set)


def preview_name(number: int) -> str:
    """The name of the preview of a page, counted from 1."""
    return f"preview-{number:05d}.webp"


def look(path: Path, *, name: str, limits: Limits, tell: Tell) -> Identity:
    """Say what a document is and how many pages it has; nothing is decoded."""
    identity = identify(path, name=name)
    pages: int | None = None
    code = identity.code
    tell.look(identity, pages=None, code=code)  # stands if the counting does not end in time
    try:
        if identity.kind is Kind.PDF:
            pages = opening.count_pages(path, most=limits.max_pages)
        elif identity.kind is Kind.IMAGE:
            pages = images.count_frames(path, most=limits.max_pages, pixels=limits.pixels)
    except (opening.CannotOpen, images.BadImage) as error:
        code = error.code
    tell.look(identity, pages=pages, code=code)
    return identity


def work_through(path: Path, *, name: str, folder: Path, limits: Limits, tell: Tell) -> Made:
    """Make everything that can be made of the document, in ``folder``."""
    tell.progress("look", 0, 1)
    identity = look(path, name=name, limits=limits, tell=tell)
    tell.progress("look", 1, 1)
    if identity.code is not None:
        tell.note(identity.code)
        return Made()
    if identity.kind is Kind.SIGNATURE:
        return Made()  # nothing to read: its check is a job of its own child
    if identity.kind is Kind.TEXT:
        return _text(path, folder=folder, limits=limits, tell=tell)
    made = Made()
    working = folder / WORKING
    if identity.kind is Kind.OFFICE:
        written = _office(path, identity, folder=folder, limits=limits, tell=tell, made=made)
        if written is None:
            return made
        path = written
    try:
        if identity.kind is Kind.IMAGE:
            wrapped = images.wrap(path, working, most=limits.max_pages, pixels=limits.pixels)
            pages, codes = wrapped.pages, wrapped.codes
        else:
            opened = opening.make_safe_copy(
                path, working, most_pages=limits.max_pages, pixels=limits.pixels
            )
            pages, codes = opened.pages, opened.codes
            made.flags.update(opened.flags)
    except (opening.CannotOpen, images.BadImage) as error:
        if error.code == "encrypted":
            made.flags.add(Flag.ENCRYPTED)
        tell.note(error.code)
        return made
    for code in codes:
        tell.note(code)
    return _read_and_bind(working, pages, folder=folder, limits=limits, tell=tell, made=made)


def _office(
    path: Path, identity: Identity, *, folder: Path, limits: Limits, tell: Tell, made: Made
) -> Path | None:
    """Tell what an office document carries and write it as PDF; None when that cannot be."""
    inspected = inspect(path)
    made.flags.update(inspected.flags)
    for code in inspected.codes:
        tell.note(code)
    if inspected.locked:
        made.flags.add(Flag.ENCRYPTED)
        tell.note("encrypted-office")
        return None
    if limits.sandbox is not Confinement.BWRAP:
        # So large a program is not let near foreign documents while it can reach the network.
        tell.note("office-unconfined")
        return None
    tell.progress("convert", 0, 1)
    try:
        written = convert(path, folder, media_type=identity.media_type, limits=limits)
    except CannotConvert as error:
        tell.note(error.code)
        return None
    tell.progress("convert", 1, 1)
    return written


def _read_and_bind(
    working: Path, pages: int, *, folder: Path, limits: Limits, tell: Tell, made: Made
) -> Made:
    try:
        with Sheets(working, pixels=limits.pixels) as sheets:
            leaves = _read(sheets, pages, folder=folder, limits=limits, tell=tell)
            made.previews = len(leaves)
            made.has_pdf = _bind(
                working, leaves, sheets=sheets, folder=folder, limits=limits, tell=tell
            )
    except UnreadablePage:
        tell.note("damaged")
    tell.progress("preview", made.previews, max(made.previews, 1))
    return made


def _read(sheets: Sheets, pages: int, *, folder: Path, limits: Limits, tell: Tell) -> list[Leaf]:
    """Read all pages, several at a time, and tell them in order."""
    tesseract = Tesseract(limits.ocr_language, limits.page_seconds)
    troubled: dict[str, list[int]] = {}
    leaves: list[Leaf] = []

    def read(number: int) -> Read:
        preview = folder / preview_name(number + 1)
        return read_page(sheets, number, tesseract=tesseract, preview=preview)

    tell.progress("recognise", 0, pages)
    for number, result in enumerate(_in_order(read, pages, jobs=limits.jobs)):
        if result.code:
            troubled.setdefault(result.code, []).append(number + 1)
        leaves.append(result.leaf)
        tell.page(result.text)
        tell.progress("recognise", number + 1, pages)
    for code, numbers in troubled.items():
        tell.note(code, tuple(numbers))
    return leaves


def _in_order(read: Callable[[int], Read], pages: int, *, jobs: int) -> Iterator[Read]:
    """The results of pages 0, 1, 2 …; never more at work than the jobs can take."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting: list[Future[Read]] = []
        for number in range(pages):
            waiting.append(pool.submit(read, number))
            if len(waiting) >= jobs * IN_FLIGHT:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _bind(
    working: Path,
    leaves: list[Leaf],
    *,
    sheets: Sheets,
    folder: Path,
    limits: Limits,
    tell: Tell,
) -> bool:
    """Write the reading copy; whether there is one now."""
    tell.progress("assemble", 0, len(leaves))
    try:
        pictures = write_reading_copy(
            working,
            folder / TARGET,
            leaves=leaves,
            sheets=sheets,
            assembled=lambda done: tell.progress("assemble", done, len(leaves)),
        )
    except (NoReadingCopy, pikepdf.PdfError, ValueError, TypeError, KeyError, OSError):
        found = recognise_by_ocrmypdf(
            working,
            folder / TARGET,
            language=limits.ocr_language,
            jobs=limits.jobs,
            seconds=2 * limits.page_seconds,
        )
        if not found:
            tell.note("no-reading-copy")
        return found
    if pictures:
        tell.note("pages-as-pictures", pictures)
    return True


def _text(path: Path, *, folder: Path, limits: Limits, tell: Tell) -> Made:
    pages = plain_text.paginate(plain_text.read_text(path), most=limits.max_pages)
    if pages is None:
        tell.note("too-many-pages")
        return Made()
    small = plain_text.draw_pages(pages, folder / WORKING)
    leaves: list[Leaf] = []
    width, height = plain_text.WIDTH * 72 / plain_text.DPI, plain_text.HEIGHT * 72 / plain_text.DPI
    facts = Facts(width, height, 0, Plan.KEEP, "", None, (0, 0, width, height))
    for number, (page, picture) in enumerate(zip(pages, small, strict=True), start=1):
        source = TextSource.BORN_DIGITAL if page.text else TextSource.NONE
        tell.page(PageText(number, page.text, source, None, round(width, 2), round(height, 2)))
        size = (plain_text.WIDTH, plain_text.HEIGHT)
        leaves.append(Leaf(facts, pack(drawn(page.lines)), Plane(), size))
        write_preview(picture, folder / preview_name(number))
    with Sheets(folder / WORKING, pixels=limits.pixels) as sheets:
        has_pdf = _bind(
            folder / WORKING, leaves, sheets=sheets, folder=folder, limits=limits, tell=tell
        )
    tell.progress("preview", len(pages), len(pages))
    return Made(has_pdf, len(pages))
