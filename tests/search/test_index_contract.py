"""What every index promises, asked of each engine."""

import threading
import time
from datetime import date
from pathlib import Path

import pytest

from search import (
    And,
    AnyOf,
    Between,
    Entry,
    Everything,
    Fuzzy,
    Index,
    IndexBusy,
    Not,
    Or,
    Order,
    Phrase,
    Prefix,
    Query,
    Word,
    open_index,
    parse,
)

from .conftest import NAMES, SCHEMA, fill, page


def keys(index: Index, query: Query | str, **how: object) -> list[str]:
    asked = parse(query, SCHEMA, names=NAMES) if isinstance(query, str) else query
    return [hit.key for hit in index.find(asked, **how).hits]  # type: ignore[arg-type]


# --- writing


def test_an_empty_index_finds_nothing(index: Index) -> None:
    found = index.find(Everything())
    assert (found.total, found.hits) == (0, ())
    assert index.count() == 0
    assert list(index.keys()) == []
    assert index.get("a") is None


def test_what_was_put_is_found_as_soon_as_the_writer_is_left(index: Index) -> None:
    with index.writer() as writer:
        writer.put(page("a", "Der Bescheid ist da."))
        assert index.count() == 0
    assert keys(index, "Bescheid") == ["a"]
    assert index.count() == 1
    assert list(index.keys()) == ["a"]


def test_put_replaces_the_entry_of_the_same_key(index: Index) -> None:
    fill(index, page("a", "Antrag"), page("b", "Antrag"))
    fill(index, page("a", "Bescheid"))
    assert keys(index, "Antrag") == ["b"]
    assert keys(index, "Bescheid") == ["a"]
    assert index.count() == 2


def test_of_two_puts_of_one_key_in_one_writing_the_last_counts(index: Index) -> None:
    fill(index, page("a", "erstens"), page("a", "zweitens"))
    assert keys(index, "erstens") == []
    assert keys(index, "zweitens") == ["a"]
    assert index.count() == 1


def test_drop_takes_away_and_does_not_mind_what_is_not_there(index: Index) -> None:
    fill(index, page("a", "Antrag"), page("b", "Antrag"))
    with index.writer() as writer:
        writer.drop("a")
        writer.drop("never there")
    assert keys(index, "Antrag") == ["b"]
    assert sorted(index.keys()) == ["b"]


def test_what_is_put_after_a_drop_in_the_same_writing_stays(index: Index) -> None:
    fill(index, page("a", "alt"))
    with index.writer() as writer:
        writer.drop("a")
        writer.put(page("a", "neu"))
        writer.put(page("b", "neu"))
        writer.drop("b")
    assert keys(index, Everything()) == ["a"]
    assert keys(index, "neu") == ["a"]


def test_clear_takes_everything_away_but_what_is_put_afterwards(index: Index) -> None:
    fill(index, page("a", "eins"), page("b", "zwei"))
    with index.writer() as writer:
        writer.put(page("c", "drei"))
        writer.clear()
        writer.put(page("d", "vier"))
    assert sorted(index.keys()) == ["d"]
    assert keys(index, Everything()) == ["d"]


def test_raising_in_a_writing_discards_all_of_it(index: Index) -> None:
    fill(index, page("a", "Antrag"))
    with pytest.raises(RuntimeError, match="stopped"), index.writer() as writer:
        writer.put(page("b", "Bescheid"))
        writer.drop("a")
        raise RuntimeError("stopped")
    assert sorted(index.keys()) == ["a"]
    fill(index, page("c", "Bescheid"))
    assert keys(index, "Bescheid") == ["c"]


def test_a_second_writer_is_told_that_the_index_is_busy(index: Index) -> None:
    with index.writer() as writer:
        writer.put(page("a", "eins"))
        with pytest.raises(IndexBusy), index.writer():
            pass
    assert keys(index, Everything()) == ["a"]


