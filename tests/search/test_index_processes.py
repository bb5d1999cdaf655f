"""One index, several processes: who may write, what the others see, what a kill leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from search import Engine, Index, IndexBusy, Word, open_index

from .conftest import SCHEMA, fill, page

ROOT = Path(__file__).parents[2]

# What the other process does. It says "ready" and waits for a line where the test needs to look.
WRITER = """
import sys
from pathlib import Path
from search import Entry, Field, FieldKind, Schema, open_index
from tests.search.conftest import SCHEMA

def pause():
    print("ready", flush=True)
    sys.stdin.readline()

folder, engine, act = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
index = open_index(folder, SCHEMA, engine=engine)
if act == "hold":
    with index.writer() as writer:
        writer.put(Entry("other", {}, ("Antrag",)))
        pause()
elif act == "endless":
    round_ = 0
    while True:
        round_ += 1
        with index.writer(wait=10) as writer:
            for n in range(30):
                writer.put(Entry(f"k{n}", {"number": round_}, (f"Antrag {round_} " * 50,)))
        print(round_, flush=True)
"""


class Other:
    """The other process."""

    def __init__(self, folder: Path, engine: Engine, act: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), engine, act],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()
        assert self.process.returncode == -signal.SIGKILL, "it had ended before it was killed"

    def end(self) -> None:
        self.process.communicate(timeout=60)


def within_two_seconds(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def opened(folder: tuple[Path, Engine]) -> Index:
    where, engine = folder
    return open_index(where, SCHEMA, engine=engine)


def test_while_another_process_writes_the_index_is_busy_but_can_be_searched(
    folder: tuple[Path, Engine],
) -> None:
    with opened(folder) as index:
        fill(index, page("mine", "Antrag"))
        other = Other(*folder, "hold")
        assert other.line() == "ready"
        with pytest.raises(IndexBusy), index.writer():
            pass
        assert [hit.key for hit in index.find(Word("Antrag")).hits] == ["mine"]
        other.go_on()
        other.end()
        assert within_two_seconds(lambda: index.find(Word("Antrag")).total == 2)
        fill(index, page("more", "Antrag"))
        assert index.count() == 3


def test_a_writer_killed_before_its_commit_leaves_the_old_state(
    folder: tuple[Path, Engine],
) -> None:
    with opened(folder) as index:
        fill(index, page("mine", "Antrag"))
        other = Other(*folder, "hold")
        assert other.line() == "ready"
        other.kill()
        assert sorted(index.keys()) == ["mine"]
        fill(index, page("more", "Antrag"))
        assert sorted(index.keys()) == ["mine", "more"]
    with opened(folder) as again:
        again.check()
        assert again.find(Word("Antrag")).total == 2


@pytest.mark.crash
@pytest.mark.parametrize("after", [0.0, 0.01, 0.02, 0.035, 0.05, 0.08, 0.12, 0.2])
def test_a_writer_killed_at_any_moment_leaves_one_whole_state(
    folder: tuple[Path, Engine], after: float
) -> None:
    with opened(folder) as index:
        other = Other(*folder, "endless")
        while int(other.line()) < 2:
            pass
        time.sleep(after)
        other.kill()
        for reader in (index, opened(folder)):
            assert within_two_seconds(lambda reader=reader: reader.count() == 30)
            rounds = {hit.fields["number"] for hit in reader.find(Word("Antrag"), limit=99).hits}
            assert len(rounds) == 1, "half of a commit can be seen"
            assert rounds.pop() >= 2
            reader.check()
        fill(index, page("after", "Antrag"))
        assert index.find(Word("Antrag")).total == 31


def test_a_reader_beside_a_busy_writer_always_gets_whole_answers(
    folder: tuple[Path, Engine],
) -> None:
    with opened(folder) as index:
        other = Other(*folder, "endless")
        assert other.line() == "1"
        seen = set()
        until = time.monotonic() + 2.5
        # On a busy machine the writer needs longer than that for its second round.
        while time.monotonic() < until or (len(seen) < 2 and time.monotonic() < until + 30):
            found = index.find(Word("Antrag"), limit=99)
            rounds = {hit.fields["number"] for hit in found.hits}
            assert found.total in (0, 30)
            assert len(rounds) <= 1
            seen |= rounds
        other.kill()
        assert len(seen) >= 2, "the reader never saw a newer state"


FULL_DISK = """
import resource, sys
from pathlib import Path
from search import Entry, IndexFull, Word, open_index
from tests.search.conftest import SCHEMA

index = open_index(Path(sys.argv[1]), SCHEMA, engine=sys.argv[2])
with index.writer() as writer:
    writer.put(Entry("before", {}, ("Antrag",)))
# To the engine a file that may not grow is a disk that is full.
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
try:
    with index.writer() as writer:
        for n in range(300):
            words = " ".join(f"wort{n}x{m}" for m in range(200))
            writer.put(Entry(f"k{n}", {}, (words, words)))
    print("nothing happened")
except IndexFull as full:
    print("full")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(sorted(index.keys()))
with index.writer() as writer:
    writer.put(Entry("after", {}, ("Antrag",)))
index.check()
print(index.find(Word("Antrag")).total)
"""


def test_a_full_disk_is_told_as_such_and_nothing_is_lost(folder: tuple[Path, Engine]) -> None:
    where, engine = folder
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(where), engine],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[:3] == ["full", "['before']", "2"], done.stderr
