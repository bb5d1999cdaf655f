"""Does a catalogue choose what it says, and nothing beyond what is known?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.model.appraisal import (
    Candidate,
    CatalogueRule,
    Kind,
    appraise,
    fits,
    folded,
    preview,
)
from eakte.model.periods import Disposal

A, B, V = Disposal
SOMEBODY = Candidate(UUID(int=1), "50.1-1", "Müller", 1950, 1, court_case=False)
LETTERS = CatalogueRule(Kind.INITIAL, A, letters=("D", "O", "T"), basis="Kreisarchiv 2024")
COURT = CatalogueRule(Kind.COURT_CASE, A)
REST = CatalogueRule(Kind.EVERYTHING, V)


@pytest.mark.parametrize(
    ("surname", "kept"),
    [
        ("Dietz", True),
        ("Özdemir", True),
        ("ÖZDEMIR", True),
        ("o\u0308zdemir", True),
        ("Øster", True),
        ("Đorđević", True),
        ("d'Angelo", True),
        ("von Thun", False),
        (" Thun", True),
        ("Þórsson", True),
        ("Müller", False),
        ("Łuczak", False),
    ],
)
def test_initial_letters_are_those_by_which_names_are_sorted(surname: str, kept: bool) -> None:
    said = appraise(replace(SOMEBODY, surname=surname), [LETTERS, REST])
    assert said.verdict is (A if kept else V)


def test_beginnings_of_more_than_one_letter_count_too() -> None:
    rule = CatalogueRule(Kind.INITIAL, A, letters=("Sch",))
    assert fits(rule, replace(SOMEBODY, surname="Schäfer"))
    assert not fits(rule, replace(SOMEBODY, surname="Seidel"))
    assert folded("Groß") == "GROSS"


def test_every_nth_depends_on_its_number_and_not_on_what_else_is_offered() -> None:
    rule = CatalogueRule(Kind.EVERY_NTH, A, nth=10, offset=3)
    chosen = [n for n in range(100) if fits(rule, replace(SOMEBODY, serial=n))]
    assert chosen == [3, 13, 23, 33, 43, 53, 63, 73, 83, 93]


def test_years_of_birth_are_years_or_last_digits() -> None:
    rule = CatalogueRule(Kind.BIRTH_YEAR, A, years=(1950, 7))
    kept = [year for year in range(1945, 1970) if fits(rule, replace(SOMEBODY, birth_year=year))]
    assert kept == [1947, 1950, 1957, 1967]


def test_whatever_went_to_court_can_be_kept_or_whatever_did_not() -> None:
    assert appraise(replace(SOMEBODY, court_case=True), [COURT, REST]).verdict is A
    assert appraise(SOMEBODY, [COURT, REST]).verdict is V
    assert fits(replace(COURT, court=False), SOMEBODY)


def test_the_first_rule_that_fits_decides_and_says_so() -> None:
    one = replace(SOMEBODY, surname="Thun", court_case=True)
    said = appraise(one, [replace(LETTERS, verdict=V), COURT])
    assert said.verdict is V
    said = appraise(one, [LETTERS, COURT, REST])
    assert said.sentence == "Bewertung A: Nachname mit D, O, T (Kreisarchiv 2024)."


@pytest.mark.parametrize("gone", ["surname", "birth_year", "serial", "court_case"])
def test_nothing_is_destroyed_past_a_gap(gone: str) -> None:
    rules = {
        "surname": LETTERS,
        "birth_year": CatalogueRule(Kind.BIRTH_YEAR, A, years=(1999,)),
        "serial": CatalogueRule(Kind.EVERY_NTH, A, nth=10),
        "court_case": COURT,
    }
    unknown = replace(SOMEBODY, **{gone: "" if gone == "surname" else None})  # type: ignore[arg-type]  # a field of a candidate
    assert appraise(SOMEBODY, [rules[gone], REST]).verdict is V
    said = appraise(unknown, [rules[gone], REST])
    assert (said.verdict, said.rule) == (B, None)
    assert "fehlt eine Angabe" in said.sentence


def test_without_a_rule_that_fits_a_person_decides() -> None:
    assert appraise(SOMEBODY, [LETTERS]).verdict is B
    assert appraise(SOMEBODY, []).sentence == "Bewertung B: Keine Regel trifft zu."


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Kind.INITIAL, {}),
        (Kind.INITIAL, {"letters": ("-",)}),
        (Kind.EVERY_NTH, {"nth": 0}),
        (Kind.EVERY_NTH, {"nth": 5, "offset": 5}),
        (Kind.BIRTH_YEAR, {}),
    ],
)
def test_a_rule_that_says_nothing_is_no_rule(kind: Kind, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no "):
        CatalogueRule(kind, A, **wrong)  # type: ignore[arg-type]  # fields of a rule


def test_the_preview_counts_and_names_examples() -> None:
    people = [
        replace(SOMEBODY, id=UUID(int=n), name=f"50.1-{n}", serial=n, surname=surname)
        for n, surname in enumerate(["Dietz", "Thun", "Müller", "Weber", ""], 1)
    ]
    seen = preview(people, [LETTERS, REST])
    assert seen.verdicts == {A: 2, V: 2, B: 1}
    assert seen.by_rule == (2, 2)
    assert seen.examples == (("50.1-1", "50.1-2"), ("50.1-3", "50.1-4"))
    assert seen.undecided == ("50.1-5",)
    assert seen.sentence == (
        "Von 5 Akten: 2 archivwürdig (40,0 %), 2 zu vernichten, 1 zu entscheiden."
    )
    assert preview([], [REST]).total == 0


people = st.builds(
    Candidate,
    st.uuids(),
    st.just(""),
    st.sampled_from(["", "Dietz", "Müller", "Ö"]),
    st.none() | st.integers(1900, 2020),
    st.none() | st.integers(0, 50),
    st.none() | st.booleans(),
)
catalogues = st.lists(
    st.sampled_from(
        [LETTERS, COURT, REST, replace(COURT, verdict=V), CatalogueRule(Kind.EVERY_NTH, A, nth=3)]
    ),
    max_size=4,
)


@given(people, catalogues, st.sampled_from(["surname", "birth_year", "serial", "court_case"]))
def test_to_know_less_never_turns_keeping_into_destroying(
    one: Candidate, catalogue: list[CatalogueRule], gone: str
) -> None:
    less = replace(one, **{gone: "" if gone == "surname" else None})  # type: ignore[arg-type]  # a field of a candidate
    if appraise(one, catalogue).verdict is A:
        assert appraise(less, catalogue).verdict is not V


@given(st.lists(people, max_size=20), catalogues)
def test_the_preview_says_what_will_happen(
    many: list[Candidate], catalogue: list[CatalogueRule]
) -> None:
    seen = preview(many, catalogue)
    for verdict in Disposal:
        assert seen.verdicts[verdict] == sum(
            appraise(one, catalogue).verdict is verdict for one in many
        )
    assert sum(seen.by_rule) + seen.verdicts[B] == seen.total == len(many)