def test_a_writer_may_wait_for_the_other_one_to_finish(index: Index) -> None:
    inside, done = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with index.writer() as writer:
            inside.set()
            done.wait(10)
            writer.put(page("slow", "eins"))

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert inside.wait(10)
    threading.Timer(0.1, done.set).start()
    with index.writer(wait=20) as writer:
        writer.put(page("patient", "zwei"))
    slow.join()
    assert sorted(index.keys()) == ["patient", "slow"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nobody": "x"},
        {"title": 5},
        {"tokens": [1]},
        {"received": "2024-01-01"},
        {"number": "5"},
        {"number": float("nan")},
        {"number": True},
    ],
)
def test_an_entry_that_does_not_fit_the_schema_is_refused_and_the_others_stay(
    index: Index, wrong: dict[str, object]
) -> None:
    with index.writer() as writer:
        writer.put(page("a", "eins"))
        with pytest.raises(ValueError, match=r"\w"):
            writer.put(page("b", "zwei", **wrong))
        writer.put(page("c", "drei"))
    assert sorted(index.keys()) == ["a", "c"]


def test_a_key_must_be_printable_and_short() -> None:
    for key in ("", "a\nb", "x" * 201):
        with pytest.raises(ValueError, match="key"):
            Entry(key, {})


def test_the_stored_fields_come_back_as_they_were_put(index: Index) -> None:
    entry = page(
        "a",
        title="Bescheid für Müller „neu“",
        tokens=["dept:1", "dept:2"],
        received=date(2024, 2, 29),
        number=12.5,
    )
    fill(index, entry)
    fields = index.get("a")
    assert fields is not None
    assert fields["title"] == ("Bescheid für Müller „neu“",)
    assert fields["tokens"] == ("dept:1", "dept:2")
    assert fields["received"] == date(2024, 2, 29)
    assert fields["number"] == 12.5
    assert fields["note"] is None
    assert index.find(Everything()).hits[0].fields == fields


def test_odd_texts_and_keywords_are_kept_like_any_other(index: Index) -> None:
    odd = "zu\x00viel\x1f \ud800 \f \u2028 Ende"
    fill(
        index,
        page("a", odd, "", title=odd, tokens=[odd, "k" * 40_000, "", "mit Leerzeichen, Komma"]),
        page("b", tokens=["k" * 40_001, "mit Leerzeichen", "Komma"]),
    )
    assert keys(index, "Ende") == ["a"]
    assert keys(index, AnyOf("tokens", [odd])) == ["a"]
    assert keys(index, AnyOf("tokens", ["k" * 40_000])) == ["a"]
    assert keys(index, AnyOf("tokens", ["k" * 40_001])) == ["b"]
    assert keys(index, AnyOf("tokens", ["mit Leerzeichen, Komma"])) == ["a"]
    assert keys(index, AnyOf("tokens", ["Komma"])) == ["b"]


