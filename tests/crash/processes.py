"""Which processes has one started, and which of them outlive it?"""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> set[tuple[int, str]]:
    """Name every process below this one, each with the moment of its start."""
    found: set[tuple[int, str]] = set()
    waiting = [pid]
    while waiting:
        below = children(waiting.pop())
        found |= {(child, born(child)) for child in below}
        waiting += below
    return found


def children(pid: int) -> list[int]:
    """Name the processes that this one started."""
    found: list[int] = []
    try:
        for task in (Path("/proc") / str(pid) / "task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        return found  # it has ended meanwhile
    return found


def born(pid: int) -> str:
    """Return when a process was started; "" when it is gone or waits to be buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def survivors(family: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return those that still run."""
    return {(pid, start) for pid, start in family if start and born(pid) == start}
