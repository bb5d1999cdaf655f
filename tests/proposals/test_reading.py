"""Is what stands in a letter read, whatever recognition mistook, and nothing else?"""

from __future__ import annotations

from datetime import date

import pytest

from eakte.filing.proposing.clues import Clues, Told, clues_in, clues_kept
from eakte.filing.proposing.names import alike
from eakte.filing.proposing.rules import HEADINGS, read_rules
from eakte.filing.proposing.shapes import plan_shape, rule_shape
from tests.builders import LABELS

RULES, _ = read_rules((";".join(HEADINGS) + "\n" + LABELS).encode())
OWN = [plan_shape("", "5.2", "SBR"), plan_shape("{prefix}-{year}-{number:06}", "5.3", "SBG")]


def read(*pages: str) -> Clues:
    return clues_in(pages, RULES, own=OWN)


def values(text: str, kind: Told = Told.OWN) -> list[str]:
    return [one.value for one in read(text).references if one.kind is kind]


@pytest.mark.parametrize(
    "text",
    [
        "SBR 12/2026",
        "SBR 12 / 2026",
        "SBR12/2026",
        "SBR\n12/2026",
        "SBR 12/\n2026",
        "SBR l2/2026",
        "SBR I2/2O26",
        "5BR 12/2026",
        "S8R 12/2026",
        "SBR 1Z/20Z6",
        "S BR 12/2026",
        "SBR 1 2/2026",
        "SBR 12\\2026",
        "SBR 12/26",
        "Ihr Zeichen:SBR 12/2026, Herr X",
        "(SBR 12/2026)",
        "SBR 12/2026 W",
    ],
)
def test_a_reference_is_read_although_recognition_mistook_it(text: str) -> None:
    assert values(text) == ["SBR 12/2026"]


@pytest.mark.parametrize(
    "text",
    [
        "SBG-2026-000123",
        "SBG 2026 000123",
        "SBG—2026-000123",
        "SBG-2O26-OOO123",
        "SBG-2026-\n000123",
    ],
)
def test_a_reference_with_hyphens_is_read_although_they_are_broken(text: str) -> None:
    assert values(text) == ["SBG-2026-000123"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Telefon 12/2026",
        "XSBR 12/2026",
        "SBR 12/2026456",
        "SBR 12/1500",
        "SBR /2026",
        "Amtsblatt SBR",
        "SBR 12.2026",
        "SBRA 12/2026",
    ],
)
def test_what_is_no_reference_is_not_read_as_one(text: str) -> None:
    assert values(text) == []


def test_a_form_without_letters_counts_only_behind_its_label() -> None:
    bare = [plan_shape("{number}/{year}", "9", "")]
    beside = clues_in(["Rechnung 12/2026"], RULES, own=bare)
    behind = clues_in(["Unser Zeichen: 12/2026"], RULES, own=bare)
    assert beside.references == ()
    assert [one.value for one in behind.references] == ["12/2026"]


def test_numbers_of_courts_and_other_programs_are_read_by_the_rules_alone() -> None:
    text = "Aktenzeichen S l2 SB 34/26, FV 77/2O26"
    assert values(text, Told.COURT) == ["S 12 SB 34/26"]
    assert values(text, Told.FOREIGN) == ["FV 77/2026"]
    assert rule_shape("AB {buchstabe} {zahl}").pattern.search("AB C 5")


def test_where_it_stands_is_quoted_in_at_most_eighty_characters() -> None:
    long = "Wir kommen zurück auf den ausführlichen Schriftwechsel zu SBR 12/2026 mit all dem " * 2
    reference = read("Guten Tag", f"Anfang\n{long}\nEnde").references[0]
    assert reference.page == 2
    assert len(reference.quote) <= 80
    assert "SBR 12/2026" in reference.quote
    assert (
        read("x\nUnser Zeichen:  SBR 1/2026\ny").references[0].quote == "Unser Zeichen: SBR 1/2026"
    )


@pytest.mark.parametrize(
    ("text", "labelled"),
    [
        ("Unser Zeichen: SBR 1/2026", True),
        ("Ihr  Zeichen\nSBR 1/2026", True),
        ("IHR ZEICHEN – SBR 1/2026", True),
        ("wie in SBR 1/2026 schon gesagt", False),
    ],
)
def test_a_label_before_a_reference_counts(text: str, labelled: bool) -> None:
    assert [one.labelled for one in read(text).references] == [labelled]


@pytest.mark.parametrize(
    "text",
    [
        "geboren am 2. Juni 1988",
        "geboren am 02.06.1988",
        "Geboren am: O2.06.l988",
        "geboren am\n2. Juni 1988",
        "geboren am 2.6.1988",
        "geboren am 2 . 6. 1988",
    ],
)
def test_a_day_of_birth_is_read(text: str) -> None:
    assert [one.day for one in read(text).births] == [date(1988, 6, 2)]


@pytest.mark.parametrize("text", ["am 2. Juni 1988", "geboren am 31.02.1988", "geboren am 2.6.88"])
def test_what_is_no_day_of_birth_is_not_read_as_one(text: str) -> None:
    assert read(text).births == ()


@pytest.mark.parametrize(
    ("text", "filed"),
    [
        ("Frau Änne Muster, wohnhaft", "muster, aenne"),
        ("Frau\nÄnne Muster\nWeg 1", "muster, aenne"),
        ("Sehr geehrte Frau Dr. Änne Muster,", "muster, aenne"),
        ("Änne\nMuster, geboren am 2.6.1988", "muster, aenne"),
        ("Frau Änne von Muster", "von muster, aenne"),
        ("Frau Änne-Marie Groß-Muster", "gross-muster, aenne-marie"),
    ],
)
def test_a_name_is_read_as_a_dossier_bears_it(text: str, filed: str) -> None:
    assert filed in [one for name in read(text).names for one in name.filed]


def test_a_sentence_is_no_name() -> None:
    assert read("Die Frau teilte mit, dass").names == ()


def test_one_letter_may_be_wrong_in_a_long_word_only() -> None:
    assert alike("yildirim", "yildlrim")
    assert alike("yildirim", "yldirim")
    assert not alike("yildirim", "yldlrim")
    assert not alike("maier", "mayr")
    assert not alike("kurz", "kunz")


def test_an_umlaut_may_have_lost_its_dots() -> None:
    assert alike("moeller", "moller")
    assert alike("moeller", "miller")
    assert not alike("moeller", "maler")


def test_the_kind_of_document_is_what_its_heading_says() -> None:
    assert read("Amt\nWiderspruch\nich lege").kind is not None
    assert read("Amt\nWiderspruchsfrist läuft").kind is None
    assert read("Amt\nAntrag\nund\nWiderspruch").kind is None  # two alike: nobody knows


def test_clues_come_back_from_their_row_as_they_were() -> None:
    made = read("Widerspruch\nUnser Zeichen: SBR 1/2026\nFrau Änne Muster, geboren am 2.6.1988")
    assert made.references and made.names and made.births and made.kind
    assert clues_kept(made.kept()) == made
    assert clues_kept(Clues().kept()) == Clues()
