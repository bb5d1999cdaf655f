"""From a document's bytes to its products: which steps does it take, in which order?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

import pikepdf

from eakte.interchange.xjustiz.package import Broken, Package, TooMuch, take_out
from eakte.interchange.xjustiz.sheet import written_out
from eakte.model.findings import CourtHead, Flag, Kind, PageText, TextSource
from eakte.processing.limits import Confinement, Limits
from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps import court, images, opening, plain_text
from eakte.processing.steps.archival import Leaf, NoReadingCopy, pack, write_reading_copy
from eakte.processing.steps.identify import Identity, called_message, identify
from eakte.processing.steps.mail.message import Mail
from eakte.processing.steps.mail.opening import Opened as Message
from eakte.processing.steps.mail.opening import open_message, print_message, text_of
from eakte.processing.steps.office import CannotConvert, convert
from eakte.processing.steps.office_inspection import inspect
from eakte.processing.steps.plane import Plane
from eakte.processing.steps.reading import Read, read_page, write_preview
from eakte.processing.steps.recognition import Tesseract
from eakte.processing.steps.second_way import recognise_by_ocrmypdf
from eakte.processing.steps.sheets import Facts, Plan, Sheets, UnreadablePage
from eakte.processing.steps.text_layer import drawn

WORKING, TARGET, SHEET = "working.pdf", "searchable.pdf", "sheet.txt"
IN_FLIGHT = 2


class Tell(Protocol):
    """What the steps say while they work; each call is a message to the parent."""

    def look(
        self,
        identity: Identity,
        *,
        pages: int | None,
        code: str | None,
        names: tuple[str, ...] = (),
    ) -> None:
        """What the document is; ``names`` belong to the problem of that code."""

    def progress(self, step: str, done: int, of: int) -> None:
        """How far a step has come."""

    def page(self, page: PageText) -> None:
        """The text of a page."""

    def note(
        self,
        code: str,
        pages: tuple[int, ...] = (),
        *,
        count: int = 1,
        names: tuple[str, ...] = (),
    ) -> None:
        """A problem, with the pages it concerns, how often it was met, or what is named in it."""

    def head(self, mail: Mail) -> None:
        """What a message says of itself."""

    def enclosure(
        self,
        name: str,
        identity: Identity,
        *,
        inline: bool,
        title: str = "",
        written_on: date | None = None,
        sender: str = "",
    ) -> None:
        """What lies in a message, in the order of the written enclosures."""

    def court(self, head: CourtHead) -> None:
        """What a message from a court says of itself."""


@dataclass
class Made:
    """What lies in the folder at the end."""

    has_pdf: bool = False
    previews: int = 0
    enclosures: int = 0
    flags: set[Flag] = field(default_factory=set)


def preview_name(number: int) -> str:
    """The name of the preview of a page, counted from 1."""
    return f"preview-{number:05d}.webp"


def enclosure_name(number: int) -> str:
    """The name of what lies in a message, counted from 1."""
    return f"enclosure-{number:05d}"


def look(path: Path, *, name: str, limits: Limits, tell: Tell) -> Identity:
    """Say what a document is and how many pages it has; nothing is decoded."""
    identity = identify(path, name=name)
    if identity.kind is Kind.COURT:
        return _look_at_message(path, identity, tell=tell)
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


def _look_at_message(path: Path, identity: Identity, *, tell: Tell) -> Identity:
    try:
        codes = court.codes_of(court.read(path, identity))
    except TooMuch:
        identity = replace(identity, code="court-bounds", refused=True)
        codes = []
    except Broken:
        identity = replace(identity, code="damaged")
        codes = []
    code, names = codes[0] if codes else (identity.code, ())
    tell.look(identity, pages=None, code=code, names=names)
    return identity


def work_through(path: Path, *, name: str, folder: Path, limits: Limits, tell: Tell) -> Made:
    """Make everything that can be made of the document, in ``folder``."""
    tell.progress("look", 0, 1)
    identity = look(path, name=name, limits=limits, tell=tell)
    tell.progress("look", 1, 1)
    if identity.code is not None:
        # An archive is refused at the door, so this one came in a message.
        tell.note("kept-archive" if identity.kind is Kind.ARCHIVE else identity.code)
        return Made()
    if identity.kind is Kind.MAIL:
        return _mail(path, identity, folder=folder, limits=limits, tell=tell)
    if identity.kind is Kind.COURT:
        package = court.read(path, identity)
        return _message(package, path, folder=folder, limits=limits, tell=tell)
    if identity.kind is Kind.SIGNATURE:
        return Made()  # nothing to read: its check is a job of its own child
    if identity.kind is Kind.TEXT:
        if called_message(name):
            tell.note("not-a-message")
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


def _message(package: Package, path: Path, *, folder: Path, limits: Limits, tell: Tell) -> Made:
    """A message from a court: its own page, and what lies in it."""
    courts = court.known_courts(folder)
    targets = [folder / enclosure_name(one) for one in range(1, len(package.enclosed) + 1)]
    try:
        take_out(path, package.enclosed, iter(targets))
    except Broken:
        tell.note("damaged")
        return Made()
    tell.court(court.head_of(package, courts))
    for one, target in zip(package.enclosed, targets, strict=True):
        tell.enclosure(
            one.entry.name,
            identify(target, name=one.entry.name),
            inline=False,
            title=one.title,
            written_on=one.written_on,
            sender=one.sender,
        )
    for code, names in court.codes_of(package):
        tell.note(code, names=names)
    sheet = path
    # One that cannot be read and came alone shows its own text.
    if package.message is not None or package.enclosed:
        sheet = folder / SHEET
        sheet.write_text(written_out(package, courts), encoding="utf-8", errors="replace")
    made = _text(sheet, folder=folder, limits=limits, tell=tell)
    made.enclosures = len(package.enclosed)
    return made


def _mail(path: Path, identity: Identity, *, folder: Path, limits: Limits, tell: Tell) -> Made:
    opened = open_message(path, media_type=identity.media_type, folder=folder)
    tell.head(opened.mail)
    for number, one in enumerate(opened.mail.enclosed, start=1):
        enclosed = folder / enclosure_name(number)
        enclosed.write_bytes(one.content)
        tell.enclosure(one.name, identify(enclosed, name=one.name), inline=one.inline)
    for code, count in sorted(opened.mail.found.items()):
        if count:
            tell.note(code, count=count)
    made = _printed(opened, folder=folder, limits=limits, tell=tell)
    made.enclosures = len(opened.mail.enclosed)
    return made


def _printed(opened: Message, *, folder: Path, limits: Limits, tell: Tell) -> Made:
    """The reading copy of a message: printed as it looks, else its words alone."""
    printed = print_message(opened, folder=folder, seconds=limits.page_seconds)
    working = folder / WORKING
    if printed is not None:
        try:
            safe = opening.make_safe_copy(
                printed, working, most_pages=limits.max_pages, pixels=limits.pixels
            )
            return _read_and_bind(
                working, safe.pages, folder=folder, limits=limits, tell=tell, made=Made()
            )
        except opening.CannotOpen:
            working.unlink(missing_ok=True)
    tell.note("mail-as-text")
    plain = folder / "message.txt"
    plain.write_text(text_of(opened), encoding="utf-8", errors="replace")
    return _text(plain, folder=folder, limits=limits, tell=tell)


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
    tesseract = Tesseract(
        limits.ocr_language,
        limits.page_seconds,
        halves=2 * pages <= limits.jobs,
        lanes=threading.Semaphore(limits.jobs),
    )
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
    """The results of pages 0, 1, 2 …; one more is at work than there are jobs for recognition."""
    with ThreadPoolExecutor(jobs + 1) as pool:
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
    except (NoReadingCopy, pikepdf.PdfError, ValueError, TypeError, KeyError, OSError) as error:
        must_not_be_to_blame(error)
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
