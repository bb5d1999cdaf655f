"""What does every index promise?"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from search import asks
from search.asks import All, Ask
from search.columns import fields_from
from search.entry import BY_SCORE, Entry, FieldKind, Found, Hit, Order, Schema, Value
from search.passages import Passages
from search.query import Query


class Writer(ABC):
    """Collects changes; all of them can be found after it is left, or none."""

    @abstractmethod
    def put(self, entry: Entry) -> None:
        """Add an entry, in place of the one that has the same key.

        Raises ValueError when the entry does not fit the schema; the writer can go on.
        """

    @abstractmethod
    def drop(self, key: str) -> None:
        """Take an entry away; one that is not there is no error."""

    @abstractmethod
    def clear(self) -> None:
        """Take everything away, also what this writer has put so far."""


@dataclass(frozen=True)
class Ranked:
    """A hit as an engine gives it: in its place, its pages not yet searched for passages."""

    key: str
    points: int
    stored: str
    pages: tuple[str, ...]


class Index(ABC):
    """Entries that are found by words and fields. Safe to use from several threads.

    What a writer of this process has committed is found at once; what another process has
    committed, within about a second. What is found, its order and its score depend on the query
    and on each found entry alone, never on other entries: who may not see an entry (by `filters`)
    cannot learn of it either.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @abstractmethod
    def writer(self, *, wait: float = 0.0) -> AbstractContextManager[Writer]:
        """The one writer: leaving it commits, raising discards.

        Raises IndexBusy when another writer, of whatever process, is still at work after `wait`
        seconds; IndexBroken.
        """

    def find(
        self,
        query: Query,
        *,
        filters: Sequence[Query] = (),
        limit: int = 20,
        offset: int = 0,
        order: Order = BY_SCORE,
        passages: int = 3,
    ) -> Found:
        """The entries that meet the query and every filter; filters give no score.

        Scores are whole points; they are 0 where the order is by a field.

        Entries level in the order come by the schema's `newest`, then in an order of their own
        that stays the same. Raises KeyError or ValueError for a field that the schema does not
        have or that cannot be asked or ordered so, and IndexBroken.
        """
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset count from 0")
        if order.field is not None:
            kind = self.schema.field(order.field).kind
            if kind not in (FieldKind.DATE, FieldKind.NUMBER):
                raise ValueError(f"{order.field} is no DATE or NUMBER field: no order")
        asked = asks.ask(query, self.schema)
        narrowed = All(tuple(asks.ask(one, self.schema) for one in filters))
        total, ranked = self._search(asked, narrowed, limit=limit, offset=offset, order=order)
        found = Passages(asked, self.schema)
        return Found(total, tuple(self._hit(one, found, most=passages) for one in ranked))

    def _hit(self, ranked: Ranked, passages: Passages, *, most: int) -> Hit:
        fields = fields_from(ranked.stored, self.schema)
        where = passages.of(ranked.pages, fields, most=most)
        return Hit(ranked.key, float(ranked.points), fields, where)

    @abstractmethod
    def _search(
        self, ask: Ask, narrowed: Ask, *, limit: int, offset: int, order: Order
    ) -> tuple[int, list[Ranked]]:
        """How many entries meet both, and the stretch of them that is wanted."""

    @abstractmethod
    def keys(self) -> Iterator[str]:
        """The keys of all entries, each once, in no order."""

    @abstractmethod
    def get(self, key: str) -> Mapping[str, Value] | None:
        """The stored fields of an entry; None when there is none of that key."""

    @abstractmethod
    def count(self) -> int:
        """How many entries there are."""

    @abstractmethod
    def check(self) -> None:
        """Read all that is kept and compare it with its check sums; raises IndexBroken."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is open; closing twice is no error."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
