"""Is a full disk named in plain words, does it leave nothing behind, and is it over when it is?"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from eakte.model.document import ProcessingState
from tests.crash.callers import Answer
from tests.crash.conftest import Serving, until, working
from tests.crash.houses import House
from tests.crash.letters import Letter, scanned, typed
from tests.crash.senders import WAYS, PartSender

pytestmark = pytest.mark.crash

MIB = 1 << 20
DISK = 224 * MIB
# The store leaves so much to the database; there is room for a letter, but the reserve is touched.
RESERVE_TOUCHED = 64 * MIB
LESS_THAN_A_LETTER = 100_000


@dataclass(frozen=True)
class Disk:
    """A disk of its own, in memory, that can be filled up."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """What takes the room away."""
        return self.folder / "ballast"

    def leave(self, free: int) -> None:
        """Take all room away but this."""
        self.empty()
        with self.ballast.open("wb") as stream:
            while (taken := shutil.disk_usage(self.folder).free - free) > 0:
                with suppress(OSError):  # somebody else took a part of it meanwhile
                    os.posix_fallocate(stream.fileno(), stream.seek(0, os.SEEK_END), taken)

    def empty(self) -> None:
        """Give the room back."""
        self.ballast.unlink(missing_ok=True)


def pause(worker: subprocess.Popen[bytes], house: House) -> None:
    """Stop the worker where it holds no lock that others would wait for."""
    with closing(sqlite3.connect(house.folder / "eakte.db", timeout=0.1)) as rows:
        rows.isolation_level = None
        while True:
            worker.send_signal(signal.SIGSTOP)
            until("each of its threads stands still", lambda: stopped(worker.pid))
            try:
                rows.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                worker.send_signal(signal.SIGCONT)
                time.sleep(0.02)
            else:
                rows.execute("ROLLBACK")
                return


def stopped(pid: int) -> bool:
    """Tell whether a process has stopped; it runs on for a moment after the signal."""
    states = [
        (thread / "stat").read_text().rpartition(") ")[2][:1]
        for thread in Path(f"/proc/{pid}/task").iterdir()
    ]
    return set(states) == {"T"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk of its own to fill it up")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def cramped(house: House, disk: Disk) -> House:
    """A house that lies on the small disk with all it has."""
    return house.copy(disk.folder / "house")


def assert_refused(answer: Answer) -> None:
    assert answer.status == 503, answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.told["message"].endswith(".")
    assert "Platz" in answer.told["message"] or "voll" in answer.told["message"]
    assert answer.told["next_step"].startswith("Bitte")


def assert_nothing_kept(house: House) -> None:
    assert house.spooled() == []
    assert house.arriving() == []
    assert house.documents() == []


@pytest.mark.parametrize("left", [RESERVE_TOUCHED, LESS_THAN_A_LETTER, 0])
def test_a_delivery_is_refused_without_residue_and_taken_when_there_is_room(
    left: int, cramped: House, disk: Disk, serving: Serving
) -> None:
    with serving(cramped) as served:
        caller = served.caller
        caller.sit_down()
        letter = typed(1)
        disk.leave(left)
        assert_refused(caller.deliver(letter.content, name=letter.name, key="1"))
        assert_refused(caller.deliver_form(letter.content, name=letter.name, key="1"))
        assert_nothing_kept(cramped)
        disk.empty()
        answer = caller.deliver(letter.content, name=letter.name, key="1")
        assert answer.status == 201, answer.body
    [kept] = cramped.documents()
    assert cramped.original(kept) == letter.content


@pytest.mark.parametrize("left", [LESS_THAN_A_LETTER, 0])
def test_an_upload_in_parts_goes_on_where_the_full_disk_stopped_it(
    left: int, cramped: House, disk: Disk, serving: Serving
) -> None:
    letter = typed(1)
    half = len(letter.content) // 2
    with serving(cramped) as served:
        caller = served.caller
        caller.sit_down()
        disk.leave(left)
        assert_refused(caller.announce(len(letter.content), name=letter.name))
        disk.empty()
        sender = PartSender(letter)
        sender.address = caller.announce(len(letter.content), name=letter.name).headers["Location"]
        assert caller.send_part(sender.address, letter.content[:half], offset=0).status == 204
        disk.leave(left)
        assert_refused(caller.send_part(sender.address, letter.content[half:], offset=half))
        disk.empty()
        told = sender.send(caller)
    [kept] = cramped.documents()
    assert (str(kept.id), kept.number) == (told.document, told.number)
    assert cramped.original(kept) == letter.content
    assert cramped.spooled() == []


def test_rows_that_find_no_room_are_refused_and_bytes_are_named_later(
    house: House, disk: Disk, tmp_path: Path, serving: Serving
) -> None:
    """The store lies on another disk, so only the transaction fails."""
    elsewhere = dict(house.environment) | {"EAKTE_STORE_URL": f"file://{tmp_path / 'store'}"}
    cramped = replace(house.copy(disk.folder / "house"), environment=elsewhere)
    letter = Letter("kurz.txt", b"Ein kurzer Brief", ("kurzer",))
    with serving(cramped) as served:
        caller = served.caller
        caller.sit_down()
        first = Letter("erster.txt", b"Ein erster Brief", ("erster",))
        assert caller.deliver(first.content, name=first.name, key="0").status == 201
        disk.leave(8192)
        answer = caller.deliver(letter.content, name=letter.name, key="1")
        assert answer.status == 503, answer.body
        assert "Datenbank" in answer.told["message"]
        assert [kept.name for kept in cramped.documents()] == [first.name]
        disk.empty()
        assert caller.deliver(letter.content, name=letter.name, key="1").status == 201
    assert [kept.name for kept in cramped.documents()] == [first.name, letter.name]


@pytest.mark.parametrize("left", [RESERVE_TOUCHED, LESS_THAN_A_LETTER, 0])
def test_a_worker_waits_for_room_and_goes_on_without_a_restart(
    left: int, cramped: House, disk: Disk
) -> None:
    cramped.bring(scanned(1, pages=1))
    with working(cramped) as worker:
        until("the first is done", lambda: not cramped.jobs("process"))
        pause(worker, cramped)  # so that the disk is full before it looks
        cramped.bring(scanned(2, pages=1))
        disk.leave(left)
        worker.send_signal(signal.SIGCONT)
        log = cramped.logs / "worker.log"
        until("the worker says so", lambda: "out of reach" in log.read_text())
        [job] = cramped.jobs("process")
        assert job.failures == 0
        assert cramped.documents()[1].processing is not ProcessingState.FAILED
        disk.empty()
        until("the second is done", lambda: not cramped.jobs("process") + cramped.jobs("index"))
        assert worker.poll() is None
    assert [kept.processing for kept in cramped.documents()] == [ProcessingState.READY] * 2
    assert all(kept.problem is None for kept in cramped.documents())
    assert cramped.found("Posteingang") == {str(kept.id) for kept in cramped.documents()}


def test_every_way_in_is_open_again_after_the_disk_was_full(
    cramped: House, disk: Disk, serving: Serving
) -> None:
    with serving(cramped, sandbox=True) as served:
        served.caller.sit_down()
        disk.leave(0)
        letter = typed(1)
        assert_refused(served.caller.deliver(letter.content, name=letter.name, key="1"))
        disk.empty()
        for number, way in enumerate(WAYS.values(), start=1):
            sender = way(typed(number))
            sender.send(served.caller)
    assert len(cramped.documents()) == len(WAYS)
