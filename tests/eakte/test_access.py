"""Do the two faces of every rule agree, and is everything denied that no rule allows?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.access import check, rules
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.access.table import TABLE
from eakte.errors import NotAllowed, NotFound
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import SYSTEM, Role
from tests.builders import bring, document, house, opened


def test_every_act_has_a_row_in_the_table_and_a_sentence() -> None:
    assert set(TABLE) == set(Action)
    assert all(action.value for action in Action)


def test_an_act_without_a_row_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {action: rows for action, rows in TABLE.items() if action is not Action.SEE_PLAN}
    monkeypatch.setattr(check, "TABLE", without)
    assert not may(SYSTEM, Action.SEE_PLAN)


@pytest.mark.parametrize("action", list(Action))
def test_both_faces_of_the_rules_agree_for_everybody_and_everything(
    tmp_path: Path, action: Action
) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        lying = bring(office, staff.scanning, tmp_path / "in", content=b"one")
        filed = bring(office, staff.scanning, tmp_path / "in", content=b"two")
        bring(office, staff.other_clerk, tmp_path / "in", content=b"three")
        with office.begin(staff.clerk) as work:
            place_document(
                work,
                document(work, filed),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        people = [
            staff.clerk,
            staff.other_clerk,
            staff.scanning,
            staff.records,
            staff.administrator,
            SYSTEM,
        ]
        with office.as_system() as work:
            for table in (Document, Dossier, Case):
                things = work.session.scalars(select(table)).all()
                assert things
                for person in people:
                    shown = set(
                        work.session.scalars(select(table.id).where(visible(person, action, table)))
                    )
                    allowed = {thing.id for thing in things if may(person, action, thing)}
                    assert shown == allowed, (person.name, table.__name__)
        assert lying.document_id != dossier.id


def test_the_administrator_sees_no_content_and_no_dossier(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.administrator) as work:
            for action, thing in (
                (Action.READ_CONTENT, document(work, receipt)),
                (Action.SEE_DOCUMENT, document(work, receipt)),
                (Action.SEE_DOSSIER, work.session.get_one(Dossier, dossier.id)),
            ):
                with pytest.raises(NotFound):
                    require(work, action, thing)
            with pytest.raises(NotAllowed):
                require(work, Action.SEARCH)


def test_the_records_manager_sees_that_there_is_a_document_but_does_not_read_it(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.records) as work:
            require(work, Action.SEE_DOCUMENT, document(work, receipt))
            with pytest.raises(NotAllowed):
                require(work, Action.READ_CONTENT, document(work, receipt))


def test_the_scanning_station_loses_sight_of_what_is_filed(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        receipt = bring(office, staff.scanning, tmp_path / "in")
        with office.begin(staff.scanning) as work:
            require(work, Action.READ_CONTENT, document(work, receipt))
        with office.begin(staff.clerk) as work:
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        with office.begin(staff.scanning) as work:
            with pytest.raises(NotFound):
                require(work, Action.READ_CONTENT, document(work, receipt))
            require(work, Action.SEE_RECEIPT, document(work, receipt))


def roles_in(action: Action) -> set[Role]:
    """The roles by which an act is ever allowed."""
    named = {
        Role.CLERK: rules.CLERK,
        Role.LEAD: rules.LEAD,
        Role.SCANNING: rules.SCANNING,
        Role.MEDICAL: rules.MEDICAL,
        Role.EXPERT: rules.EXPERT,
        Role.AUDITOR: rules.AUDITOR,
        Role.RECORDS_MANAGER: rules.RECORDS,
        Role.DATA_PROTECTION: rules.PROTECTION,
        Role.ADMINISTRATOR: rules.ADMINISTRATOR,
    }
    return {role for role, rule in named.items() for way in TABLE[action] if rule in way}


def test_only_roles_that_work_on_contents_reach_them() -> None:
    assert roles_in(Action.READ_CONTENT) == {
        Role.CLERK,
        Role.LEAD,
        Role.SCANNING,
        Role.MEDICAL,
        Role.EXPERT,
        Role.AUDITOR,
    }
    assert roles_in(Action.SEARCH) == {Role.CLERK, Role.LEAD, Role.MEDICAL, Role.AUDITOR}


def test_the_administrator_may_do_nothing_but_run_the_house() -> None:
    allowed = {action for action in Action if Role.ADMINISTRATOR in roles_in(action)}
    assert allowed == {
        Action.SEE_LISTS,
        Action.SEE_PLAN,
        Action.MANAGE_USERS,
        Action.MANAGE_STATIONS,
    }
