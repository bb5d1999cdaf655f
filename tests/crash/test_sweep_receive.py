"""Is every delivery there once, whatever befalls any call of the server that takes it in?

At every system call of a delivery that reaches a disk or a line the server is killed, or the call
fails, once or from then on. The sender knows only what was answered, and asks again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.evidence.fixity import sweep as clean_up
from eakte.intake.uploads import sweep_uploads
from eakte.model.batch import Batch
from eakte.model.document import Document, Version
from eakte.model.job import Job
from tests.crash.callers import Answer, Broken
from tests.crash.conftest import Served, Serving, until
from tests.crash.houses import House
from tests.crash.letters import Letter
from tests.crash.senders import (
    Acknowledged,
    FormSender,
    PartSender,
    Refused,
    Sender,
    StackSender,
)
from tests.crash.stations import scanning_pc
from tests.crash.sweeping import Blow, Point, Tally, counted, has_fired, points, sweep, watching
from tests.tracing import alive

pytestmark = pytest.mark.crash

SHARE = 40

SIZE = 60_000
TRIES, TRACES = 4, 3
# A line on which nothing comes any more; a fault that lasts can hold the answer back.
SECONDS = 3.0


@dataclass(frozen=True)
class Row:
    """What the house has of a delivery."""

    told: Acknowledged
    sha256: str


@dataclass
class Door:
    """One house whose way in is struck again and again; ``standing`` is a server that is not."""

    house: House
    serving: Serving
    office: Office
    sender: Callable[[Letter], Sender]
    stacks: bool
    tally: Tally
    log: Path
    numbers: count[int] = field(default_factory=lambda: count(1))
    kept: dict[str, str] = field(default_factory=dict)
    standing: Served = field(init=False)

    def letter(self) -> Letter:
        number = next(self.numbers)
        content = (f"Lieferung {number}\n" * (SIZE // 10))[:SIZE].encode()
        return Letter(f"lieferung-{number:05d}.txt", content, ())

    def calls(self, served: Served) -> Counter[str]:
        """Deliver without any fault; return the calls that were made each time."""
        return self.tally.made([self.trace(served) for _ in range(TRACES)])

    def trace(self, served: Served) -> Counter[str]:
        sender = self.sender(self.letter())
        with watching(served.pid, self.log):
            told = sender.send(served.caller)
        self.kept[sender.letter.name] = sender.letter.sha256
        assert [row.told for row in self.rows(sender.letter)] == [told]
        return counted(self.log)

    def kill(self, point: Point) -> bool:
        """Strike a server of its own, then ask the standing one."""
        with self.fresh() as victim:
            return self.strike(point, victim, ask=self.standing)

    def fail(self, point: Point) -> bool:
        """Let the calls of the standing server fail, then ask it again without a restart."""
        return self.strike(point, self.standing, ask=self.standing)

    def fresh(self) -> settled:
        """Another server, about to be struck."""
        sender = self.sender(self.letter())
        self.kept[sender.letter.name] = sender.letter.sha256
        return settled(self.serving, self.house, first=sender)

    def strike(self, point: Point, victim: Served, *, ask: Served) -> bool:
        sender = self.sender(self.letter())
        told: Acknowledged | None = None
        with watching(victim.pid, self.log, point):
            try:
                told = sender.send(victim.caller)
            except Broken:
                if point.blow is Blow.KILL:
                    until("the server is dead", lambda: not alive(victim.pid))
            except Refused as refused:
                self.look_at(refused.answer, point)
        if told is not None:
            self.compare(sender.letter, told, f"{point}, sofort")
        again = self.insist(sender, ask, point)
        if again is not None:
            if told not in (None, again):
                self.tally.lost(f"{point}: {told} heißt später {again}")
            self.compare(sender.letter, again, str(point))
        self.kept[sender.letter.name] = sender.letter.sha256
        return has_fired(self.log)

    def insist(self, sender: Sender, ask: Served, point: Point) -> Acknowledged | None:
        """Ask again, as a sender does, until there is a receipt; the repeat says the same."""
        said = ""
        for _ in range(TRIES):
            try:
                told = sender.send(ask.caller)
                if sender.send(ask.caller) != told:
                    self.tally.doubled(f"{point}: zwei Antworten")
                return told
            except (Broken, Refused) as error:
                said = str(error)
        self.tally.unsaid(f"{point}: nimmt danach nichts an: {said}")
        return None

    def look_at(self, answer: Answer, point: Point) -> None:
        """A refusal is a sentence with the next step and the time after which to ask again."""
        try:
            told = json.loads(answer.body) if answer.body else None
        except ValueError:
            told = {}
        sentence = told is None or (told.get("message", "").endswith(".") and told["next_step"])
        if answer.status != 503 or not sentence or int(answer.headers.get("Retry-After", 0)) <= 0:
            self.tally.unsaid(f"{point}: {answer.status} {answer.body[:200]!r}")

    def compare(self, letter: Letter, told: Acknowledged, where: str) -> None:
        """It is there once, under what was told, with its bytes."""
        rows = self.rows(letter)
        if not rows:
            self.tally.lost(where)
        if len(rows) > 1:
            self.tally.doubled(where)
        for row in rows:
            if row.told != told:
                self.tally.lost(f"{where}: {row.told} statt {told}")
            path = self.house.folder / "store" / row.sha256[:2] / row.sha256
            kept = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
            if {row.sha256, kept} != {letter.sha256}:
                self.tally.altered(where)

    def rows(self, letter: Letter) -> list[Row]:
        with self.office.begin(writes=False) as work:
            if self.stacks:
                found = work.session.execute(
                    select(Batch.id, Batch.number, Batch.sha256).where(Batch.name == letter.name)
                )
            else:
                found = work.session.execute(
                    select(Document.id, Document.receipt_number, Version.sha256)
                    .join(Version, Version.document_id == Document.id)
                    .where(Version.name == letter.name)
                )
            return [Row(Acknowledged(str(key), number), sha256) for key, number, sha256 in found]

    def close(self) -> None:
        """Count everything once more, with the work that was promised for it."""
        table, name = (Batch, Batch.name) if self.stacks else (Document, Document.original_name)
        with self.office.begin(writes=False) as work:
            ids: list[UUID] = list(work.session.scalars(select(table.id)))
            names = list(work.session.scalars(select(name)))
            kind = "separate" if self.stacks else "process"
            promised = list(work.session.scalars(select(Job.subject_id).where(Job.kind == kind)))
        for missing in sorted(self.kept.keys() - set(names)):
            self.tally.lost(missing)
        if len(names) != len(set(names)):
            self.tally.doubled(f"{len(names)} Zeilen, {len(set(names))} Lieferungen")
        if sorted(map(str, promised)) != sorted(map(str, ids)):
            self.tally.lost("die Verarbeitung ist nicht für jede genau einmal versprochen")
        for path in (self.house.folder / "uploads", self.house.folder / "store"):
            for left in path.rglob("*"):
                os.utime(left, (0, 0))
        with self.office.as_system() as work:
            sweep_uploads(work)
        with self.office.as_system() as work:
            clean_up(work, older_than=timedelta(days=1))
        if left_over := [*self.house.spooled(), *self.house.arriving()]:
            self.tally.doubled(f"Reste: {left_over}")
        verified = self.house.eakte("verify", "--json")
        if verified.code != 0:
            self.tally.altered(verified.out + verified.err)
        elif verified.told[0]["unnamed_objects"]:
            self.tally.doubled("Bytes ohne Zeile sind nicht weggeräumt")


class settled:  # noqa: N801  # read as a word: with settled(…) as served
    """A server to which happened already what happens once in its life."""

    def __init__(self, serving: Serving, house: House, *, first: Sender) -> None:
        self._block = serving(house)
        self._first = first

    def __enter__(self) -> Served:
        served = self._block.__enter__()
        assert served.caller.ask("GET", "/gesundheit").status == 200
        served.caller.sit_down()
        served.caller.patience = SECONDS
        self._first.send(served.caller)
        return served

    def __exit__(self, *ended: object) -> None:
        self._block.__exit__(*ended)  # type: ignore[arg-type]  # passed on as they came


WAYS = ("in einem Stück", "als Formular", "in Teilen", "als Stapel")


@pytest.mark.parametrize("way", WAYS)
def test_a_delivery_is_there_once_whatever_befalls_any_call_of_the_server(
    way: str,
    house: House,
    serving: Serving,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    pc = scanning_pc(house, tmp_path / "pc")
    token = (pc.home / "station.token").read_text()
    senders: dict[str, Callable[[Letter], Sender]] = {
        "in einem Stück": Sender,
        "als Formular": FormSender,
        "in Teilen": PartSender,
        "als Stapel": lambda letter: StackSender(letter, token),
    }
    tally = Tally(f"Annahme {way}")
    with house.office() as office, ExitStack() as running:
        door = Door(
            *(house, serving, office, senders[way]),
            stacks=way == "als Stapel",
            tally=tally,
            log=tmp_path / "trace",
        )
        door.standing = running.enter_context(door.fresh())
        calls = door.calls(door.standing)
        sweep(points(calls, killing=False, share=SHARE), tally, door.fail)
        sweep(points(calls, killing=True, share=SHARE), tally, door.kill)
        door.close()
    record_property("sweep", tally.as_plain())
    tally.verdict()


def test_a_part_that_could_not_be_forced_to_disk_has_to_be_sent_again(
    house: House, serving: Serving, tmp_path: Path
) -> None:
    log, content = tmp_path / "trace", b"Zeile\n" * 5000
    with serving(house) as served:
        caller = served.caller
        caller.sit_down()
        address = caller.announce(len(content), name="brief.txt").headers["Location"]
        with watching(served.pid, log, Point("fsync", 1, Blow.EIO_ONCE)):
            answer = caller.send_part(address, content[:20_000], offset=0)
        assert has_fired(log)
        assert answer.status == 503
        assert "Datenträger" in answer.told["message"]
        assert caller.how_far(address).headers["Upload-Offset"] == "0"
        sender = PartSender(Letter("brief.txt", content, ()))
        sender.address = address
        told = sender.send(caller)
    [kept] = house.documents()
    assert (str(kept.id), kept.number) == (told.document, told.number)
    assert house.original(kept) == content
