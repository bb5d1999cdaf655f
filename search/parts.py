"""Are the parts of an index still what the engine once wrote?

Neither engine sees a part of its own that is zeroed or flipped before it stumbles over it in a
search. Their parts are written once and never changed, so a note of each is enough.
"""

import json
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from search.errors import IndexBroken
from search.folder import write_durably

_NOTES = "parts.json"
_SAMPLE = 64 * 1024  # of each end; smaller parts are read whole even by the quick look
_CHUNK = 1 << 20


class _Note(TypedDict):
    size: int
    ends: int
    whole: int


def start_notes(generation: Path) -> None:
    """Begin the notes of a new generation."""
    write_durably(generation / _NOTES, json.dumps({"parts": {}}))


def note_parts(generation: Path, names: Iterable[str], *, sync: bool) -> None:
    """Note the parts that are not noted yet, and forget those that are no longer used."""
    known = _notes(generation)
    noted: dict[str, _Note] = {}
    for name in sorted(set(names)):
        note = known.get(name)
        if note is None:
            path = _path_of(generation, name)
            note = {"size": path.stat().st_size, "ends": _ends(path), "whole": _whole(path)}
            if sync:
                _sync(path)
        noted[name] = note
    if noted != known:
        write_durably(generation / _NOTES, json.dumps({"parts": noted}, indent=1))


def check_parts(generation: Path, names: Iterable[str], *, whole: bool) -> None:
    """Raises IndexBroken when a part is missing or differs from its note.

    The quick look compares size and both ends, the whole one every byte. A part that was written
    just before its process died has no note: it must exist, and the engine must be able to open it.
    """
    notes = _notes(generation)
    for name in names:
        path = _path_of(generation, name)
        note = notes.get(name)
        try:
            size = path.stat().st_size
            if note is None:
                continue
            sound = size == note["size"] and _ends(path) == note["ends"]
            if sound and whole:
                sound = _whole(path) == note["whole"]
        except OSError as error:
            raise IndexBroken(f"a part of the index cannot be read: {error}") from error
        if not sound:
            raise IndexBroken(f"a part of the index is damaged: {path}")


def _path_of(generation: Path, name: str) -> Path:
    """A part that is written anew, like a list of parts, is named list@42 after its version."""
    return generation / name.partition("@")[0]


def noted_parts(generation: Path) -> frozenset[str]:
    """The names of the parts that were in use at the last note."""
    return frozenset(_notes(generation))


def _notes(generation: Path) -> dict[str, _Note]:
    try:
        text = (generation / _NOTES).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise IndexBroken(f"the notes of {generation} cannot be read: {error}") from error
    try:
        notes: dict[str, _Note] = json.loads(text)["parts"]
        for note in notes.values():
            if not all(isinstance(note[name], int) for name in ("size", "ends", "whole")):
                raise ValueError("a note is no number")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexBroken(f"the notes of {generation} are damaged") from error
    return notes


def _ends(path: Path) -> int:
    with path.open("rb") as stream:
        sum_of_start = zlib.crc32(stream.read(_SAMPLE))
        size = os.fstat(stream.fileno()).st_size
        stream.seek(max(0, size - _SAMPLE))
        return zlib.crc32(stream.read(_SAMPLE), sum_of_start)


def _whole(path: Path) -> int:
    total = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total = zlib.crc32(chunk, total)
    return total


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
