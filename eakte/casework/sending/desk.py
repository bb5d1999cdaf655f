"""Where does a package lie while it is written, and who removes what a killed worker left of one?

Every writer holds a shared lock on the room of the folders; who gets it alone knows that nobody
writes, and that what lies there has lost its owner.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eakte.interchange.xjustiz.writing_package import UNFINISHED, sweep_unfinished

ROOM, LOCK = "sendings", "lock"


@contextmanager
def folder_in(work_folder: Path) -> Iterator[Path]:
    """An empty folder, closed to other users, that is gone afterwards."""
    sweep_desks(work_folder)
    with _locked(work_folder, fcntl.LOCK_SH):
        room = work_folder / ROOM
        folder = Path(tempfile.mkdtemp(prefix="sending-", suffix=UNFINISHED, dir=room))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep_desks(work_folder: Path) -> int:
    """Remove what killed workers left, unless somebody writes just now; return how many."""
    if not (work_folder / ROOM).exists():
        return 0
    with contextlib.suppress(BlockingIOError), _locked(work_folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return sweep_unfinished(work_folder / ROOM)
    return 0


@contextmanager
def _locked(work_folder: Path, how: int) -> Iterator[None]:
    room = work_folder / ROOM
    room.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(room / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
