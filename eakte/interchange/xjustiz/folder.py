"""Which folder is a delivery, and how does it become one container?

The reception program of the mailbox writes one folder for each message. Packed it holds the same
bytes under the same names, and the same folder always becomes the same container.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from eakte.interchange.xjustiz.message import MESSAGE
from eakte.interchange.xjustiz.package import MOST_STORED

# The first moment that a ZIP can name; the times in the folder belong to nobody's delivery.
NO_TIME = (1980, 1, 1, 0, 0, 0)
PLAIN = 0o644 << 16


def holds_message(folder: Path) -> bool:
    """Say whether the message of a delivery lies in a folder."""
    return any(one.name.casefold() == MESSAGE for one in folder.iterdir())


def pack(stored: Sequence[Path], target: Path, *, within: Path) -> None:
    """Write what lies in a folder into one container, uncompressed, in the order of the names.

    Raises:
        OSError: something cannot be read or written.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as container:
        for path in sorted(stored, key=lambda one: one.relative_to(within).as_posix()):
            told = zipfile.ZipInfo(path.relative_to(within).as_posix(), NO_TIME)
            told.external_attr = PLAIN
            # Whether sizes need 64 bits is to be known before the first byte.
            told.file_size = path.stat().st_size
            with path.open("rb") as source, container.open(told, "w") as output:
                shutil.copyfileobj(source, output, 1024 * 1024)


def too_many(stored: Sequence[Path]) -> bool:
    """Say whether a folder holds more than any delivery may."""
    return len(stored) > MOST_STORED
