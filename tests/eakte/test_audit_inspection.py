"""Is the log read only for a purpose, by one person whom another one allowed it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, insert, inspect, select, update

from eakte import audit
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, ChangedMeanwhile, NotAllowed, RuleBroken, SamePerson
from eakte.model.audit_entry import AuditEntry
from eakte.model.counter import Counter
from eakte.model.document import Document
from eakte.model.log_inspection import InspectionState, LogInspection, SubjectKind
from eakte.model.user import SYSTEM, Actor
from eakte.retrieval import protocol
from eakte.retrieval.protocol import (
    LOOK_THROUGH,
    PER_PAGE,
    Slice,
    Subject,
    entries,
    inspection_by_id,
    inspections,
)
from tests.builders import Staff, bring, build_office, hire, opened
from tests.inspecting import PURPOSE, agreed, asked, decided, protector


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    opened_ = build_office(tmp_path, clock=clock)
    yield opened_
    opened_.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


@pytest.fixture
def second(office: Office, staff: Staff) -> Actor:
    return protector(office)


def read(office: Office, actor: Actor, inspection: UUID, **given: Any) -> Slice:
    with office.begin(actor) as work:
        return entries(work, inspection_by_id(work, inspection), **given)


def acts(office: Office) -> list[str]:
    with office.database.transaction(writes=False) as session:
        return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))


def test_nobody_reads_what_was_only_asked_for(office: Office, staff: Staff, second: Actor) -> None:
    inspection = asked(office, staff.records)
    for person in (staff.records, second):
        with pytest.raises(NotAllowed):
            read(office, person, inspection)


def test_who_asked_reads_when_another_person_has_agreed(
    office: Office, staff: Staff, second: Actor
) -> None:
    inspection = agreed(office, staff, second)
    assert {"user.created", "audit.inspection-approved"} <= {
        entry.act for entry in read(office, staff.records, inspection).entries
    }
    with pytest.raises(NotAllowed, match="beantragt hat"):
        read(office, second, inspection)


def test_nobody_agrees_with_themselves(office: Office, staff: Staff) -> None:
    inspection = asked(office, staff.records)
    with pytest.raises(SamePerson):
        decided(office, staff.records, inspection)
    with pytest.raises(NotAllowed):
        read(office, staff.records, inspection)


def test_nobody_decides_about_an_inspection_of_themselves(
    office: Office, staff: Staff, second: Actor
) -> None:
    about_them = Subject(SubjectKind.PERSON, "schutz")
    inspection = asked(office, staff.records, subject=about_them)
    with pytest.raises(SamePerson):
        decided(office, second, inspection)


def test_the_application_itself_is_no_person(office: Office, staff: Staff) -> None:
    with pytest.raises(NotAllowed, match="nur Personen"):
        asked(office, SYSTEM)
    inspection = asked(office, staff.records)
    with pytest.raises(NotAllowed, match="nur Personen"):
        decided(office, SYSTEM, inspection)


def test_who_may_not_see_the_log_asks_decides_and_reads_nothing(
    office: Office, staff: Staff, second: Actor
) -> None:
    inspection = asked(office, staff.records)
    for person in (staff.clerk, staff.scanning, staff.administrator):
        with pytest.raises(NotAllowed):
            asked(office, person)
        with pytest.raises(NotAllowed):
            decided(office, person, inspection)
        with pytest.raises(NotAllowed), office.begin(person) as work:
            inspections(work)


def test_what_was_refused_stays_refused_with_its_reason(
    office: Office, staff: Staff, second: Actor
) -> None:
    inspection = asked(office, staff.records)
    decided(office, second, inspection, approve=False)
    with pytest.raises(RuleBroken, match="schon entschieden"):
        decided(office, second, inspection)
    with pytest.raises(NotAllowed):
        read(office, staff.records, inspection)
    with office.begin(second) as work:
        [listed] = inspections(work)
    assert (listed.approved, listed.reason) == (False, "Zu weit gefasst")


def test_a_refusal_needs_its_reason(office: Office, staff: Staff, second: Actor) -> None:
    inspection = asked(office, staff.records)
    with pytest.raises(BadInput, match="warum"), office.begin(second) as work:
        protocol.decide_inspection(
            work, inspection_by_id(work, inspection), approve=False, reason=" "
        )


def test_an_inspection_ends_by_itself(
    office: Office, staff: Staff, second: Actor, clock: SetClock
) -> None:
    inspection = agreed(office, staff, second)
    clock.move(timedelta(hours=office.settings.audit_view_hours) - timedelta(seconds=1))
    assert read(office, staff.records, inspection).entries
    clock.move(timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="abgelaufen"):
        read(office, staff.records, inspection)
    with office.begin(staff.records) as work:
        assert inspection_by_id(work, inspection).state(clock.now()) is InspectionState.OVER


def test_asking_deciding_and_every_page_read_stand_in_the_log(
    office: Office, staff: Staff, second: Actor
) -> None:
    inspection = agreed(office, staff, second)
    found = read(office, staff.records, inspection)
    assert acts(office)[-3:] == [
        "audit.inspection-asked",
        "audit.inspection-approved",
        "audit.read",
    ]
    with office.begin(staff.records) as work:
        noted = work.session.scalars(select(AuditEntry).where(AuditEntry.act == "audit.read")).one()
        asked_for = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "audit.inspection-asked")
        ).one()
    assert noted.subject_id == inspection
    assert noted.details["entries"] == len(found.entries)
    assert noted.details["newest"] == found.entries[0].sequence
    assert asked_for.details["purpose"] == PURPOSE


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"purpose": "nur so"}, "purpose"),
        ({"first": date(2026, 11, 3)}, "first"),
        ({"last": date(2026, 11, 3)}, "last"),
        ({"subject": Subject(SubjectKind.PERSON, "niemand")}, "said"),
        ({"subject": Subject(SubjectKind.DOCUMENT, "brief")}, "said"),
        ({"subject": Subject(SubjectKind.DOCUMENT, "9" * 30)}, "said"),
        ({"subject": Subject(SubjectKind.DOSSIER, " ")}, "said"),
    ],
)
def test_what_is_no_request_is_refused_beside_its_field(
    office: Office, staff: Staff, given: dict[str, Any], field: str
) -> None:
    wanted = {"purpose": PURPOSE, "first": date(2026, 11, 1), "last": date(2026, 11, 2)} | given
    with pytest.raises(BadInput) as refused, office.begin(staff.records) as work:
        protocol.ask_inspection(work, **wanted)
    assert refused.value.values["field"] == field


def test_a_request_does_not_tell_whether_a_dossier_exists(
    office: Office, staff: Staff, second: Actor
) -> None:
    unknown = agreed(office, staff, second, subject=Subject(SubjectKind.DOSSIER, "SBR 9/1999"))
    assert read(office, staff.records, unknown).entries == []


def test_an_inspection_of_a_dossier_shows_what_lies_in_it_and_nothing_else(
    office: Office, staff: Staff, second: Actor, tmp_path: Path
) -> None:
    dossier, case = opened(office, staff)
    receipts = [bring(office, staff.clerk, tmp_path / "in", content=b"%d" % n) for n in (1, 2)]
    with office.as_system() as work:
        filed = work.session.get_one(Document, receipts[0].document_id)
        filed.case_id, filed.dossier_id = case.id, dossier.id
    wanted = Subject(SubjectKind.DOSSIER, dossier.reference.lower())
    inspection = agreed(office, staff, second, subject=wanted)
    seen = {entry.subject_id for entry in read(office, staff.records, inspection).entries}
    assert seen == {dossier.id, case.id, receipts[0].document_id}


def test_an_inspection_of_a_document_shows_that_document(
    office: Office, staff: Staff, second: Actor, tmp_path: Path
) -> None:
    receipt = bring(office, staff.clerk, tmp_path / "in")
    bring(office, staff.clerk, tmp_path / "in", content=b"another")
    wanted = Subject(SubjectKind.DOCUMENT, str(receipt.number))
    inspection = agreed(office, staff, second, subject=wanted)
    found = read(office, staff.records, inspection).entries
    assert [(entry.act, entry.subject_id) for entry in found] == [
        ("document.received", receipt.document_id)
    ]


def test_only_an_inspection_about_a_person_narrows_to_them(
    office: Office, staff: Staff, second: Actor, tmp_path: Path
) -> None:
    bring(office, staff.clerk, tmp_path / "in")
    inspection = agreed(office, staff, second, subject=Subject(SubjectKind.PERSON, "clerk"))
    found = read(office, staff.records, inspection).entries
    assert {entry.act for entry in found} == {"document.received", "user.created"}
    assert all(staff.clerk.id in {entry.actor_id, entry.subject_id} for entry in found)


def test_there_is_no_way_to_ask_by_person_while_reading() -> None:
    given = set(entries.__annotations__) - {"return"}
    assert given == {"work", "inspection", "act", "before"}
    indexes = inspect(AuditEntry).local_table.indexes
    asked_by = {column.name for index in indexes for column in index.columns}
    assert asked_by == {"subject_id", "at", "sequence"}
    bounds = [str(index.dialect_options["sqlite"]["where"]) for index in indexes]
    assert [bound for bound in bounds if "actor" in bound] == []


def test_only_the_days_asked_for_are_shown(
    office: Office, staff: Staff, second: Actor, clock: SetClock
) -> None:
    with office.as_system() as work:
        audit.note(work, "yesterday", kind="thing", subject=None)
    # In Berlin it is the third already, by UTC still the second.
    clock.move(timedelta(hours=15, minutes=30))
    with office.as_system() as work:
        audit.note(work, "tomorrow", kind="thing", subject=None)
    inspection = agreed(office, staff, second)
    shown = {entry.act for entry in read(office, staff.records, inspection).entries}
    assert "yesterday" in shown
    assert "tomorrow" not in shown


def fill(office: Office, count: int, act: str = "tested") -> None:
    with office.as_system() as work:
        for _ in range(count):
            audit.note(work, act, kind="thing", subject=uuid4())


def test_pages_follow_one_another_without_a_gap_or_a_repeat(
    office: Office, staff: Staff, second: Actor
) -> None:
    fill(office, 2 * PER_PAGE)
    with office.as_system() as work:
        # Many entries of one instant, and one whose clock went wrong.
        work.session.execute(
            update(AuditEntry)
            .where(AuditEntry.sequence == 30)
            .values(at=work.clock.now() - timedelta(hours=1))
        )
    inspection = agreed(office, staff, second)
    seen: list[int] = []
    before = None
    while True:
        found = read(office, staff.records, inspection, before=before)
        seen += [entry.sequence for entry in found.entries]
        before = found.older
        if before is None:
            break
    assert len(seen) == len(set(seen))
    assert set(range(1, 2 * PER_PAGE)) <= set(seen)


def plant(office: Office, count: int) -> None:
    """Put rows into the log that nobody will verify: writing so many properly takes long."""
    with office.as_system() as work:
        newest = work.session.scalar(select(func.max(AuditEntry.sequence))) or 0
        rows = [
            {
                "sequence": number,
                "at": work.clock.now(),
                "actor_id": SYSTEM.id,
                "actor_name": "e-Akte",
                "act": "hay",
                "subject_kind": "thing",
                "details": {},
                "previous": "",
                "digest": str(number),
            }
            for number in range(newest + 1, newest + count + 1)
        ]
        work.session.execute(insert(AuditEntry), rows)
        work.session.execute(
            update(Counter).where(Counter.scope == audit.SCOPE).values(last=newest + count)
        )


def test_what_has_no_index_is_looked_for_in_windows(
    office: Office, staff: Staff, second: Actor
) -> None:
    fill(office, 1, "needle")
    plant(office, LOOK_THROUGH + 100)
    inspection = agreed(office, staff, second)
    found = read(office, staff.records, inspection, act="needle")
    assert found.entries == []
    assert found.older is not None
    found = read(office, staff.records, inspection, act="needle", before=found.older)
    assert [entry.act for entry in found.entries] == ["needle"]
    assert found.older is None


def test_a_page_costs_few_statements_however_long_the_log_is(
    office: Office, staff: Staff, second: Actor
) -> None:
    fill(office, 3 * PER_PAGE)
    inspection = agreed(office, staff, second)
    older = read(office, staff.records, inspection).older
    counted: list[str] = []

    @event.listens_for(office.database.engine, "before_cursor_execute")
    def count(*given: Any) -> None:
        counted.append(given[2])

    read(office, staff.records, inspection, before=older)
    event.remove(office.database.engine, "before_cursor_execute", count)
    assert len(counted) <= 6, counted
    assert not any("count(" in statement.lower() for statement in counted)


def test_two_decisions_at_once_leave_one(office: Office, staff: Staff, second: Actor) -> None:
    inspection = asked(office, staff.records)
    with pytest.raises(ChangedMeanwhile), office.begin(second) as work:
        one = inspection_by_id(work, inspection)
        # What another transaction would have written by now.
        counted = update(LogInspection).values(edits=LogInspection.edits + 1)
        work.session.execute(counted.execution_options(synchronize_session=False))
        protocol.decide_inspection(work, one, approve=True)
    with office.begin(second) as work:
        assert inspection_by_id(work, inspection).approved is None
