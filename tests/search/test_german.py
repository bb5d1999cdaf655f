"""Words, forms, compound words and slips of German."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import german
from search.compounds import compound_parts
from search.folding import fold
from search.slips import slips, within


@pytest.mark.parametrize(
    ("spellings", "folded"),
    [
        (["Müller", "MÜLLER", "Mueller", "MUELLER", "Muller", "Mu\u0308ller"], "muller"),
        (["Straße", "STRASSE", "Strasse", "STRAẞE"], "strasse"),
        (["Häuser", "Haeuser", "Hauser"], "hauser"),
        (["Öffnung", "Oeffnung"], "offnung"),
        (["René", "Rene"], "rene"),
        (["Łukasz", "Lukasz"], "lukasz"),
        (["Ｍüller"], "muller"),
        (["01", "1"], "1"),
    ],
)
def test_spellings_of_one_word_are_folded_to_one(spellings: list[str], folded: str) -> None:
    assert {fold(spelling) for spelling in spellings} == {folded}


@pytest.mark.parametrize("word", ["Steuer", "Bauer", "Quelle", "neue", "Treue", "abenteuer"])
def test_an_e_that_is_no_umlaut_stays(word: str) -> None:
    assert fold(word) == word.lower()


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 20))
def test_the_folded_beginning_of_a_word_begins_the_folded_word(word: str, length: int) -> None:
    words = german.words(german.clean(word))
    if len(words) == 1 and word.isalpha():
        beginning = german.words(german.clean(word[:length]))
        assert not beginning or words[0].startswith(beginning[0])


ALONE = """
Beratung Vorrat Beirat Heirat Überweisung Misshandlung Anlage Klage Anstalt Partei Notar Region
Kontakt Standard Unterlagen Vorlage Nachweis Abteilung Gehalt Depression folgenden mitzuteilen
festzustellen erbringen Ausweis Bericht a 2024 λόγος
"""


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Schwerbehindertenausweis", {"ausweis", "behindertenausweis", "schwer"}),
        ("Entlassungsbericht", {"entlassung", "bericht"}),
        ("Entlassungsberichtes", {"entlassung", "berichtes"}),
        ("Krankenversicherungskarte", {"karte", "versicherungskarte", "krankenversicherung"}),
        ("Rentenversicherungsträger", {"rente", "versicherung", "trager"}),
        ("Facharztbericht", {"facharzt", "bericht"}),
        ("Feststellungsbescheide", {"feststellung", "bescheide"}),
        ("Kniegelenksarthrose", {"knie", "gelenk", "arthrose"}),
        ("Verschlimmerungsantrag", {"verschlimmerung", "antrag"}),
        ("Wachkomapatient", {"patient"}),
        ("Landrat", {"land", "rat"}),
        ("Aktenplan", {"akte", "plan"}),
        ("Bandscheibenvorfall", {"bandscheibe", "vorfall"}),
        ("Wohngeldbescheid", {"wohngeld", "bescheid"}),
    ],
)
def test_a_compound_word_has_its_parts(word: str, parts: set[str]) -> None:
    assert parts <= set(compound_parts(fold(word)))


@pytest.mark.parametrize("word", ALONE.split())
def test_what_is_no_compound_is_left_in_one(word: str) -> None:
    assert compound_parts(fold(word)) == ()


def test_noise_is_taken_apart_in_no_time() -> None:
    started = time.process_time()
    for noise in ("arztamt" * 9, "s" * 5000, "ungs" * 1000, "enenenen" * 400):
        german.forms(fold(noise))
    assert time.process_time() - started < 1


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_words_and_every_form_begins_within_its_word(text: str) -> None:
    cleaned = german.clean(text)
    words = german.words(cleaned)
    assert words == [token.word for token in german.tokens(cleaned)]
    for word in words:
        assert word
        assert not any(sign.isspace() for sign in word)
        for form in german.forms(word):
            assert form.text in word
    list(german.extras(cleaned))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ent-\nlassung", ["entlassung"]),
        ("Haupt-\nund Nebenwohnung", ["haupt", "und", "nebenwohnung"]),
        ("Schwerbehinderten-\nAusweis", ["schwerbehinderten", "ausweis"]),
        ("Ent\u00adlassung", ["entlassung"]),
        ("S12SB34/26", ["s", "12", "sb", "34", "26"]),
        ("Schwerbeh1nderung", ["schwerbeh1nderung"]),
        ("GdB50", ["gdb", "50"]),
        ("5.2.1", ["5", "2", "1"]),
        ("§ & – …", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert german.words(german.clean(text)) == words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01.02.2024", date(2024, 2, 1)),
        ("1.2.2024", date(2024, 2, 1)),
        ("1. 2. 2024", date(2024, 2, 1)),
        ("1. Februar 2024", date(2024, 2, 1)),
        ("31. März 2024", date(2024, 3, 31)),
        ("2024-02-01", date(2024, 2, 1)),
        ("31.02.2024", None),
        ("1. Foobar 2024", None),
        ("00.00.0000", None),
        ("1.2.3.2024", None),
        ("gestern", None),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, day: date | None) -> None:
    assert german.day_in(text) == day


def test_slips_are_neighbours_changed_about_and_letters_that_look_alike() -> None:
    assert "becsheid" in slips("bescheid")
    assert "bemhard" in slips("bernhard")
    assert "bernhard" in slips("bemhard")
    assert "bescheid" not in slips("bescheid")


@settings(deadline=None)
@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(1, 2))
def test_edits_are_counted_as_the_definition_says(one: str, other: str, edits: int) -> None:
    def distance(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        if a[0] == b[0]:
            return distance(a[1:], b[1:])
        return 1 + min(distance(a[1:], b), distance(a, b[1:]), distance(a[1:], b[1:]))

    if one:
        assert within(one, other, edits=edits) == (distance(one, other) <= edits)


def test_the_laws_are_read_quickly_and_their_compounds_found(shared: Path) -> None:
    folder = shared / "domain" / "law-2022"
    if not folder.is_dir():
        pytest.skip(f"the texts of law are not here: there is no folder {folder}")
    text = "\n".join(law.read_text(encoding="utf-8") for law in folder.glob("sgb_*.md"))
    started = time.process_time()
    words = german.words(german.clean(text))
    spent = time.process_time() - started
    assert len(words) > 50_000
    assert spent < 5
    split = {word for word in set(words) if compound_parts(word)}
    assert {"schwerbehindertenausweis", "teilhabeplan", "sozialhilfe"} & split
