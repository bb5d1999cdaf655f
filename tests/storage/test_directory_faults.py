"""Does a folder keep its promises when disk, process or neighbour fail?"""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from storage import (
    Digest,
    DirectoryStore,
    ObjectMissing,
    StoreFull,
    StoreUnreachable,
)
from tests.storage.one_put import FULL, STORED, UNREACHABLE, content
from tests.tracing import ROOT, Run, traced

SIZE = (2 << 20) + 12345  # three writes
DIGEST = Digest.of(content(SIZE))
ONE_PUT = Path(__file__).parent / "one_put.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A store that has been in use, so that a trace shows a put and nothing else."""
    place = tmp_path / "store"
    DirectoryStore(place).put(BytesIO(b"an older object"))
    return place


def put_traced(root: Path, *, inject: str = "") -> Run:
    log = root.parent / "trace"
    return traced(ONE_PUT, str(root), str(SIZE), "1", log=log, store=root, inject=inject)


def residue(root: Path) -> list[Path]:
    return sorted((root / ".incoming").iterdir())


def assert_every_listed_object_is_whole(root: Path) -> None:
    store = DirectoryStore(root)
    listed = [found.digest for found in store.listing()]
    assert Digest.of(b"an older object") in listed
    for digest in listed:
        with store.open(digest) as kept:
            assert Digest.of(kept.read()) == digest


def assert_the_next_put_succeeds(root: Path) -> None:
    store = DirectoryStore(root)
    assert store.put(BytesIO(content(SIZE))).digest == DIGEST
    assert_every_listed_object_is_whole(root)


