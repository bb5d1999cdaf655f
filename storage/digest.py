"""What is the address of some bytes, and how is it found while they pass by?"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from storage.errors import DigestMismatch, SizeMismatch, TooLarge

CHUNK = 1 << 20  # large enough that system calls do not count, small enough to hold many at once

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Digest:
    """A SHA-256 as 64 lower-case hexadecimal digits (FIPS 180-4); any other text is a ValueError.

    Only what has passed here becomes part of a path or a key, so no name can lead elsewhere.
    """

    sha256: str

    def __post_init__(self) -> None:
        if not isinstance(self.sha256, str) or not _HEX.fullmatch(self.sha256):
            raise ValueError(
                f"{self.sha256!r:.80} ist kein SHA-256 in 64 kleinen Hexadezimalziffern."
            )

    def __str__(self) -> str:
        return self.sha256

    @classmethod
    def of(cls, content: bytes) -> "Digest":
        """Return the digest of bytes at hand."""
        return cls(hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept: its address and its size in bytes."""

    digest: Digest
    size: int


def copy_hashing(
    stream: BinaryIO,
    write: Callable[[bytes], object],
    *,
    limit: int | None,
    expected: Digest | None,
    expected_size: int | None,
) -> Stored:
    """Hand the stream to `write` piece by piece and return what has passed.

    Raises TooLarge, SizeMismatch or DigestMismatch; a stream that is too long is not read to its
    end. What the stream itself raises passes through unchanged.
    """
    if limit is not None and expected_size is not None and expected_size > limit:
        raise TooLarge(limit)
    sha256 = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            raise TooLarge(limit)
        if expected_size is not None and size > expected_size:
            raise SizeMismatch(expected_size, size)
        sha256.update(chunk)
        write(chunk)
    if expected_size is not None and size != expected_size:
        raise SizeMismatch(expected_size, size)
    actual = Digest(sha256.hexdigest())
    if expected is not None and actual != expected:
        raise DigestMismatch(expected, actual)
    return Stored(actual, size)
