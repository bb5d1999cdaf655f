"""What is not put in order, and what is left of an order that was cut off or is idle by now?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from eakte import arrangements
from eakte.bootstrap import Office
from eakte.errors import BadInput, KeyUsed, NotFound, RuleBroken
from eakte.filing.arranging import arrange_pages, go_back
from eakte.filing.page_plan import Parts, Taken, read_plan, written_plan
from eakte.model.arrangement import ArrangementState
from eakte.model.document import Document, DocumentState, ProcessingState
from eakte.processing.sandbox import Sandbox
from tests.builders import Staff
from tests.mailroom.orders import asked, brought, done, numbered, state


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ("1, 2, 3", "liegen schon so"),
        ("1, 1", "zweimal"),
        ("4", "gibt es nicht"),
        ("0", "gibt es nicht"),
        ("B1", "keine Seite"),
        ("eins", "keine Seite"),
        ("", "mindestens eine Seite"),
        ("1-999999", "gibt es nicht"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(
    home: tuple[Office, Staff], tmp_path: Path, plan: str, sentence: str
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    with pytest.raises(BadInput, match=sentence):
        asked(office, staff.clerk, [one], plan)


def changed(field: str, value: object) -> Callable[[Office, UUID], None]:
    def change(office: Office, document_id: UUID) -> None:
        with office.as_system() as work:
            work.session.execute(
                update(Document).where(Document.id == document_id).values({field: value})
            )

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (changed("processing", ProcessingState.RUNNING), "noch verarbeitet"),
        (changed("flags", ["encrypted"]), "verschlüsselt"),
        (changed("page_count", None), "keine Seiten"),
    ],
)
def test_what_stands_against_it_is_named(
    home: tuple[Office, Staff],
    tmp_path: Path,
    change: Callable[[Office, UUID], None],
    sentence: str,
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    change(office, one)
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken) as refused:
        arrange_pages(work, work.session.get_one(Document, one), ((Taken(0, 2),),), key="k")
    assert sentence in refused.value.reasons[0]


def test_the_same_wish_sent_twice_is_one_and_another_under_its_key_is_refused(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    two = brought(office, staff.clerk, tmp_path, numbered(2, first=5), pages=2)
    first = asked(office, staff.clerk, [one], "2 | 1")
    assert asked(office, staff.clerk, [one], "2 | 1") == first
    made = done(office, sandbox, first, tmp_path).results
    with office.as_system() as work:
        assert arrangements.begin(work, first) is None, "a job that runs again finds nothing to do"
    assert len(made) == 2
    with pytest.raises(KeyUsed):
        asked(office, staff.clerk, [two], "2, 1")


def test_an_order_that_is_cut_off_leaves_nothing_and_is_carried_out_once_when_begun_anew(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    wish = asked(office, staff.clerk, [one], "2 | 1, 3r")
    stored = []
    for attempt in ("first", "second"):
        folder = tmp_path / attempt
        folder.mkdir()
        with office.as_system() as work:
            task = arrangements.begin(work, wish)
            assert task is not None
        made = arrangements.make(
            office.store, sandbox, task, folder=folder, progress=lambda *told: None
        )
        stored.append([str(each.digest) for each in made.stored])
        with pytest.raises(ZeroDivisionError), office.as_system() as work:
            arrangements.finish(work, task, made)
            # The transaction in which the job would end is lost.
            _ = 1 / 0
        assert state(office, one) == (DocumentState.INBOX, None)
        with office.as_system() as work:
            assert len(work.session.scalars(select(Document.id)).all()) == 1
    assert stored[0] == stored[1], "the same wish gives the same bytes"
    assert len(done(office, sandbox, wish, tmp_path).results) == 2
    with office.as_system() as work:
        numbers = work.session.scalars(select(Document.receipt_number)).all()
        assert sorted(numbers) == [1, 2, 3], "no number was burnt by what was lost"


def test_an_order_whose_source_has_changed_meanwhile_is_not_carried_out(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    wish = asked(office, staff.clerk, [one], "2 | 1")
    changed("state", DocumentState.CANCELLED)(office, one)
    result = done(office, sandbox, wish, tmp_path)
    assert (result.state, result.results) == (ArrangementState.FAILED, [])
    assert "inzwischen geändert" in (result.problem or "")
    with office.as_system() as work:
        assert len(work.session.scalars(select(Document.id)).all()) == 1


def test_a_source_that_is_no_pdf_inside_fails_with_its_reason_and_loses_nothing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, b"%PDF-1.7 nothing more", pages=2)
    result = done(office, sandbox, asked(office, staff.clerk, [one], "2, 1"), tmp_path)
    assert result.state is ArrangementState.FAILED
    assert "beschädigt" in (result.problem or "")
    assert state(office, one) == (DocumentState.INBOX, None)


def test_the_other_unit_can_neither_arrange_nor_join(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    foreign = brought(office, staff.other_clerk, tmp_path, numbered(2, first=9), pages=2)
    with pytest.raises(NotFound):
        asked(office, staff.other_clerk, [one], "2, 1")
    with pytest.raises(NotFound):
        asked(office, staff.clerk, [one, foreign], "A1, B1")
    with office.begin(staff.other_clerk) as work, pytest.raises(NotFound):
        go_back(work, work.session.get_one(Document, one), number=1)


def test_an_order_is_written_as_it_is_read() -> None:
    parts: Parts = (
        (Taken(0, 1), Taken(0, 2), Taken(0, 3, 90), Taken(1, 4, 90)),
        (Taken(1, 2), Taken(1, 1, 180)),
    )
    line = "A1-2, A3r, B4r | B2, B1u"
    assert written_plan(parts, sources=2) == line
    assert read_plan(line, [3, 4]) == parts
    assert read_plan("3-1", [3]) == ((Taken(0, 3), Taken(0, 2), Taken(0, 1)),)
