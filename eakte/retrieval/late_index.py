"""How does the house go on when the search index is broken? It is opened when it is asked.

A broken index stops searching and nothing else; once it was rebuilt, the next question finds it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from search import BY_SCORE, Found, Index, IndexBroken, Order, Query, Schema, Value, Writer
from search.index import Ranked
from search.asks import Ask
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
