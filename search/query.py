"""What can be asked of an index, whatever the engine?

This is the tree of what is meant; what it means in columns and tokens is decided in asks.py.
`field=None` means: the pages and every field that the schema searches by default.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Everything:
    """Every entry."""


@dataclass(frozen=True)
class Word:
    """One word in any of its forms, also as a part of a compound word."""

    text: str
    field: str | None = None


@dataclass(frozen=True)
class Phrase:
    """These words side by side, as they are written (case and umlauts aside)."""

    text: str
    field: str | None = None


@dataclass(frozen=True)
class Prefix:
    """Words that begin so."""

    text: str
    field: str | None = None


@dataclass(frozen=True)
class Fuzzy:
    """Words that differ by a slip of the pen or of text recognition; `edits` is 1 or 2."""

    text: str
    field: str | None = None
    edits: int = 1

    def __post_init__(self) -> None:
        if self.edits not in (1, 2):
            raise ValueError("a fuzzy word allows one or two edits")


@dataclass(frozen=True)
class And:
    """All of these; of nothing: every entry."""

    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Or:
    """At least one of these; of nothing: no entry."""

    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Not:
    """Every entry but these."""

    part: "Query"


@dataclass(frozen=True)
class Between:
    """A DATE or NUMBER field within both bounds, which belong to it; None leaves a side open."""

    field: str
    low: date | float | None = None
    high: date | float | None = None


@dataclass(frozen=True, init=False)
class AnyOf:
    """A KEYWORD field that has at least one of exactly these values; of nothing: no entry."""

    field: str
    values: frozenset[str]

    def __init__(self, field: str, values: Iterable[str]) -> None:
        if isinstance(values, str):
            raise TypeError("AnyOf takes several values, not one string")
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", frozenset(values))


Query = Everything | Word | Phrase | Prefix | Fuzzy | And | Or | Not | Between | AnyOf
