"""What goes into an index, and what comes out of it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from math import isfinite
from types import MappingProxyType

One = str | int | float | date
Value = One | Sequence[str] | None


class FieldKind(Enum):
    """How the values of a field are read and found."""

    TEXT = "text"  # one or more texts: found by words, like a page
    KEYWORD = "keyword"  # one or more exact marks: rights tokens, kinds, states
    DATE = "date"  # one day: ranges and order
    NUMBER = "number"  # one number: ranges and order


@dataclass(frozen=True)
class Field:
    """One named field; `default` means that bare words look into it too (TEXT only)."""

    name: str
    kind: FieldKind
    weight: float = 1.0
    default: bool = False

    def __post_init__(self) -> None:
        if not (self.name.isascii() and self.name.isidentifier()):
            raise ValueError(f"a field's name is a plain identifier, not {self.name!r}")
        if not (isfinite(self.weight) and self.weight > 0):
            raise ValueError(f"the weight of {self.name} must be above 0")
        if self.default and self.kind is not FieldKind.TEXT:
            raise ValueError(f"{self.name}: only a TEXT field can be searched by bare words")


@dataclass(frozen=True)
class Schema:
    """The fields of an index.

    `newest` names a DATE field: among hits of the same score the later day comes first.
    """

    fields: tuple[Field, ...]
    newest: str | None = None

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields of the schema have the same name")
        if self.newest is not None and self.field(self.newest).kind is not FieldKind.DATE:
            raise ValueError(f"newest: {self.newest} is not a DATE field")

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the schema has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"the schema has no field {name!r}")

    def of_kind(self, kind: FieldKind) -> tuple[Field, ...]:
        """The fields of one kind, in the order of the schema."""
        return tuple(field for field in self.fields if field.kind is kind)


@dataclass(frozen=True)
class Entry:
    """One thing to be found: a key, its fields, and its pages (pages[0] is page 1)."""

    key: str
    fields: Mapping[str, Value]
    pages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (0 < len(self.key) <= 200 and self.key.isprintable()):
            raise ValueError(f"a key has 1 to 200 printable characters, not {self.key[:40]!r}")
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))


def storable(text: str) -> str:
    """The text without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def checked(field: Field, value: Value) -> Value:
    """The value in the form in which it is stored: strings as tuples, a day, a number, or None.

    Raises ValueError when the value does not fit the kind of the field.
    """
    if value is None:
        return None
    if field.kind in (FieldKind.TEXT, FieldKind.KEYWORD):
        values = (value,) if isinstance(value, str) else value
        if not isinstance(values, Sequence) or not all(isinstance(one, str) for one in values):
            raise ValueError(f"{field.name} holds text, not {value!r}")
        return tuple(storable(one) for one in values)
    if field.kind is FieldKind.DATE:
        # A datetime is a date to isinstance; which day it means depends on a time zone.
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ValueError(f"{field.name} holds a day, not {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{field.name} holds a number, not {value!r}")
    return value


@dataclass(frozen=True)
class Order:
    """In which order hits come: by score (`field` is None), or by a DATE or NUMBER field.

    Entries without a value in the field come last, whatever the direction.
    """

    field: str | None = None
    descending: bool = True


BY_SCORE = Order()


@dataclass(frozen=True)
class Fragment:
    """A stretch of text; `marked` where it is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Passage:
    """Where a hit matches.

    `page` counts from 1; 0 means that only a field such as the title matches. `words` are the
    matching words as they stand in the text, for marking them in a viewer.
    """

    page: int
    fragments: tuple[Fragment, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """One found entry, its stored fields, and the places at which it matches."""

    key: str
    score: float
    fields: Mapping[str, Value]
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Found:
    """One page of hits, and how many entries match altogether."""

    total: int
    hits: tuple[Hit, ...]
