"""A worker is killed at any moment of writing a package: is none, or all of it, ever to be seen?

A moment is a file that is opened, moved or removed, a program that is started, a statement or the
end of a transaction. A fair share of all moments is struck; ``EAKTE_TEST_KILLS`` says how many.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event

from eakte.casework.sending.desk import ROOM
from eakte.interchange.binding import CODE, FEW_PAGES, PROGRAM
from eakte.interchange.merging import Leaves, first_line
from eakte.interchange.stamp_face import stamp_face
from eakte.model.sending import SendingState
from eakte.worker import Worker
from storage.directory import DirectoryStore
from tests.eakte.listing import work_off
from tests.sending.conftest import Desk, furnished, reading_copy
from tests.sending.test_sending import MESSAGE, package

KILLS = int(os.environ.get("EAKTE_TEST_KILLS", "5"))
EVENTS = frozenset(
    {
        *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link"),
        *("subprocess.Popen", "fcntl.flock", "shutil.rmtree", "tempfile.mkdtemp"),
    }
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schemas: Path) -> Iterator[Desk]:
    """A house whose dossier is bound by a program of its own."""
    folder = tmp_path_factory.mktemp("killed")
    kept = DirectoryStore(folder / "store")
    with furnished(folder, schemas=schemas, store=kept) as made:
        made.file("Gutachten", FEW_PAGES + 1)
        yield made


def in_a_child(desk: Desk, moment: Callable[[], None]) -> int:
    """Do the errand that waits in a process of its own, in which every moment is told."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        engine = desk.office.database.engine
        engine.dispose(close=False)
        for name in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
            event.listen(engine, name, lambda *told: moment())
        sys.addaudithook(lambda name, told: moment() if name in EVENTS else None)
        os._exit(0 if Worker(desk.office)._errand_turn() else 2)
    finally:
        os._exit(1)


def moments_of(desk: Desk, log: Path) -> int:
    """How many moments a package has, counted by writing one."""
    desk.ask()
    with log.open("wb", buffering=0) as told:
        assert in_a_child(desk, lambda: told.write(b".") and None) == 0
    return log.stat().st_size


def killed_at(desk: Desk, last: int) -> int:
    passed = 0

    def moment() -> None:
        nonlocal passed
        passed += 1
        if passed == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return in_a_child(desk, moment)


def whole(desk: Desk, sending: UUID) -> bool:
    """Whether the package is there; what is there has to be all that its manifest names."""
    files = desk.fetched(sending)
    row = desk.row(sending)
    assert bool(files) == (row.state is SendingState.READY)
    if not files:
        return False
    manifest = next(content for name, content in files.items() if name.endswith(".txt"))
    assert hashlib.sha256(manifest).hexdigest() == row.sha256
    inside = package(files)
    lines = dict(reversed(line.split("  ")) for line in manifest.decode().splitlines())
    assert MESSAGE in inside and lines == {
        f"teil-1/{name}": hashlib.sha256(content).hexdigest() for name, content in inside.items()
    }
    return True


def test_no_half_package_is_seen_whenever_its_writer_is_killed(desk: Desk, tmp_path: Path) -> None:
    moments = moments_of(desk, tmp_path / "moments")
    assert moments > 100
    room = desk.office.settings.work_folder / ROOM
    seen = {True: 0, False: 0}
    for number in range(KILLS):
        sending = desk.ask()
        # The count differs by a few: the last moment is struck a little before the end.
        last = 1 + (moments - 8) * number // max(KILLS - 1, 1)
        code = killed_at(desk, last)
        assert os.WIFSIGNALED(code) and os.WTERMSIG(code) == signal.SIGKILL, (last, moments, code)
        seen[whole(desk, sending)] += 1
        desk.office.clock.move(timedelta(minutes=2))  # type: ignore[attr-defined]  # of the tests
        work_off(desk.office)
        assert whole(desk, sending), last
        assert [one.name for one in room.iterdir()] == ["lock"]
    assert seen[False] and seen[True] + seen[False] == KILLS


def started(folder: Path, starter: int) -> subprocess.Popen[bytes]:
    (folder / "one.pdf").write_bytes(reading_copy("Antrag", 2))
    program = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", PROGRAM, str(CODE), *filter(None, sys.path)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    leaves = [Leaves(str(folder / "one.pdf"), 1, 2)]
    line = first_line(leaves, face=stamp_face(), target=folder / "whole.pdf")
    assert program.stdin is not None
    program.stdin.write(line.replace(str(os.getpid()).encode(), str(starter).encode()))
    program.stdin.flush()
    return program


@pytest.mark.parametrize("orphan", [False, True])
def test_what_binds_a_whole_ends_when_nobody_listens(tmp_path: Path, orphan: bool) -> None:
    program = started(tmp_path, starter=1 if orphan else os.getpid())
    if orphan:
        assert program.wait(20) == 0
    said, reason = program.communicate(timeout=20)
    assert (program.returncode, said, reason) == (0, b"", b"")
    assert [one.name for one in tmp_path.iterdir()] == ["one.pdf"]
