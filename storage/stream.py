"""How do bytes leave a store: in order, to the end, and checked on the way?"""

import hashlib
import io
from collections.abc import Callable
from typing import Any, BinaryIO

from storage.digest import CHUNK, Digest
from storage.errors import ObjectCorrupt, StorageError


class _Outgoing(io.RawIOBase):
    """Exactly `length` bytes of a source; with a digest, the last of them only if it agrees."""

    def __init__(
        self,
        fill: Callable[[memoryview], int],
        *,
        length: int,
        close: Callable[[], None],
        cut_short: Callable[[], StorageError],
        digest: Digest | None,
    ) -> None:
        super().__init__()
        self._fill = fill
        self._left = length
        self._close = close
        self._cut_short = cut_short
        self._digest = digest
        self._sha256 = hashlib.sha256()
        self._fault: StorageError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # Any: the buffer type has no name before 3.12
        if self._fault is not None:  # a reader that tries again must not take this for the end
            raise self._fault
        view = memoryview(buffer).cast("B")[: self._left]
        try:
            count = self._fill(view) if view else 0
            if view and count == 0:
                raise self._cut_short()
            self._left -= count
            self._check(view[:count])
        except StorageError as fault:
            self._fault = fault
            raise
        return count

    def _check(self, passed: memoryview) -> None:
        if self._digest is None:
            return
        self._sha256.update(passed)
        if self._left == 0 and self._sha256.hexdigest() != self._digest.sha256:
            raise ObjectCorrupt(self._digest)

    def close(self) -> None:
        if not self.closed:
            try:
                self._close()
            finally:
                super().close()


def outgoing(
    fill: Callable[[memoryview], int],
    *,
    length: int,
    close: Callable[[], None],
    cut_short: Callable[[], StorageError],
    digest: Digest | None = None,
) -> BinaryIO:
    """Return a sequential stream of exactly `length` bytes.

    `fill` writes into the view and returns how many bytes, 0 at its end; when that comes too early
    the stream raises what `cut_short` makes. With `digest`, the read that would give the last byte
    raises ObjectCorrupt instead when the whole differs: no reader ever holds all of a wrong object.
    """
    raw = _Outgoing(fill, length=length, close=close, cut_short=cut_short, digest=digest)
    return io.BufferedReader(raw, CHUNK)
