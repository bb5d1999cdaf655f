"""Is each question put, answered, and off the list with its document?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.access.acting import actor_of
from eakte.access.rights.deputising import name_deputy
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, RuleBroken
from eakte.filing.clarifying import answer_question, ask_about, drop_question, open_question
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.case import Case
from eakte.model.clarification import Clarification
from eakte.model.document import Document
from eakte.model.user import Actor, Role, User
from eakte.retrieval.mailroom import questions
from tests.builders import Staff, appoint, bring, opened
from tests.mailroom.test_register import acts, given


def asked_about(office: Office, actor: Actor, one: UUID, **said: object) -> None:
    with office.begin(actor) as work:
        ask_about(work, work.session.get_one(Document, one), **{"question": "Wessen?", **said})


def open_to(office: Office, actor: Actor, *, mine: bool = False) -> list[str]:
    with office.begin(actor) as work:
        return [one.question for one in questions(work, mine=mine).rows]


def test_a_question_is_put_answered_and_stands_beside_the_document(
    home: tuple[Office, Staff], tmp_path: Path, clock: SetClock
) -> None:
    office, staff = home
    colleague = appoint(office, "colleague", Role.CLERK, units=[staff.unit])
    ids = [
        bring(office, staff.clerk, tmp_path, content=b"%%PDF %d" % number).document_id
        for number in range(3)
    ]
    today = clock.today()
    asked_about(office, staff.clerk, ids[0], question="Ohne Frist?")
    asked_about(office, staff.clerk, ids[1], question="Bald?", due_on=today + timedelta(days=9))
    asked_about(office, staff.clerk, ids[2], question="Zuerst?", due_on=today, for_id=colleague.id)
    assert open_to(office, colleague) == ["Zuerst?", "Bald?", "Ohne Frist?"]
    assert open_to(office, staff.clerk, mine=True) == ["Bald?", "Ohne Frist?"]
    assert open_to(office, staff.other_clerk) == []
    with pytest.raises(RuleBroken, match="schon eine Frage offen"):
        asked_about(office, colleague, ids[2])
    with office.begin(colleague) as work:
        answer_question(work, work.session.get_one(Document, ids[2]), answer="Frau Muster.")
    with office.begin(staff.clerk) as work:
        drop_question(work, work.session.get_one(Document, ids[1]))
        assert open_question(work, work.session.get_one(Document, ids[2])) is None
        answered = work.session.scalars(
            select(Clarification).where(Clarification.document_id == ids[2])
        ).one()
        assert (answered.answer, answered.answered_by) == ("Frau Muster.", "Colleague")
    assert open_to(office, staff.clerk) == ["Ohne Frist?"]
    assert acts(office, ids[2])[-2:] == ["document.question-asked", "document.question-answered"]


def test_a_question_leaves_the_list_with_its_document(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path, content=b"%PDF one").document_id
    two = bring(office, staff.clerk, tmp_path, content=b"%PDF two").document_id
    for each in (one, two):
        asked_about(office, staff.clerk, each)
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        place_document(
            work,
            work.session.get_one(Document, one),
            case=work.session.get_one(Case, case.id),
            description=Description(),
        )
    given(office, staff.clerk, two, staff.other_unit)
    assert open_to(office, staff.clerk) == []
    assert open_to(office, staff.other_clerk) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"question": " "}, "was zu klären ist"),
        ({"due_on": datetime(2020, 1, 1, tzinfo=UTC).date()}, "schon vorbei"),
        ({"for_id": "other"}, "darf dieses Schreiben nicht sehen"),
    ],
)
def test_a_question_that_leads_nowhere_is_refused(
    home: tuple[Office, Staff], tmp_path: Path, said: dict[str, object], sentence: str
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path).document_id
    if said.get("for_id"):
        said = {"for_id": staff.other_clerk.id}
    with pytest.raises(BadInput, match=sentence):
        asked_about(office, staff.clerk, one, **said)


def test_somebody_of_another_unit_is_asked_as_far_as_they_may_see_the_document(
    home: tuple[Office, Staff], tmp_path: Path, clock: SetClock
) -> None:
    office, staff = home
    one = bring(office, staff.clerk, tmp_path).document_id
    today = clock.today()
    with office.as_system() as work:
        absent = work.session.get_one(User, staff.clerk.id)
        abroad = work.session.get_one(User, staff.other_clerk.id)
        name_deputy(work, absent, abroad, first_day=today, last_day=today)
    asked_about(office, staff.clerk, one, question="Kennen Sie die Frau?", for_id=abroad.id)
    with office.database.transaction(writes=False) as session:
        deputy = actor_of(session, abroad, clock)
    assert open_to(office, deputy, mine=True) == ["Kennen Sie die Frau?"]
    with office.begin(deputy) as work:
        answer_question(work, work.session.get_one(Document, one), answer="Ja.")
    # The day after, nobody of another unit can be asked any more.
    clock.move(timedelta(days=1))
    with pytest.raises(BadInput) as refused:
        asked_about(office, staff.clerk, one, for_id=abroad.id)
    assert "mit einer Notiz" in refused.value.next_step