# --- finding by words


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Herr Müller", "mueller"),
        ("Herr MUELLER", "Müller"),
        ("Herr Mu\u0308ller", "Muller"),
        ("Herr Muller", "MÜLLER"),
        ("Große Straße", "grosse STRASSE"),
        ("Grosse Strasse", "große Straße"),
        ("die Bescheide", "Bescheid"),
        ("der Bescheid", "Bescheiden"),
        ("Schwerbehindertenausweis", "Ausweis"),
        ("des Schwerbehindertenausweises", "Ausweise"),
        ("Entlassungsbericht", "Bericht"),
        ("Entlassungsbericht", "Entlassung"),
        ("Entlas-\nsungsbericht", "Entlassungsbericht"),
        ("Entlas-  \r\n  sungsbericht", "Bericht"),
        ("Ent\u00adlassungs\u00adbericht", "Entlassungsbericht"),
        ("Haupt-\nund Nebenwohnung", "Haupt Nebenwohnung"),
        ("Schwerbehinderten-Ausweis", "Schwerbehindertenausweis"),
        ("Schwerbehindertenausweis", "Schwerbehinderten-Ausweis"),
        ("unter SBR 12/2024 vom", "SBR 12/2024"),
        ("unter SBR 12/2024 vom", "12/2024"),
        ("unter SBR 12/2024 vom", "SBR"),
        ("unter SBR 12/2024 vom", "2024"),
        ("Az. S 12 SB 34/26", "S 12 SB 34/26"),
        ("Az. S12SB34/26", "S 12 SB 34/26"),
        ("Az. S 12 SB 34/26", "S12SB34/26"),
        ("nach 5.2.1 Teil B", "5.2.1"),
        ("am 01.02.2024", "01.02.2024"),
        ("am 01.02.2024", "1.2.2024"),
        ("am 1. Februar 2024", "01.02.2024"),
        ("am 01.02.2024", "2024-02-01"),
        ("GdB 50", "GdB50"),
        ("Café René", "cafe rene"),
        ("Diagnose G43.1", "G43.1"),
    ],
)
def test_a_text_is_found_as_people_type_it(index: Index, text: str, asked: str) -> None:
    fill(index, page("a", f"Vorher {text} nachher"), page("t", title=text), page("z", "anderes"))
    assert sorted(keys(index, asked)) == ["a", "t"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("die Beratung", "Rat"),
        ("der Vorrat", "Rat"),
        ("der Nachweis", "Weis"),
        ("SBR 2024/12", "12/2024"),
        ("SBR 12 aus 2024", "12/2024"),
        ("5.2.3", "5.2.1"),
        ("am 02.01.2024", "01.02.2024"),
        ("Schwerbehinderten-\nAusweis", "Wertausweis"),
    ],
)
def test_a_text_is_not_found_by_what_only_looks_alike(index: Index, text: str, asked: str) -> None:
    fill(index, page("a", text))
    assert keys(index, asked) == []


def test_words_side_by_side_are_all_wanted_wherever_they_stand(index: Index) -> None:
    fill(
        index,
        page("both", "Müller", "Bescheid"),
        page("over fields", "Bescheid", title="Müller"),
        page("one", "Müller"),
    )
    assert sorted(keys(index, "Müller Bescheid")) == ["both", "over fields"]


def test_small_words_are_not_wanted_unless_they_are_all_there_is(index: Index) -> None:
    fill(index, page("a", "Bescheid des Kreises"), page("b", "der Kreis"))
    assert keys(index, "Bescheid der Kreise") == ["a"]
    assert keys(index, "der") == ["b"]


def test_or_not_and_brackets_mean_what_they_say(index: Index) -> None:
    fill(index, page("1", "rot blau"), page("2", "rot gelb"), page("3", "blau"), page("4", "gelb"))
    assert sorted(keys(index, "rot ODER blau")) == ["1", "2", "3"]
    assert sorted(keys(index, "rot NICHT blau")) == ["2"]
    assert sorted(keys(index, "rot -blau")) == ["2"]
    assert sorted(keys(index, "(rot ODER gelb) blau")) == ["1"]
    assert sorted(keys(index, "-rot")) == ["3", "4"]
    assert sorted(keys(index, "NICHT (rot ODER blau)")) == ["4"]
    assert sorted(keys(index, And(()))) == ["1", "2", "3", "4"]
    assert keys(index, Or(())) == []
    assert keys(index, Not(Everything())) == []
    assert sorted(keys(index, Not(Not(Word("rot"))))) == ["1", "2"]


def test_a_phrase_wants_the_words_as_they_are_and_in_their_order(index: Index) -> None:
    fill(
        index,
        page("a", "Grad der Be-\nhinderung 50"),
        page("b", "Behinderung der Grad"),
        page("c", "Grade der Behinderung"),
        page("over pages", "mit Grad", "der Behinderung"),
        page("over values", title=["Grad der", "Behinderung"]),
        page("twice", "der der Grad der der Grad der Behinderung"),
    )
    assert sorted(keys(index, '"grad der BEHINDERUNG"')) == ["a", "twice"]
    assert keys(index, '"der der Grad der Behinderung"') == ["twice"]


