"""Is the child shut in, can it be killed at any time, and is nothing taken from it unseen?"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.errors import PartUnavailable
from eakte.model.findings import Outcome
from eakte.processing import cage
from eakte.processing.cell import Cell
from eakte.processing.distrust import Distrusted
from eakte.processing.limits import Confinement, Limits
from eakte.processing.sandbox import Sandbox
from eakte.processing.scratch import Scratch
from tests.processing import papers

PROBE = """
import json, os, socket, sys
sys.path.insert(0, {code!r})
from eakte.processing.child import shut_off_all
shut_off_all()
def tried(act):
    try:
        return repr(act())
    except OSError as error:
        return type(error).__name__ + ": " + str(error.errno)
def connect():
    with socket.create_connection(("127.0.0.1", {port}), timeout=2):
        return "connected"
print(json.dumps({{
    "secret": tried(lambda: open({secret!r}).read()),
    "other job": tried(lambda: os.listdir({other!r})),
    "write outside": tried(lambda: open({secret!r} + "x", "w")),
    "write to code": tried(lambda: open(os.path.dirname(os.__file__) + "/x.py", "w")),
    "network": tried(connect),
    "surroundings": sorted(os.environ),
    "own folder": tried(lambda: open("mine", "w").write("x")),
}}))
"""


def confinements() -> list[Confinement]:
    return [Confinement.LIMITS, Confinement.BWRAP]


@pytest.fixture(params=confinements(), ids=lambda each: str(each.value))
def confinement(request: pytest.FixtureRequest) -> Confinement:
    wanted: Confinement = request.param
    if wanted is Confinement.BWRAP and cage.strongest() is not Confinement.BWRAP:
        pytest.skip("bubblewrap does not work on this machine")
    return wanted


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def children() -> set[int]:
    """The processes that this thread's process started, and theirs."""
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for tasks in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                more = {int(pid) for pid in tasks.read_text().split()}
            except OSError:
                continue
            waiting += more
            found |= more
    return found


