"""The engines against the yardstick: random entries, random queries, the same answers."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from search import (
    And,
    AnyOf,
    Between,
    Engine,
    Entry,
    Everything,
    Fuzzy,
    Not,
    Or,
    Order,
    Phrase,
    Prefix,
    Query,
    Word,
    open_index,
)

from .conftest import ON_DISK, SCHEMA, fill

_WORDS = """
Bescheid Bescheide Bescheides Entlassungsbericht Bericht Berichte Entlassung Ausweis Ausweises
Schwerbehindertenausweis Müller Mueller Muller Mull Straße Strasse Rat Rats Beratung Bernhard
Bemhard der die 12 2024 12/2024 01.02.2024 5.2.1 SB S12SB a b ab ba aa É x1y naïve λόγος
Schwerbehinderten-Ausweis 2024-02-01
"""
WORDS = [*_WORDS.split(), "Ent-\nlassung", "Haupt-\nund", "1. Februar 2024"]
MARKS = ["dept:1", "dept:2", "Bericht", "ein Bericht", "ß", ""]

words = st.sampled_from(WORDS)
texts = st.lists(words, max_size=9).map(" ".join)
days = st.dates(date(2023, 12, 30), date(2024, 1, 3)) | st.sampled_from(
    [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31)]
)
numbers = st.integers(-3, 3) | st.floats(-2, 2, width=16)

entries = st.builds(
    Entry,
    st.sampled_from("abcdefgh"),
    st.fixed_dictionaries(
        {},
        optional={
            "title": texts | st.lists(texts, max_size=3),
            "reference": texts,
            "note": texts,
            "tokens": st.lists(st.sampled_from(MARKS), max_size=3),
            "received": days,
            "number": numbers,
        },
    ),
    st.lists(texts, max_size=3).map(tuple),
)
fields = st.sampled_from([None, None, None, "title", "reference", "note", "tokens"])
leaves = (
    st.builds(Word, words, fields)
    | st.builds(Phrase, texts, fields)
    | st.builds(Prefix, words.map(lambda word: word[:3]), fields)
    | st.builds(Fuzzy, words, fields, st.sampled_from([1, 2]))
    | st.builds(Between, st.just("received"), st.none() | days, st.none() | days)
    | st.builds(Between, st.just("number"), st.none() | numbers, st.none() | numbers)
    | st.builds(AnyOf, st.just("tokens"), st.lists(st.sampled_from(MARKS), max_size=3))
    | st.just(Everything())
)
queries: st.SearchStrategy[Query] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)
orders = st.builds(Order, st.sampled_from([None, "received", "number"]), st.booleans())
asked = st.tuples(queries, st.lists(queries, max_size=1), orders, st.integers(0, 3))


@pytest.mark.parametrize("engine", ON_DISK)
@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate],  # shrinking builds hundreds of indexes: minutes for a shorter example
)
@given(
    batches=st.lists(st.lists(entries, max_size=5), min_size=1, max_size=3),
    dropped=st.sets(st.sampled_from("abcdefgh"), max_size=2),
    questions=st.lists(asked, min_size=5, max_size=25),
)
def test_an_engine_finds_what_the_yardstick_finds_in_the_same_order(
    engine: Engine,
    batches: list[list[Entry]],
    dropped: set[str],
    questions: list[tuple[Query, list[Query], Order, int]],
) -> None:
    with (
        TemporaryDirectory() as folder,
        open_index(None, SCHEMA, engine="memory") as yardstick,
        open_index(Path(folder) / "index", SCHEMA, engine=engine) as index,
    ):
        for opened in (yardstick, index):
            for batch in batches:
                fill(opened, *batch)
            with opened.writer() as writer:
                for key in dropped:
                    writer.drop(key)
        assert sorted(index.keys()) == sorted(yardstick.keys())
        assert index.count() == yardstick.count()
        for query, filters, order, offset in questions:
            how = {"filters": filters, "order": order, "offset": offset, "limit": 3}
            expected = yardstick.find(query, **how)
            assert index.find(query, **how) == expected
