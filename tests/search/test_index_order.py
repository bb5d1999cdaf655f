"""What every index promises of filters and of order, asked of each engine."""

from datetime import date
from pathlib import Path

import pytest

from search import (
    AnyOf,
    Between,
    Engine,
    Everything,
    Fuzzy,
    Index,
    Not,
    Or,
    Order,
    Phrase,
    Prefix,
    Word,
    open_index,
)

from .conftest import SCHEMA, fill, keys, page


def test_a_filter_keeps_only_entries_with_one_of_its_values(index: Index) -> None:
    fill(
        index,
        page("a", "Antrag", tokens=["dept:1", "case:7"]),
        page("b", "Antrag", tokens=["dept:2"]),
        page("c", "Antrag"),
    )
    assert keys(index, "Antrag", filters=[AnyOf("tokens", ["dept:1"])]) == ["a"]
    assert sorted(keys(index, "Antrag", filters=[AnyOf("tokens", ["dept:2", "case:7"])])) == [
        "a",
        "b",
    ]
    assert keys(index, "Antrag", filters=[AnyOf("tokens", [])]) == []
    assert keys(index, "Antrag", filters=[AnyOf("tokens", ["dept"])]) == []
    many = [AnyOf("tokens", [f"case:{n}" for n in range(5000)])]
    assert keys(index, "Antrag", filters=many) == ["a"]
    both = [AnyOf("tokens", ["dept:1"]), AnyOf("tokens", ["dept:2"])]
    assert keys(index, "Antrag", filters=both) == []
    assert index.find(Word("Antrag"), filters=[AnyOf("tokens", ["dept:2"])]).total == 1


def test_a_filter_changes_neither_score_nor_passages(index: Index) -> None:
    fill(index, page("a", "ein Antrag", tokens=["x"], number=3), page("b", "nichts", tokens=["x"]))
    plain = index.find(Word("Antrag"))
    filtered = index.find(
        Word("Antrag"), filters=[AnyOf("tokens", ["x"]), Between("number", 1, 5), Word("ein")]
    )
    assert plain.hits == filtered.hits


def test_between_includes_both_bounds_and_may_be_open(index: Index) -> None:
    for n, day in enumerate((date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31)), start=1):
        fill(index, page(str(n), received=day, number=n * 1.5))
    fill(index, page("none"))
    assert sorted(keys(index, "eingang:2024")) == ["2", "3"]
    assert sorted(keys(index, "eingang:..01.01.2024")) == ["1", "2"]
    assert sorted(keys(index, "eingang:2024-01-02..")) == ["3"]
    assert sorted(keys(index, "eingang:12.2023..01.2024")) == ["1", "2"]
    assert sorted(keys(index, "nummer:1,5..3")) == ["1", "2"]
    assert sorted(keys(index, Between("number"))) == ["1", "2", "3"]
    assert sorted(keys(index, Not(Between("received")))) == ["none"]


def test_hits_can_be_ordered_by_a_day_or_a_number(index: Index) -> None:
    fill(
        index,
        page("b", "x", received=date(2024, 2, 1), number=-5),
        page("c", "x", received=date(2024, 3, 1), number=10),
        page("a", "x", received=date(2024, 1, 1), number=9.5),
        page("none", "x"),
    )
    assert keys(index, "x", order=Order("received")) == ["c", "b", "a", "none"]
    assert keys(index, "x", order=Order("received", descending=False)) == ["a", "b", "c", "none"]
    assert keys(index, "x", order=Order("number")) == ["c", "a", "b", "none"]
    assert keys(index, "x", order=Order("number", descending=False)) == ["b", "a", "c", "none"]


def test_what_cannot_be_asked_or_ordered_so_is_refused(index: Index) -> None:
    with pytest.raises(KeyError):
        index.find(Word("x", "nobody"))
    with pytest.raises(KeyError):
        index.find(Everything(), order=Order("nobody"))
    for query in (
        Word("x", "received"),
        AnyOf("title", ["x"]),
        Between("title", 1, 2),
        Between("received", 1, 2),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            index.find(query)
    with pytest.raises(ValueError, match="title"):
        index.find(Everything(), order=Order("title"))
    with pytest.raises(ValueError, match="count from 0"):
        index.find(Everything(), limit=-1)


def test_a_title_outweighs_a_page_and_often_outweighs_once(index: Index) -> None:
    fill(
        index,
        page("once", "Gutachten " + "und anderes " * 30),
        page("often", "Gutachten " * 8 + "und anderes " * 30),
        page("title", "nichts", title="Gutachten"),
        page("reference", "nichts", reference="Gutachten"),
    )
    assert keys(index, "Gutachten") == ["reference", "title", "often", "once"]


def test_the_very_spelling_outweighs_another_form(index: Index) -> None:
    fill(index, page("form", "Frau Müllers"), page("name", "Frau Müller"))
    assert keys(index, "Müller") == ["name", "form"]


def test_among_equals_the_newest_comes_first(index: Index) -> None:
    days = [
        date(2024, 1, 1),
        date(1999, 5, 5),
        date(2024, 1, 2),
        date(1890, 1, 1),
        date(2300, 1, 1),
    ]
    fill(index, *(page(str(day), "Antrag", received=day) for day in days), page("none", "Antrag"))
    expected = [str(day) for day in sorted(days, reverse=True)] + ["none"]
    assert keys(index, "Antrag") == expected
    assert keys(index, Everything()) == expected


def test_pages_of_hits_never_overlap_and_miss_nothing(index: Index) -> None:
    fill(index, *(page(f"k{n}", "Antrag", number=n % 3) for n in range(150)))
    for order in (Order(), Order("number")):
        seen = [
            key
            for offset in range(0, 160, 7)
            for key in keys(index, "Antrag", limit=7, offset=offset, order=order)
        ]
        assert len(seen) == 150
        assert len(set(seen)) == 150
    found = index.find(Word("Antrag"), limit=0)
    assert (found.total, found.hits) == (150, ())
    assert index.find(Word("Antrag"), offset=1000).hits == ()
    assert index.find(Word("Antrag"), offset=10**12).total == 150
    assert len(index.find(Word("Antrag"), limit=10**12).hits) == 150


def test_entries_one_may_not_see_change_nothing_in_what_one_finds(
    engine: Engine, tmp_path: Path
) -> None:
    mine = [page(f"m{n}", f"Antrag {'Rente ' * (n % 4)}", tokens=["me"]) for n in range(40)]
    foreign = [page(f"f{n}", "Antrag Rente Rente Geheimnis", tokens=["you"]) for n in range(60)]
    answers = []
    for name, entries in (("without", mine), ("with", [*foreign[:30], *mine, *foreign[30:]])):
        with open_index(tmp_path / name, SCHEMA, engine=engine) as index:
            for start in range(0, len(entries), 25):
                fill(index, *entries[start : start + 25])
            answers.append(
                [
                    index.find(query, filters=[AnyOf("tokens", ["me"])], offset=5)
                    for query in (
                        Word("Antrag"),
                        Or((Word("Rente"), Word("Geheimnis"))),
                        Prefix("Ant"),
                        Fuzzy("Rentte"),
                        Phrase("Antrag Rente"),
                        Everything(),
                    )
                ]
            )
    assert answers[0] == answers[1]
