"""Do the tables of an office also say how Swiss and Norwegian offices keep their dossiers?"""

from __future__ import annotations

from datetime import date

import pytest

from eakte.filing.office_files import RETENTION, UNIT, read_office
from eakte.model.periods import Facts, period_of

HEAD = (
    "Schlüssel;Titel;Art;Jahre;Monate;Auslöser;Ereignis;Beginn;Rundung;Transferfrist;"
    "Aussonderungsart;Grundlage;Archiv;Angaben bleiben;Gültig ab;Gültig bis\n"
)
# Free from the 1st of January of the year of the end + period + 1 (eCH-0160, GEVER offices).
SWISS = (
    "ch;Dossier;Frist;10;;Schließung;;1. Januar danach;keine;;B;Art. 7 BGA;Bundesarchiv;nein;;\n"
)
# M451 and M452: so many years after the closing; what is destroyed leaves its description behind.
NORWEGIAN = (
    "no;Saksmappe;Frist;5;;Schließung;;dieser Tag;keine;;V;arkivforskrifta § 16;Arkivverket;ja;;\n"
)


@pytest.mark.parametrize(
    ("line", "closed", "free"),
    [
        (SWISS, "2012-06-30", "2023-01-01"),
        (SWISS, "2012-12-31", "2023-01-01"),
        (SWISS, "2013-01-01", "2024-01-01"),
        (SWISS, "2016-02-29", "2027-01-01"),
        (NORWEGIAN, "2015-04-01", "2020-04-01"),
        (NORWEGIAN, "2015-12-31", "2020-12-31"),
        (NORWEGIAN, "2016-02-29", "2021-03-01"),
    ],
)
def test_a_line_of_a_table_says_from_when_it_is_free(line: str, closed: str, free: str) -> None:
    office = read_office(
        {UNIT: b'schluessel = "x"\nname = "X"\n', RETENTION: (HEAD + line).encode()}
    )
    assert office.faults == []
    (said,) = office.retention
    period = period_of(said.rule, Facts(closed_on=date.fromisoformat(closed)))
    assert period.free_from == date.fromisoformat(free)
    assert said.rule.keeps_metadata is (said.key == "no")
    assert said.basis in period.sentence
