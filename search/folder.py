"""How does an index lie in its folder, and how is one put in place of another?

    FOLDER/write.lock      held while somebody writes; never deleted
    FOLDER/current         the name of the generation that counts; replaced in one step
    FOLDER/gen-…/          what the engine keeps
    FOLDER/gen-…/made-for.json    engine, schema and analysis it was made for
    FOLDER/gen-…/parts.json       size and check sums of its parts

A swap moves a generation in and replaces `current`, so a reader or a crash meets the old state or
the new one. Readers keep what they have open until they look at `current` again.
"""

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from search.entry import Schema
from search.errors import IndexBroken, IndexBusy
from search.german import ANALYSIS

_LOCK = "write.lock"
_CURRENT = "current"
_MADE_FOR = "made-for.json"
_LAYOUT = 1  # change it when columns or folders change, so that old indexes are rebuilt
_PAUSE = 0.02


@contextmanager
def writing(folder: Path, *, wait: float) -> Iterator[None]:
    """Hold the one place at which the folder's index is written; IndexBusy when it is taken.

    The kernel lets go of the lock when its holder dies, however it dies.
    """
    until = time.monotonic() + wait
    with _lock_of(folder) as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise IndexBusy(f"somebody else is writing to the index {folder}") from None
                time.sleep(_PAUSE)
            else:
                break
        yield


def _lock_of(folder: Path) -> IO[bytes]:
    try:
        return (folder / _LOCK).open("ab")
    except OSError as error:
        raise IndexBroken(f"the index {folder} cannot be locked: {error}") from error


def prepared(folder: Path) -> None:
    """Make the folder if need be; only its owner may look in: it holds what documents say."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def current(folder: Path) -> Path | None:
    """The generation that counts; None when there is none yet.

    Raises IndexBroken when `current` names nothing that could be one.
    """
    try:
        name = (folder / _CURRENT).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        if any(folder.glob("gen-*/" + _MADE_FOR)):
            raise IndexBroken(f"{folder} does not say which generation counts") from None
        return None
    except OSError as error:
        raise IndexBroken(f"{folder / _CURRENT} cannot be read: {error}") from error
    generation = folder / name
    if not name.startswith("gen-") or os.sep in name or not generation.is_dir():
        raise IndexBroken(f"{folder / _CURRENT} names no generation of the index")
    return generation


def new_generation(folder: Path) -> Path:
    """An empty place for the engine's parts; it does not count before point_to()."""
    generation = folder / f"gen-{uuid.uuid4().hex}"
    generation.mkdir(mode=0o700)
    return generation


def point_to(folder: Path, generation: Path) -> None:
    """Let this generation be the one that counts, and take away all others."""
    write_durably(folder / _CURRENT, generation.name + "\n")
    for other in folder.glob("gen-*"):
        if other.name != generation.name:
            # A reader on another system may hold a part open; the next swap tries again.
            shutil.rmtree(other, ignore_errors=True)


def note_made_for(generation: Path, schema: Schema, *, engine: str) -> None:
    """Write down what the generation is made for."""
    write_durably(generation / _MADE_FOR, json.dumps(_made_for(schema, engine), indent=1))


def check_made_for(generation: Path, schema: Schema, *, engine: str) -> None:
    """Raises IndexBroken when the generation was made for something else."""
    try:
        found = json.loads((generation / _MADE_FOR).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexBroken(f"{generation} does not say what it was made for") from error
    wanted = _made_for(schema, engine)
    if found != wanted:
        differs = [
            name
            for name in wanted
            if not isinstance(found, dict) or found.get(name) != wanted[name]
        ]
        raise IndexBroken(f"{generation} was made for another {', '.join(differs) or 'version'}")


def _made_for(schema: Schema, engine: str) -> dict[str, object]:
    return {
        "engine": engine,
        "layout": _LAYOUT,
        "analysis": ANALYSIS,
        "newest": schema.newest,
        "fields": [[f.name, f.kind.value, f.weight, f.default] for f in schema.fields],
    }


def swap_index(folder: Path, fresh: Path, *, wait: float = 10.0) -> None:
    """Put the index that was built in `fresh` in place of the one in `folder`.

    Readers of `folder` find the new one within about a second. Both must be on one file system.
    `fresh` must have no writer; it is gone afterwards. Raises IndexBusy, IndexBroken (when there
    is nothing in `fresh`; `folder` is then left alone).
    """
    generation = current(fresh) if fresh.is_dir() else None
    if generation is None:
        raise IndexBroken(f"there is no index in {fresh}")
    prepared(folder)
    with writing(folder, wait=wait), writing(fresh, wait=wait):
        moved = folder / generation.name
        generation.rename(moved)
        sync_folder(folder)
        point_to(folder, moved)
    shutil.rmtree(fresh)


def write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step that outlives a power cut."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in the folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_leftovers(folder: Path) -> None:
    """Take away what a process that died in the middle has left. Only while writing()."""
    with suppress(IndexBroken):
        counts = current(folder)
        if counts is not None:
            for other in folder.glob("gen-*"):
                if other != counts:
                    shutil.rmtree(other, ignore_errors=True)
