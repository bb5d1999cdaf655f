"""Is everything there once, whatever befalls any request to the store or the database?

Between the house and the S3 server, or PostgreSQL, lies a network that refuses, delays, cuts the
request, cuts the answer or swallows it: at every request of a delivery, and at every request of the
work on a document. The table shows it by the n-th request in tens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum

import pytest
from sqlalchemy import select

from eakte.model.document import Document
from storage import Digest
from tests.crash.benches import Bench
from tests.crash.callers import Answer, Broken, Caller
from tests.crash.conftest import Serving
from tests.crash.letters import Letter, slip
from tests.crash.networks import Away
from tests.crash.senders import Acknowledged, Refused, Sender
from tests.crash.sweeping import HOW, Tally
from tests.crash.turned import Turning
from tests.proxy import Fault, Kind, Proxy

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.s3]

TRIES, SHARE = 4, 20
DELAYED = 0.3


class Line(Enum):
    """What a network does to a request, as the table calls it."""

    REFUSE = "verweigert"
    DELAY = "verzögert"
    CUT_REQUEST = "Anfrage gekappt"
    CUT_ANSWER = "Antwort gekappt"
    SWALLOW = "Antwort geschluckt"


FAULTS = {
    Line.REFUSE: Fault(Kind.REFUSE),
    Line.DELAY: Fault(Kind.DELAY, seconds=DELAYED),
    Line.CUT_REQUEST: Fault(Kind.CUT_REQUEST, after=3),
    Line.CUT_ANSWER: Fault(Kind.CUT_ANSWER, after=1),
    Line.SWALLOW: Fault(Kind.SWALLOW_ANSWER),
}


@dataclass(frozen=True)
class Moment:
    """The n-th request, and what befalls it."""

    number: int
    line: Line

    @property
    def row(self) -> str:
        """Under which of the table it is counted."""
        first = (self.number - 1) // 10 * 10 + 1
        return f"Anfrage {first}–{first + 9}"

    def __str__(self) -> str:
        return f"Anfrage {self.number} {self.line.value}"


def moments(requests: int) -> list[Moment]:
    """Return where to strike, as EAKTE_TEST_SWEEP says; else a share of the requests."""
    lines, step = list(Line), 1 if HOW else -(-requests // SHARE)
    return [
        Moment(number, line)
        for turn, number in enumerate(range(1, requests + 1, step))
        for line in (lines if HOW == "all" else [lines[turn % len(lines)]])
    ]


@contextmanager
def befalling(network: Proxy, moment: Moment, tally: Tally) -> Iterator[None]:
    """Let it befall one request until the end of the block, then the network is whole again."""
    fault = FAULTS[moment.line]
    network.inject(
        Fault(
            fault.kind, spared=moment.number - 1, times=1, after=fault.after, seconds=fault.seconds
        )
    )
    try:
        yield
    finally:
        if network.fired:
            tally.struck(moment.row, moment.line)
        else:
            tally.missed.append(str(moment))
        network.inject(None)
        network.accept()


@contextmanager
def counting(network: Proxy, count: list[int]) -> Iterator[None]:
    """Count the requests of the block."""
    network.inject(None)
    yield
    count.append(len(network.requests))


def network_of(away: Away, side: str) -> Proxy:
    return away.store if side == "S3" else away.rows


SIDES = ("S3", "PostgreSQL")


@pytest.mark.parametrize("side", SIDES)
def test_a_delivery_is_there_once_whatever_befalls_any_request_to_a_server(
    side: str,
    away: Away,
    serving: Serving,
    record_property: Callable[[str, object], None],
) -> None:
    tally, network = Tally(f"Annahme über {side}", Line), network_of(away, side)
    kept: dict[str, tuple[Letter, Acknowledged]] = {}

    def letter() -> Letter:
        number = len(kept) + 1
        return Letter(f"lieferung-{number:05d}.txt", f"Lieferung {number}\n".encode() * 2000, ())

    with serving(away.behind) as served:
        served.caller.sit_down()
        requests: list[int] = []
        for _ in range(2):
            sender = Sender(letter())
            with counting(network, requests):
                told = sender.send(served.caller)
            kept[sender.letter.name] = sender.letter, told
        for moment in moments(requests[-1]):
            sender = Sender(letter())
            told_early = None
            with befalling(network, moment, tally):
                try:
                    told_early = sender.send(served.caller)
                except Refused as refused:
                    look_at(refused.answer, moment, tally)
                except Broken as broken:
                    tally.unsaid(f"{moment}: {broken}")
            told_late = insist(sender, served.caller, moment, tally)
            if told_late is None:
                continue
            if told_early not in (None, told_late):
                tally.lost(f"{moment}: {told_early} heißt später {told_late}")
            kept[sender.letter.name] = sender.letter, told_late
    compare(away, kept, tally)
    record_property("sweep", tally.as_plain())
    tally.verdict()


def look_at(answer: Answer, moment: Moment, tally: Tally) -> None:
    told = json.loads(answer.body)
    sentence = told["message"].endswith(".") and told["next_step"]
    if answer.status != 503 or not sentence or int(answer.headers.get("Retry-After", 0)) <= 0:
        tally.unsaid(f"{moment}: {answer.status} {answer.body[:200]!r}")


def insist(sender: Sender, caller: Caller, moment: Moment, tally: Tally) -> Acknowledged | None:
    said = ""
    for _ in range(TRIES):
        try:
            return sender.send(caller)
        except (Broken, Refused) as error:
            said = str(error)
    tally.unsaid(f"{moment}: nimmt danach nichts an: {said}")
    return None


def compare(away: Away, kept: dict[str, tuple[Letter, Acknowledged]], tally: Tally) -> None:
    """Everything is there once, under its number, with its bytes, and nothing else is."""
    with away.house.office() as office, office.begin(writes=False) as work:
        rows = list(work.session.scalars(select(Document)))
        for row in rows:
            letter, told = kept.get(row.original_name, (None, None))
            if letter is None or told != Acknowledged(str(row.id), row.receipt_number):
                tally.doubled(f"{row.original_name}: {row.receipt_number}")
                continue
            with office.store.open(Digest(letter.sha256)) as stream:
                if stream.read() != letter.content:
                    tally.altered(letter.name)
    names = [row.original_name for row in rows]
    for missing in kept.keys() - set(names):
        tally.lost(missing)
    if len(names) != len(set(names)):
        tally.doubled(f"{len(names)} Zeilen, {len(set(names))} Lieferungen")


@pytest.mark.parametrize("side", SIDES)
def test_a_document_is_complete_whatever_befalls_any_request_of_its_work(
    side: str,
    away: Away,
    turning: Turning,
    record_property: Callable[[str, object], None],
) -> None:
    tally, network = Tally(f"Arbeit über {side}", Line), network_of(away, side)
    with away.house.office() as office, ExitStack() as running:
        bench = Bench(
            *(away.behind, office, turning, tally, running),
            made=slip,
            lanes=("process", "process", "index"),
            inside=False,
        )
        requests: list[int] = []
        for _ in range(2):
            bench.child = bench.trace(bench.turned, counting(network, requests))
        for moment in moments(requests[-1]):
            bench.strike(moment, bench.turned, befalling(network, moment, tally))
        bench.close()
    record_property("sweep", tally.as_plain())
    tally.verdict()
