"""How is a program run or watched under strace, with or without a fault at its n-th call?"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHANGING = "openat,write,pwrite64,fsync,fdatasync,fchmod,rename,renameat,renameat2,unlink,unlinkat"
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += ")
_PATIENCE = 30.0
_LETTING_GO = 3.0


@dataclass(frozen=True)
class Run:
    """How a traced program ended, and which calls on the store it made, in order."""

    code: int
    calls: tuple[tuple[str, str], ...]
    log: str

    @property
    def injected(self) -> bool:
        """Tell whether the fault came about at all."""
        return "(INJECTED)" in self.log

    @property
    def killed(self) -> bool:
        """Tell whether the program died by SIGKILL."""
        return "killed by SIGKILL" in self.log

    def count(self, name: str) -> int:
        """Return how often a call was made, on whatever path."""
        return len(re.findall(rf"^(?:\d+ +)?{name}\(", self.log, re.MULTILINE))


def traced(
    program: Path, *arguments: str, log: Path, store: Path, calls: str = CHANGING, inject: str = ""
) -> Run:
    """Run a Python program under strace; `inject` is strace's own expression."""
    done = subprocess.run(
        [*strace(log, calls, inject), "-f", sys.executable, str(program), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )
    text = log.read_text(errors="replace")
    return Run(done.returncode, calls_in(text, on=str(store)), text)


@contextmanager
def watched(
    pid: int, *, log: Path, calls: str, inject: str = "", family: bool = False
) -> Iterator[None]:
    """Watch the first thread of a running process, from now on until the end of the block.

    What it starts meanwhile is not watched, so the n-th call is one of its own; with ``family``
    all threads and children are, and each counts its own calls.
    """
    watcher = subprocess.Popen(
        [*strace(log, calls, inject), *(["-f"] if family else []), "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert watcher.stderr is not None
        said = watcher.stderr.readline()
        if "attached" not in said:
            pytest.skip(f"strace may not watch a process here: {said.strip()}")
        yield
    finally:
        if family or alive(pid):
            watcher.send_signal(signal.SIGINT)  # let go of it
        try:
            watcher.communicate(timeout=_LETTING_GO)
        except subprocess.TimeoutExpired:
            # The last of a family died while it was letting go: nobody is left to wait for.
            watcher.kill()
            watcher.communicate(timeout=_PATIENCE)


def alive(pid: int) -> bool:
    """Tell whether a process still runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return False
    return state not in "ZX"


def calls_in(log: str, *, on: str = "") -> tuple[tuple[str, str], ...]:
    """Return the calls in a log with their arguments, in order, of those that name `on`."""
    matches = (_CALL.match(line) for line in log.splitlines())
    return tuple((m[1], m[2]) for m in matches if m and on in m[2])


def strace(log: Path, calls: str, inject: str) -> list[str]:
    """Return how strace is called, for the program or process that is named behind it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    fault = ["-e", f"inject={inject}"] if inject else []
    return ["strace", "-y", "-s", "0", "-o", str(log), "-e", f"trace={calls}", *fault]
