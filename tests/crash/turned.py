"""How does a test speak to a worker or a station that was forked for it? See ``turning.py``."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tracing import alive

PATIENCE = 60.0


class Gone(Exception):
    """The program has died before it said what was asked."""


class Silent(Exception):
    """The program has said nothing for the time that was given to it."""


@dataclass
class Turned:
    """A running program that waits for words."""

    pid: int
    log: Path
    orders: int
    reports: int
    _heard: bytes = b""

    def say(self, **told: object) -> None:
        """Give it a word."""
        os.write(self.orders, json.dumps(told).encode())

    def hear(self, patience: float = PATIENCE) -> dict[str, Any]:
        """Return what it says next.

        Raises:
            Gone: it has died.
            Silent: it says nothing so long.
        """
        while b"\n" not in self._heard:
            for _ in range(max(1, round(patience / 0.02))):
                ready, _, _ = select.select([self.reports], [], [], 0.02)
                if ready:
                    break
                if not alive(self.pid):
                    # Its last word may have come between the two questions.
                    if not select.select([self.reports], [], [], 0)[0]:
                        raise Gone
                    break
            else:
                raise Silent
            self._heard += os.read(self.reports, 65536)
        line, _, self._heard = self._heard.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        return told

    def kill(self) -> None:
        """End it as a crash does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class Turning:
    """Starts them."""

    program: subprocess.Popen[str]
    folder: Path
    count: int = 0

    @contextmanager
    def __call__(
        self,
        environment: Mapping[str, str],
        *,
        folder: Path,
        log: Path,
        station: Sequence[str] | None = None,
    ) -> Iterator[Turned]:
        """Let one run until the end of the block, where it is killed."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.count += 1
        ends = []
        for name in ("orders", "reports"):
            path = self.folder / f"{name}-{self.count}"
            os.mkfifo(path)
            ends.append(path)
        handles = [os.open(path, os.O_RDWR) for path in ends]
        order = {
            "environment": dict(environment),
            "folder": str(folder),
            "log": str(log),
            "orders": str(ends[0]),
            "reports": str(ends[1]),
            "station": None if station is None else list(station),
        }
        print(json.dumps(order), file=self.program.stdin, flush=True)
        turned = Turned(int(self.program.stdout.readline()), log, *handles)
        try:
            yield turned
        finally:
            turned.kill()
            for handle in handles:
                os.close(handle)
            for path in ends:
                path.unlink()
