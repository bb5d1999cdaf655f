"""How much memory do a process and all it started use at most?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def peak(process: int, *, children_only: bool = False) -> Iterator[list[int]]:
    """Watch how many bytes a process and all it started use together, shared pages counted once."""
    highest = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            family = _family(process)
            if children_only:
                family.discard(process)
            highest[0] = max(highest[0], sum(map(_bytes_of, family)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield highest
    finally:
        ended.set()
        watcher.join()


def _family(process: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
            except OSError:
                continue  # it ended meanwhile
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _bytes_of(process: int) -> int:
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0  # it ended meanwhile
    return next(
        (int(line.split()[1]) * 1024 for line in told.splitlines() if line[:4] == "Pss:"), 0
    )
