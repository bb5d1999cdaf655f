"""A program that puts bytes into a folder and says by its exit code how that went.

one_put.py ROOT SIZE TIMES
"""

import sys
from io import BytesIO
from pathlib import Path

from storage import DirectoryStore, StorageError, StoreFull, StoreUnreachable

STORED, FULL, UNREACHABLE, OTHER = 0, 3, 4, 5


def main(root: str, size: str, times: str) -> int:
    """Put the same bytes again and again; nothing is printed, so every write is the store's."""
    store = DirectoryStore(Path(root), reserve=0)
    try:
        for _ in range(int(times)):
            store.put(BytesIO(content(int(size))))
    except StoreFull:
        return FULL
    except StoreUnreachable:
        return UNREACHABLE
    except StorageError:
        return OTHER
    return STORED


def content(size: int) -> bytes:
    """Return the bytes that a size stands for."""
    return (b"Blatt %d\n" % size * (size // 6 + 1))[:size]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
