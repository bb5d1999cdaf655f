"""How is something written so that it is there whole or not at all, even when the power fails?"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

CHUNK = 1024 * 1024


def write_durably(path: Path, content: bytes) -> None:
    """Write a file under its name in one step, forced to disk with the name."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def copy_durably(source: Path, target: Path) -> str:
    """Copy a file under its name in one step, forced to disk; return its SHA-256 in hex."""
    digest = hashlib.sha256()
    partial = target.with_name(f".{target.name}.part")
    with source.open("rb") as reading, partial.open("wb") as stream:
        while chunk := reading.read(CHUNK):
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(target)
    sync_folder(target.parent)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk; where the system has no such thing, do nothing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
