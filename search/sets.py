"""Which entries meet what is asked, in which order, when an engine only has lists to give?"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from heapq import nsmallest
from math import isnan

from search import asks
from search.asks import Ask
from search.columns import value_of
from search.entry import Order, Schema

TIE = "entry_tie"  # the column of Row.tie


class Sets(ABC):
    """Entries by their numbers, as sets; an engine says which have a token, a value, a place."""

    @abstractmethod
    def everything(self) -> frozenset[int]:
        """The numbers of all entries."""

    @abstractmethod
    def column(self, name: str) -> list[float]:
        """The value of each entry by its number; not a number where there is none."""

    @abstractmethod
    def with_tokens(self, column: str, tokens: Iterable[str]) -> frozenset[int]:
        """The entries that have one of these tokens."""

    @abstractmethod
    def starting(self, column: str, start: str) -> frozenset[str]:
        """The tokens of a column that begin so."""

    @abstractmethod
    def near(self, column: str, word: str, edits: int) -> frozenset[str]:
        """The tokens of a column that are so few edits away."""

    @abstractmethod
    def places(self, column: str, word: str, numbers: frozenset[int]) -> dict[int, frozenset[int]]:
        """At which places the word stands in each of these entries, which all have it."""

    def found(self, ask: Ask) -> frozenset[int]:
        """The numbers of the entries that meet what is asked."""
        match ask:
            case asks.Worth(part, _):
                return self.found(part)
            case asks.All(several):
                return reduce(frozenset.intersection, map(self.found, several), self.everything())
            case asks.Any(several):
                return frozenset().union(*map(self.found, several))
            case asks.Without(part):
                return self.everything() - self.found(part)
            case asks.Has(column, token):
                return self.with_tokens(column, [token])
            case asks.HasAny(column, tokens):
                return self.with_tokens(column, tokens)
            case asks.Starts(column, start):
                return self.with_tokens(column, self.starting(column, start))
            case asks.Near(column, word, edits):
                return self.with_tokens(column, self.near(column, word, edits))
            case asks.Sequence(column, words):
                return self._side_by_side(column, words)
            case asks.Range(column, low, high):
                return self._within(self.column(column), low, high)

    def best(
        self, ask: Ask, found: frozenset[int], *, schema: Schema, order: Order, most: int
    ) -> list[tuple[int, int]]:
        """The first of the found entries in their order: number and points."""
        points: Counter[int] = Counter()
        if order.field is None:
            self._count(ask, found, points)
        ties = self.column(TIE)
        values = self.column(value_of(order.field)) if order.field else []
        days = self.column(value_of(schema.newest)) if schema.newest else []

        def place(number: int) -> tuple[float, ...]:
            day = days[number] if days else 0.0
            rest = (0.0 if isnan(day) else -day, ties[number])
            if order.field is None:
                return (-points[number], *rest)
            value = values[number]
            if isnan(value):
                return (1, 0, *rest)
            return (0, -value if order.descending else value, *rest)

        return [(number, points[number]) for number in nsmallest(most, found, key=place)]

    def _count(self, ask: Ask, among: frozenset[int], points: Counter[int]) -> None:
        match ask:
            case asks.Worth(part, worth):
                for number in self.found(part) & among:
                    points[number] += worth
            case asks.All(several) | asks.Any(several):
                for part in several:
                    self._count(part, among & self.found(part), points)
            case _:
                return

    def _within(self, values: list[float], low: float | None, high: float | None) -> frozenset[int]:
        return frozenset(
            number
            for number in self.everything()
            if not isnan(value := values[number])
            and (low is None or value >= low)
            and (high is None or value <= high)
        )

    def _side_by_side(self, column: str, words: tuple[str, ...]) -> frozenset[int]:
        once = tuple(dict.fromkeys(words))
        with_all = (self.with_tokens(column, [word]) for word in once)
        found = reduce(frozenset.intersection, with_all)
        if not found:
            return found
        places = {word: self.places(column, word, found) for word in once}
        return frozenset(
            number
            for number in found
            if any(
                all(start + n in places[word][number] for n, word in enumerate(words))
                for start in places[words[0]][number]
            )
        )
