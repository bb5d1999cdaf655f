"""What every index promises of writing, asked of each engine."""

import threading
import time
from datetime import date

import pytest

from search import AnyOf, Entry, Everything, Index, IndexBusy, Word

from .conftest import fill, keys, page


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


def test_writings_of_nothing_do_no_harm(index: Index) -> None:
    for key in "abcdef":
        fill(index, page(key, "Bescheid"))
    for _ in range(20):
        with index.writer():
            pass
    assert sorted(keys(index, "Bescheid")) == list("abcdef")
    index.check()


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
