"""How does the house go on when the search index is broken? It is opened when it is asked.

A broken index stops searching and nothing else; once it was rebuilt, the next question finds it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from search import Index, IndexBroken, Order, Schema, Value, Writer
from search.asks import Ask
from search.index import Ranked
from search.opening import Engine, open_index

T = TypeVar("T")


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

    def _asked(self, question: Callable[[Index], T]) -> T:
        index = self._index()
        try:
            return question(index)
        except IndexBroken:
            self._forget(index)
            raise

    def _forget(self, broken: Index) -> None:
        # Not closed: other threads may be in the middle of a question.
        with self._lock:
            if self._open is broken:
                self._open = None

    @contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """Open the one writer of the index; see ``Index.writer``."""
        index = self._index()
        try:
            with index.writer(wait=wait) as writer:
                yield writer
        except IndexBroken:
            self._forget(index)
            raise

    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        # Index.find prepares the question and marks the passages; the engine only answers it.
        return self._asked(
            lambda index: index._search(ask, narrowed, limit=limit, offset=offset, order=order)
        )

    def keys(self) -> Iterator[str]:
        """Yield the key of every entry."""
        return self._asked(lambda index: index.keys())

    def get(self, key: str) -> Mapping[str, Value] | None:
        """Return the stored fields of an entry, None when there is none."""
        return self._asked(lambda index: index.get(key))

    def count(self) -> int:
        """Return how many entries there are."""
        return self._asked(lambda index: index.count())

    def check(self) -> None:
        """Read all that is kept; see ``Index.check``."""
        self._asked(lambda index: index.check())

    def close(self) -> None:
        """Let go of what is open; the next question opens it again."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None
