"""Is every fault in the rules of a unit named with its line, and are they taken over as edited?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from eakte import offices
from eakte.errors import BadTable
from eakte.filing.office_files import contents_of, read_office
from eakte.filing.office_loading import load_office
from eakte.filing.proposing.making import KIND
from eakte.filing.proposing.rules import HEADINGS, read_rules
from eakte.model.department import Department
from eakte.model.job import Job
from eakte.model.proposal import RecognitionRules
from tests.proposals.conftest import Desk

HEAD = ";".join(HEADINGS) + "\n"


def faults(*lines: str) -> list[str]:
    table = HEAD + "\n".join(lines) + "\n"
    _, read = read_rules(table.encode(), types={"antrag"}, procedures={"erst"})
    return [str(fault) for fault in read.faults]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Aktenzeichen;Az.;;;;", "kennt „Aktenzeichen“ nicht"),
        (";Az.;;;;", "„Regel“ ist leer"),
        ("Zeichen nach;;;;;", "„Muster“ ist leer"),
        ("Zeichen nach;Az.;antrag;;;", "„Ergibt“ gehört nur zu „Dokumentart“"),
        ("Gerichtszeichen;S SB;;;;", "braucht mindestens eine {zahl}"),
        ("Gerichtszeichen;S {nummer} {zahl};;;;", "kennt nur die Platzhalter"),
        ("Gerichtszeichen;{zahl}/{jahr};;;;", "enthält keinen Buchstaben"),
        ("Fremdes Zeichen;FV {zahl}{jahr};;;;", "ohne Trennzeichen"),
        ("Dokumentart;Antrag;unbekannt;5;Zeile;", "„unbekannt“ steht nicht in dokumenttypen.csv"),
        ("Dokumentart;Antrag;;5;Zeile;", "„Ergibt“ ist leer"),
        ("Dokumentart;Antrag;antrag;viel;Zeile;", "„viel“ ist keine Zahl"),
        ("Dokumentart;Antrag;antrag;0;Zeile;", "„0“ ist keine Zahl"),
        ("Dokumentart;Antrag;antrag;5;Rand;", "kennt „Rand“ nicht"),
        ("Dokumentart;Antrag;antrag;5;Zeile;klage", "„klage“ steht nicht in verfahren.csv"),
        ("Zeichen nach;Az.;;;", "hat 5 Spalten statt 6"),
    ],
)
def test_a_fault_is_named_with_the_line_it_stands_in(line: str, said: str) -> None:
    found = faults("Zeichen nach;Unser Zeichen;;;;", line)
    assert len(found) == 1
    assert found[0].startswith("erkennung.csv, Zeile 3: ")
    assert said in found[0]


def test_sound_rules_have_no_faults() -> None:
    assert (
        faults(
            "Dokumentart;Antrag;antrag;-5;Zeile;erst",
            "Gerichtszeichen;S {zahl} SB {zahl}/{jahr};;;;",
        )
        == []
    )


@pytest.mark.parametrize("folder", offices.shipped(), ids=lambda folder: folder.name)
def test_the_rules_that_come_along_are_sound(folder: Path) -> None:
    office = read_office(contents_of(folder))
    assert office.faults == []
    assert office.recognition is not None


def test_faulty_rules_keep_a_department_from_being_loaded_at_all(desk: Desk) -> None:
    contents = contents_of(offices.FOLDER / "wohngeld")
    contents["erkennung.csv"] += b"Dokumentart;Wort;gibtesnicht;5;Zeile;\n"
    line = contents["erkennung.csv"].count(b"\n")
    with pytest.raises(BadTable) as refused, desk.office.as_system() as work:
        load_office(work, contents)
    assert any(f"erkennung.csv, Zeile {line}:" in reason for reason in refused.value.reasons)
    with desk.office.as_system() as work:
        assert work.session.scalar(select(func.count()).select_from(RecognitionRules)) == 1


def test_new_rules_let_what_waits_be_read_again_and_the_same_ones_do_not(desk: Desk) -> None:
    waiting = desk.letter("Ein Brief")
    contents = {
        "sachgebiet.toml": b'schluessel = "sbr"\nname = "Schwerbehindertenrecht"\n',
        "erkennung.csv": (HEAD + "Zeichen nach;Neues Wort;;;;\n").encode(),
    }

    def promised() -> bool:
        with desk.office.as_system() as work:
            load_office(work, contents)
            asked = select(Job).where(Job.kind == KIND, Job.subject_id == waiting)
            jobs = work.session.scalars(asked).all()
            for job in jobs:
                work.session.delete(job)
            return bool(jobs)

    assert [promised(), promised()] == [True, False]
    with desk.office.as_system() as work:
        unit = work.session.scalars(select(Department).where(Department.key == "sbr")).one()
        kept = work.session.get_one(RecognitionRules, unit.id)
        assert "Neues Wort" in kept.table
