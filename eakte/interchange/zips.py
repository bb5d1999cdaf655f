"""How does a ZIP come in without harming us, and go out so that nobody has to doubt it?"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from eakte.interchange.faults import BadPackage, Fault, fault

PIECE = 1024 * 1024
UTF8_NAME, ENCRYPTED = 0x800, 0x1
SYMLINK, KIND_OF_ENTRY = 0o120000, 0o170000
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What an entry of the directory takes at most: 46 bytes and a name, as short as standards want it.
ENTRY_IN_DIRECTORY = 320
# The end of a ZIP, where its directory is named, with the longest comment.
END = 70_000
# A small text may well shrink to nothing; it does no harm.
HARMLESS = 1024 * 1024
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
DRIVE = re.compile(r"^[A-Za-z]:")
MOST_NAMED = 20
# What the standard library says of a ZIP whose parts do not fit together.
BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, ValueError, EOFError),
    *(NotImplementedError, OverflowError),
)


@dataclass(frozen=True)
class Limits:
    """How much one package may hold; sizes in bytes, ``ratio`` is unpacked to packed."""

    entries: int = 50_000
    one: int = 2 * 1024**3
    total: int = 16 * 1024**3
    ratio: int = 200


@dataclass(frozen=True)
class Written:
    """What lies in a package that was written: the name, the size and the SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Outgoing:
    """A content that shall go into a package; ``sha256`` is what the house knows it by."""

    name: str
    open: Callable[[], IO[bytes]]
    sha256: str = ""


def _damaged(name: str) -> BadPackage:
    return BadPackage(
        [fault("damaged", "Der Eintrag „%(name)s“ ist beschädigt.", name=name, about=name)]
    )


class _Bounded:
    """A stream that refuses to read a directory longer than any that is ever sent.

    The standard library reads the directory of a ZIP in one go, however long it says it is.
    """

    def __init__(self, stream: BinaryIO, longest: int) -> None:
        self._stream, self._longest = stream, longest

    def read(self, count: int = -1) -> bytes:
        piece = self._stream.read(self._longest + 1 if count < 0 else min(count, self._longest + 1))
        if len(piece) > self._longest:
            raise BadPackage([_too_many()])
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True


def _too_many() -> Fault:
    return fault("too-many-entries", "Das ZIP enthält mehr Einträge, als ein Paket haben darf.")


class Package:
    """An opened ZIP whose entries were all looked at; nothing of it was unpacked yet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {entry.filename: entry for entry in archive.infolist()}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all entries in the order of the directory."""
        return tuple(self._entries)

    def size(self, name: str) -> int:
        """Return how many bytes an entry has unpacked; no more than that are ever read."""
        return self._entries[name].file_size

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open an entry; its check sum is compared at its end.

        Raises:
            BadPackage: while reading, if the entry is damaged or hides another one.
        """
        try:
            stream = self._archive.open(self._entries[name])
        except BROKEN as error:
            raise _damaged(name) from error
        with stream:
            try:
                yield stream
            except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                raise _damaged(name) from error

    def digest(self, name: str) -> str:
        """Return the SHA-256 of an entry in hex, read piece by piece."""
        digest = hashlib.sha256()
        with self.open(name) as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()


@contextmanager
def opened(stream: BinaryIO, *, limits: Limits | None = None) -> Iterator[Package]:
    """Open a ZIP for reading, once everything its directory says has been looked at.

    The entries lie flat: exchange standards know no folders (xdomea, XJustiz).

    Raises:
        BadPackage: it is no ZIP, or has any of the faults that ``looked_at`` names.
    """
    limits = limits or Limits()
    longest = max(END, limits.entries * ENTRY_IN_DIRECTORY)
    try:
        archive = zipfile.ZipFile(_Bounded(stream, longest))
    except BROKEN as error:
        raise BadPackage(
            [fault("no-zip", "Das Paket ist kein ZIP, oder es ist unvollständig angekommen.")]
        ) from error
    with archive:
        faults = looked_at(archive.infolist(), limits)
        if faults:
            raise BadPackage(faults)
        # The directory was short enough; a content may be read in pieces of any length.
        archive.fp = stream
        yield Package(archive)


def looked_at(entries: list[zipfile.ZipInfo], limits: Limits) -> list[Fault]:
    """Return every fault of the entries of a directory, at most twenty of a kind's names."""
    if len(entries) > limits.entries:
        return [_too_many()]
    faults: list[Fault] = []
    seen: set[str] = set()
    for entry in entries:
        faults += _of_name(entry)
        folded = unicodedata.normalize("NFC", entry.filename).casefold()
        if folded in seen:
            faults.append(
                _named("doubled-name", "Der Name „%(name)s“ kommt im ZIP doppelt vor.", entry)
            )
        seen.add(folded)
        faults += _of_size(entry, limits)
        if len(faults) > MOST_NAMED:
            break
    if sum(entry.file_size for entry in entries) > limits.total:
        faults.append(
            fault("too-large", "Ausgepackt wäre das ZIP größer, als ein Paket sein darf.")
        )
    return faults


