"""Everything here is killed, starved or cut off in the middle of its work, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.crash.callers import Caller
from tests.crash.houses import House, build_house
from tests.crash.networks import Away, server_of
from tests.crash.turned import Turning
from tests.journeys.conftest import server_environment
from tests.proxy import Proxy
from tests.tracing import ROOT, alive

PATIENCE = 120.0


def until(what: str, true: Callable[[], object], *, patience: float = PATIENCE) -> None:
    """Wait until something is true, but not for ever."""
    ends = time.monotonic() + patience
    while not true():
        assert time.monotonic() < ends, f"waited {patience:.0f} s in vain: {what}"
        time.sleep(0.05)


def begin_work(house: House, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a worker; what it says is kept in the house."""
    with (house.logs / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "eakte.cli", "work", *arguments],
            env=house.settings | environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )


@contextmanager
def working(house: House, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let a worker run until the end of the block, where it has to end when it is asked to."""
    worker = begin_work(house, **environment)
    try:
        yield worker
        worker.terminate()
        assert worker.wait(PATIENCE) == 0, (house.logs / "worker.log").read_text()[-4000:]
    finally:
        worker.kill()
        worker.wait()


@dataclass(frozen=True)
class Served:
    """A running web server of a house."""

    pid: int
    caller: Caller

    def kill(self) -> None:
        """End it as a crash does, and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        until("the server dies", lambda: not alive(self.pid))


@dataclass(frozen=True)
class Serving:
    """Starts web servers in a moment; see ``serving.py``."""

    program: subprocess.Popen[str]

    @contextmanager
    def __call__(self, house: House, *, sandbox: bool = False) -> Iterator[Served]:
        """Serve a house until the end of the block."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        log = house.logs / "server.log"
        order = {"environment": house.settings, "log": str(log), "sandbox": sandbox}
        print(json.dumps(order), file=self.program.stdin, flush=True)
        told = json.loads(self.program.stdout.readline())
        assert told["port"], log.read_text()
        served = Served(told["pid"], Caller(house, told["port"]))
        try:
            yield served
        finally:
            served.kill()


def _own_code() -> dict[str, str]:
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    """The program that starts web servers."""
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "crash" / "serving.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_own_code(),
    )
    with program:
        yield Serving(program)
        assert program.stdin is not None
        program.stdin.close()


@pytest.fixture(scope="session")
def turning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turning]:
    """The program that starts workers and stations."""
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "crash" / "turning.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_own_code(),
    )
    with program:
        yield Turning(program, tmp_path_factory.mktemp("words"))
        assert program.stdin is not None
        program.stdin.close()


@pytest.fixture(scope="session")
def new_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that is only copied, never used."""
    return build_house(tmp_path_factory.mktemp("crash") / "house")


@pytest.fixture
def house(new_house: House, tmp_path: Path) -> House:
    """A house on the embedded defaults, with nothing in it but its clerk."""
    return replace(new_house.copy(tmp_path / "house"), logs=tmp_path)


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Away]:
    environment = server_environment()
    house = build_house(tmp_path / "house", environment)
    with (
        Proxy(server_of(environment["EAKTE_STORE_URL"])) as store,
        Proxy(server_of(environment["EAKTE_DATABASE_URL"])) as rows,
    ):
        yield Away(house, store, rows)
