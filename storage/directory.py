"""How are bytes kept in a folder so that a crash, a full disk or a race never shows?"""

import fcntl
import hashlib
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from storage.digest import Digest, Stored, copy_hashing
from storage.disk import disk_errors_named
from storage.errors import ObjectCorrupt, ObjectMissing, StoreFull, StoreUnreachable
from storage.store import Listed, Store, StoreFacts, StoreKind
from storage.stream import outgoing

RESERVE = 128 << 20  # bytes that stay free for the database on the same disk

_SHARDS = [f"{number:02x}" for number in range(256)]
_PARTIAL = ".part"


class DirectoryStore(Store):
    """A folder: `ab/abcd…` for what is kept, `.incoming` on the same file system for what comes.

    write -> fsync -> read back -> rename -> fsync of the folder; only then `put` returns. Folders
    have mode 0700, objects 0400. Nothing is touched before the first call; from then on a folder
    that disappears (a disk not mounted) is a fault and is never silently made anew.
    """

    def __init__(self, root: Path, *, reserve: int = RESERVE) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._lock = root / ".lock"
        self._reserve = reserve
        self._prepared = False
        self._guard = threading.Lock()

    def put(
        self,
        stream: BinaryIO,
        *,
        limit: int | None = None,
        expected: Digest | None = None,
        expected_size: int | None = None,
    ) -> Stored:
        """See Store.put.

        Read back means: the file is opened anew and hashed before it gets its name. That proves
        what the file system holds; the disk's own surface is the business of the fixity run, as
        these bytes may come from the page cache. The same bytes again replace the object, which
        renews its time and heals it when it had rotted.
        """
        self._prepare()
        self._require_room(expected_size or 0)
        partial = self._incoming / f"{uuid4().hex}{_PARTIAL}"
        try:
            stored = self._receive(
                partial, stream, limit=limit, expected=expected, expected_size=expected_size
            )
            _read_back(partial, stored)
            self._place(partial, stored.digest)
        finally:
            with suppress(OSError):  # the fault on its way out matters more; sweep takes the rest
                partial.unlink(missing_ok=True)
        return stored

    def open(self, digest: Digest) -> BinaryIO:
        """See Store.open."""
        return self._outgoing(self._open(digest), digest, start=0, length=None)

    def open_range(self, digest: Digest, *, start: int, length: int) -> BinaryIO:
        """See Store.open_range."""
        if start < 0 or length < 0:
            raise ValueError("Anfang und Länge eines Ausschnitts sind nie negativ.")
        return self._outgoing(self._open(digest), digest, start=start, length=length)

    def size(self, digest: Digest) -> int:
        """See Store.size."""
        with disk_errors_named():
            try:
                return self._path(digest).stat().st_size
            except FileNotFoundError:
                raise self._absent(digest) from None

    def exists(self, digest: Digest) -> bool:
        """See Store.exists."""
        try:
            self.size(digest)
        except ObjectMissing:
            return False
        return True

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> None:
        """See Store.delete; that it is gone is on disk before this returns."""
        self._prepare()
        path = self._path(digest)
        with disk_errors_named(), self._locked(fcntl.LOCK_EX):
            try:
                if stored_before is None or _instant(path.stat()) < stored_before:
                    path.unlink()
                    _sync_folder(path.parent)
            except FileNotFoundError:
                self._require_place()

    def listing(self) -> Iterator[Listed]:
        """See Store.listing."""
        self._prepare()
        for shard in _SHARDS:
            with disk_errors_named():
                page = list(self._listed(shard))
            yield from page

    def sweep(self, *, older_than: timedelta) -> int:
        """See Store.sweep; the age counts from the last byte that came."""
        self._prepare()
        before = time.time() - older_than.total_seconds()
        swept = 0
        with disk_errors_named():
            for path in self._incoming.glob(f"*{_PARTIAL}"):
                with suppress(FileNotFoundError):  # its put ended meanwhile
                    if path.lstat().st_mtime < before:
                        path.unlink()
                        swept += 1
        return swept

    def probe(self) -> StoreFacts:
        """See Store.probe; a byte is written and forced to disk to see that it can be done."""
        self._prepare()
        trial = self._incoming / f"{uuid4().hex}{_PARTIAL}"
        with disk_errors_named():
            try:
                _write_new(trial, b"?")
                free = max(0, self._free() - self._reserve)
            finally:
                trial.unlink(missing_ok=True)
        return StoreFacts(
            StoreKind.DIRECTORY,
            reachable=True,
            versioning=False,
            object_lock=False,
            free_bytes=free,
        )

    def _prepare(self) -> None:
        """Make all folders, once in the life of this store, and force their names to disk.

        All at once, because a folder made later by one process could be used by another before
        its name is on disk.
        """
        if self._prepared:
            return
        with self._guard, disk_errors_named():
            new = [folder for folder in (self._root, *self._root.parents) if not folder.exists()]
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in (self._incoming.name, *_SHARDS):
                (self._root / name).mkdir(mode=0o700, exist_ok=True)
            for folder in (self._root, *(made.parent for made in new)):
                _sync_folder(folder)
            self._prepared = True

    def _receive(
        self,
        partial: Path,
        stream: BinaryIO,
        *,
        limit: int | None,
        expected: Digest | None,
        expected_size: int | None,
    ) -> Stored:
        with disk_errors_named():
            target = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

        def write(chunk: bytes) -> None:
            self._require_room(len(chunk))
            with disk_errors_named():
                _write_all(target, chunk)

        try:
            stored = copy_hashing(
                stream, write, limit=limit, expected=expected, expected_size=expected_size
            )
            with disk_errors_named():
                os.fchmod(target, 0o400)
                os.fsync(target)  # after an error the pages are lost: never a second try
        finally:
            with disk_errors_named():
                os.close(target)
        return stored

    def _place(self, partial: Path, digest: Digest) -> None:
        path = self._path(digest)
        with disk_errors_named():
            with self._locked(fcntl.LOCK_SH):
                partial.replace(path)
            _sync_folder(path.parent)

    def _path(self, digest: Digest) -> Path:
        return self._root / digest.sha256[:2] / digest.sha256

    def _open(self, digest: Digest) -> io.FileIO:
        with disk_errors_named():
            try:
                return io.FileIO(self._path(digest))
            except FileNotFoundError:
                raise self._absent(digest) from None

    def _outgoing(
        self, source: io.FileIO, digest: Digest, *, start: int, length: int | None
    ) -> BinaryIO:
        def fill(view: memoryview) -> int:
            with disk_errors_named():
                return source.readinto(view) or 0

        with disk_errors_named():
            left = max(0, os.fstat(source.fileno()).st_size - start)
            source.seek(start)
        return outgoing(
            fill,
            length=left if length is None else min(left, length),
            close=source.close,
            cut_short=lambda: ObjectCorrupt(digest),
            digest=digest if length is None else None,
        )

    def _absent(self, digest: Digest) -> ObjectMissing:
        self._require_place()
        return ObjectMissing(digest)

    def _require_place(self) -> None:
        if self._prepared and not self._incoming.is_dir():
            raise StoreUnreachable(f"{self._root} fehlt")

    def _require_room(self, size: int) -> None:
        with disk_errors_named():
            free = self._free()
        if free - size < self._reserve:
            raise StoreFull(f"{free} Bytes frei, {self._reserve} davon Reserve")

    def _free(self) -> int:
        system = os.statvfs(self._root)
        return system.f_bavail * system.f_frsize

    def _listed(self, shard: str) -> Iterator[Listed]:
        with os.scandir(self._root / shard) as entries:
            for entry in entries:
                with suppress(ValueError, FileNotFoundError):  # a stranger's file; just deleted
                    digest = Digest(entry.name)
                    if entry.name.startswith(shard) and entry.is_file(follow_symlinks=False):
                        facts = entry.stat(follow_symlinks=False)
                        yield Listed(digest, facts.st_size, _instant(facts))

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Keep renaming and deleting apart, so that no delete takes what was just put again."""
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)


def _read_back(path: Path, stored: Stored) -> None:
    with disk_errors_named(), path.open("rb", buffering=0) as kept:
        found = hashlib.file_digest(kept, "sha256").hexdigest()
        size = kept.tell()
    if (found, size) != (stored.digest.sha256, stored.size):
        raise ObjectCorrupt(stored.digest)


def _write_new(path: Path, content: bytes) -> None:
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _write_all(target, content)
        os.fsync(target)
    finally:
        os.close(target)


def _write_all(target: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:  # a disk that is nearly full takes a part first and complains at the next call
        rest = rest[os.write(target, rest) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _instant(facts: os.stat_result) -> datetime:
    return datetime.fromtimestamp(facts.st_mtime, UTC)
