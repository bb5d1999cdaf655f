"""Does post get to the right unit, is each question settled, does the register tell of all?"""

from __future__ import annotations

import csv
import io
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from eakte import jobs
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken
from eakte.filing.attaching import attach
from eakte.filing.describing import Description
from eakte.filing.handing_over import hand_over, hand_over_batch
from eakte.filing.placing import place_document, process_failed_again, take_back
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch
from eakte.model.case import Case
from eakte.model.department import Department
from eakte.model.document import Document, ProcessingState
from eakte.model.job import Job, JobState
from eakte.model.pace import Pace
from eakte.model.prepared import ListKind
from eakte.model.user import Actor
from eakte.retrieval.prepared.lines import Filter, lines_after, still_visible
from eakte.retrieval.progress import progress_of
from eakte.retrieval.register import Asked, Entry, register
from tests.builders import Staff, bring, bring_stack, opened

NOTE = "Betrifft Wohngeld, bei uns unbekannt."


def given(
    office: Office, actor: Actor, document_id: UUID, to: Department, note: str = NOTE
) -> None:
    with office.begin(actor) as work:
        unit = work.session.get_one(Department, to.id)
        hand_over(work, work.session.get_one(Document, document_id), to=unit, note=note)


def seen(office: Office, actor: Actor, **asked: object) -> list[Entry]:
    with office.begin(actor) as work:
        return list(register(work, Asked(**asked)).rows)


def told(row: Entry) -> tuple[str, str | None, str | None]:
    return (
        row.name,
        row.document.title if row.document else None,
        row.given.taker.name if row.given else None,
    )


def acts(office: Office, subject: UUID) -> list[str]:
    with office.as_system() as work:
        return list(
            work.session.scalars(
                select(AuditEntry.act)
                .where(AuditEntry.subject_id == subject)
                .order_by(AuditEntry.sequence)
            )
        )


def test_what_is_handed_over_is_the_others_at_once_and_the_register_tells_where_it_went(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path, name="Wohngeldantrag Geheim.pdf").document_id
    given(office, staff.clerk, one, staff.other_unit)
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work, pytest.raises(NotFound):
        place_document(
            work,
            work.session.get_one(Document, one),
            case=work.session.get_one(Case, case.id),
            description=Description(),
        )
    (row,) = seen(office, staff.clerk)
    assert told(row) == (f"{row.year}/000001", None, "Wohngeld")
    assert row.given is not None
    assert row.given.note == NOTE
    (theirs,) = seen(office, staff.other_clerk)
    assert told(theirs) == (row.name, "Wohngeldantrag Geheim", "Wohngeld")
    assert seen(office, staff.clerk, words="Geheim") == []
    assert "document.handed-over" in acts(office, one)


def test_it_can_be_handed_back_and_its_attachments_go_with_it(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path, content=b"%PDF one").document_id
    two = bring(office, staff.clerk, tmp_path, content=b"%PDF two").document_id
    with office.begin(staff.clerk) as work:
        attach(work, work.session.get_one(Document, two), to=work.session.get_one(Document, one))
    with pytest.raises(RuleBroken, match="Anlage"):
        given(office, staff.clerk, two, staff.other_unit)
    given(office, staff.clerk, one, staff.other_unit)
    assert len([row for row in seen(office, staff.other_clerk) if row.document]) == 2
    given(office, staff.other_clerk, one, staff.unit, "Doch für Sie, siehe Seite 2.")
    rows = seen(office, staff.clerk)
    assert [row.document is not None for row in rows] == [True, True]
    assert rows[0].given is not None
    assert rows[0].given.note == "Doch für Sie, siehe Seite 2."
    assert [row.document for row in seen(office, staff.other_clerk)] == [None, None]