def _named(kind: str, template: str, entry: zipfile.ZipInfo) -> Fault:
    name = entry.filename.encode("utf-8", "replace").decode("utf-8")[:120]
    return fault(kind, template, name=name, about=name)


def _of_name(entry: zipfile.ZipInfo) -> Iterator[Fault]:
    # ``orig_filename`` is what really stands there: the library cuts at a zero byte.
    name = entry.orig_filename
    if not entry.flag_bits & UTF8_NAME and not name.isascii():
        yield _named("name-not-utf8", "Der Name „%(name)s“ ist nicht in UTF-8 geschrieben.", entry)
    parts = re.split(r"[/\\]", name)
    if ".." in parts or name.startswith(("/", "\\")) or DRIVE.match(name):
        yield _named("name-leads-out", "Der Name „%(name)s“ führt aus dem Paket hinaus.", entry)
    elif len(parts) > 1:
        yield _named("folder", "„%(name)s“ liegt in einem Ordner; Pakete sind flach.", entry)
    if not name or any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in name):
        yield _named("name-unreadable", "Der Name „%(name)s“ enthält Steuerzeichen.", entry)
    if (entry.external_attr >> 16) & KIND_OF_ENTRY == SYMLINK:
        yield _named("link", "„%(name)s“ ist ein Verweis und kein Inhalt.", entry)
    if entry.flag_bits & ENCRYPTED:
        yield _named("encrypted", "„%(name)s“ ist mit einem Kennwort verschlüsselt.", entry)
    if entry.compress_type not in METHODS:
        yield _named("unknown-method", "„%(name)s“ ist auf unbekannte Weise gepackt.", entry)


def _of_size(entry: zipfile.ZipInfo, limits: Limits) -> Iterator[Fault]:
    if entry.file_size > limits.one:
        yield _named("too-large", "„%(name)s“ ist größer, als ein Inhalt sein darf.", entry)
    elif entry.file_size > HARMLESS + limits.ratio * entry.compress_size:
        yield _named("bomb", "„%(name)s“ wird beim Auspacken unglaubwürdig groß (Bombe).", entry)


def write(target: BinaryIO, contents: Iterable[Outgoing]) -> tuple[Written, ...]:
    """Write a ZIP and return what lies in it; the same contents give the same bytes.

    Every content is hashed on its way; memory stays at one piece whatever its size.

    Raises:
        BadPackage: a content is not what the house knows it as; what was written is no package.
    """
    written: list[Written] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for content in contents:
            entry = zipfile.ZipInfo(content.name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            digest, size = hashlib.sha256(), 0
            # The size is not known before; more than 4 GiB need the long form from the start.
            with content.open() as stream, archive.open(entry, "w", force_zip64=True) as into:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
                    into.write(piece)
            if content.sha256 and content.sha256 != digest.hexdigest():
                raise BadPackage(
                    [
                        fault(
                            "not-the-same-bytes",
                            "Der Inhalt „%(name)s“ ist nicht mehr der, der abgelegt wurde.",
                            name=content.name,
                            about=content.name,
                        )
                    ]
                )
            written.append(Written(content.name, size, digest.hexdigest()))
    return tuple(written)
