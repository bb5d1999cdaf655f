"""How does the house go on when the search index is broken? It is opened when it is asked.

A broken index stops searching and nothing else; once it was rebuilt, the next question finds it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from search import Index, Order, Schema, Value, Writer
from search.asks import Ask
from search.index import Ranked
from search.opening import Engine, open_index


class LateIndex(Index):
    """The index in a folder, opened at the first question and again after it was broken."""

    def __init__(self, folder: Path, schema: Schema, *, engine: Engine) -> None:
        super().__init__(schema)
        self._folder = folder
        self._engine = engine
        self._open: Index | None = None
        self._lock = threading.Lock()

    def _index(self) -> Index:
        with self._lock:
            if self._open is None:
                self._open = open_index(self._folder, self.schema, engine=self._engine)
            return self._open

    def writer(self, *, wait: float = 0.0) -> AbstractContextManager[Writer]:
        """Open the one writer of the index; see ``Index.writer``."""
        return self._index().writer(wait=wait)

    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        # Index.find prepares the question and marks the passages; the engine only answers it.
        return self._index()._search(ask, narrowed, limit=limit, offset=offset, order=order)

    def keys(self) -> Iterator[str]:
        """Yield the key of every entry."""
        return self._index().keys()

    def get(self, key: str) -> Mapping[str, Value] | None:
        """Return the stored fields of an entry, None when there is none."""
        return self._index().get(key)

    def count(self) -> int:
        """Return how many entries there are."""
        return self._index().count()

    def check(self) -> None:
        """Read all that is kept; see ``Index.check``."""
        self._index().check()

    def close(self) -> None:
        """Let go of what is open; the next question opens it again."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None
