"""Does a document that kills, hangs or eats its way through recognition keep others from theirs?"""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from eakte.model.document import ProcessingState
from tests.crash.conftest import begin_work, until, working
from tests.crash.houses import House, Kept
from tests.crash.letters import Letter, scanned, typed
from tests.crash.processes import descendants

pytestmark = pytest.mark.crash


def scribble(width: int, height: int) -> bytes:
    """Return a page so full of tiny words without sense that it takes recognition very long."""
    chance = random.Random(7)  # noqa: S311  no secret
    typeface = ImageFont.load_default(size=14)
    sheet = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(sheet)
    for top in range(0, height, 15):
        line = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789   ", k=width // 6))
        pen.text((0, top), line, font=typeface, fill=0)
    spool = BytesIO()
    sheet.save(spool, "TIFF", compression="tiff_deflate", dpi=(300, 300))
    return spool.getvalue()


def blank(width: int, height: int) -> bytes:
    """Return a picture of few bytes that is huge in memory."""
    spool = BytesIO()
    Image.new("L", (width, height), 255).save(spool, "PNG", dpi=(600, 600))
    return spool.getvalue()


def of_name(house: House, name: str) -> Kept:
    [kept] = [kept for kept in house.documents() if kept.name == name]
    return kept


def assert_visible(kept: Kept, *codes: str) -> None:
    """The inbox says what is true of the document, and what to do."""
    assert kept.problem_code in codes, kept
    assert kept.problem is not None
    assert "Bitte" in kept.problem or "bitte" in kept.problem


def assert_others_went_on(house: House, *letters: Letter) -> None:
    for letter in letters:
        kept = of_name(house, letter.name)
        assert (kept.processing, kept.problem) == (ProcessingState.READY, None)
        assert house.found(letter.words[0]) == {str(kept.id)}


def test_a_document_whose_child_is_killed_each_time_is_visible_and_blocks_nobody(
    house: House,
) -> None:
    """As the kernel does it when memory runs out."""
    poison, sound = scanned(1, pages=2), typed(2)
    house.bring(poison)
    killed = 0

    def kill_until_it_is_shown() -> bool:
        nonlocal killed
        state = of_name(house, poison.name).processing
        if state is ProcessingState.RUNNING:
            killed += _kill_the_recognising(worker.pid)
        return state is ProcessingState.FAILED

    with working(house) as worker:
        until("its children are killed and that is shown", kill_until_it_is_shown)
        house.bring(sound)
        until("all are done", lambda: not house.jobs("process") + house.jobs("index"))
        assert worker.poll() is None
    assert killed >= 2
    assert_visible(of_name(house, poison.name), "crashed")
    assert_others_went_on(house, sound)
    assert house.original(of_name(house, poison.name)) == poison.content


def _kill_the_recognising(worker: int) -> int:
    """Kill the child that has a job, and never the one that waits for its first."""
    killed = 0
    for pid, _ in descendants(worker):
        with suppress(OSError):  # it has ended meanwhile
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if words[0].endswith(b"tesseract") and b"stdout" in words:
                parent = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1]
                os.kill(int(parent), signal.SIGKILL)
                killed += 1
    return killed


def test_pages_that_take_too_long_are_named_and_others_go_on(house: House) -> None:
    poison = Letter("gekritzel.tiff", scribble(2480, 3508), ())
    before, after = typed(1), typed(2)
    for letter in (before, poison, after):
        house.bring(letter)
    worker = begin_work(house, "--until-idle", EAKTE_PAGE_SECONDS="5", EAKTE_DOCUMENT_SECONDS="30")
    assert worker.wait(240) == 0
    assert_visible(of_name(house, poison.name), "page-timeout", "timeout")
    assert_others_went_on(house, before, after)


def test_a_document_that_eats_memory_is_named_and_others_go_on(house: House) -> None:
    poison = Letter("riese.png", blank(14_000, 14_000), ())
    before, after = typed(1), typed(2)
    for letter in (before, poison, after):
        house.bring(letter)
    worker = begin_work(house, "--until-idle", EAKTE_SANDBOX_MEMORY_MB="384")
    assert worker.wait(240) == 0
    assert_visible(of_name(house, poison.name), "memory", "crashed", "too-large-image")
    assert_others_went_on(house, before, after)
    assert house.original(of_name(house, poison.name)) == poison.content


def test_a_document_that_takes_its_worker_along_each_time_is_laid_aside(house: House) -> None:
    """Ten claims without a word are forgiven for each attempt; here one attempt is allowed."""
    poison, sound = scanned(1, pages=1), typed(2)
    house.bring(poison)
    deaths = 0
    while of_name(house, poison.name).processing is not ProcessingState.FAILED:
        worker = begin_work(house, "--until-idle", EAKTE_JOB_ATTEMPTS="1")
        try:
            until(
                "it is taken up or laid aside",
                lambda worker=worker: house.held_by(worker.pid) or worker.poll() is not None,
            )
        finally:
            worker.kill()
            worker.wait()
        deaths += worker.returncode == -signal.SIGKILL
        assert deaths <= 20
    assert deaths >= 10
    house.bring(sound)
    assert begin_work(house, "--until-idle", EAKTE_JOB_ATTEMPTS="1").wait(240) == 0
    assert_visible(of_name(house, poison.name), "interrupted")
    assert_others_went_on(house, sound)
