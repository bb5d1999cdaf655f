"""Is every document, stack and order of pages complete, whatever befalls any call of its work?

Struck are the worker itself, from taking the job up to the entry in the index, and the shut-in
child with every step in it: looking, opening, separating, preparing, recognising, text layer,
archival form, previews, pages in another order. Neither says anything about a document, so the
work is done again by itself, and nobody is told that a document has failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path

import pytest

from tests.crash.benches import Bench
from tests.crash.houses import House
from tests.crash.letters import Letter, bundle, scrap, slip
from tests.crash.orderings import OrderingBench, sheaf
from tests.crash.sweeping import Point, Tally, counted, has_fired, points, sweep, watching
from tests.crash.turned import Turned, Turning
from tests.tracing import alive

pytestmark = pytest.mark.crash

SHARE = 16

DOCUMENT, ALONE = ("process", "process", "index"), ("process",)
# On which bench, made of what, by which lanes, and whether the shut-in child is struck instead of
# the worker.
PARTS: dict[str, tuple[type[Bench], Callable[[int], Letter], tuple[str, ...], bool]] = {
    "Arbeit am Dokument": (Bench, slip, DOCUMENT, False),
    "Arbeit am Stapel": (Bench, bundle, ALONE, False),
    "Arbeit am Anordnen": (OrderingBench, sheaf, ALONE, False),
    "Kind: Text": (Bench, slip, DOCUMENT, True),
    "Kind: Erkennung": (Bench, scrap, DOCUMENT, True),
    "Kind: Trennung": (Bench, bundle, ALONE, True),
    "Kind: Anordnen": (OrderingBench, sheaf, ALONE, True),
}


@pytest.mark.parametrize("part", PARTS)
def test_work_is_complete_in_the_end_whatever_befalls_any_of_its_calls(
    part: str,
    house: House,
    turning: Turning,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    kind, made, lanes, inside = PARTS[part]
    log, tally = tmp_path / "trace", Tally(part)
    with house.office() as office, ExitStack() as running:
        bench = kind(house, office, turning, tally, running, made, lanes, inside)

        def watched(turned: Turned, child: int, point: Point | None = None):  # type: ignore[no-untyped-def]  # one of two
            return watching(child if inside else turned.pid, log, point, family=True)

        def fail(point: Point) -> bool:
            bench.strike(point, bench.turned, watched(bench.turned, bench.child, point))
            return has_fired(log)

        def kill(point: Point) -> bool:
            """Strike a worker of its own, once it does nothing for the first time any more."""
            with bench.worker() as victim:
                victim.hear()
                child = bench.trace(victim, nullcontext())
                bench.strike(point, victim, watched(victim, child, point))
                # Nothing but the fault ends it, whether strace could still write that down or not.
                return has_fired(log) or not alive(victim.pid)

        def calls() -> Counter[str]:
            bench.child = bench.trace(bench.turned, watched(bench.turned, bench.child))
            return counted(log)

        calls()
        made_each_time = tally.made([calls() for _ in range(3)])
        for killing in (False, True):
            strike = kill if killing and not inside else fail
            sweep(points(made_each_time, killing=killing, share=SHARE), tally, strike)
        bench.close()
    record_property("sweep", tally.as_plain())
    tally.verdict()
