"""Is every document complete in the end, however often the worker is killed while it recognises?

``eakte work --until-idle`` is killed at random moments of the processing of scans and started
again, with the documents shut in as the machine can; test_sweep_worker.py strikes it at its calls.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pikepdf.pdfa
import pytest

from eakte.model.document import ProcessingState, RenditionKind
from eakte.model.job import Job
from tests.crash.conftest import begin_work, until
from tests.crash.houses import House, Kept
from tests.crash.letters import EVERYWHERE, Letter, scanned
from tests.crash.processes import descendants, survivors

pytestmark = pytest.mark.crash

# EAKTE_TEST_WORKER_KILLS kills oftener.
KILLS = int(os.environ.get("EAKTE_TEST_WORKER_KILLS", "6"))
# Kills that came too late, when the last document was done, do not count; so many are forgiven.
TRIES = 30


@dataclass
class Desk:
    """A house in which scans are brought in as long as there are kills to come."""

    house: House
    letters: dict[UUID, Letter] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    left_behind: int = 0

    def bring(self) -> None:
        """Bring one more scan in."""
        letter = scanned(len(self.letters) + 1, pages=1 + len(self.letters) % 3)
        self.letters[self.house.bring(letter)] = letter

    def strike(self, *, seconds: float) -> None:
        """Kill a worker while it has a document in work, whose pages take so many seconds each."""
        if len(self.house.jobs("process")) < 2:
            self.bring()
        worker = begin_work(self.house, "--until-idle")
        try:
            taken: list[Job] = []
            until(
                "the worker takes a document up",
                lambda: taken.extend(self.house.held_by(worker.pid)) or taken,
            )
            pages = len(self.letters[taken[0].subject_id].words)
            time.sleep(random.uniform(0.0, seconds * pages))  # noqa: S311  no secret
            family = descendants(worker.pid)
        finally:
            worker.kill()
            worker.wait()
        held = self.house.held_by(worker.pid)
        self.steps += [job.step or "begin" for job in held]
        self.left_behind += len(list((self.house.folder / "work").glob("*/*/")))
        until("its children die with it", lambda: not survivors(family), patience=20)


def seconds_a_scan(desk: Desk) -> float:
    """Process one scan in peace; return how long it was held."""
    desk.bring()
    worker = begin_work(desk.house, "--until-idle")
    try:
        until("the worker takes a document up", lambda: desk.house.held_by(worker.pid))
        began = time.monotonic()
        until("it is done", lambda: not desk.house.jobs("process"))
        return time.monotonic() - began
    finally:
        worker.wait()


def test_a_worker_killed_at_random_moments_of_recognition_loses_and_doubles_nothing(
    house: House, tmp_path: Path
) -> None:
    desk = Desk(house)
    seconds = seconds_a_scan(desk)
    tries = 0
    while len(desk.steps) < KILLS:
        desk.strike(seconds=seconds)
        tries += 1
        assert tries < TRIES, f"only {len(desk.steps)} of {tries} kills met a document in work"
    print(f"{KILLS} kills in {tries} tries met:", dict(Counter(desk.steps)))
    assert desk.left_behind > 0
    assert len(set(desk.steps)) > 1, f"all kills met the same step: {desk.steps}"

    last = begin_work(house, "--until-idle")
    assert last.wait(300) == 0
    there = house.documents()
    assert {kept.id for kept in there} == desk.letters.keys()
    assert len(there) == len(desk.letters)
    for kept in there:
        assert_complete(house, kept, desk.letters[kept.id], tmp_path)
    assert house.found(EVERYWHERE) == {str(kept.id) for kept in there}
    assert list((house.folder / "work").iterdir()) == []
    assert list((house.folder / "sandbox").iterdir()) == []
    assert house.arriving() == []
    verified = house.eakte("verify", "--json")
    assert verified.code == 0, verified.out + verified.err


def assert_complete(house: House, kept: Kept, letter: Letter, folder: Path) -> None:
    """All pages have their text, the reading copy is valid, every page has its preview."""
    assert (kept.processing, kept.problem) == (ProcessingState.READY, None)
    assert kept.pages == len(letter.words)
    assert house.original(kept) == letter.content
    texts = house.text(kept)
    assert len(texts) == len(letter.words)
    for text, word in zip(texts, letter.words, strict=True):
        assert word in text
        assert str(kept.id) in house.found(f"{word} Nummer")
    products = [(product.kind, product.page) for product in house.products(kept)]
    assert products == sorted(
        [
            (RenditionKind.READING_COPY, 0),
            (RenditionKind.TEXT, 0),
            *((RenditionKind.PREVIEW, page) for page in range(1, len(texts) + 1)),
        ]
    )
    copy = house.reading_copy(kept, into=folder)
    assert pikepdf.pdfa.validate_written(copy, "2b").verdict == "pass"
    with pikepdf.open(copy) as pdf:
        assert len(pdf.pages) == len(texts)
