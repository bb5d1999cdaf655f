"""What lies in a delivery: which document is which, what is missing, what came beside it?

A delivery is a ZIP that holds the message and its documents in one folder, or the message alone.
"""

from __future__ import annotations

import contextlib
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from eakte.interchange.xjustiz.message import (
    MESSAGE,
    ORIGINAL,
    REPRESENTATION,
    ROLES,
    Message,
    Piece,
)
from eakte.interchange.xjustiz.reading import LARGEST, NotReadable, read_message

# ERVB 2025 allow 1,000 documents and 200 MB in a message; proofs and signatures come beside them.
MOST_STORED = 1200
LARGEST_DELIVERY = 1024 * 1024 * 1024
CHUNK = 1024 * 1024
UTF8_NAMES, LOCKED = 0x800, 0x1
# What zipfile raises at containers that are cut off, locked or lie about themselves.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError),
)


class TooMuch(ValueError):
    """More than any message may hold."""


class Broken(ValueError):
    """What lies in the container cannot be taken out of it."""


@dataclass(frozen=True)
class Entry:
    """Something in the container: how it is called there, and by its plain name."""

    inside: str
    name: str
    size: int


@dataclass(frozen=True)
class Enclosed:
    """Something that came with the message, in the order in which it is to be read."""

    entry: Entry
    title: str
    kind: str = ""
    written_on: date | None = None
    sender: str = ""


@dataclass(frozen=True)
class Package:
    """A delivery; ``message`` is None where what is called so could not be read as one."""

    message: Message | None
    enclosed: tuple[Enclosed, ...]
    missing: tuple[str, ...]


def is_package(path: Path) -> bool:
    """Say whether a ZIP is a delivery of this kind; never raises for any content."""
    with contextlib.suppress(*BROKEN), zipfile.ZipFile(path) as container:
        return _place_of_message(container) is not None
    return False


def read_package(path: Path) -> Package:
    """Return what a delivery holds.

    Raises:
        TooMuch: it holds more than any message may.
        Broken: the container cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as container:
            entries = _entries(container)
            xml = next(one for one in entries if one.name.casefold() == MESSAGE)
            if xml.size > LARGEST:
                raise TooMuch("the message")
            content = container.read(xml.inside)
    except (*BROKEN, StopIteration) as error:
        if isinstance(error, TooMuch):
            raise
        raise Broken(str(error)) from error
    return _package(content, entries, xml)


def read_alone(path: Path) -> Package:
    """Return what a message says that came without its documents."""
    with path.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    return _package(content, (), None)


def take_out(path: Path, enclosed: tuple[Enclosed, ...], targets: Iterator[Path]) -> None:
    """Write what is enclosed, bit by bit as it lies there, one target each.

    Raises:
        Broken: the container is damaged, or holds more than it says.
    """
    if not enclosed:
        return
    try:
        with zipfile.ZipFile(path) as container:
            for one, target in zip(enclosed, targets, strict=False):
                with container.open(one.entry.inside) as source, target.open("wb") as output:
                    left = one.entry.size
                    while chunk := source.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise Broken("more than it says")
                        output.write(chunk)
    except BROKEN as error:
        raise Broken(str(error)) from error


def _package(content: bytes, entries: tuple[Entry, ...], xml: Entry | None) -> Package:
    try:
        message = read_message(content)
    except NotReadable:
        message = None
    by_name = {_alike(one.name): one for one in entries if one is not xml}
    enclosed: dict[str, Enclosed] = {}
    missing: list[str] = []
    for piece in message.pieces if message else ():
        for stored in piece.stored:
            found = by_name.get(_alike(stored.name))
            if found is None:
                missing.append(stored.name)
            elif found.inside not in enclosed:
                enclosed[found.inside] = _enclosed(found, piece, stored.role)
    beside = [one for one in entries if one is not xml and one.inside not in enclosed]
    rest = (Enclosed(one, one.name) for one in sorted(beside, key=lambda one: one.name))
    # One that was read is shown by its page, and lies in the container as it came.
    own = (Enclosed(xml, "XJustiz-Nachricht"),) if xml and message is None else ()
    return Package(message, (*enclosed.values(), *rest, *own), tuple(dict.fromkeys(missing)))


def _enclosed(entry: Entry, piece: Piece, role: str) -> Enclosed:
    title = piece.title or PurePosixPath(entry.name).stem
    if role not in ("", ORIGINAL, REPRESENTATION):
        return Enclosed(entry, f"{title} – {ROLES.get(role, role)}")
    if role == REPRESENTATION and any(one.role == ORIGINAL for one in piece.stored):
        title = f"{title} – {ROLES[REPRESENTATION]}"
    return Enclosed(entry, title, piece.kind, piece.written_on, piece.sender)


def _entries(container: zipfile.ZipFile) -> tuple[Entry, ...]:
    """What lies in the folder of the message; what lies elsewhere comes along with it."""
    place = _place_of_message(container)
    if place is None:
        raise Broken("no message")
    found: dict[str, Entry] = {}
    total = 0
    for one in container.infolist():
        if one.is_dir():
            continue
        if one.flag_bits & LOCKED:
            raise Broken("locked")
        total += one.file_size
        if total > LARGEST_DELIVERY or len(found) >= MOST_STORED:
            raise TooMuch("the delivery")
        if one.file_size:
            found[one.filename] = Entry(one.filename, _plain(one), one.file_size)
    ordered = sorted(found.values(), key=lambda one: (one.inside != place, one.inside))
    return tuple(ordered)


def _place_of_message(container: zipfile.ZipFile) -> str | None:
    """Where the message lies: at the top, or in the one folder around everything."""
    named = [
        name
        for name in container.namelist()[: 4 * MOST_STORED]
        if PurePosixPath(name).name.casefold() == MESSAGE and name.count("/") <= 1
    ]
    return min(named, key=lambda name: (name.count("/"), name), default=None)


def _plain(one: zipfile.ZipInfo) -> str:
    """The last part of a name; old programs write umlauts without saying in which encoding."""
    name = one.filename
    if not one.flag_bits & UTF8_NAMES:
        raw = name.encode("cp437", "replace")
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode("utf-8")
    return PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
