"""Is a reference given once and never again, however it looks and however many ask at once?"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from eakte.db import folded
from eakte.errors import BadInput, RuleBroken
from eakte.filing.opening import open_dossier
from eakte.filing.plan import add_plan_entry
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.references import Numbered, confusions, pattern_faults, rest_of
from eakte.model.audit_entry import AuditEntry
from eakte.model.counter import Counter
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from tests.builders import house
from tests.databases import new_database

# EAKTE_TEST_OPENINGS=200 asks for ten thousand.
THREADS, EACH = 50, int(os.environ.get("EAKTE_TEST_OPENINGS", "20"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    return new_database()


def test_fifty_at_once_open_many_each_without_double_gap_or_failure(
    tmp_path: Path, database_url: str
) -> None:
    with (
        house(tmp_path, database_url=database_url) as (office, staff),
        ThreadPoolExecutor(THREADS) as pool,
    ):

        def open_many(thread: int) -> list[str]:
            opened = []
            for number in range(EACH):
                with office.begin(staff.clerk) as work:
                    entry = work.session.get_one(PlanEntry, staff.entry.id)
                    dossier = open_dossier(work, entry, subject=f"Fall {thread}.{number}")
                    opened.append(dossier.reference)
            return opened

        given_out = [one for many in pool.map(open_many, range(THREADS)) for one in many]
        assert len(given_out) == THREADS * EACH
        assert set(given_out) == {f"SBR {number}/2026" for number in range(1, len(given_out) + 1)}
        with office.as_system() as work:
            noted = work.session.scalar(
                select(func.count()).where(AuditEntry.act == "dossier.opened")
            )
            assert noted == work.session.scalar(select(func.count(Dossier.id))) == len(given_out)


def test_an_opening_that_fails_burns_no_number(tmp_path: Path) -> None:
    class PowerCut(Exception):
        pass

    with house(tmp_path) as (office, staff):
        for _ in range(3):
            with pytest.raises(PowerCut), office.begin(staff.clerk) as work:
                open_dossier(work, work.session.get_one(PlanEntry, staff.entry.id), subject="x")
                raise PowerCut
        with office.begin(staff.clerk) as work:
            entry = work.session.get_one(PlanEntry, staff.entry.id)
            assert open_dossier(work, entry, subject="x").reference == "SBR 1/2026"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{prefix}/{year}", "genau eine laufende Nummer"),
        ("{number} {number}", "genau eine laufende Nummer"),
        ("{prefix} {number}{year}", "kein anderer Platzhalter"),
        ("{year}{number}", "kein anderer Platzhalter"),
        ("1{number}/{year}", "keine Ziffer"),
        ("{number:05}7", "keine Ziffer"),
        ("{prefix} {nummer}/{year}", "kennt „{nummer}“ nicht"),
        ("{prefix} {number:5}/{year}", "kennt „{number:5}“ nicht"),
        ("{prefix} {number}/{year", "geschweifte Klammer"),
        ("{number.__class__}", "kennt"),
        ("{plan} {number}" + "x" * 50, "länger als 60"),
    ],
)
def test_a_pattern_that_cannot_be_unique_or_is_wrong_is_refused(pattern: str, said: str) -> None:
    faults = pattern_faults(pattern, plan="43.2", prefix="SBR")
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("", "SBR 12/2026"),
        ("{prefix} {number}/{year}", "SBR 12/2026"),
        ("{plan}-{number:05}-{year}", "43.2-00012-2026"),
        ("{letter} {number:04}/{year}", "M 0012/2026"),
        ("Az. {prefix}-{number}", "Az. SBR-12"),
        ("  {number}   {prefix} ", "12 SBR"),
    ],
)
def test_a_pattern_is_filled_in(pattern: str, reference: str) -> None:
    assert pattern_faults(pattern, plan="43.2", prefix="SBR") == []
    rest = rest_of(pattern, plan="43.2", prefix="SBR", year=2026, letter="M")
    assert rest.reference(12) == reference


def test_a_pattern_with_a_prefix_needs_one() -> None:
    assert "Kürzel" in pattern_faults("", plan="1", prefix="")[0]


PARTS = st.lists(
    st.sampled_from(["{prefix}", "{plan}", "{year}", "{letter}", "{number}", "{number:03}",
                     " ", "/", "-", "A", "7", "ä"]),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(PARTS, PARTS, st.integers(1, 3000), st.integers(1, 3000), st.integers(2025, 2027))
def test_sound_patterns_that_are_not_confused_never_give_the_same_reference_by_two_counters(
    one: list[str], other: list[str], first: int, second: int, year: int
) -> None:
    entries = [Numbered("4.1", "A", "".join(one)), Numbered("4.2", "B 7", "".join(other))]
    if any(pattern_faults(each.pattern, plan=each.plan, prefix=each.prefix) for each in entries):
        return
    if confusions(entries):
        return
    rests = [
        rest_of(each.pattern, plan=each.plan, prefix=each.prefix, year=at, letter="M")
        for each, at in zip(entries, (year, 2026), strict=True)
    ]
    references = [folded(rests[0].reference(first)), folded(rests[1].reference(second))]
    if references[0] == references[1]:
        assert rests[0].scope == rests[1].scope
        assert first == second


def test_two_entries_whose_references_could_meet_are_not_both_possible(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), office.as_system() as work:
        unit = work.session.get_one(Department, staff.unit.id)
        add_plan_entry(
            work, "6", title="A", department=unit, takes_dossiers=True,
            reference_pattern="{number}/{year}",
        )  # fmt: skip
        with pytest.raises(BadInput, match="dasselbe Aktenzeichen"):
            add_plan_entry(
                work, "7", title="B", department=unit, takes_dossiers=True,
                reference_pattern="{year}/{number}",
            )  # fmt: skip


def test_entries_with_the_same_rest_share_one_counter(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        with office.as_system() as work:
            unit = work.session.get_one(Department, staff.unit.id)
            second = add_plan_entry(
                work, "6", title="A", department=unit, takes_dossiers=True,
                reference_prefix="sbr", reference_pattern="{prefix} {number:03}/{year}",
            )  # fmt: skip
        with office.begin(staff.clerk) as work:
            references = [
                open_dossier(work, work.session.get_one(PlanEntry, entry), subject="x").reference
                for entry in (staff.entry.id, second.id, staff.entry.id)
            ]
        assert references == ["SBR 1/2026", "sbr 002/2026", "SBR 3/2026"]


def test_a_changed_pattern_never_gives_an_old_reference_again(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        with office.begin(staff.clerk) as work:
            open_dossier(work, work.session.get_one(PlanEntry, staff.entry.id), subject="x")
        with office.begin(staff.records) as work:
            entry = work.session.get_one(PlanEntry, staff.entry.id)
            before = fields_of(work, entry)
            changed = change_plan_entry(
                work, entry, wanted=type(before)(**{**before.__dict__, "pattern": "SBR {number}"})
            )
        with office.begin(staff.clerk) as work:
            fresh = work.session.get_one(PlanEntry, changed.id)
            first = open_dossier(work, fresh, subject="x").reference
            assert first == "SBR 1"
        with office.begin(staff.records) as work:
            now = work.session.get_one(PlanEntry, changed.id)
            with pytest.raises(RuleBroken, match="seit heute"):
                change_plan_entry(work, now, wanted=before)


def test_a_reference_with_a_letter_needs_a_name(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        with office.as_system() as work:
            unit = work.session.get_one(Department, staff.unit.id)
            entry = add_plan_entry(
                work, "6", title="A", department=unit, takes_dossiers=True,
                reference_pattern="{letter} {number}/{year}",
            )  # fmt: skip
        with office.begin(staff.clerk) as work:
            lettered = work.session.get_one(PlanEntry, entry.id)
            with pytest.raises(BadInput, match="Namen der Person"):
                open_dossier(work, lettered, subject="x")
            opened = open_dossier(work, lettered, subject="x", person_name="Öztürk, Can")
            assert opened.reference == "O 1/2026"
            assert opened.letter == "o"
            scopes = work.session.scalars(
                select(Counter.scope).where(Counter.scope.like("reference:%"))
            ).all()
            assert all(re.fullmatch(r"reference:.*#.*", scope) for scope in scopes)
