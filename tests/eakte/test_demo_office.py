"""Does the demo office move in whole, once, and go on where it was interrupted?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eakte import offices
from eakte.access.accounts import find_login, password_fits
from eakte.bootstrap import Office
from eakte.demo.catalogue import USERS
from eakte.demo.office import demo_logins, has_demo, load_documents, load_office
from eakte.errors import RuleBroken
from eakte.filing.office_files import contents_of
from eakte.filing.office_loading import load_office as load_department
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.job import Job
from eakte.web.pages.login import DEMO_LOGINS
from tests.builders import build_office, hire


class Stopped(Exception):
    """The power went off."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Office]:
    built = build_office(tmp_path)
    yield built
    built.close()


def stop_at(count: int) -> object:
    def report(done: int, total: int) -> None:
        if done == count:
            raise Stopped

    return report


def test_people_plan_and_dossiers_are_there_before_the_first_letter(house: Office) -> None:
    load_office(house)
    with house.as_system() as work:
        assert has_demo(work.session)
        assert work.session.scalar(select(func.count(Dossier.id))) == 40
        assert work.session.scalar(select(func.count(Case.id))) >= 40
        references = set(work.session.scalars(select(Dossier.reference)))
        assert {"SBR 1/2026", "SBR 39/2026", "WOG 1/2026"} <= references
        assert work.session.scalar(select(func.count(Document.id))) == 0
        for login, password, _ in demo_logins():
            assert password_fits(find_login(work.session, login), password)
    told = json.loads((house.settings.folder / DEMO_LOGINS).read_text("utf-8"))
    assert [one["login"] for one in told] == [user.login for user in USERS]


def test_the_people_of_the_demo_are_those_of_the_files(house: Office) -> None:
    load_office(house)
    with house.as_system() as work:
        for folder in offices.shipped():
            assert load_department(work, contents_of(folder)).lines == []


def test_moving_in_twice_changes_nothing(house: Office) -> None:
    load_office(house)
    house.clock.move(timedelta(days=40))  # type: ignore[attr-defined]  # the clock of the tests
    load_office(house)
    with house.as_system() as work:
        assert work.session.scalar(select(func.count(Dossier.id))) == 40


def test_a_house_in_use_is_left_alone(house: Office) -> None:
    hire(house)
    with pytest.raises(RuleBroken):
        load_office(house)
    with house.as_system() as work:
        assert not has_demo(work.session)


def test_letters_go_on_where_they_were_interrupted(house: Office) -> None:
    load_office(house)
    for stop in (3, 8):
        with pytest.raises(Stopped):
            load_documents(house, report=stop_at(stop))
    with house.as_system() as work:
        documents = work.session.scalars(select(Document).order_by(Document.receipt_number)).all()
        assert [one.state for one in documents] == [DocumentState.INBOX] * 7 + [DocumentState.FILED]
        assert len({one.original_name for one in documents}) == 8
        assert not any(one.duplicate_of_id for one in documents)
        filed = documents[-1]
        assert filed.document_type and filed.letter_date and filed.case
        assert filed.page_count
        waiting = work.session.scalar(select(func.count(Job.id)).where(Job.kind == "process"))
        assert waiting == 8
