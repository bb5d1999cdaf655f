"""Does ``eakte serve`` keep the house open when its processes die, and leave none when it dies?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash.callers import Broken, Caller
from tests.crash.conftest import PATIENCE, until
from tests.crash.houses import House
from tests.crash.letters import EVERYWHERE, Letter, typed
from tests.crash.processes import born, children, descendants, survivors
from tests.crash.test_index_broken import halve
from tests.tracing import ROOT

pytestmark = pytest.mark.crash


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def opened(
    house: House, *, worker: bool = True
) -> Iterator[tuple[subprocess.Popen[bytes], Caller]]:
    """Run the whole house by its own command, until the end of the block."""
    port = free_port()
    log = house.logs / "serve.log"
    with log.open("ab") as said:
        serve = subprocess.Popen(
            [sys.executable, "-m", "eakte.cli", "serve", *(["--with-worker"] if worker else [])],
            env=house.settings | {"EAKTE_PORT": str(port)},
            cwd=ROOT,
            stdout=said,
            stderr=said,
        )
    before = log.read_text().count("Beenden mit")
    family: set[tuple[int, str]] = set()
    try:
        until("it serves", lambda: log.read_text().count("Beenden mit") > before)
        family = descendants(serve.pid)
        yield serve, Caller(house, port)
        serve.terminate()
        serve.wait(PATIENCE)
    finally:
        for pid, start in survivors(family | descendants(serve.pid)):
            if born(pid) == start:
                os.kill(pid, signal.SIGKILL)
        serve.kill()
        serve.wait()


def deliver(caller: Caller, letter: Letter) -> None:
    """Deliver until it is acknowledged, as a scan station does."""

    def acknowledged() -> bool:
        try:
            answer = caller.deliver(letter.content, name=letter.name, key=letter.name)
        except Broken:
            time.sleep(0.2)
            return False
        return answer.status in (200, 201)

    until(f"{letter.name} is taken", acknowledged)


def found(caller: Caller) -> set[str]:
    try:
        return caller.hits(EVERYWHERE)
    except Broken:
        return set()


def test_every_process_that_dies_is_replaced_and_nothing_acknowledged_is_lost(
    house: House,
) -> None:
    with opened(house) as (serve, caller):
        deliver(caller, typed(1))
        until("the first is found", lambda: found(caller) == house.ids())
        first_floor = children(serve.pid)
        second_floor = [
            child
            for parent in first_floor
            for child in children(parent)
            if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        assert len(first_floor) == 2, "a web server and a worker"
        assert second_floor, "the processes of the web server"
        victims = [*second_floor, *first_floor]
        for number, victim in enumerate(victims, start=2):
            start = born(victim)
            os.kill(victim, signal.SIGKILL)
            deliver(caller, typed(number))
            assert born(victim) != start
        until("all are found", lambda: found(caller) == house.ids())
        assert serve.poll() is None
        assert [kept.name for kept in house.documents()] == [
            typed(number).name for number in range(1, len(victims) + 2)
        ]

        # Parts that get shorter while they are mapped kill the process that reads them.
        halve(house.folder / "index")
        until("the index is rebuilt", lambda: "was rebuilt" in _said(house))
        until("all are found again", lambda: found(caller) == house.ids())


def test_a_house_whose_keeper_was_killed_leaves_no_process_and_opens_again(house: House) -> None:
    with opened(house) as (serve, caller):
        deliver(caller, typed(1))
        family = descendants(serve.pid)
        assert len(survivors(family)) >= 3
        serve.kill()
        serve.wait()
        until("all its processes end", lambda: not survivors(family), patience=40)
    with opened(house) as (_, caller):
        deliver(caller, typed(2))
        until("both are found", lambda: found(caller) == house.ids())
    assert len(house.ids()) == 2
    verified = house.eakte("verify", "--json")
    assert verified.code == 0, verified.out + verified.err


def _said(house: House) -> str:
    return (house.logs / "serve.log").read_text()
