"""Does a period of the law end on the day on which a lawyer would say it ends?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from eakte import offices
from eakte.bootstrap import Office
from eakte.casework.deadlines import (
    Urgency,
    add_deadline,
    add_own_deadline,
    deadline_by_id,
    deadline_counts,
    deadline_rules,
    deadlines_of,
    drop_deadline,
    meet_deadline,
    next_deadlines,
    running_deadlines,
)
from eakte.casework.periods import Period, compute, last_day
from eakte.casework.working_days import GermanWorkingDays
from eakte.errors import (
    BadInput,
    CaseClosed,
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    NotUnique,
    RuleBroken,
)
from eakte.filing.office_files import DUTIES, PLAN, contents_of
from eakte.filing.office_loading import load_office
from eakte.filing.opening import open_case
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, CaseState, Deadline, DeadlineState
from eakte.model.catalogue import DeadlineStart, DeadlineUnit
from eakte.model.dossier import Dossier
from tests.builders import Staff, build_office, hire, opened

D, W, M, Y = DeadlineUnit.DAYS, DeadlineUnit.WEEKS, DeadlineUnit.MONTHS, DeadlineUnit.YEARS
NOTIFIED, RECEIVED = DeadlineStart.NOTIFIED, DeadlineStart.RECEIVED
NATIONWIDE, NW, BY, SN = (GermanWorkingDays(land) for land in ("", "NW", "BY", "SN"))


def on(written: str) -> date:
    day, month, year = written.split(".")
    return date(int(year), int(month), int(day))


# Worked out by hand with a calendar: event, length, Land, end.
NOTIFIED_EXAMPLES = [
    ("02.11.2026", 1, M, NW, "02.12.2026"),  # the plain case, a Wednesday
    ("31.01.2026", 1, M, NW, "02.03.2026"),  # 28 February is a Saturday
    ("31.01.2025", 1, M, NW, "28.02.2025"),  # the missing 31st, a Friday
    ("31.01.2024", 1, M, NW, "29.02.2024"),  # leap year
    ("30.01.2024", 1, M, NW, "29.02.2024"),
    ("29.01.2024", 1, M, NW, "29.02.2024"),
    ("29.02.2024", 1, M, NW, "02.04.2024"),  # 29 March is Good Friday, then Easter
    ("29.02.2024", 1, Y, NW, "28.02.2025"),  # the missing 29th
    ("28.02.2023", 1, Y, NW, "28.02.2024"),
    ("31.03.2026", 1, M, NW, "30.04.2026"),  # 30 days have no 31st
    ("31.08.2026", 1, M, NW, "30.09.2026"),
    ("30.11.2026", 1, M, NW, "30.12.2026"),
    ("24.11.2026", 1, M, NW, "24.12.2026"),  # Christmas Eve is a working day
    ("25.11.2026", 1, M, NW, "28.12.2026"),  # Christmas, then a weekend
    ("01.12.2026", 1, M, NW, "04.01.2027"),  # New Year's Day is a Friday
    ("06.12.2026", 1, M, NW, "06.01.2027"),  # Epiphany is none here
    ("06.12.2026", 1, M, BY, "07.01.2027"),  # but there
    ("01.10.2026", 1, M, NW, "02.11.2026"),  # All Saints' is a Sunday
    ("30.09.2025", 1, M, NW, "30.10.2025"),
    ("31.10.2025", 1, M, NW, "01.12.2025"),  # 30 November is a Sunday
    ("04.05.2026", 1, M, NW, "05.06.2026"),  # Corpus Christi
    ("04.05.2026", 1, M, NATIONWIDE, "04.06.2026"),  # which is no holiday everywhere
    ("03.04.2026", 1, M, NW, "04.05.2026"),  # a Sunday
    ("03.09.2026", 1, M, NW, "05.10.2026"),  # Unity Day is a Saturday
    ("18.10.2026", 1, M, SN, "19.11.2026"),  # Day of Prayer and Repentance, only there
    ("18.10.2026", 1, M, NW, "18.11.2026"),
    ("15.04.2026", 1, M, NW, "15.05.2026"),  # the Friday after Ascension is a working day
    ("14.04.2026", 1, M, NW, "15.05.2026"),  # Ascension itself
    ("27.02.2026", 6, M, NW, "27.08.2026"),
    ("31.08.2025", 6, M, NW, "02.03.2026"),
    ("01.11.2026", 3, W, NW, "23.11.2026"),  # a Sunday three weeks later
    ("20.03.2026", 2, W, NW, "07.04.2026"),  # Good Friday to Easter Monday
    ("10.11.2026", 14, D, NW, "24.11.2026"),
    ("30.12.2026", 3, D, NW, "04.01.2027"),  # a Saturday
]


@pytest.mark.parametrize(("event", "amount", "unit", "land", "end"), NOTIFIED_EXAMPLES)
def test_a_period_from_notification_ends_on_its_day(
    event: str, amount: int, unit: DeadlineUnit, land: GermanWorkingDays, end: str
) -> None:
    computed = compute(Period(NOTIFIED, amount, unit), on(event), land)
    assert computed.ends_on == on(end)
    assert computed.begins_on == on(event) + timedelta(days=1)


# Posting, days of the fiction, arrival, notified, end of one month in North Rhine-Westphalia.
POSTED_EXAMPLES = [
    ("02.11.2026", 4, None, "06.11.2026", "07.12.2026"),  # the 6th is a Sunday
    ("18.12.2024", 3, None, "21.12.2024", "21.01.2025"),  # the old fiction, on a Saturday
    ("30.12.2024", 3, None, "02.01.2025", "03.02.2025"),  # the old rule holds by the posting
    ("02.01.2025", 4, None, "06.01.2025", "06.02.2025"),  # the new one
    ("07.10.2026", 4, None, "11.10.2026", "11.11.2026"),  # a Sunday does not move the fiction
    ("28.12.2026", 4, None, "01.01.2027", "01.02.2027"),  # nor does a holiday
    ("27.01.2025", 4, None, "31.01.2025", "28.02.2025"),  # and then the missing 31st
    ("02.11.2026", 4, "03.11.2026", "06.11.2026", "07.12.2026"),  # arrived earlier: no matter
    ("02.11.2026", 4, "06.11.2026", "06.11.2026", "07.12.2026"),
    ("02.11.2026", 4, "10.11.2026", "10.11.2026", "10.12.2026"),  # arrived later
]


@pytest.mark.parametrize(("posted", "days", "arrived", "notified", "end"), POSTED_EXAMPLES)
def test_a_posted_notice_counts_as_notified_when_the_law_says_so(
    posted: str, days: int, arrived: str | None, notified: str, end: str
) -> None:
    period = Period(DeadlineStart.POSTED, 1, M, days, "§ 37 Abs. 2 SGB X", "§ 64 SGG")
    computed = compute(period, on(posted), NW, arrived_on=on(arrived) if arrived else None)
    assert computed.event_on == on(notified)
    assert computed.ends_on == on(end)
    assert "§ 37 Abs. 2 SGB X" in computed.sentence
    assert "§ 64 SGG" in computed.sentence
    assert f"{on(end):%d.%m.%Y}" in computed.sentence


def test_the_three_weeks_of_the_rehabilitation_law_run_from_receipt() -> None:
    computed = compute(Period(RECEIVED, 3, W), on("02.11.2026"), NW)
    assert computed.ends_on == on("23.11.2026")
    assert computed.sentence.startswith("Eingegangen am Montag, 02.11.2026.")
    assert "3 Wochen" in computed.sentence
    assert "§ 26 Abs. 1 SGB X" in computed.sentence


def test_a_shifted_end_says_why_and_by_which_paragraph() -> None:
    computed = compute(Period(NOTIFIED, 1, M), on("25.11.2026"), NW)
    assert "Erster Weihnachtstag" in computed.sentence
    assert "§ 26 Abs. 3 SGB X" in computed.sentence
    assert len(computed.sentence) <= 500


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 60))
def test_months_end_on_the_same_number_or_with_the_month(event: date, months: int) -> None:
    end = last_day(event, months, M)
    assert (end.year * 12 + end.month) - (event.year * 12 + event.month) == months
    assert end.day == event.day or (
        end.day < event.day and (end + timedelta(days=1)).month != end.month
    )


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[tuple[Office, Staff, Case]]:
    office = build_office(tmp_path, land="NW")
    staff = hire(office)
    contents = contents_of(offices.FOLDER / "schwerbehindertenrecht")
    for name in (DUTIES, PLAN):
        contents.pop(name)
    with office.as_system() as work:
        load_office(work, contents)
    _, case = opened(office, staff)
    yield office, staff, case
    office.close()


def test_a_deadline_is_computed_from_the_rule_of_the_day_of_the_event(
    filled: tuple[Office, Staff, Case],
) -> None:
    office, staff, case = filled
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        new = add_deadline(work, mine, key="widerspruch", event_on=date(2026, 10, 5))
        old = add_deadline(work, mine, key="widerspruch", event_on=date(2024, 12, 30))
        assert (new.event_on, new.ends_on) == (date(2026, 10, 9), date(2026, 11, 9))
        assert (old.event_on, old.ends_on) == (date(2025, 1, 2), date(2025, 2, 3))
        assert "4. Tag" in new.computation
        assert "3. Tag" in old.computation
        assert new.basis == "§ 84 Abs. 1 SGG"
        acts = work.session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_id == mine.id)
        ).all()
        assert acts.count("deadline.added") == 2


def test_rules_are_offered_for_the_procedure_they_belong_to(
    filled: tuple[Office, Staff, Case],
) -> None:
    office, staff, case = filled
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        assert mine.procedure_key == "erstantrag"
        offered = {rule.key for rule in deadline_rules(work, mine)}
        assert {"widerspruch", "feststellung"} <= offered
        assert "revision" not in offered
        dossier = work.session.get_one(Dossier, case.dossier_id)
        appeal = open_case(work, dossier, procedure="Berufung")
        work.session.refresh(appeal, ["dossier"])
        assert "revision" in {rule.key for rule in deadline_rules(work, appeal)}


def test_what_cannot_run_is_refused_with_its_reason(filled: tuple[Office, Staff, Case]) -> None:
    office, staff, case = filled
    today = office.clock.today()
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        with pytest.raises(BadInput, match="Zukunft"):
            add_deadline(work, mine, key="widerspruch", event_on=today + timedelta(days=1))
        with pytest.raises(BadInput, match="vor der Aufgabe"):
            add_deadline(
                work, mine, key="widerspruch", event_on=today, arrived_on=today - timedelta(days=1)
            )
        with pytest.raises(BadInput, match="nur zu einem Bescheid"):
            add_deadline(work, mine, key="feststellung", event_on=today, arrived_on=today)
        with pytest.raises(NotFound):
            add_deadline(work, mine, key="nie-gehört", event_on=today)
        with pytest.raises(BadInput, match="Grundlage"):
            add_own_deadline(work, mine, title="Frist", basis=" ", ends_on=today)
        with pytest.raises(BadInput, match="heute oder später"):
            add_own_deadline(
                work, mine, title="Frist", basis="Gericht", ends_on=today - timedelta(days=1)
            )
        add_deadline(work, mine, key="widerspruch", event_on=today)
        with pytest.raises(NotUnique):
            add_deadline(work, mine, key="widerspruch", event_on=today)
        mine.state = CaseState.CLOSED
        with pytest.raises(CaseClosed):
            add_deadline(work, mine, key="feststellung", event_on=today)


def test_a_deadline_ends_once_and_a_dropped_one_says_why(
    filled: tuple[Office, Staff, Case],
) -> None:
    office, staff, case = filled
    today = office.clock.today()
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        met = add_own_deadline(work, mine, title="Äußerung", basis="Gericht", ends_on=today)
        dropped = add_own_deadline(work, mine, title="Nachweis", basis="Gericht", ends_on=today)
        with pytest.raises(BadInput):
            drop_deadline(work, dropped, reason=" ")
        with pytest.raises(ChangedMeanwhile):
            meet_deadline(work, met, edits=99)
        meet_deadline(work, met, edits=met.edits)
        drop_deadline(work, dropped, reason="Klage zurückgenommen")
        with pytest.raises(RuleBroken):
            meet_deadline(work, dropped)
    with office.begin(staff.clerk) as work:
        states = {
            one.title: (one.state, one.note)
            for one in deadlines_of(work, work.session.get_one(Case, case.id))
        }
        assert states["Äußerung"] == (DeadlineState.MET, "")
        assert states["Nachweis"] == (DeadlineState.DROPPED, "Klage zurückgenommen")
        assert running_deadlines(work).total == 0


def test_running_deadlines_are_ordered_by_their_end_and_counted_by_urgency(
    filled: tuple[Office, Staff, Case],
) -> None:
    office, staff, case = filled
    today = office.clock.today()  # a Monday
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        for days in (30, 6, 7, 0):
            add_own_deadline(
                work, mine, title=f"in {days}", basis="x", ends_on=today + timedelta(days=days)
            )
        late = add_deadline(work, mine, key="widerspruch", event_on=date(2026, 1, 5))
        titles = [one.title for one in running_deadlines(work).rows]
        assert titles == [late.title, "in 0", "in 6", "in 7", "in 30"]
        assert [one.title for one in next_deadlines(work, most=2)] == [late.title, "in 0"]
        week = running_deadlines(work, urgency=Urgency.THIS_WEEK).rows
        assert [one.title for one in week] == ["in 0", "in 6"]
        assert [one.id for one in running_deadlines(work, urgency=Urgency.OVERDUE).rows] == [
            late.id
        ]
        counts = deadline_counts(work)
        assert (counts.overdue, counts.this_week, counts.running) == (1, 2, 5)


def test_deadlines_of_others_do_not_exist(filled: tuple[Office, Staff, Case]) -> None:
    office, staff, case = filled
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Case, case.id)
        kept = add_own_deadline(work, mine, title="x", basis="x", ends_on=office.clock.today()).id
    with office.begin(staff.other_clerk) as work:
        foreign = work.session.get_one(Deadline, kept)
        assert running_deadlines(work).total == 0
        assert deadline_counts(work).running == 0
        assert next_deadlines(work, most=8) == []
        with pytest.raises(NotFound):
            deadline_by_id(work, kept)
        with pytest.raises(NotFound):
            meet_deadline(work, foreign)
        with pytest.raises(NotFound):
            add_own_deadline(
                work,
                work.session.get_one(Case, case.id),
                title="x",
                basis="x",
                ends_on=office.clock.today(),
            )
    with office.begin(staff.records) as work, pytest.raises(NotAllowed):
        meet_deadline(work, work.session.get_one(Deadline, kept))
    with office.begin(staff.administrator) as work, pytest.raises(NotAllowed):
        running_deadlines(work)
