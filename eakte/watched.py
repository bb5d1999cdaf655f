"""What lies in a folder that others write into, and is it whole?

A scanner closes a document several times while it writes; so it counts as whole only after size and
time of change stood still for a while. The house and the scanning PC ask alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PARTIAL = (".part", ".partial", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Found:
    """A document in the folder as it was seen at one moment; its size in bytes."""

    path: Path
    size: int
    changed_ns: int


class Stillness:
    """Knows since when each document of a folder has stood still."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[Found, float]] = {}

    def ripe(
        self, wanted: Sequence[Found], *, among: Sequence[Found], seconds: float
    ) -> list[Found]:
        """Return what stood still for so long; what is not ``among`` any more is forgotten."""
        now = time.monotonic()
        still = []
        for found in wanted:
            before, since = self._seen.get(found.path, (None, now))
            if before != found:
                self._seen[found.path] = (found, now)
            elif now - since >= seconds:
                still.append(found)
        for gone in self._seen.keys() - {found.path for found in among}:
            del self._seen[gone]
        return still

    def forget(self, path: Path) -> None:
        """Begin anew with a document."""
        self._seen.pop(path, None)


def look_into(folder: Path) -> Iterator[Found]:
    """Yield what lies in the folder, the oldest first, without hidden and half-written names."""
    seen = []
    for path in folder.iterdir():
        if path.name.startswith(".") or path.suffix.lower() in PARTIAL or path.is_symlink():
            continue
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file() and facts.st_size > 0:
            seen.append(Found(path, facts.st_size, facts.st_mtime_ns))
    yield from sorted(seen, key=lambda found: (found.changed_ns, found.path.name))


def unchanged(found: Found) -> bool:
    """Say whether the source is still exactly what was seen before."""
    try:
        facts = found.path.stat()
    except FileNotFoundError:
        return False
    return (facts.st_size, facts.st_mtime_ns) == (found.size, found.changed_ns)
