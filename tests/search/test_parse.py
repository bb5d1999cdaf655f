"""What people type, and what is made of it."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import (
    And,
    BadQuery,
    Between,
    Everything,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
    parse,
)

from .conftest import NAMES, SCHEMA


def parsed(typed: str) -> Query:
    return parse(typed, SCHEMA, names=NAMES)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Everything()),
        ("   ", Everything()),
        ("*", Everything()),
        ("Bescheid", Word("Bescheid")),
        ("Müller Bescheid", And((Word("Müller"), Word("Bescheid")))),
        ("Müller UND Bescheid", And((Word("Müller"), Word("Bescheid")))),
        ("Müller und Bescheid", And((Word("Müller"), Word("und"), Word("Bescheid")))),
        ("Müller ODER Maier", Or((Word("Müller"), Word("Maier")))),
        ("a b ODER c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a (b ODER c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ("-Widerspruch", Not(Word("Widerspruch"))),
        ("\u2212Widerspruch", Not(Word("Widerspruch"))),
        ("NICHT Widerspruch", Not(Word("Widerspruch"))),
        ("a -(b c)", And((Word("a"), Not(And((Word("b"), Word("c"))))))),
        ("a - b", And((Word("a"), Word("b")))),
        ("Müller-Lüdenscheid", Word("Müller-Lüdenscheid")),
        ('"Grad der Behinderung"', Phrase("Grad der Behinderung")),
        ("„Grad der Behinderung“", Phrase("Grad der Behinderung")),
        ("»Grad der Behinderung«", Phrase("Grad der Behinderung")),
        ("Entl*", Prefix("Entl")),
        ("Müler~", Fuzzy("Müler")),
        ("Müler~2", Fuzzy("Müler", edits=2)),
        ("titel:Bescheid", Word("Bescheid", "title")),
        ("TITEL:Besch*", Prefix("Besch", "title")),
        ("titel: Bescheid", Word("Bescheid", "title")),
        ('titel:"ein Bescheid"', Phrase("ein Bescheid", "title")),
        ("titel:(a ODER -b)", Or((Word("a", "title"), Not(Word("b", "title"))))),
        ("-titel:a", Not(Word("a", "title"))),
        ("titel:UND", Word("UND", "title")),
        ("eingang:2024", Between("received", date(2024, 1, 1), date(2024, 12, 31))),
        ("eingang:02.2024", Between("received", date(2024, 2, 1), date(2024, 2, 29))),
        ("eingang:2023-02", Between("received", date(2023, 2, 1), date(2023, 2, 28))),
        ("eingang:1.2.2024", Between("received", date(2024, 2, 1), date(2024, 2, 1))),
        ("eingang:2024-02-01", Between("received", date(2024, 2, 1), date(2024, 2, 1))),
        (
            "eingang:2024-01-01..2024-12-31",
            Between("received", date(2024, 1, 1), date(2024, 12, 31)),
        ),
        ("eingang:01.01.2024..03.2024", Between("received", date(2024, 1, 1), date(2024, 3, 31))),
        ("eingang:2024..", Between("received", date(2024, 1, 1), None)),
        ("eingang:..2024", Between("received", None, date(2024, 12, 31))),
        (
            'eingang:"1. Februar 2024"',
            Between("received", date(2024, 2, 1), date(2024, 2, 1)),
        ),
        ("eingang:*", Between("received")),
        ("nummer:5", Between("number", 5, 5)),
        ("nummer:-1,5..1.000", Between("number", -1.5, 1000)),
        (
            "S 12 SB 34/26",
            And((Word("S"), Word("12"), Word("SB"), Word("34/26"))),
        ),
        ("§ 152", Word("152")),
        ("Az: 12/24", And((Word("Az:"), Word("12/24")))),
        ("10:30", Word("10:30")),
        ("https://example.org", Word("https://example.org")),
    ],
)
def test_the_syntax_means_what_the_readme_says(typed: str, query: Query) -> None:
    assert parsed(typed) == query


@pytest.mark.parametrize(
    ("typed", "position", "says"),
    [
        ('ab "offen', 3, "Anführungszeichen"),
        ("(a", 0, "nicht geschlossen"),
        ("a (b (c)", 2, "nicht geschlossen"),
        ("a)", 1, "öffnende Klammer"),
        ("a ODER", 2, "ODER"),
        ("ODER a", 0, "ODER"),
        ("a NICHT", 2, "NICHT"),
        ("titel:", 0, "Doppelpunkt"),
        ("a titel: ODER b", 2, "Doppelpunkt"),
        ("a betreff:Rente", 2, "Ein Feld „betreff“ gibt es nicht"),
        ("tokens:dept", 0, "gibt es nicht"),
        ("§ &", 0, "kein Wort"),
        ("a*b", 1, "Stern"),
        ("*a", 0, "Stern"),
        ("x a*", 2, "mindestens 2"),
        ("eingang:31.02.2024", 8, "kein Datum"),
        ("eingang:gestern", 8, "kein Datum"),
        ("eingang:0000", 8, "kein Datum"),
        ("eingang:13.2024", 8, "kein Datum"),
        ("eingang:2024..2023", 8, "hinter seinem Ende"),
        ("eingang:1..2..3", 8, "von..bis"),
        ("eingang:..", 8, "von..bis"),
        ("nummer:viele", 7, "keine Zahl"),
        ("a " * 70, 128, "mehr als 64 Wörter"),
        ("(" * 30 + "a" + ")" * 30, 21, "geschachtelt"),
        ("-" * 500 + "a", 21, "geschachtelt"),
        ("x" * 1001, 1000, "länger als 1000"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_in_german(
    typed: str, position: int, says: str
) -> None:
    with pytest.raises(BadQuery) as told:
        parsed(typed)
    assert told.value.position == position
    assert says in told.value.message
    assert told.value.message.endswith(".")


SIGNS = [
    '"',
    "„",
    "(",
    ")",
    "-",
    "*",
    "~",
    "~2",
    ":",
    "..",
    "titel:",
    "eingang:",
    "nummer:",
    "art:",
]
SIGNS += ["art:", "ODER", "UND", "NICHT", "a", "ü", "2024", "01.02.2024", "1,5"]
SIGNS += [" ", "\n", "\ud800", "²"]
messy = st.lists(st.sampled_from(SIGNS), max_size=30).map("".join) | st.text(max_size=60)


@settings(deadline=None)
@given(messy)
def test_whatever_is_typed_is_read_or_refused_with_a_position(typed: str) -> None:
    try:
        parsed(typed)
    except BadQuery as told:
        assert 0 <= told.position <= len(typed)
        assert told.message