def test_a_prefix_finds_whole_spelled_words_by_their_beginning(index: Index) -> None:
    fill(
        index, page("a", "Entlassungsbericht"), page("b", "entlegen"), page("c", title="Entlohnung")
    )
    assert sorted(keys(index, "entl*")) == ["a", "b", "c"]
    assert keys(index, "Entla*") == ["a"]
    assert keys(index, "bericht*") == []
    fill(index, page("d", "SBR 12/2024"), page("e", "SBR 13/2024"))
    assert keys(index, "12/20*") == ["d"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Bescheid", "Beschied~"),
        ("Bescheid", "Bescheit~"),
        ("Bescheid", "Besched~"),
        ("Bescheid", "Beescheid~"),
        ("Bernhard", "Bemhard~"),
        ("Bemhard", "Bernhard~"),
        ("Schwerbeh1nderung", "Schwerbehinderung~"),
        ("Straße", "Strabe~"),
        ("Gutachten", "Gudachden~2"),
    ],
)
def test_a_fuzzy_word_forgives_slips_and_misread_letters(
    index: Index, written: str, asked: str
) -> None:
    fill(index, page("a", f"hier {written} dort"), page("z", "ganz anderes"))
    assert keys(index, asked) == ["a"]


def test_a_fuzzy_word_forgives_one_edit_and_no_more(index: Index) -> None:
    fill(index, page("a", "Gutachten"))
    assert keys(index, "Gudachten~") == ["a"]
    assert keys(index, "Gudachden~") == []
    assert keys(index, "Gudachden~2") == ["a"]


def test_a_named_field_alone_is_searched_when_it_is_named(index: Index) -> None:
    fill(
        index,
        page("a", "Bescheid"),
        page("b", title="Bescheid über Rente"),
        page("c", note="Bescheid"),
    )
    assert keys(index, "titel:Bescheid") == ["b"]
    assert keys(index, 'titel:"über Rente"') == ["b"]
    assert keys(index, "titel:Besch*") == ["b"]
    assert keys(index, "titel:Beschied~") == ["b"]
    assert keys(index, "notiz:(Bescheid ODER Antrag)") == ["c"]
    assert sorted(keys(index, "Bescheid")) == ["a", "b"]  # a note is no default field


def test_keywords_are_typed_without_regard_to_case_and_filtered_by_the_letter(
    index: Index,
) -> None:
    fill(index, page("a", tokens=["Entlassungsbericht"]), page("b", tokens=["Bericht"]))
    assert keys(index, "art:entlassungsbericht") == ["a"]
    assert keys(index, "art:bericht") == ["b"]
    assert keys(index, "art:entl*") == ["a"]
    assert keys(index, AnyOf("tokens", ["Bericht"])) == ["b"]
    assert keys(index, AnyOf("tokens", ["bericht"])) == []


# --- filters and order


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


def test_entries_one_may_not_see_change_nothing_in_what_one_finds(
    engine: str, tmp_path: Path
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


# --- threads


def test_many_threads_may_search_while_one_writes(index: Index) -> None:
    fill(index, page("0", "Antrag"))
    stop = time.monotonic() + 1.0
    faults: list[BaseException] = []

    def search() -> None:
        try:
            while time.monotonic() < stop:
                found = index.find(Word("Antrag"))
                assert found.total >= 1
                assert len({hit.key for hit in found.hits}) == len(found.hits)
        except BaseException as error:
            faults.append(error)

    readers = [threading.Thread(target=search) for _ in range(3)]
    for reader in readers:
        reader.start()
    written = 0
    while time.monotonic() < stop:
        written += 1
        fill(index, page(str(written), "Antrag"), page("0", "Antrag"))
    for reader in readers:
        reader.join()
    assert faults == []
    assert index.find(Word("Antrag")).total == written + 1


def test_an_index_can_be_closed_twice(index: Index) -> None:
    index.close()
    index.close()
