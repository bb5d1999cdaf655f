"""What does every store promise, wherever it keeps the bytes?"""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from storage.digest import Digest, Stored, copy_hashing


class StoreKind(Enum):
    """Where the bytes are."""

    DIRECTORY = "directory"
    BUCKET = "bucket"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing; `stored_at` is aware UTC."""

    digest: Digest
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a probe has found out by trying; `free_bytes` is None where nobody can tell."""

    kind: StoreKind
    reachable: bool
    versioning: bool
    object_lock: bool
    free_bytes: int | None


class Store(ABC):
    """Content under its SHA-256: what `put` returned, `open` gives back unchanged, or says so.

    Every method may raise StoreUnreachable, within about ten seconds, and works again by itself
    once the fault has ended. A store may be shared by threads; several processes may use one place.
    """

    @abstractmethod
    def put(
        self,
        stream: BinaryIO,
        *,
        limit: int | None = None,
        expected: Digest | None = None,
        expected_size: int | None = None,
    ) -> Stored:
        """Keep the stream's bytes from where it stands to its end.

        When it returns, the bytes are durable and have been read back. The same bytes again are
        the same object; its `stored_at` may move forward. Raises TooLarge beyond `limit` bytes,
        SizeMismatch or DigestMismatch when the announcement was wrong, StoreFull without room;
        then nothing new is kept. What the stream raises passes through, with no residue either.
        """

    @abstractmethod
    def open(self, digest: Digest) -> BinaryIO:
        """Return all bytes in order, to be closed by the caller; it cannot seek.

        Raises ObjectMissing here; ObjectCorrupt in place of the last bytes when they differ.
        """

    @abstractmethod
    def open_range(self, digest: Digest, *, start: int, length: int) -> BinaryIO:
        """Return at most `length` bytes from `start` on, fewer at the end; not verified.

        Raises ObjectMissing, and ValueError for a negative number.
        """

    @abstractmethod
    def size(self, digest: Digest) -> int:
        """Return the size in bytes; raises ObjectMissing."""

    @abstractmethod
    def exists(self, digest: Digest) -> bool:
        """Tell whether something is kept under the digest; its bytes are not looked at."""

    @abstractmethod
    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> None:
        """Remove the object in all its versions; what is gone is no error.

        With `stored_before`, an object that was put again at or after that instant stays: for a
        sweep that decided on an older listing. Raises ObjectLocked.
        """

    @abstractmethod
    def listing(self) -> Iterator[Listed]:
        """Yield every complete object once, in no promised order; never anything half done."""

    @abstractmethod
    def sweep(self, *, older_than: timedelta) -> int:
        """Remove what broken puts left more than `older_than` ago and return how many it was.

        Objects are never touched. Choose a time longer than the longest upload.
        """

    @abstractmethod
    def probe(self) -> StoreFacts:
        """Find out by trying what the store can do, and make its place when there is none yet."""

    def copy_to(self, digest: Digest, path: Path) -> Stored:
        """Copy the verified bytes to `path`, which is complete or absent, and replaced if there.

        Raises ObjectMissing or ObjectCorrupt; an OSError of the target passes through. A working
        copy: it is not forced to disk.
        """
        partial = path.with_name(f".{uuid4().hex}.part")
        try:
            new = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(new, "wb") as target, self.open(digest) as source:
                stored = copy_hashing(
                    source, target.write, limit=None, expected=digest, expected_size=None
                )
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return stored
