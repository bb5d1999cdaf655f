"""What does a writer want done, when all of it is to be done at once or nothing?"""

import pickle
from collections.abc import Iterator
from contextlib import suppress
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile

from search.columns import Row


class Spool:
    """What a writer wants done, on disk, until it is known that it is to be done.

    Whoosh cannot take back an entry in the writing that put it, so of several changes to one key
    only the last may reach it.
    """

    def __init__(self, folder: Path) -> None:
        # In the index's own folder, which nobody else may read and whose disk must have the room.
        self._stream = TemporaryFile(dir=folder)  # noqa: SIM115  # close() is called by the writer
        self.last: dict[str, int | None] = {}  # key -> where its row begins; None: drop it
        self.cleared = False

    def put(self, row: Row) -> None:
        """This row in place of whatever has its key."""
        self.last[row.key] = self._stream.seek(0, SEEK_END)
        pickle.dump(row, self._stream)

    def rows(self) -> Iterator[Row]:
        """The rows to be put, one of each key."""
        for start in self.last.values():
            if start is not None:
                self._stream.seek(start)
                yield pickle.load(self._stream)  # noqa: S301  # our own temporary file, without a name

    def close(self) -> None:
        """Forget everything."""
        with suppress(OSError):  # it wants to write once more what a full disk has refused
            self._stream.close()
