"""Does an office say in tables with which archives it deals, and is every fault in them told?"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eakte.errors import BadTable
from eakte.filing.office_loading import load_office
from eakte.model.appraisal import CatalogueRule, Kind
from eakte.model.archive import Archive, kept_rule, rule_from
from eakte.model.periods import Disposal
from eakte.retention.candidates import serial_of
from eakte.retention.offering import archives
from tests.offers.house import HEAD, LINES, RULES, TABLES, UNIT, Registry

BAD = HEAD + (
    "Kreis!;Kreisarchiv;;;;;3.0.0;4;5;nein;30\n"
    "land;Kreisarchiv;;;;;2.4.0;3;;vielleicht;\n"
    "land;Landesarchiv;;;;;;4;;nein;0\n"
)
BAD_RULES = (
    "Archiv;Regel;Wert;Bewertung\n"
    "mars;Anfangsbuchstaben;D|O;A\n"
    "land;Anfangsbuchstaben;;A\n"
    "land;jede n-te;10+12;A\n"
    "land;Geburtsjahr;1950|fünf;A\n"
    "land;Gericht;ja;B\n"
    "land;alle übrigen;x;V\n"
    "land;Anfangsbuchstaben;A;V\n"
)


def test_every_fault_of_the_tables_is_told_with_its_line(registry: Registry) -> None:
    files = {
        "sachgebiet.toml": UNIT,
        "archive.csv": BAD.encode(),
        "bewertung.csv": BAD_RULES.encode(),
    }
    with registry.acting() as work, pytest.raises(BadTable) as refused:
        load_office(work, files)
    told = "\n".join(map(str, refused.value.reasons))
    for words in (
        "archive.csv, Zeile 2: Bis xdomea 3.1 gibt es je Aussonderung nur eine Nachricht",
        "archive.csv, Zeile 2: Der Schlüssel „Kreis!“",
        "archive.csv, Zeile 3: Das Archiv „Kreisarchiv“ steht schon in Zeile 2.",
        "archive.csv, Zeile 3: „Antwort in Tagen“ ist leer.",
        "archive.csv, Zeile 3: „Fassung“ kennt „2.4.0“ nicht",
        "archive.csv, Zeile 3: „Originale“ kennt „vielleicht“ nicht",
        "archive.csv, Zeile 3: „Schritte“ kennt „3“ nicht",
        "archive.csv, Zeile 4: Der Schlüssel „land“ steht schon in Zeile 3.",
        "archive.csv, Zeile 4: „Fassung“ ist leer.",
        "bewertung.csv, Zeile 2: Das Archiv „mars“ steht nicht in archive.csv.",
        *(f"bewertung.csv, Zeile {line}: Die Regel „" for line in (3, 4, 5, 6)),
        "bewertung.csv, Zeile 7: „alle übrigen“ hat keinen Wert.",
        "bewertung.csv, Zeile 8: Nach „alle übrigen“ kommt keine Regel mehr an die Reihe.",
    ):
        assert words in told, words
    alone = {name: content for name, content in files.items() if name != "archive.csv"}
    with registry.acting() as work, pytest.raises(BadTable, match="nicht geladen"):
        load_office(work, alone)


def test_what_the_tables_lack_is_out_of_use_and_what_is_new_holds(registry: Registry) -> None:
    with registry.acting() as work:
        assert load_office(work, TABLES).lines == []
        fewer = TABLES | {
            "archive.csv": (HEAD + LINES.splitlines()[0].replace(";30", ";60") + "\n").encode(),
            "bewertung.csv": (RULES.splitlines()[0] + "\nkreis;jede n-te;10+3;A;Neu\n").encode(),
        }
        (line,) = load_office(work, fewer).lines
        assert line == "Archive: 0 neu, 1 geändert, 3 außer Gebrauch"
        (left,) = archives(work)
        assert (left.key, left.answer_days) == ("kreis", 60)
        rule = CatalogueRule(Kind.EVERY_NTH, Disposal.ARCHIVE, nth=10, offset=3, basis="Neu")
        assert left.rules == (rule,) and rule_from(kept_rule(rule)) == rule
        assert len(work.session.scalars(select(Archive)).all()) == 4


def test_the_serial_of_a_reference_is_read_by_its_pattern_or_not_at_all(registry: Registry) -> None:
    dossier = registry.row_of(registry.closed(1))
    entry = dossier.plan_entry
    assert serial_of(entry, dossier.reference) == 1
    for pattern, reference, serial in (
        ("{plan}-{number:04}-{year}", "5.2-0012-2015", 12),
        ("{plan}-{number:04}-{year}", "SBR 12/2015", None),
        ("{letter} {number}", "M 7", 7),
    ):
        entry.reference_pattern = pattern
        assert serial_of(entry, reference) == serial