def test_the_child_sees_its_own_folder_and_nothing_of_ours(
    confinement: Confinement, listener: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_SECRET_KEY", "geheim")
    scratch = Scratch.made_in(tmp_path / "scratch")
    cage.stage(scratch.folder)
    own, other = scratch.new_folder(), scratch.new_folder()
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    *command, start = cage.command(confinement, own)
    code = cage.INSIDE_CODE if confinement is Confinement.BWRAP else str(scratch.folder / "code")
    probe = PROBE.format(code=code, secret=str(secret), other=str(other), port=listener)
    assert "processing.child" in start
    done = subprocess.run(
        [*command, probe],
        env=cage.environment(confinement, own),
        cwd=own,
        capture_output=True,
        text=True,
        check=False,
    )
    scratch.remove()
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen.pop("own folder") == "1"
    assert not [name for name in seen.pop("surroundings") if "EAKTE" in name]
    assert {what: answer for what, answer in seen.items() if "Error" not in answer} == {}


def test_a_document_is_read_in_either_confinement(
    confinement: Confinement, scratch: Path, tmp_path: Path
) -> None:
    path = papers.as_pdf([papers.note("Vermerk")], tmp_path / "a.pdf", dpi=150)
    limits = Limits(scratch=scratch, sandbox=confinement)
    with Sandbox(limits, warm=False) as sandbox:
        outcome = done(sandbox, path)
    assert outcome.pages[0].text == "Vermerk"
    assert outcome.searchable_pdf is not None


def done(sandbox: Sandbox, path: Path) -> Outcome:
    folder = path.parent / "products"
    folder.mkdir(exist_ok=True)
    return sandbox.process(path, name=path.name, folder=folder, progress=lambda *told: None)


@pytest.mark.crash
@pytest.mark.parametrize("step", ["look", "recognise", "assemble"])
def test_a_killed_child_costs_nothing_but_time_and_each_killed_one_is_a_problem(
    sandbox: Sandbox, tmp_path: Path, step: str
) -> None:
    path = papers.as_pdf([papers.note("Vermerk")] * 3, tmp_path / "a.pdf", dpi=150)
    killed: set[int] = set()
    most = 1

    def kill(told: str, at: int, of: int) -> None:
        # What one has said that is dead by now is still heard.
        victims = [pid for pid in children() if is_at_work(pid)]
        if told == step and len(killed) < most and victims:
            killed.add(min(victims))
            # Both of a cell, and until they are gone, or the second would be met with what the
            # first has still said.
            for pid in victims:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            patience = time.monotonic() + 10
            while any(map(is_at_work, victims)) and time.monotonic() < patience:
                time.sleep(0.005)

    outcome = sandbox.process(path, name="a.pdf", folder=tmp_path, progress=kill)
    assert len(killed) == 1
    assert (outcome.problems, len(outcome.previews)) == ((), 3)
    most = 10
    outcome = sandbox.process(path, name="a.pdf", folder=tmp_path, progress=kill)
    assert len(killed) == 3
    assert outcome.problems[-1].code == "crashed"
    assert outcome.searchable_pdf is None
    assert done(sandbox, path).problems == ()


def is_at_work(pid: int) -> bool:
    """Whether this process belongs to the cell that has a job, not to the spare one."""
    try:
        return (Path(f"/proc/{pid}/cwd") / "original").exists()
    except OSError:
        return False


PARENT = """
import sys
from pathlib import Path
from eakte.processing.limits import Confinement, Limits
from eakte.processing.sandbox import Sandbox
def show(step, done, of):
    print(step, flush=True)
limits = Limits(scratch=Path({scratch!r}), sandbox=Confinement({confinement!r}))
with Sandbox(limits, warm=True) as sandbox:
    sandbox.process(Path({path!r}), name="a", folder=Path({folder!r}), progress=show)
"""


@pytest.mark.crash
def test_children_die_with_a_killed_parent(
    confinement: Confinement, letter: papers.Drawn, tmp_path: Path
) -> None:
    path = papers.as_pdf([letter.picture] * 3, tmp_path / "a.pdf")
    scratch = tmp_path / "scratch"
    code = PARENT.format(
        scratch=str(scratch), confinement=confinement.value, path=str(path), folder=str(tmp_path)
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=cage.CODE
    ) as parent:
        assert parent.stdout is not None
        while parent.stdout.readline().strip() != "recognise":
            assert parent.poll() is None
        time.sleep(0.3)
        assert those_working_in(scratch)
        parent.kill()
    deadline = time.monotonic() + 30
    while those_working_in(scratch) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert those_working_in(scratch) == []


def those_working_in(scratch: Path) -> list[str]:
    """The command lines of processes whose own folder lies below this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            place = str((process / "cwd").readlink())
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if (
            str(scratch).encode() in environment
            or place.startswith(str(scratch))
            or "bwrap" in line
            and str(scratch) in line
        ):
            found.append(line[:200])
    return found


@pytest.mark.crash
def test_a_child_that_hangs_is_ended_in_time(scratch: Path, tmp_path: Path) -> None:
    path = papers.as_pdf([papers.note("Vermerk")], tmp_path / "a.pdf", dpi=150)
    limits = Limits(scratch=scratch, document_seconds=4)
    with Sandbox(limits, warm=True) as sandbox:

        def stop(told: str, at: int, of: int) -> None:
            if told == "recognise" and at == 0:
                for pid in children():
                    if is_at_work(pid):
                        os.kill(pid, signal.SIGSTOP)

        started = time.monotonic()
        outcome = sandbox.process(path, name="a.pdf", folder=tmp_path, progress=stop)
        assert [problem.code for problem in outcome.problems] == ["timeout"]
        assert time.monotonic() - started < 12
    assert not [pid for pid in children() if is_at_work(pid)]


def test_recognition_that_takes_too_long_costs_only_its_page(
    scratch: Path, letter: papers.Drawn, tmp_path: Path
) -> None:
    path = papers.as_pdf([letter.picture, papers.note("kurz")], tmp_path / "a.pdf")
    with Sandbox(Limits(scratch=scratch, page_seconds=0.01), warm=False) as sandbox:
        outcome = done(sandbox, path)
    assert [problem.code for problem in outcome.problems] == ["page-timeout"]
    assert "Seite 1, 2" in outcome.problems[0].message
    assert outcome.searchable_pdf is not None
    assert len(outcome.previews) == 2


def test_a_child_that_needs_too_much_memory_is_a_problem(
    scratch: Path, letter: papers.Drawn, tmp_path: Path
) -> None:
    large = letter.picture.resize((7000, 9900)).convert("RGB")
    path = tmp_path / "a.png"
    large.save(path, dpi=(600, 600))
    with Sandbox(Limits(scratch=scratch, memory_mb=300), warm=False) as sandbox:
        outcome = done(sandbox, path)
    assert {problem.code for problem in outcome.problems} & {"memory", "crashed", "damaged"}


def test_documents_are_processed_side_by_side(sandbox: Sandbox, tmp_path: Path) -> None:
    words = ["Antrag", "Befund", "Bescheid", "Vermerk"]
    found: dict[str, str] = {}

    def one(word: str) -> None:
        folder = tmp_path / word
        folder.mkdir()
        path = papers.as_pdf([papers.note(word)], folder / "a.pdf", dpi=150)
        found[word] = done(sandbox, path).pages[0].text

    threads = [threading.Thread(target=one, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {word: word for word in words}


def test_nothing_is_left_behind(scratch: Path, tmp_path: Path) -> None:
    root = tmp_path / "scratch"
    path = papers.as_pdf([papers.note("Vermerk")], tmp_path / "a.pdf", dpi=150)
    sandbox = Sandbox(Limits(scratch=root), warm=True)
    with sandbox:
        done(sandbox, path)
        (folder,) = root.iterdir()
        assert len([cell for cell in folder.iterdir() if cell.name.startswith("cell-")]) <= 1
    assert list(root.iterdir()) == []


def test_the_folder_of_a_program_that_was_killed_is_swept_by_the_next(tmp_path: Path) -> None:
    living = Scratch.made_in(tmp_path)
    dead = Scratch.made_in(tmp_path)
    os.close(dead.handle)
    newest = Scratch.made_in(tmp_path)
    assert not dead.folder.exists()
    assert living.folder.exists()
    living.remove()
    newest.remove()


def test_demanded_bubblewrap_that_does_not_work_is_said_at_the_start(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cage, "strongest", lambda: Confinement.LIMITS)
    with pytest.raises(PartUnavailable, match="bubblewrap"):
        Sandbox(Limits(scratch=scratch, sandbox=Confinement.BWRAP), warm=False).start()


def test_doing_without_bubblewrap_is_said_in_the_log(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cage, "strongest", lambda: Confinement.LIMITS)
    with (
        caplog.at_level(logging.WARNING),
        Sandbox(Limits(scratch=scratch), warm=False) as sandbox,
    ):
        assert sandbox.confinement is Confinement.LIMITS
    assert "bubblewrap arbeitet hier nicht" in caplog.text


def test_a_child_that_cannot_start_is_a_part_out_of_reach(
    scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    monkeypatch.setattr(cage, "command", lambda *given: ["/bin/false"])
    with (
        Sandbox(Limits(scratch=scratch), warm=False) as sandbox,
        pytest.raises(PartUnavailable),
    ):
        sandbox.look(path, name="a.txt")


@pytest.mark.parametrize("lie", ["link", "folder", "other", "missing"])
def test_a_product_that_is_no_plain_pdf_is_not_taken(
    scratch: Path, tmp_path: Path, lie: str
) -> None:
    folder = tmp_path / "cell"
    folder.mkdir()
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-geheim")
    product = folder / "searchable.pdf"
    if lie == "link":
        product.symlink_to(secret)
    elif lie == "folder":
        product.mkdir()
    elif lie == "other":
        product.write_bytes(b"\x7fELF")
    cell = Cell(folder, Confinement.LIMITS, replace(Limits(), scratch=scratch))
    cell._account.has_pdf = True
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(Distrusted):
        cell.take(into)
    cell.remove()
    assert list(into.iterdir()) == []
    assert secret.exists()
