"""What every index promises of finding by words, asked of each engine."""

import pytest

from search import And, AnyOf, Everything, Index, Not, Or, Word

from .conftest import fill, keys, page


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
