"""What does a query ask of which column?

Here a Query becomes a tree of Asks: words folded and stemmed, default fields spread out, points
given. The engines know nothing but Asks, so that they agree on what is found and in which order.
An entry scores the points of every Worth in it that it meets; nothing else gives points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from search import columns, german
from search.entry import Field, FieldKind, Schema, checked
from search.folding import fold
from search.query import (
    And,
    AnyOf,
    Between,
    Everything,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from search.slips import slips


@dataclass(frozen=True)
class Has:
    """The column has this token."""

    column: str
    token: str


@dataclass(frozen=True)
class HasAny:
    """The column has one of these tokens."""

    column: str
    tokens: frozenset[str]


@dataclass(frozen=True)
class Sequence:
    """The column has these words side by side."""

    column: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Starts:
    """The column has a word that begins so."""

    column: str
    start: str


@dataclass(frozen=True)
class Near:
    """The column has a word at most so many edits away (put in, left out, replaced)."""

    column: str
    word: str
    edits: int


@dataclass(frozen=True)
class Range:
    """The column has a value within both bounds: whole numbers for days, else floats."""

    column: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class All:
    """Every part; of nothing: every entry."""

    parts: tuple["Ask", ...]


@dataclass(frozen=True)
class Any:
    """At least one part; of nothing: no entry."""

    parts: tuple["Ask", ...]


@dataclass(frozen=True)
class Without:
    """Every entry that does not meet the part; gives no points."""

    part: "Ask"


@dataclass(frozen=True)
class Worth:
    """The part, for so many points, whatever is inside."""

    part: "Ask"
    points: int


Leaf = Has | HasAny | Sequence | Starts | Near | Range
Ask = Leaf | All | Any | Without | Worth

# Points are whole numbers below this, so that an engine can put a second order beneath them.
MOST_POINTS = 127
_ANYWHERE, _HEAVY, _HEAVIEST = 2, 3, 4  # points of a phrase anywhere, and in weighty fields
_SHORTEST_FUZZY = 3


def ask(query: Query, schema: Schema) -> Ask:
    """What the query asks; KeyError for a field that is not in the schema."""
    asked = _Asking(schema).ask(query)
    if _highest(asked) > MOST_POINTS:
        # So long a query is told apart by whether, not by how well, it is met.
        return Worth(asked, 1)
    return asked


def _highest(asked: Ask) -> int:
    match asked:
        case Worth(_, points):
            return points
        case All(parts) | Any(parts):
            return sum(map(_highest, parts))
        case _:
            return 0


class _Asking:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._default = [field for field in schema.fields if field.default]

    def ask(self, query: Query) -> Ask:
        match query:
            case Everything():
                return All(())
            case And(parts):
                return All(tuple(self.ask(part) for part in _telling(parts)))
            case Or(parts):
                return Any(tuple(self.ask(part) for part in parts))
            case Not(part):
                return Without(self.ask(part))
            case Between(field, low, high):
                return self._between(field, low, high)
            case AnyOf(field, values):
                self._of_kind(field, FieldKind.KEYWORD)
                exact = frozenset(map(columns.exact_keyword, values))
                return HasAny(columns.exact_of(field), exact)
            case Word() | Phrase() | Prefix() | Fuzzy():
                return self._typed(query)

    def _between(self, name: str, low: date | float | None, high: date | float | None) -> Ask:
        self._of_kind(name, FieldKind.DATE, FieldKind.NUMBER)
        field = self._schema.field(name)
        lowest, highest = (_bound(field, bound) for bound in (low, high))
        return Range(columns.value_of(name), lowest, highest)

    def _of_kind(self, name: str, *kinds: FieldKind) -> None:
        if self._schema.field(name).kind not in kinds:
            raise ValueError(f"{name} is no {' or '.join(kind.name for kind in kinds)} field")

    def _typed(self, query: Word | Phrase | Prefix | Fuzzy) -> Ask:
        if query.field is not None:
            self._of_kind(query.field, FieldKind.TEXT, FieldKind.KEYWORD)
            if self._schema.field(query.field).kind is FieldKind.KEYWORD:
                return self._keyword(query, columns.folded_of(query.field))
        text = german.clean(query.text)
        words = tuple(german.words(text))
        if not words:
            return Any(())
        match query:
            case Word() if len(words) == 1:
                return self._word(words[0], query.field)
            case Word():
                return self._several(text, words, query.field)
            case Phrase():
                return self._anywhere(query.field, lambda column: _side_by_side(column, words))
            case Prefix():
                return self._last_of(words, query.field, self._prefix(words[-1], query.field))
            case Fuzzy():
                nears = tuple(self._fuzzy(word, query.field, query.edits) for word in words)
                return nears[0] if len(nears) == 1 else All(nears)

    def _keyword(self, query: Word | Phrase | Prefix | Fuzzy, column: str) -> Ask:
        folded = columns.folded_keyword(query.text)
        if not folded:
            return Any(())
        match query:
            case Prefix():
                return Worth(Starts(column, folded), 1)
            case Fuzzy(_, _, edits):
                return Worth(_near(column, folded, edits), 1)
            case _:
                return Worth(Has(column, folded), 1)

    def _word(self, word: str, field: str | None) -> Ask:
        form = german.stem(word)
        column = columns.FORMS if field is None else columns.forms_of(field)
        found = [Worth(Has(column, form), 1)]
        if field is None:
            weights = ((weight, columns.weight_token(weight, form)) for weight in columns.WEIGHTS)
            found += [Worth(Has(column, token), weight) for weight, token in weights]
        found.append(Worth(Has(column, columns.exact_token(word)), 1))
        return Any(tuple(found))

    def _several(self, text: str, words: tuple[str, ...], field: str | None) -> Ask:
        """A word with signs in it (12/2024, 1.2.2024, Schwerbehinderten-Ausweis)."""
        together = self._anywhere(field, lambda column: _side_by_side(column, words))
        day = german.day_in(text)
        form = None
        if day is not None:
            form = german.form_of_day(day)
        elif all(word.isalpha() for word in words):
            form = german.stem(fold(text))
        if form is None:
            return together
        column = columns.FORMS if field is None else columns.forms_of(field)
        return Any((together, Worth(Has(column, form), 1)))

    def _prefix(self, start: str, field: str | None) -> Ask:
        return self._anywhere(field, lambda column: Starts(column, start))

    def _last_of(self, words: tuple[str, ...], field: str | None, last: Ask) -> Ask:
        """12/20*: the words before the last stand there as they are."""
        if len(words) == 1:
            return last
        before = self._anywhere(field, lambda column: _side_by_side(column, words[:-1]))
        return All((before, last))

    def _fuzzy(self, word: str, field: str | None, edits: int) -> Ask:
        return self._anywhere(field, lambda column: _near(column, word, edits))

    def _anywhere(self, field: str | None, leaf: Callable[[str], Ask]) -> Ask:
        """The same in the pages and every default field, for more points in weighty fields."""
        if field is not None:
            return Worth(leaf(columns.words_of(field)), _ANYWHERE)
        in_field = [(other, leaf(columns.words_of(other.name))) for other in self._default]
        everywhere = (leaf(columns.PAGES), *(found for _, found in in_field))
        tiers = [Worth(Any(everywhere), _ANYWHERE)]
        for least, points in ((2.0, _HEAVY), (4.0, _HEAVIEST)):
            heavy = tuple(found for other, found in in_field if other.weight >= least)
            if heavy:
                tiers.append(Worth(Any(heavy), points))
        return tiers[0] if len(tiers) == 1 else Any(tuple(tiers))


def _bound(field: Field, bound: date | float | None) -> float | None:
    if bound is None:
        return None
    return columns.as_number(checked(field, bound))


def _side_by_side(column: str, words: tuple[str, ...]) -> Ask:
    return Has(column, words[0]) if len(words) == 1 else Sequence(column, words)


def _near(column: str, word: str, edits: int) -> Ask:
    if len(word) < _SHORTEST_FUZZY:
        return Has(column, word)
    return Any((Near(column, word, edits), HasAny(column, slips(word))))


def _telling(parts: tuple[Query, ...]) -> tuple[Query, ...]:
    """The parts without der, die, das, unless there is nothing else to go by."""
    telling = tuple(part for part in parts if not _is_stop_word(part))
    return telling if any(not isinstance(part, Not) for part in telling) else parts


def _is_stop_word(query: Query) -> bool:
    return isinstance(query, Word) and fold(query.text) in german.STOP_WORDS