def test_nothing_is_handed_over_without_a_note_or_to_where_it_lies_or_by_strangers(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path).document_id
    with pytest.raises(BadInput, match="warum"):
        given(office, staff.clerk, one, staff.other_unit, "  ")
    with pytest.raises(BadInput, match="schon im Posteingang"):
        given(office, staff.clerk, one, staff.unit)
    with pytest.raises(NotFound):
        given(office, staff.other_clerk, one, staff.other_unit)
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        place_document(
            work,
            work.session.get_one(Document, one),
            case=work.session.get_one(Case, case.id),
            description=Description(),
        )
    with pytest.raises(RuleBroken, match="im Posteingang"):
        given(office, staff.clerk, one, staff.other_unit)


def test_a_stack_goes_with_everything_that_came_out_of_it_or_not_at_all(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    batch_id = bring_stack(office, staff.clerk, tmp_path, content=b"%PDF stack", key="s")
    ids = [
        bring(office, staff.clerk, tmp_path, content=b"%%PDF %d" % number).document_id
        for number in range(2)
    ]
    with office.as_system() as work:
        work.session.execute(update(Document).values(batch_id=batch_id))

    def give() -> None:
        with office.begin(staff.clerk) as work:
            unit = work.session.get_one(Department, staff.other_unit.id)
            hand_over_batch(work, work.session.get_one(Batch, batch_id), to=unit, note=NOTE)

    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        place_document(
            work,
            work.session.get_one(Document, ids[0]),
            case=work.session.get_one(Case, case.id),
            description=Description(),
        )
    with pytest.raises(RuleBroken, match="schon abgelegt"):
        give()
    with office.begin(staff.clerk) as work:
        take_back(work, work.session.get_one(Document, ids[0]))
    give()
    with office.begin(staff.other_clerk) as work:
        assert work.session.get_one(Batch, batch_id).department_id == staff.other_unit.id
    assert {row.document.id for row in seen(office, staff.other_clerk) if row.document} == set(ids)
    # Who has brought it sees still that it came in, and can do nothing with it any more.
    with pytest.raises(NotAllowed):
        give()


def test_the_register_counts_through_the_house_without_a_gap_and_anew_each_year(
    home: tuple[Office, Staff], tmp_path: Path, clock: SetClock
) -> None:
    office, staff = home
    clock.instant = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    bring(office, staff.clerk, tmp_path, content=b"%PDF 1")
    with pytest.raises(BadInput):
        bring(office, staff.clerk, tmp_path, content=b"")
    bring(office, staff.other_clerk, tmp_path, content=b"%PDF 2")
    clock.instant = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    bring(office, staff.clerk, tmp_path, content=b"%PDF 3")
    with office.as_system() as work:
        numbers = work.session.execute(
            select(Document.register_year, Document.register_number).order_by(
                Document.receipt_number
            )
        ).all()
    assert [tuple(one) for one in numbers] == [(2026, 1), (2026, 2), (2027, 1)]
    assert [row.name for row in seen(office, staff.clerk)] == ["2027/000001", "2026/000001"]


def test_the_register_is_searched_by_words_number_and_day(
    home: tuple[Office, Staff], tmp_path: Path, clock: SetClock
) -> None:
    office, staff = home
    clock.instant = datetime(2026, 3, 1, 12, tzinfo=UTC)
    bring(office, staff.clerk, tmp_path, content=b"%PDF 1", name="Ärztlicher Befund.pdf")
    clock.instant = datetime(2026, 3, 2, 12, tzinfo=UTC)
    two = bring(office, staff.clerk, tmp_path, content=b"%PDF 2", name="100%_Antrag.pdf")
    with office.as_system() as work:
        work.session.execute(
            update(Document)
            .where(Document.id == two.document_id)
            .values(sender="Versorgungsamt Köln")
        )
    names = {
        "ärztlicher": ["2026/000001"],
        "köln antrag": ["2026/000002"],
        "100%_": ["2026/000002"],
        "%": ["2026/000002"],
        "nichts": [],
    }
    for words, found in names.items():
        assert [row.name for row in seen(office, staff.clerk, words=words)] == found, words
    assert [row.name for row in seen(office, staff.clerk, number="2026/2")] == ["2026/000002"]
    assert [row.name for row in seen(office, staff.clerk, number="000001")] == ["2026/000001"]
    second = datetime(2026, 3, 2, tzinfo=UTC).date()
    assert [row.name for row in seen(office, staff.clerk, first=second)] == ["2026/000002"]
    first = second - timedelta(days=1)
    assert [row.name for row in seen(office, staff.clerk, last=first)] == ["2026/000001"]
    for number in ("x", "2026/", "1/2/3", "9" * 30):
        with pytest.raises(BadInput):
            seen(office, staff.clerk, number=number)


def test_the_register_as_a_table_tells_of_what_went_away_no_more_than_the_page(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path, content=b"%PDF 1", name="Geheim.pdf").document_id
    bring(office, staff.clerk, tmp_path, content=b"%PDF 2", name="Antrag.pdf")
    given(office, staff.clerk, one, staff.other_unit)
    with office.begin(staff.clerk) as work:
        lines = lines_after(work, ListKind.REGISTER, Filter(), after=None)
        about = b"".join(each.bytes for each in lines.about)
        assert still_visible(work, ListKind.REGISTER, about, seen=0)
    with closing(io.StringIO()) as written:
        csv.writer(written).writerows(lines.cells)
        table = written.getvalue()
    assert "Geheim" not in table
    assert NOTE in table
    assert "Antrag" in table
    given(office, staff.clerk, lines.about[0], staff.other_unit)
    with office.begin(staff.clerk) as work:
        assert not still_visible(work, ListKind.REGISTER, about, seen=0)


def test_what_failed_is_tried_again_all_or_some_and_only_what_is_ones_own(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    mine = [
        bring(office, staff.clerk, tmp_path, content=b"%%PDF %d" % number).document_id
        for number in range(3)
    ]
    foreign = bring(office, staff.other_clerk, tmp_path, content=b"%PDF f").document_id

    def fail() -> None:
        with office.as_system() as work:
            work.session.execute(update(Document).values(processing=ProcessingState.FAILED))
            work.session.execute(update(Job).values(state=JobState.DEAD))

    def waiting() -> set[UUID]:
        with office.as_system() as work:
            query = select(Job.subject_id).where(
                Job.kind == "process", Job.state == JobState.WAITING
            )
            return set(work.session.scalars(query))

    fail()
    with office.begin(staff.clerk) as work:
        assert process_failed_again(work, [mine[0], foreign]) == 1
    assert waiting() == {mine[0]}
    fail()
    with office.begin(staff.clerk) as work:
        assert process_failed_again(work) == 3
    assert waiting() == set(mine)


def test_the_end_is_told_from_what_a_page_took_and_from_the_line_before_it(
    home: tuple[Office, Staff], tmp_path: Path, clock: SetClock
) -> None:
    office, staff = home
    ids = []
    for number in range(3):
        clock.move(timedelta(seconds=1))
        content = b"%%PDF %d" % number
        ids.append(bring(office, staff.clerk, tmp_path, content=content).document_id)
    with office.as_system() as work:
        work.session.add(Pace(kind="process", seconds=6.0))
        work.session.execute(update(Document).values(page_count=10))
        (first,) = jobs.claim(work.session, office.clock, ["process"], holder="a:1:b")
        jobs.heartbeat(work.session, office.clock, first, step="recognise", done=4, total=10)
    with office.begin(staff.clerk) as work:
        found = progress_of(work, ids)
    now = clock.now()
    ends = [round((found[one].ends_at - now).total_seconds()) for one in ids if found[one].ends_at]
    assert ends == [36, 96, 156]
    assert (found[ids[0]].done, found[ids[0]].total, found[ids[0]].running) == (4, 10, True)


def test_what_a_page_takes_is_learned_and_the_latest_counts_most(
    home: tuple[Office, Staff],
) -> None:
    office, _ = home
    for pages in (10, 20):
        heart = jobs.Heart(lambda *shown: True, threading.Event())
        heart.pages, heart._began, heart._ended = pages, 0.0, 20.0
        with office.as_system() as work:
            jobs.note_pace(work.session, "process", heart)
    with office.as_system() as work:
        assert work.session.scalars(select(Pace.seconds)).one() == pytest.approx(1.8)
