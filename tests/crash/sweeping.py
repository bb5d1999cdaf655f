"""Which fault strikes which call, and what came of it? Counted, rotated, kept for a table."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path

from tests.tracing import watched

# Every call that reaches a disk or a line. Left out, with their reason: close, lseek, fcntl and
# flock, which reach neither (strace would not make them at all: a lock would stay, which no
# machine does); readv and writev, over which the test talks to the program.
CALLS = (
    *("openat", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "sync_file_range"),
    *("fchmod", "chmod", "fchmodat", "rename", "renameat", "renameat2", "link", "linkat"),
    *("symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "truncate"),
    *("ftruncate", "fallocate", "copy_file_range", "sendfile", "newfstatat", "statx"),
    *("getdents64", "utimensat", "socket", "connect", "accept4", "sendto", "sendmsg"),
    *("recvfrom", "recvmsg"),
)
# Only what takes room can find none.
TAKE_ROOM = frozenset(
    {
        *("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2"),
        *("link", "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "ftruncate", "fallocate"),
        *("copy_file_range", "sendfile"),
    }
)
# all: every call with every fault; each: every call with one in its turn; else a share of them.
HOW = os.environ.get("EAKTE_TEST_SWEEP", "")
# 2/5 is the second of five parts of all that, for whoever has little time at once.
SLICE = tuple(int(part) for part in os.environ.get("EAKTE_TEST_SWEEP_PART", "1/1").split("/"))
_LINE = re.compile(r"^(?:(\d+) +)?(\w+)\(", re.MULTILINE)


class Blow(Enum):
    """A kind of fault, as the table calls it."""

    KILL = "kill -9"
    EIO_ONCE = "EIO einmal"
    EIO_LASTING = "EIO dauernd"
    FULL_ONCE = "ENOSPC einmal"
    FULL_LASTING = "ENOSPC dauernd"

    @property
    def lasting(self) -> bool:
        """Whether it befalls every call from the first on."""
        return self in {Blow.EIO_LASTING, Blow.FULL_LASTING}


@dataclass(frozen=True)
class Point:
    """The call that is struck: the n-th of its kind."""

    call: str
    number: int
    blow: Blow

    @property
    def inject(self) -> str:
        """The fault in strace's words."""
        if self.blow is Blow.KILL:
            return f"{self.call}:signal=SIGKILL:when={self.number}"
        error = "EIO" if self.blow in {Blow.EIO_ONCE, Blow.EIO_LASTING} else "ENOSPC"
        return f"{self.call}:error={error}:when={self.number}{'+' * self.blow.lasting}"

    def __str__(self) -> str:
        return f"{self.blow.value} bei {self.call} {self.number}"


@dataclass
class Tally:
    """What a part of the sweep has seen."""

    part: str
    blows: type[Enum] = Blow
    fired: Counter[tuple[str, Enum]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    sometimes: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def made(self, traces: Sequence[Counter[str]]) -> Counter[str]:
        """Return the calls that are made in every run; others cannot be struck at will."""
        always, ever = traces[0], traces[0]
        for trace in traces[1:]:
            always, ever = always & trace, ever | trace
        self.sometimes |= ever - always
        return always

    def struck(self, call: str, blow: Enum) -> None:
        self.fired[call, blow] += 1

    def lost(self, what: object) -> None:
        self.wrong.append(("verloren", str(what)))

    def doubled(self, what: object) -> None:
        self.wrong.append(("doppelt", str(what)))

    def altered(self, what: object) -> None:
        self.wrong.append(("verändert", str(what)))

    def unsaid(self, what: object) -> None:
        """An answer that was no sentence, or a program that stood still afterwards."""
        self.wrong.append(("ohne Satz", str(what)))

    def as_plain(self) -> dict[str, object]:
        """Return what the table needs, in plain values."""
        return {
            "part": self.part,
            "blows": [blow.value for blow in self.blows],
            "fired": [[call, blow.value, count] for (call, blow), count in self.fired.items()],
            "missed": self.missed,
            "sometimes": [[call, count] for call, count in sorted(self.sometimes.items())],
            "wrong": [list(one) for one in self.wrong],
        }

    def verdict(self) -> None:
        """Fail with the first of what went wrong; each fault has to have fired."""
        assert not self.wrong, "\n".join(f"{kind}: {what}" for kind, what in self.wrong[:20])
        assert not self.missed, f"never fired: {self.missed}"
        assert self.fired


def blows_of(call: str) -> list[Blow]:
    """Return the faults that can befall a call."""
    return [
        blow
        for blow in Blow
        if call in TAKE_ROOM or blow not in {Blow.FULL_ONCE, Blow.FULL_LASTING}
    ]


def points(calls: Counter[str], *, killing: bool, share: int) -> list[Point]:
    """Return where to strike, as EAKTE_TEST_SWEEP says: with all faults, with each in its turn.

    Otherwise it is a share of so many calls: the first and the last of every kind, and of those
    that are made often some between, spread evenly.
    """
    most = max(calls.values()) if HOW in {"each", "all"} else _of_a_kind(calls, share)
    found: list[Point] = []
    turn = 0
    for call in sorted(calls):
        blows = blows_of(call)
        for number in _spread(calls[call], most):
            chosen = blows if HOW == "all" else [blows[turn % len(blows)]]
            turn += 1
            found += [
                Point(call, number, blow) for blow in chosen if (blow is Blow.KILL) is killing
            ]
    first, slices = SLICE
    return found[first - 1 :: slices]


def _of_a_kind(calls: Counter[str], share: int) -> int:
    return next(
        most
        for most in count(2)
        if sum(min(n, most) for n in calls.values()) >= share or most > max(calls.values())
    )


def _spread(times: int, most: int) -> list[int]:
    if times <= most:
        return list(range(1, times + 1))
    return [1 + (times - 1) * step // (most - 1) for step in range(most)]


def counted(log: Path) -> Counter[str]:
    """Return how often each call was made by the thread that made it most often."""
    each: dict[str, Counter[str]] = {}
    for thread, call in _LINE.findall(log.read_text(errors="replace")):
        each.setdefault(thread, Counter())[call] += 1
    most: Counter[str] = Counter()
    for counts in each.values():
        most |= counts
    return Counter({call: count for call, count in most.items() if call in CALLS})


@contextmanager
def watching(
    pid: int, log: Path, point: Point | None = None, *, family: bool = False
) -> Iterator[None]:
    """Watch a process until the end of the block, with a fault or without."""
    calls = ",".join(f"?{call}" for call in CALLS)
    with watched(pid, log=log, calls=calls, inject=point.inject if point else "", family=family):
        yield


def has_fired(log: Path) -> bool:
    """Tell whether the fault came about."""
    text = log.read_text(errors="replace")
    return "(INJECTED)" in text or "killed by SIGKILL" in text


def stumbled(said: str) -> bool:
    """Tell whether a program was surprised; that a line of its log failed itself is no surprise."""
    return "Traceback" in said and "--- Logging error ---" not in said


def sweep(chosen: Sequence[Point], tally: Tally, strike: Callable[[Point], bool]) -> None:
    """Strike at each point; one that never came is moved to an earlier call.

    How many pages of the database or of the index a step touches differs by a few.
    """
    for point in chosen:
        number = point.number
        while number > 0 and not strike(Point(point.call, number, point.blow)):
            number -= 1 if number < 4 else 2
        if number > 0:
            tally.struck(point.call, point.blow)
        else:
            tally.missed.append(str(point))