def durable(calls: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the last write, fsync, rename and fsync of the folder came in this order."""

    def last(wanted: str, *words: str) -> int:
        found = [
            number
            for number, (name, arguments) in enumerate(calls)
            if name.startswith(wanted) and all(word in arguments for word in words)
        ]
        return found[-1] if found else -1

    shard = f"/{DIGEST.sha256[:2]}"
    steps = [
        last("write", "/.incoming/"),
        last("fsync", "/.incoming/"),
        last("rename", "/.incoming/", f"{shard}/{DIGEST}"),
        last("fsync", f"{shard}>"),
    ]
    return steps[0] >= 0 and steps == sorted(steps) and len(set(steps)) == len(steps)


def test_a_put_writes_then_syncs_then_renames_then_syncs_the_folder(root: Path) -> None:
    run = put_traced(root)
    assert run.code == STORED
    assert durable(run.calls), run.log
    for missing in range(len(run.calls)):
        name, arguments = run.calls[missing]
        if name in ("fsync", "rename") and str(root) + ">" not in arguments:
            assert not durable(run.calls[:missing] + run.calls[missing + 1 :])


@pytest.mark.parametrize(
    ("call", "error", "code"),
    [
        ("write", "ENOSPC", FULL),
        ("write", "EIO", UNREACHABLE),
        ("fsync", "EIO", UNREACHABLE),
        ("fsync", "EDQUOT", FULL),
        ("fchmod", "EIO", UNREACHABLE),
        ("rename", "EIO", UNREACHABLE),
    ],
)
def test_an_error_of_the_disk_at_any_step_is_reported_and_leaves_no_residue(
    root: Path, call: str, error: str, code: int
) -> None:
    times = put_traced(root).count(call)
    assert times >= 1
    DirectoryStore(root).delete(DIGEST)
    for number in range(1, times + 1):
        run = put_traced(root, inject=f"{call}:error={error}:when={number}")
        assert run.injected
        assert run.code == code
        assert residue(root) == []
        assert_every_listed_object_is_whole(root)
        assert run.count("fsync") <= 3  # an fsync that failed is never tried again
    assert_the_next_put_succeeds(root)


def test_an_error_that_lasts_leaves_what_only_sweep_can_remove(root: Path) -> None:
    run = put_traced(root, inject="rename,unlink:error=EIO")
    assert run.injected
    assert run.code == UNREACHABLE
    assert len(residue(root)) == 1
    assert not DirectoryStore(root).exists(DIGEST)
    assert DirectoryStore(root).sweep(older_than=timedelta(0)) == 1
    assert_the_next_put_succeeds(root)


@pytest.mark.crash
@pytest.mark.parametrize("call", ["openat", "write", "fsync", "fchmod", "rename", "unlink"])
def test_a_put_killed_at_any_step_shows_nothing_or_the_whole(root: Path, call: str) -> None:
    free_run = put_traced(root)
    DirectoryStore(root).delete(DIGEST)
    on_store = sum(name == call for name, _ in free_run.calls)
    everywhere = free_run.count(call)
    assert on_store >= 1
    for number in range(everywhere - on_store + 1, everywhere + 1):
        run = put_traced(root, inject=f"{call}:signal=SIGKILL:when={number}")
        assert run.killed
        assert_every_listed_object_is_whole(root)
        left = len(residue(root))
        assert left <= 1
        assert DirectoryStore(root).sweep(older_than=timedelta(hours=1)) == 0
        assert DirectoryStore(root).sweep(older_than=timedelta(0)) == left
        assert residue(root) == []
    assert_the_next_put_succeeds(root)


def test_a_disk_that_fills_up_refuses_loses_nothing_and_recovers(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        [
            *("unshare", "--mount", "--map-root-user", "sh", "-c"),
            'mount -t tmpfs -o size=3m none "$1" && exec "$2" "$3" "$1/store"',
            *("sh", str(disk), sys.executable, str(Path(__file__).parent / "full_disk.py")),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no private tmpfs here: {done.stderr.strip()}")
    seen = json.loads(done.stdout)
    assert 3 <= seen.pop("kept") < 40
    assert seen == {
        "refused": True,
        "residue": 0,
        "listing agrees": True,
        "whole": True,
        "recovered": True,
    }


def test_the_reserve_is_kept_free_and_a_put_that_would_touch_it_reads_nothing(
    tmp_path: Path,
) -> None:
    store = DirectoryStore(tmp_path / "store", reserve=1 << 62)
    stream = BytesIO(b"one page")
    with pytest.raises(StoreFull):
        store.put(stream)
    assert stream.tell() == 0
    assert residue(tmp_path / "store") == []
    assert store.probe().free_bytes == 0
    with pytest.raises(StoreFull):
        DirectoryStore(tmp_path / "store").put(BytesIO(b""), expected_size=1 << 60)


def test_processes_that_put_the_same_bytes_make_one_object(root: Path) -> None:
    program = str(Path(__file__).parent / "one_put.py")
    neighbours = [
        subprocess.Popen(
            [sys.executable, program, str(root), "100000", "40"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(4)
    ]
    assert [neighbour.wait(timeout=60) for neighbour in neighbours] == [STORED] * 4
    assert residue(root) == []
    assert_every_listed_object_is_whole(root)
    assert len(list(DirectoryStore(root).listing())) == 2


def test_a_temporary_file_is_never_listed_and_only_age_lets_it_be_swept(root: Path) -> None:
    store = DirectoryStore(root)
    old, young = (root / ".incoming" / f"{name}.part" for name in ("old", "young"))
    for leftover in (old, young):
        leftover.write_bytes(b"half a page")
    os.utime(old, (0, 0))
    assert [found.digest for found in store.listing()] == [Digest.of(b"an older object")]
    assert store.sweep(older_than=timedelta(days=1)) == 1
    assert residue(root) == [young]
    assert store.exists(Digest.of(b"an older object"))


def test_a_sweep_never_takes_a_put_that_is_still_going_on(root: Path) -> None:
    store = DirectoryStore(root)

    class SweptMeanwhile(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert store.sweep(older_than=timedelta(minutes=1)) == 0
            return super().read(size)

    assert store.put(SweptMeanwhile(content(SIZE))).digest == DIGEST


def test_a_sweep_of_old_objects_never_takes_one_that_is_put_again_meanwhile(root: Path) -> None:
    store = DirectoryStore(root)
    page = b"a page that comes twice"
    path = root / Digest.of(page).sha256[:2] / Digest.of(page).sha256
    removed = 0
    with ThreadPoolExecutor(2) as threads:
        for _ in range(150):
            store.put(BytesIO(page))
            os.utime(path, (0, 0))
            cutoff = datetime.now(UTC) - timedelta(hours=1)
            swept = threads.submit(store.delete, Digest.of(page), stored_before=cutoff)
            again = threads.submit(store.put, BytesIO(page))
            swept.result()
            again.result()
            assert store.exists(Digest.of(page))
            os.utime(path, (0, 0))
            store.delete(Digest.of(page), stored_before=cutoff)
            removed += not store.exists(Digest.of(page))
    assert removed == 150


def test_folders_are_closed_to_others_and_objects_can_only_be_read(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    path = tmp_path / "store" / DIGEST.sha256[:2] / DIGEST.sha256
    before = os.umask(0)
    try:
        store.put(BytesIO(content(SIZE)))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    for folder in (path.parent, path.parent.parent, tmp_path / "store" / ".incoming"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_others_put_into_the_folder_is_never_listed(root: Path) -> None:
    store = DirectoryStore(root)
    name = DIGEST.sha256
    (root / name[:2] / "notes.txt").write_text("x")
    (root / name[:2] / f"{name}.bak").write_text("x")
    (root / ("00" if name[:2] != "00" else "01") / name).write_text("in the wrong folder")
    (root / name[:2] / name).symlink_to("/etc/hostname")
    assert [found.digest for found in store.listing()] == [Digest.of(b"an older object")]


def test_a_folder_that_vanishes_is_a_fault_and_not_an_empty_store(root: Path) -> None:
    store = DirectoryStore(root)
    store.probe()
    aside = root.rename(root.with_name("unmounted"))
    older = Digest.of(b"an older object")
    for ask in (store.open, store.exists, store.size, store.delete):
        with pytest.raises(StoreUnreachable):
            ask(older)
    for act in (store.probe, lambda: list(store.listing()), lambda: store.put(BytesIO(b"x"))):
        with pytest.raises(StoreUnreachable):
            act()
    root.mkdir()  # the bare mount point
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(b"x"))
    with pytest.raises(StoreUnreachable):
        store.probe()
    root.rmdir()
    aside.rename(root)
    assert store.put(BytesIO(b"x")).size == 1
    with store.open(older) as kept:
        assert kept.read() == b"an older object"


def test_a_place_that_cannot_be_made_is_out_of_reach_until_it_can(tmp_path: Path) -> None:
    blocker = tmp_path / "blocked"
    blocker.write_text("a file where a folder should be")
    store = DirectoryStore(blocker / "store")
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(b"x"))
    blocker.unlink()
    stored = store.put(BytesIO(b"x"))
    assert store.exists(stored.digest)


def test_opening_a_store_touches_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    with pytest.raises(ObjectMissing):
        store.open(DIGEST)
    assert list(tmp_path.iterdir()) == []
