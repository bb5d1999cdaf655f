"""Is only that mended in a recognised text which nobody wrote, or which stands for another sign?"""

from __future__ import annotations

import pytest

from eakte.processing.steps.mending import mended
from eakte.processing.steps.recognition import Line, Recognised, Word


def line(*texts: str, sure: float = 95, height: float = 30, top: float = 0) -> Line:
    """Words of a hundred pixels each, with twenty between them."""
    words = tuple(
        Word(text, 120 * place, 120 * place + 100, sure, height) for place, text in enumerate(texts)
    )
    return Line(words, top, top + height, 1)


BODY = line("Sehr", "geehrte", "Damen", "und", "Herren,")


def text_of(*lines: Line) -> str:
    return mended(Recognised((BODY, *lines))).text.split("\n", 1)[-1]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("nach 8 152 Abs. 1 SGB IX", "nach § 152 Abs. 1 SGB IX"),
        ("begründet (8 85 Abs. 3 SGG).", "begründet (§ 85 Abs. 3 SGG)."),
        ("erhoben (88 83, 84 SGG)", "erhoben (§§ 83, 84 SGG)"),
        ("nach $ 18 SGB X", "nach § 18 SGB X"),
        ("Anlage zu 8 2 der Versorgungsmedizin-Verordnung", "zu § 2 der"),
        ("nach 8 24 des Zehnten Buches Sozialgesetzbuch", "nach § 24 des"),
        ("nach § 66 SGB | dazu", "nach § 66 SGB I dazu"),
        ("(§ 13 SGB |).", "(§ 13 SGB I)."),
    ],
)
def test_a_section_of_a_law_begins_with_its_sign(read: str, meant: str) -> None:
    assert meant in text_of(line(*read.split()))


def test_the_law_may_stand_on_the_next_line() -> None:
    assert text_of(line("ergibt", "sich", "aus", "8", "152"), line("Abs.", "1", "SGB", "IX")) == (
        "ergibt sich aus § 152\nAbs. 1 SGB IX"
    )


@pytest.mark.parametrize(
    "said",
    [
        "8 10 12 Tabletten am Tag",
        "Zimmer 8 152 Euro im Monat",
        "am 8 12 Uhr im Amt",
        "von 3 5 Kindern",
        "8",
        "Befund | unauffällig",
    ],
)
def test_a_number_stays_a_number(said: str) -> None:
    assert text_of(line(*said.split())) == said


def test_a_signature_leaves_no_words() -> None:
    scrawl = line("(febh", "pdi", sure=12, height=90)
    assert text_of(line("Mit", "freundlichen", "Grüßen"), scrawl) == "Mit freundlichen Grüßen"


def test_what_is_hard_to_read_beside_sure_words_stays() -> None:
    doubtful = Line((*line("Geburtsdatum:").words, Word("16.01.1945", 130, 230, 13, 30)), 0, 30, 1)
    assert text_of(doubtful) == "Geburtsdatum: 16.01.1945"


def test_a_crest_beside_the_letterhead_is_no_sign_of_it() -> None:
    crest = Word("®", 900, 947, 87, 66)
    smear = Word("Sa", 900, 970, 54, 40)
    head = Line((*line("Landratsamt", "Musterkreis").words, crest), 0, 66, 1)
    office = Line((*line("Amt", "für", "Soziales").words, smear), 0, 30, 1)
    assert text_of(head, office) == "Landratsamt Musterkreis\nAmt für Soziales"


def test_a_mark_of_disability_stands_apart_and_stays() -> None:
    form = Line((*line("Merkzeichen:").words, Word("G", 400, 420, 91, 30)), 0, 30, 1)
    assert text_of(form) == "Merkzeichen: G"


def test_of_a_page_that_is_hard_to_read_nothing_is_taken_away() -> None:
    worn = Recognised((line("kaum", "lesbar", sure=35), line("Rest", sure=20)))
    assert mended(worn).text == "kaum lesbar\nRest"
