"""Which columns does an entry fill, whatever the engine?

    forms        every form of the pages and the default fields, and how much it counts there
    pages        the folded words of the pages, side by side, a gap between two pages
    F.forms      the forms of the TEXT field F
    F.words      its words, a gap between two values
    F.exact      the values of the KEYWORD field F, character by character
    F.folded     the same as a person would type them
    F.value      the day (as its ordinal) or the number of the field F

How much a form counts stands in the index as extra tokens and is worked out from the entry alone.
Scores made from how rare a word is among all entries (BM25) would change with entries that the
reader may not see, and so tell of them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from math import log2, sqrt
from types import MappingProxyType

from search import german
from search.entry import Entry, Field, FieldKind, Schema, Value, checked, storable

FORMS = "forms"
PAGES = "pages"
GAP = "\u00b6"  # never a word, so that no phrase reaches over it

# How much a form counts: 1 for being there, and the sum of these from what is known of it.
WEIGHTS = (1, 2, 4)
_HIGHEST = sum(WEIGHTS)
_PLAIN = 1.0  # points of a word that stands on a page once: these need no extra token
PART = 0.5  # what a part of a compound word counts beside a whole word
_LONGEST_KEYWORD = 200
_MOST = 3.0  # what the pages can give, however often a word stands there


def words_of(field: str) -> str:
    """The column of a TEXT field's words."""
    return f"{field}.words"


def forms_of(field: str) -> str:
    """The column of a TEXT field's forms."""
    return f"{field}.forms"


def exact_of(field: str) -> str:
    """The column of a KEYWORD field's exact values."""
    return f"{field}.exact"


def folded_of(field: str) -> str:
    """The column of a KEYWORD field's folded values."""
    return f"{field}.folded"


def holds_words(column: str) -> bool:
    """Whether words stand in the column as they are, side by side."""
    return column == PAGES or column.endswith(".words")


def value_of(field: str) -> str:
    """The column of a DATE or NUMBER field."""
    return f"{field}.value"


def weight_token(weight: int, form: str) -> str:
    """The extra token that says: this form counts so much more here."""
    return f"{weight}:{form}"


def exact_token(word: str) -> str:
    """The extra token that says: the word stands here in just this spelling."""
    return f"={word}"


@dataclass(frozen=True)
class Row:
    """An entry as columns, and what is kept to be shown again."""

    key: str
    tie: int  # a random-looking but fixed place among entries that are otherwise level
    words: Mapping[str, tuple[str, ...]]  # in their order, with gaps
    tokens: Mapping[str, frozenset[str]]  # without order
    values: Mapping[str, int | float]
    stored: str  # the fields, as JSON
    pages: tuple[str, ...]


def row_of(entry: Entry, schema: Schema) -> Row:
    """The columns of an entry.

    Raises ValueError when a field is not in the schema or a value does not fit its kind.
    """
    unknown = entry.fields.keys() - {field.name for field in schema.fields}
    if unknown:
        raise ValueError(f"the schema has no field {', '.join(sorted(unknown))}")
    kept = {field.name: checked(field, entry.fields.get(field.name)) for field in schema.fields}
    pages = tuple(german.clean(page) for page in entry.pages)
    words: dict[str, tuple[str, ...]] = {}
    tokens: dict[str, frozenset[str]] = {}
    values: dict[str, int | float] = {}
    counted = _Counted()
    words[PAGES] = counted.add_pages(pages)
    for field in schema.fields:
        value = kept[field.name]
        if field.kind is FieldKind.TEXT:
            texts = tuple(german.clean(text) for text in _strings(value))
            own = _Counted()
            words[words_of(field.name)] = own.add(texts, weight=field.weight)
            tokens[forms_of(field.name)] = frozenset(own.points) | own.exact
            if field.default:
                counted.include(own)
        elif field.kind is FieldKind.KEYWORD:
            tokens[exact_of(field.name)] = frozenset(map(exact_keyword, _strings(value)))
            tokens[folded_of(field.name)] = frozenset(map(folded_keyword, _strings(value))) - {""}
        elif value is not None:
            values[value_of(field.name)] = as_number(value)
    tokens[FORMS] = frozenset(counted.as_tokens())
    return Row(
        key=entry.key,
        tie=tie_of(entry.key),
        words=words,
        tokens=tokens,
        values=values,
        stored=_as_json(kept),
        pages=pages,
    )


