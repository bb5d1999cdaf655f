"""What would an index do that is slow but plainly right?

For tests, and the yardstick that the engines are measured against: every entry is looked at, every
word of it compared.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from search.asks import All, Any, Ask, Has, HasAny, Near, Range, Sequence, Starts, Without, Worth
from search.columns import Row, fields_from, row_of, value_of
from search.entry import Entry, Order, Schema, Value
from search.errors import IndexBusy
from search.index import Index, Ranked, Writer
from search.slips import within


class MemoryIndex(Index):
    """A dict of entries; gone when the process ends."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._rows: dict[str, Row] = {}
        self._writing = threading.Lock()

    @contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """See Index.writer."""
        if not self._writing.acquire(timeout=max(0.0, wait)):
            raise IndexBusy("somebody else is writing to this index")
        try:
            writer = _MemoryWriter(self.schema, dict(self._rows))
            yield writer
            self._rows = writer.rows
        finally:
            self._writing.release()

    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        found = [
            (row, points)
            for row in self._rows.values()
            if (points := _points(ask, row)) is not None and _points(narrowed, row) is not None
        ]
        found.sort(key=lambda one: self._place(one[0], one[1], order))
        wanted = found[offset : offset + limit]
        return len(found), [
            Ranked(row.key, points if order.field is None else 0, row.stored, row.pages)
            for row, points in wanted
        ]

    def _place(self, row: Row, points: int, order: Order) -> tuple[float, ...]:
        if order.field is None:
            return (-points, *self._newest(row), row.tie)
        value = row.values.get(value_of(order.field))
        if value is None:
            return (1, 0, *self._newest(row), row.tie)
        return (0, -value if order.descending else value, *self._newest(row), row.tie)

    def _newest(self, row: Row) -> tuple[float, ...]:
        if self.schema.newest is None:
            return ()
        return (-row.values.get(value_of(self.schema.newest), 0),)

    def keys(self) -> Iterator[str]:
        """See Index.keys."""
        return iter(list(self._rows))

    def get(self, key: str) -> Mapping[str, Value] | None:
        """See Index.get."""
        row = self._rows.get(key)
        return None if row is None else fields_from(row.stored, self.schema)

    def count(self) -> int:
        """See Index.count."""
        return len(self._rows)

    def check(self) -> None:
        """Nothing can rot here."""

    def close(self) -> None:
        """Nothing is open."""


class _MemoryWriter(Writer):
    def __init__(self, schema: Schema, rows: dict[str, Row]) -> None:
        self._schema = schema
        self.rows = rows

    def put(self, entry: Entry) -> None:
        self.rows[entry.key] = row_of(entry, self._schema)

    def drop(self, key: str) -> None:
        self.rows.pop(key, None)

    def clear(self) -> None:
        self.rows.clear()


def _points(ask: Ask, row: Row) -> int | None:
    """The points of an entry; None when it does not meet what is asked."""
    match ask:
        case All(parts):
            points = [_points(part, row) for part in parts]
            return None if None in points else sum(n for n in points if n is not None)
        case Any(parts):
            met = [n for part in parts if (n := _points(part, row)) is not None]
            return sum(met) if met else None
        case Without(part):
            return 0 if _points(part, row) is None else None
        case Worth(part, worth):
            return None if _points(part, row) is None else worth
        case _:
            return 0 if _meets(ask, row) else None


def _meets(leaf: Has | HasAny | Sequence | Starts | Near | Range, row: Row) -> bool:
    if isinstance(leaf, Range):
        value = row.values.get(leaf.column)
        return (
            value is not None
            and (leaf.low is None or value >= leaf.low)
            and (leaf.high is None or value <= leaf.high)
        )
    words = row.words.get(leaf.column, ())
    tokens = row.tokens.get(leaf.column, frozenset(words))
    match leaf:
        case Has(_, token):
            return token in tokens
        case HasAny(_, wanted):
            return not wanted.isdisjoint(tokens)
        case Starts(_, start):
            return any(token.startswith(start) for token in tokens)
        case Near(_, word, edits):
            return any(within(token, word, edits=edits) for token in tokens)
        case Sequence(_, wanted):
            length = len(wanted)
            return any(words[at : at + length] == wanted for at in range(len(words) - length + 1))
