"""A program that starts workers and scanning stations in a moment, each in a process of its own.

It imports the application once and forks for every order it reads, a line of JSON. A worker does
one turn of each of its lanes at a word, in one thread and in the same order every time, so that its
n-th system call is the same in every run; its sandbox forks its children instead of starting an
interpreter for each, everything else is the house's own.

The words come and go over two pipes by readv and writev, which the sweep never strikes.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from eakte.bootstrap import open_office
from eakte.clock import OFFICE_ZONE
from eakte.config import load_settings
from eakte.errors import PartUnavailable
from eakte.processing import child
from eakte.processing.cell import Cell
from eakte.processing.limits import Limits
from eakte.processing.orders import USUAL
from eakte.processing.sandbox import START_SECONDS, Sandbox
from eakte.processing.wire import Account
from eakte.station.__main__ import main as station
from eakte.worker import Worker
from storage import StorageError
from tests.crash.serving import ANYBODY_MAY_WATCH

LONGEST_WORD = 65536


class Ahead:
    """A clock that goes ahead of the machine's, so that no pause has to be waited for."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def today(self) -> date:
        return self.now().astimezone(OFFICE_ZONE).date()


class Forked:
    """A forked child with the few things that a cell asks of a process."""

    def __init__(self, folder: Path) -> None:
        order, orders = os.pipe()
        saying, said = os.pipe()
        wailing, wailed = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(folder, order, said, wailed)
        for end in (order, said, wailed):
            os.close(end)
        self.stdin = os.fdopen(orders, "wb")
        self.stdout = os.fdopen(saying, "rb", buffering=0)
        self.stderr = os.fdopen(wailing, "rb", buffering=0)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        began = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired("child", timeout)
            time.sleep(0.002)
        return code


class ForkedCell(Cell):
    """A cell whose child is forked."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self._confinement = limits.sandbox
        self._limits = limits
        self._account = Account()
        self._said = b""
        self._process = Forked(folder)  # type: ignore[assignment]  # all that a cell asks of it
        self._heard = self._lines()


class ForkingSandbox(Sandbox):
    """A sandbox whose next child is made ready when it is asked for, never in the middle."""

    def ready(self) -> int:
        """Have a child waiting for its job; return its process."""
        self.start()
        while True:
            self._spare = self._spare or self._order()
            try:
                cell = self._spare.result(START_SECONDS)
            except (OSError, PartUnavailable):
                self._spare = None
                raise
            if cell.alive:
                cell._await_ready()
                return cell._process.pid
            cell.remove()
            self._spare = None

    def _take_cell(self, program: str) -> Cell:
        if program != USUAL:
            return super()._take_cell(program)
        self.ready()
        assert self._spare is not None
        cell, self._spare = self._spare.result(START_SECONDS), None
        return cell

    def _new_cell(self, program: str) -> Cell:
        if program != USUAL:
            return super()._new_cell(program)
        assert self._scratch is not None
        return ForkedCell(self._scratch.new_folder(), self.limits)


def _be_child(folder: Path, order: int, said: int, wailed: int) -> None:
    code = 1
    try:
        os.setsid()
        for place, end in enumerate((order, said, wailed)):
            os.dup2(end, place)
        os.closerange(3, 256)
        ctypes.CDLL(None).prctl(*ANYBODY_MAY_WATCH, 0, 0, 0)
        logging.disable()
        os.environ.clear()
        os.environ.update(
            PATH="/usr/local/bin:/usr/bin:/bin",
            LANG="C.UTF-8",
            HOME=str(folder),
            TMPDIR=str(folder),
            OMP_THREAD_LIMIT="1",
        )
        os.chdir(folder)
        sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False))  # noqa: SIM115, PTH123  # held for the life of the process
        try:
            code = child.main()
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]  # there is one at this point
    finally:
        os._exit(code)


class Words:
    """The two pipes to the test."""

    def __init__(self, orders: str, reports: str) -> None:
        self._orders = os.open(orders, os.O_RDWR)
        self._reports = os.open(reports, os.O_RDWR)

    def hear(self) -> dict[str, Any]:
        room = bytearray(LONGEST_WORD)
        length = os.readv(self._orders, [room])
        told: dict[str, Any] = json.loads(room[:length])
        return told

    def say(self, **told: object) -> None:
        os.writev(self._reports, [json.dumps(told).encode() + b"\n"])


def work(words: Words) -> None:
    """Be the worker of one house, one turn at a word."""
    clock = Ahead()
    office = open_office(load_settings(), clock=clock)
    worker = Worker(office)
    worker._free_what_the_dead_held()
    limits = Limits.of(office.settings)
    sandbox = ForkingSandbox(limits, warm=False)
    words.say(child=sandbox.ready())
    while True:
        told = words.hear()
        clock.by += timedelta(minutes=told["minutes"])
        said = []
        for lane in told["lanes"]:
            turn = {
                "process": lambda: worker._process_turn(sandbox),
                "index": lambda: (worker._mend_index(), worker._index_turn()),
            }[lane]
            # As a lane does it, but without its pauses.
            try:
                turn()
            except (PartUnavailable, StorageError) as error:
                said.append(f"away: {error}")
            except Exception:
                said.append(f"stumbled: {traceback.format_exc()[-1500:]}")
        words.say(said=said)
        if told["again"]:
            words.say(child=_child_of(sandbox))


def _child_of(sandbox: ForkingSandbox) -> int:
    while True:
        with contextlib.suppress(OSError, PartUnavailable):
            return sandbox.ready()


def deliver(words: Words, arguments: list[str]) -> None:
    """Be the scanning station's program, once the word is given."""
    words.say(ready=True)
    words.hear()
    sys.argv = ["eakte.station", *arguments]
    code: object = 1
    try:
        code = station()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    words.say(code=code)


def main() -> None:
    """Fork for every order, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(order)
        print(pid, flush=True)


def become(order: dict[str, Any]) -> None:
    """Be what an order asks for, and never return."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(*ANYBODY_MAY_WATCH, 0, 0, 0)
        said = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        words = Words(order["orders"], order["reports"])
        if order["station"] is None:
            logging.basicConfig(level="INFO", force=True)
            work(words)
        else:
            deliver(words, order["station"])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
