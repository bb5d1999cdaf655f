"""How does a store behave that a test can fill, damage and take away?"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import BinaryIO

from storage.digest import Digest, Stored, copy_hashing
from storage.errors import ObjectCorrupt, ObjectMissing, StoreFull, StoreUnreachable
from storage.store import Listed, Store, StoreFacts, StoreKind
from storage.stream import outgoing


class MemoryStore(Store):
    """A dict of bytes, gone with the process: for tests.

    `capacity` is the number of bytes that fit. While `reachable` is False, every call raises
    StoreUnreachable. `tamper` puts wrong bytes under a right address.
    """

    def __init__(self, *, capacity: int | None = None) -> None:
        self.reachable = True
        self._capacity = capacity
        self._kept: dict[Digest, tuple[bytes, Listed]] = {}
        self._guard = threading.Lock()

    def put(
        self,
        stream: BinaryIO,
        *,
        limit: int | None = None,
        expected: Digest | None = None,
        expected_size: int | None = None,
    ) -> Stored:
        """See Store.put; read back means: the dict holds it."""
        self._require_reachable()
        spool = BytesIO()
        stored = copy_hashing(
            stream, spool.write, limit=limit, expected=expected, expected_size=expected_size
        )
        self._require_reachable()
        with self._guard:
            if stored.digest not in self._kept:
                self._require_room(stored.size)
            listed = Listed(stored.digest, stored.size, datetime.now(UTC))
            self._kept[stored.digest] = (spool.getvalue(), listed)
        return stored

    def open(self, digest: Digest) -> BinaryIO:
        """See Store.open."""
        content = self._content(digest)
        return outgoing(
            BytesIO(content).readinto,
            length=len(content),
            close=lambda: None,
            cut_short=lambda: ObjectCorrupt(digest),
            digest=digest,
        )

    def open_range(self, digest: Digest, *, start: int, length: int) -> BinaryIO:
        """See Store.open_range."""
        if start < 0 or length < 0:
            raise ValueError("Anfang und Länge eines Ausschnitts sind nie negativ.")
        return BytesIO(self._content(digest)[start : start + length])

    def size(self, digest: Digest) -> int:
        """See Store.size."""
        return len(self._content(digest))

    def exists(self, digest: Digest) -> bool:
        """See Store.exists."""
        self._require_reachable()
        return digest in self._kept

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> None:
        """See Store.delete."""
        self._require_reachable()
        with self._guard:
            _, listed = self._kept.get(digest, (b"", None))
            if listed and (stored_before is None or listed.stored_at < stored_before):
                del self._kept[digest]

    def listing(self) -> Iterator[Listed]:
        """See Store.listing."""
        self._require_reachable()
        with self._guard:
            everything = [listed for _, listed in self._kept.values()]
        return iter(everything)

    def sweep(self, *, older_than: timedelta) -> int:
        """Nothing half done is ever kept here."""
        self._require_reachable()
        return 0

    def probe(self) -> StoreFacts:
        """See Store.probe."""
        self._require_reachable()
        free = None if self._capacity is None else self._capacity - self._used()
        return StoreFacts(
            StoreKind.MEMORY, reachable=True, versioning=False, object_lock=False, free_bytes=free
        )

    def tamper(self, digest: Digest, content: bytes) -> None:
        """Put these bytes in the place of the right ones, as a rotten disk would."""
        with self._guard:
            _, listed = self._kept[digest]
            self._kept[digest] = (content, replace(listed, size=len(content)))

    def _content(self, digest: Digest) -> bytes:
        self._require_reachable()
        try:
            return self._kept[digest][0]
        except KeyError:
            raise ObjectMissing(digest) from None

    def _used(self) -> int:
        return sum(listed.size for _, listed in self._kept.values())

    def _require_room(self, size: int) -> None:
        if self._capacity is not None and self._used() + size > self._capacity:
            raise StoreFull(f"{self._capacity} Bytes")

    def _require_reachable(self) -> None:
        if not self.reachable:
            raise StoreUnreachable("abgeschaltet")
