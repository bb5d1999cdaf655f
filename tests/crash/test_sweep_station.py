"""Does every scan arrive exactly once, whatever befalls any call of the station's program?

At every system call of a delivery that reaches a disk or a line the station is killed, or the call
fails, once or from then on. Then it goes on by itself or is started again, as its service does.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.model.batch import Batch
from tests.crash.conftest import Serving
from tests.crash.houses import House
from tests.crash.stations import ScanningPC, scan_of, scanning_pc
from tests.crash.sweeping import Point, Tally, counted, has_fired, points, stumbled, sweep, watching
from tests.crash.turned import Gone, Silent, Turned, Turning

pytestmark = pytest.mark.crash

SHARE = 30

# A fault that lasts is over so long after it has begun; the station goes on without a restart.
LASTS = 0.25
PATIENCE = 30.0
SIZES = {"in einem Stück": 40_000, "in Teilen": 250_000}


@dataclass
class Desk:
    """A scanning PC whose program is struck again and again."""

    pc: ScanningPC
    office: Office
    turning: Turning
    size: int
    tally: Tally
    log: Path
    numbers: count[int] = field(default_factory=lambda: count(1))
    expected: set[str] = field(default_factory=set)

    @property
    def said(self) -> Path:
        return self.pc.home / "station.log"

    @contextmanager
    def program(self) -> Iterator[Turned]:
        """The program, about to begin."""
        arguments = ["station", "run", str(self.pc.plan), "--until-idle"]
        with self.turning(
            self.pc.environment(), folder=self.pc.home, log=self.said, station=arguments
        ) as turned:
            turned.hear()
            yield turned

    def lay_one(self) -> str:
        number = next(self.numbers)
        digest = self.pc.put(f"scan-{number:05d}.pdf", scan_of(number, size=self.size))
        self.expected.add(digest)
        return digest

    def trace(self) -> Counter[str]:
        """Deliver once without any fault."""
        digest = self.lay_one()
        with self.program() as turned, watching(turned.pid, self.log, family=True):
            turned.say(go=True)
            assert turned.hear()["code"] == 0
        assert self.arrived(digest) == 1
        return counted(self.log)

    def strike(self, point: Point) -> bool:
        digest = self.lay_one()
        before = self.told()
        code: int | None = None
        with self.program() as turned:
            with watching(turned.pid, self.log, point, family=True):
                turned.say(go=True)
                try:
                    code = self.outcome(turned, point)
                    gone = True
                except Gone:
                    gone = True
                except Silent:
                    gone = False
            if not gone:
                code = turned.hear()["code"]
        if stumbled(said := self.told()[len(before) :]):
            self.tally.unsaid(f"{point}: {said[-1500:]}")
        if code != 0:
            with self.program() as turned:
                turned.say(go=True)
                code = turned.hear()["code"]
        if code != 0:
            self.tally.lost(f"{point}: endet mit {code}: {self.told()[len(before) :][-800:]}")
        if (there := self.arrived(digest)) != 1:
            (self.tally.doubled if there else self.tally.lost)(f"{point}: {there}-mal da")
        if left := [path.name for path in self.pc.folder.iterdir()]:
            self.tally.lost(f"{point}: noch im Ordner: {left}")
        if copies := [path.name for path in self.pc.outbox.iterdir()]:
            self.tally.doubled(f"{point}: noch unterwegs: {copies}")
        return has_fired(self.log)

    def outcome(self, turned: Turned, point: Point) -> int:
        """Hear how the program ended; a fault that lasts lasts from its first call on.

        On a machine that is busy the program may take long to come there.
        """
        ends = time.monotonic() + PATIENCE
        while point.blow.lasting and not has_fired(self.log) and time.monotonic() < ends:
            with suppress(Silent):
                return int(turned.hear(0.05)["code"])
        return int(turned.hear(LASTS if point.blow.lasting else PATIENCE)["code"])

    def told(self) -> str:
        return self.said.read_text(errors="replace") if self.said.exists() else ""

    def arrived(self, digest: str) -> int:
        with self.office.begin(writes=False) as work:
            found = work.session.scalars(select(Batch.id).where(Batch.sha256 == digest))
            return len(found.all())


@pytest.mark.parametrize("way", SIZES)
def test_a_scan_arrives_once_whatever_befalls_any_call_of_the_station(
    way: str,
    house: House,
    serving: Serving,
    turning: Turning,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    pc = scanning_pc(house, tmp_path / "pc")
    tally = Tally(f"Scanstation {way}")
    with house.office() as office, serving(house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}", look_seconds=0.02, still_seconds=0.02)
        desk = Desk(pc, office, turning, SIZES[way], tally, tmp_path / "trace")
        desk.trace()
        calls = tally.made([desk.trace() for _ in range(3)])
        for killing in (True, False):
            sweep(points(calls, killing=killing, share=SHARE), tally, desk.strike)
    pc.there_once(desk.expected)
    record_property("sweep", tally.as_plain())
    tally.verdict()
