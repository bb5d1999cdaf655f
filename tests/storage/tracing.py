"""How is a program run under strace, with or without a fault at its n-th system call?"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHANGING = "openat,write,pwrite64,fsync,fdatasync,fchmod,rename,renameat,renameat2,unlink,unlinkat"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += ")


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
        return len(re.findall(rf"^\d+ +{name}\(", self.log, re.MULTILINE))


def traced(
    program: str, *arguments: str, log: Path, store: Path, calls: str = CHANGING, inject: str = ""
) -> Run:
    """Run a program of this folder under strace; `inject` is strace's own expression."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    done = subprocess.run(
        [
            *("strace", "-f", "-y", "-s", "0", "-o", str(log), "-e", f"trace={calls}"),
            *(("-e", f"inject={inject}") if inject else ()),
            *(sys.executable, str(Path(__file__).parent / program), *arguments),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )
    text = log.read_text(errors="replace")
    matches = (_CALL.match(line) for line in text.splitlines())
    made = tuple((m[1], m[2]) for m in matches if m and str(store) in m[2])
    return Run(done.returncode, made, text)
