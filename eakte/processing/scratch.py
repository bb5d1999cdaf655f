"""Where do children work, and who removes what a killed program left behind?

Every program that processes documents owns one folder and holds a lock on it as long as it lives;
a folder whose lock is free has lost its owner and is removed by the next one who starts.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PREFIX = "eakte-sandbox-"
UNFINISHED = "eakte-unfinished-"
UNFINISHED_SECONDS = 3600
LOCK = "lock"


@dataclass(frozen=True)
class Scratch:
    """The folder of this program; ``handle`` keeps the lock."""

    folder: Path
    handle: int

    @classmethod
    def made_in(cls, root: Path) -> Scratch:
        """Remove orphaned folders below ``root`` and make a new one."""
        root.mkdir(parents=True, exist_ok=True)
        for folder in root.glob(f"{PREFIX}*"):
            _remove_if_orphaned(folder)
        for folder in root.glob(f"{UNFINISHED}*"):
            _remove_if_forgotten(folder)
        made = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=root)).absolute()
        handle = os.open(made / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Only now it gets the name under which others look for orphans: it is never seen unlocked.
        return cls(made.rename(root.absolute() / made.name.replace(UNFINISHED, PREFIX, 1)), handle)

    def new_folder(self) -> Path:
        """An empty folder for one child, closed to other users."""
        return Path(tempfile.mkdtemp(prefix="cell-", dir=self.folder))

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.handle)


def _remove_if_orphaned(folder: Path) -> None:
    with contextlib.suppress(OSError):
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:  # its removal was cut off half way
            shutil.rmtree(folder, ignore_errors=True)
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def _remove_if_forgotten(folder: Path) -> None:
    with contextlib.suppress(OSError):
        facts = folder.stat(follow_symlinks=False)
        old = facts.st_mtime < time.time() - UNFINISHED_SECONDS
        if old and facts.st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
