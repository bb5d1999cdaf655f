"""Is every acknowledged document there once, wherever the web server dies during an upload?

The server is killed at system calls spread over the whole of an upload, started again, and asked
again by the sender, who knows only what was answered.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.crash.callers import Broken
from tests.crash.conftest import Served, Serving, until, working
from tests.crash.houses import House
from tests.crash.letters import EVERYWHERE, Letter, typed
from tests.crash.senders import WAYS, Acknowledged, Sender
from tests.tracing import alive, calls_in, watched

pytestmark = pytest.mark.crash

CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,fchmod,rename,renameat,renameat2,link,unlink,unlinkat,"
    "ftruncate,sendto,sendmsg,recvfrom"
)
POINTS = {"in one piece": 20, "in a form": 15, "in parts": 20}


@dataclass(frozen=True)
class Point:
    """The call at which the server is killed, before it is made."""

    call: str
    number: int


@dataclass
class Sweep:
    """One house in which the server is killed again and again."""

    house: House
    serving: Serving
    way: str
    log: Path

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.acknowledged: dict[str, tuple[Letter, Acknowledged]] = {}

    def calls_of_an_upload(self) -> list[str]:
        """Send one letter without any fault; return the calls that took, in order."""
        sender = self._sender()
        with self.serving(self.house) as served:
            _settle(served)
            with watched(served.pid, log=self.log, calls=CALLS):
                self._keep(sender, sender.send(served.caller))
        return [name for name, _ in calls_in(self.log.read_text())]

    def strike(self, point: Point) -> bool:
        """Kill the server at a point, then let the sender ask again; False if it never came."""
        sender = self._sender()
        before = self._killed_at(point, sender)
        fired = self._fired()
        there = [kept for kept in self.house.documents() if kept.name == sender.letter.name]
        assert len(there) <= 1
        assert before is None or before == Acknowledged(str(there[0].id), there[0].number)
        with self.serving(self.house) as served:
            _settle(served)
            told = sender.send(served.caller)
            assert sender.send(served.caller) == told
        assert before in (None, told)
        self._keep(sender, told)
        return fired

    def leave(self, point: Point) -> Letter:
        """Kill the server at a point; the sender never comes back."""
        sender = self._sender()
        assert self._killed_at(point, sender) is None
        assert self._fired()
        return sender.letter

    def _killed_at(self, point: Point, sender: Sender) -> Acknowledged | None:
        fault = f"{point.call}:signal=SIGKILL:when={point.number}"
        with self.serving(self.house) as served:
            _settle(served)
            with watched(served.pid, log=self.log, calls=CALLS, inject=fault):
                try:
                    return sender.send(served.caller)
                except Broken:
                    until("the server is dead", lambda: not alive(served.pid))
                    return None

    def _fired(self) -> bool:
        return "killed by SIGKILL" in self.log.read_text()

    def _sender(self) -> Sender:
        return WAYS[self.way](typed(next(self.numbers)))

    def _keep(self, sender: Sender, told: Acknowledged) -> None:
        self.acknowledged[sender.letter.name] = (sender.letter, told)


def _settle(served: Served) -> None:
    """Let what happens once in the life of a server happen before the upload."""
    assert served.caller.ask("GET", "/gesundheit").status == 200
    served.caller.sit_down()


def spread(calls: list[str], *, least: int) -> list[Point]:
    """Choose points: every call of the rare kinds; of the common ones some, first and last too."""
    kinds = Counter(calls)
    of_a_kind = next(
        most for most in count(2) if sum(min(times, most) for times in kinds.values()) >= least
    )
    chosen = []
    for call, times in sorted(kinds.items()):
        taken = min(times, of_a_kind)
        chosen += [
            Point(call, 1 + (times - 1) * step // max(1, taken - 1)) for step in range(taken)
        ]
    return chosen


@pytest.mark.parametrize("way", WAYS)
def test_a_web_server_killed_at_any_call_of_an_upload_keeps_each_document_once(
    way: str, house: House, serving: Serving, tmp_path: Path
) -> None:
    sweep = Sweep(house, serving, way, tmp_path / "trace")
    calls = sweep.calls_of_an_upload()
    points = spread(calls, least=POINTS[way])
    for point in points:
        number = point.number
        # How many pages of the database an upload touches differs by a few.
        while number > 0 and not sweep.strike(Point(point.call, number)):
            number -= 2
        assert number > 0, f"the kill at {point} never fired"
    print(f"{len(points)} kills fired, {way}:", dict(Counter(point.call for point in points)))
    # The last thing forced to disk before the rows are written is the new name in the store.
    left = sweep.leave(Point("fsync", calls.count("fsync")))
    _there_once(house, sweep.acknowledged)
    _age(house)
    with working(house):
        until("the worker is idle", lambda: not house.jobs("process") + house.jobs("index"))
        until("leftovers are swept", lambda: not house.spooled() + house.arriving())
        until("bytes without a row are swept", lambda: left.sha256 not in _kept_bytes(house))
    _there_once(house, sweep.acknowledged)
    ids = {told.document for _, told in sweep.acknowledged.values()}
    assert house.found(EVERYWHERE) == ids
    for letter, told in sweep.acknowledged.values():
        assert house.found(letter.words[0]) == {told.document}
    verified = house.eakte("verify", "--json")
    assert verified.code == 0, verified.out + verified.err
    assert verified.told[0]["unnamed_objects"] == 0


def _there_once(house: House, acknowledged: dict[str, tuple[Letter, Acknowledged]]) -> None:
    """Every acknowledged document is there once under its number, with its bytes; no other is."""
    there = {kept.name: kept for kept in house.documents()}
    assert len(there) == len(house.documents())
    assert there.keys() == acknowledged.keys()
    for name, (letter, told) in acknowledged.items():
        assert (str(there[name].id), there[name].number) == (told.document, told.number)
        assert house.original(there[name]) == letter.content


def _age(house: House) -> None:
    """Make everything in the folders look as if it had lain there for years."""
    for folder in ("uploads", "store"):
        for path in (house.folder / folder).rglob("*"):
            os.utime(path, (0, 0))


def _kept_bytes(house: House) -> set[str]:
    return {path.name for path in (house.folder / "store").glob("??/*")}
