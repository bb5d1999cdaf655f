"""What does a writer want done, when all of it is to be done at once or nothing?"""

import pickle
from collections.abc import Iterator
from os import SEEK_END
from typing import IO

from search.columns import Row


class Spool:
    """What a writer wants done, on disk, until it is known that it is to be done.

    Whoosh cannot take back an entry in the writing that put it, so of several changes to one key
    only the last may reach it.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
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
