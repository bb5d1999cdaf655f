"""WORDS. Finds entries by words and fields; has never heard of a dossier."""

from search.entry import (
    BY_SCORE,
    Entry,
    Field,
    FieldKind,
    Found,
    Fragment,
    Hit,
    Order,
    Passage,
    Schema,
    Value,
)
from search.errors import BadQuery, IndexBroken, IndexBusy, IndexFull, SearchError
from search.folder import swap_index
from search.index import Index, Writer
from search.opening import Engine, open_index
from search.parse import parse
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

__all__ = [
    "BY_SCORE",
    "And",
    "AnyOf",
    "BadQuery",
    "Between",
    "Engine",
    "Entry",
    "Everything",
    "Field",
    "FieldKind",
    "Found",
    "Fragment",
    "Fuzzy",
    "Hit",
    "Index",
    "IndexBroken",
    "IndexBusy",
    "IndexFull",
    "Not",
    "Or",
    "Order",
    "Passage",
    "Phrase",
    "Prefix",
    "Query",
    "Schema",
    "SearchError",
    "Value",
    "Word",
    "Writer",
    "open_index",
    "parse",
    "swap_index",
]
