"""Do the two faces of every rule agree, and is everything denied that no rule allows?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.access import check
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.access.rules import TABLE
from eakte.errors import NotAllowed, NotFound
from eakte.filing.placing import Description, place_document
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.user import SYSTEM, Role
from tests.builders import bring, document, house, opened

CONTENT = {Action.READ_CONTENT, Action.SEARCH}


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


def test_no_role_but_the_clerk_and_the_station_reaches_content() -> None:
    roles = {
        action: {
            role
            for role in Role
            for rules in TABLE[action]
            if any(rule.sentence == sentence for rule in rules for sentence in SENTENCES[role])
        }
        for action in CONTENT
    }
    assert roles[Action.READ_CONTENT] == {Role.CLERK, Role.SCANNING}
    assert roles[Action.SEARCH] == {Role.CLERK}


SENTENCES = {
    Role.CLERK: {"Die Person bearbeitet Akten."},
    Role.SCANNING: {"Die Person arbeitet an der Scanstelle."},
    Role.RECORDS_MANAGER: {"Die Person führt die Schriftgutverwaltung."},
    Role.ADMINISTRATOR: {"Die Person verwaltet die Anwendung."},
}