class _Counted:
    """How much each form of a text counts."""

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.exact: set[str] = set()

    def add(self, texts: Sequence[str], *, weight: float) -> tuple[str, ...]:
        """Count what stands in a field, once however often; returns its words with gaps."""
        words, often = self._read(texts)
        for form, times in often.items():
            self.points[form] = weight * min(1.0, times)
        return words

    def add_pages(self, pages: Sequence[str]) -> tuple[str, ...]:
        """Count what stands on pages: the more often and the fewer pages, the more."""
        words, often = self._read(pages)
        length = sqrt(max(1, len(pages)))
        for form, times in often.items():
            if times <= length:
                self.points[form] = min(1.0, times)
            else:
                self.points[form] = min(_MOST, 1.0 + log2(times / length))
        return words

    def include(self, other: "_Counted") -> None:
        """Count what counts elsewhere as well here."""
        for form, points in other.points.items():
            self.points[form] = self.points.get(form, 0.0) + points
        self.exact |= other.exact

    def as_tokens(self) -> Iterator[str]:
        """The tokens of the column of all forms."""
        yield from self.exact
        yield from self.points
        for form, points in self.points.items():
            if points > _PLAIN:
                level = min(_HIGHEST, round(2 * (points - _PLAIN)))
                for weight in WEIGHTS:
                    if level & weight:
                        yield weight_token(weight, form)

    def _read(self, texts: Sequence[str]) -> tuple[tuple[str, ...], dict[str, float]]:
        words: list[str] = []
        often: dict[str, float] = {}
        for text in texts:
            if words:
                words.append(GAP)
            words += german.words(text)
            for extra in german.extras(text):
                often[extra.form] = often.get(extra.form, 0.0) + (PART if extra.part else 1.0)
        for word, times in Counter(words).items():
            if word != GAP:
                exact, shares = _shares(word)
                self.exact.add(exact)
                for form, share in shares:
                    often[form] = often.get(form, 0.0) + share * times
        return tuple(words), often


@lru_cache(maxsize=1 << 15)
def _shares(word: str) -> tuple[str, tuple[tuple[str, float], ...]]:
    shares = tuple((form.text, PART if form.part else 1.0) for form in german.forms(word))
    return exact_token(word), shares


def exact_keyword(value: str) -> str:
    """A keyword as a token that every engine can keep, different for different values."""
    kept = storable(value)
    plain = 0 < len(kept) <= _LONGEST_KEYWORD and kept.isprintable()
    if plain and not kept.startswith("#"):
        return kept
    return "#" + blake2b(kept.encode(), digest_size=32).hexdigest()


def folded_keyword(value: str) -> str:
    """A keyword as a person would type it: its folded words."""
    return " ".join(german.words(german.clean(value)))


def as_number(value: Value) -> int | float:
    """The number under which a value is kept: a whole one for a day, a float for a number."""
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, int | float):
        return float(value) + 0.0  # minus nought is nought, or engines would tell them apart
    raise ValueError(f"neither a day nor a number: {value!r}")


def tie_of(key: str) -> int:
    """Where a key stands among entries that are otherwise level: fixed, below 2**62."""
    digest = blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def _strings(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _as_json(kept: Mapping[str, Value]) -> str:
    plain = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in kept.items()
        if value is not None
    }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def fields_from(stored: str, schema: Schema) -> Mapping[str, Value]:
    """The fields of an entry as they were put: texts and keywords as tuples, days as dates."""
    plain = json.loads(stored)
    fields: dict[str, Value] = {}
    for field in schema.fields:
        value = plain.get(field.name)
        fields[field.name] = _from_json(field, value)
    return MappingProxyType(fields)


def _from_json(field: Field, value: str | float | list[str] | None) -> Value:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and field.kind is FieldKind.DATE:
        return date.fromisoformat(value)
    return value
