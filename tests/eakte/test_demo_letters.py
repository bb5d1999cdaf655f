"""Do the letters of the demo office hang together, and do they fit on their pages?"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from eakte.demo.catalogue import AS_OF, DEPARTMENTS, USERS, Office, catalogue
from eakte.demo.letter import Container, Direction, Letter
from eakte.demo.paper import Block, Face, Paper, Shape, blocks_of
from eakte.demo.typesetting import BOTTOM, HEIGHT, WIDTH, set_pages
from eakte.demo.writing import long, working_day

LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|^[|#=!>*%~^] |@sign|@page|None|\b0 Grad\b", re.MULTILINE)


@pytest.fixture(scope="module")
def office() -> Office:
    return catalogue()


def letters_of(office: Office) -> list[Letter]:
    return list(office.letters())


def test_the_office_has_forty_dossiers_and_about_four_hundred_pages(office: Office) -> None:
    letters = letters_of(office)
    assert len(office.dossiers) == 40
    assert 380 <= sum(len(letter.pages) for letter in letters) <= 460
    assert 120 <= len(letters) <= 200
    assert all(dossier.letters for dossier in office.dossiers)


def test_the_same_seed_and_day_plan_the_same_office(office: Office) -> None:
    assert catalogue() == office
    assert catalogue(seed="Nachbarkreis") != office


def test_no_two_letters_share_a_key_or_a_name(office: Office) -> None:
    letters = letters_of(office)
    assert len({letter.key for letter in letters}) == len(letters)
    assert len({letter.original_name for letter in letters}) == len(letters)


def test_nobody_shares_a_name(office: Office) -> None:
    names = {dossier.person.name for dossier in office.dossiers}
    assert len(names) == len(office.dossiers)


def test_every_line_stands_inside_its_page(office: Office) -> None:
    for letter in letters_of(office):
        for sheet in letter.sheets:
            for run in sheet.runs:
                assert 0 < run.x < WIDTH and 0 < run.y < HEIGHT, (letter.title, run.words)
            body = [run.y for run in sheet.runs if run.points > 9.5]
            assert max(body, default=0) <= BOTTOM, letter.title


def test_no_mark_of_a_template_is_printed(office: Office) -> None:
    for letter in letters_of(office):
        for page in letter.pages:
            assert not LEFT_OVER.search(page), (letter.title, LEFT_OVER.search(page))


def test_no_page_is_empty_but_for_a_signature(office: Office) -> None:
    for letter in letters_of(office):
        for number, sheet in enumerate(letter.sheets, start=1):
            assert len(sheet.text) > 120, f"{letter.title}, Seite {number}"


def test_pictures_hold_one_page(office: Office) -> None:
    for letter in letters_of(office):
        if letter.container in (Container.JPEG, Container.PNG):
            assert len(letter.pages) == 1, letter.title


@pytest.mark.parametrize("days", [0, 37, 74, 111, 148, 185, 222, 259, 296, 333, 365])
def test_no_letter_comes_from_the_future(days: int) -> None:
    as_of = AS_OF + timedelta(days=days)
    planned = catalogue(as_of=as_of)
    assert sum(len(dossier.waiting) for dossier in planned.dossiers) == 6
    assert len(planned.stray) == 1
    for letter in planned.letters():
        assert letter.letter_date <= as_of, letter.title
        assert letter.received_on is None or letter.letter_date <= letter.received_on <= as_of


def test_what_came_in_has_a_stamp_and_what_went_out_has_none(office: Office) -> None:
    for letter in letters_of(office):
        incoming = letter.direction is Direction.INCOMING
        assert bool(letter.stamp) is incoming
        assert (letter.received_on is not None) is incoming
        assert ("Eingegangen" in letter.pages[0]) is incoming


def test_a_decision_on_an_objection_names_the_day_of_the_notice(office: Office) -> None:
    checked = 0
    for dossier in office.dossiers:
        notices = [one for one in dossier.letters if "feststellungs" in one.original_name]
        for letter in dossier.letters:
            if letter.document_type == "Widerspruchsbescheid" and notices:
                assert long(notices[0].letter_date) in " ".join(letter.pages).replace("\n", " ")
                checked += 1
    assert checked


def test_letters_carry_the_references_that_were_given() -> None:
    planned = catalogue(references={"001": "SBR 4711/2031"})
    assert planned.dossiers[0].reference == "SBR 4711/2031"
    printed = "\n".join(page for one in planned.dossiers[0].letters for page in one.pages)
    assert "SBR 4711/2031" in printed
    assert "SBR 1/2026" not in printed


def test_there_is_somebody_for_every_role_and_a_second_unit() -> None:
    assert {user.role for user in USERS} == {
        "clerk",
        "scanning",
        "records_manager",
        "administrator",
        "lead",
        "medical",
        "data_protection",
    }
    clerks = [set(user.departments) for user in USERS if user.role == "clerk"]
    assert {unit.key for unit in DEPARTMENTS} == set().union(*clerks)
    assert all(len(user.password) >= 12 for user in USERS)


@pytest.mark.parametrize(
    ("day", "next_open"),
    [
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 5, 14), date(2026, 5, 15)),  # Ascension
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 11, 20), date(2026, 11, 20)),
    ],
)
def test_nobody_writes_on_a_holiday(day: date, next_open: date) -> None:
    assert working_day(day) == next_open


def test_rows_of_a_template_become_blocks() -> None:
    text = "# Bescheid\n\nerste Zeile\nzweite Zeile\n\n| Frau\n| Muster\n\n@sign Im Auftrag|Muster"
    assert blocks_of(text) == (
        Block(Shape.HEADING, ("Bescheid",)),
        Block(Shape.PARAGRAPH, ("erste Zeile zweite Zeile",)),
        Block(Shape.LINES, ("Frau", "Muster")),
        Block(Shape.SIGNATURE, ("Im Auftrag|Muster",)),
    )


def test_a_paragraph_sign_is_not_parted_from_its_number() -> None:
    words = "nach der Regel des § 152 SGB IX und " * 30
    (sheet,) = set_pages(Paper(Face.SANS), blocks_of(words))
    assert not any(line.endswith("§") for line in sheet.text.split("\n"))
