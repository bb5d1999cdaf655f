"""In which order do hits come that an engine, which sorts by one number, holds to be level?

By score the number is points * (1 + place / 128), where points are whole and from 1 to 128, and the
place, below 1, is the entry's day or else a hash of its key: so the place decides among equals
and never lifts a hit over one with more points. Hits whose numbers are the same even then, or
which have the same value in the field they are ordered by, are fetched to the last one and sorted
here. That makes the order a matter of the entries alone, and pages of hits never overlap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Generic, TypeVar

from search.asks import MOST_POINTS
from search.columns import Row, value_of
from search.entry import Order, Schema

_PLACES = 1 << 16
_FIRST_DAY = 719_163  # 1970-01-01; the places reach to 2149, days outside are sorted here

_BEYOND = 64  # hits fetched beyond the wanted ones, to see who is level with the last
_MOST = 200_000  # among more equals than these the order is left to the engine

Address = TypeVar("Address")


def weight_of_place(row: Row, schema: Schema) -> float:
    """The number w for which log2(2 + w), the factor of the score, is 1 + place / 128."""
    if schema.newest is not None:
        place = int(row.values.get(value_of(schema.newest), 0)) - _FIRST_DAY
    else:
        place = _PLACES - 1 - (row.tie >> 46)
    share = min(_PLACES - 1, max(0, place)) / _PLACES
    return float(2.0 ** (1 + share / (MOST_POINTS + 1)) - 2)


@dataclass(frozen=True)
class Level(Generic[Address]):
    """Sorts what an engine finds; `read` gives the values of a column at many addresses."""

    order: Order
    read: Callable[[str, list[Address]], Sequence[float | None]]
    tie: str
    newest: str | None

    def best(
        self,
        fetch: Callable[[int], tuple[int, list[tuple[float | None, Address]]]],
        wanted: int,
    ) -> tuple[int, list[tuple[int, Address]]]:
        """How many hits there are; at least the wanted ones in their order, with their points.

        `fetch` gives the count of all hits, and the numbers and addresses of the first ones.
        """
        fetched = wanted + _BEYOND
        while True:
            total, hits = fetch(fetched)
            complete = len(hits) < fetched or hits[wanted - 1][0] != hits[-1][0]
            if complete or fetched >= wanted + _MOST:
                return total, self._sorted(hits)
            fetched = min(fetched * 8, wanted + _MOST)

    def _sorted(self, hits: list[tuple[float | None, Address]]) -> list[tuple[int, Address]]:
        addresses = [address for _, address in hits]
        ties = self.read(self.tie, addresses)
        days: Sequence[float | None] = [None] * len(hits)
        if self.newest is not None:
            days = self.read(self.newest, addresses)
        keyed = sorted(
            (*self._first(number), -(day or 0), tie or 0, at)
            for at, ((number, _), day, tie) in enumerate(zip(hits, days, ties, strict=True))
        )
        by_score = self.order.field is None
        return [(int(-first) if by_score else 0, addresses[at]) for _, first, _, _, at in keyed]

    def _first(self, number: float | None) -> tuple[int, float]:
        if number is None:
            return (1, 0)
        if self.order.field is None:
            return (0, 1 - floor(number))  # without the point that everybody has
        return (0, -number if self.order.descending else number)
