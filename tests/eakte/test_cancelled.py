"""Does what is cancelled stay as it is, readable and restorable, whatever is tried?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from eakte.access.actions import Action
from eakte.access.check import ALSO_WHEN_CANCELLED, may, require
from eakte.access.rights.granting import give_access, grants_of, withdraw_access
from eakte.bootstrap import Office
from eakte.casework.deadlines import add_own_deadline
from eakte.errors import Cancelled, RuleBroken
from eakte.filing.attaching import attach
from eakte.filing.cases import (
    cancel_case,
    close_case,
    reopen_case,
    restore_case,
    revise_case,
)
from eakte.filing.describing import Description
from eakte.filing.opening import open_case
from eakte.filing.placing import (
    cancel_document,
    describe_document,
    place_document,
    process_again,
    restore_document,
    take_back,
)
from eakte.filing.revising import (
    Revision,
    add_alias,
    cancel_dossier,
    link_dossiers,
    restore_dossier,
    revise_dossier,
)
from eakte.filing.writing import check_out, make_draft
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, DossierState
from eakte.model.user import Role
from eakte.retrieval.browsing import history_of
from eakte.retrieval.listing import dossier_by_id
from eakte.unit_of_work import UnitOfWork
from tests.builders import Staff, account, appoint, bring, build_office, document, hire, opened


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    built = build_office(tmp_path)
    yield built
    built.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


@pytest.fixture
def over(office: Office, staff: Staff) -> tuple[Dossier, Case]:
    """A cancelled dossier with a case in it."""
    dossier, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        cancel_dossier(work, work.session.get_one(Dossier, dossier.id), reason="Versehen")
    return dossier, case


IN_A_DOSSIER: dict[str, Callable[[UnitOfWork, Dossier, Case], object]] = {
    "revise": lambda work, dossier, case: revise_dossier(work, dossier, Revision(subject="x")),
    "cancel": lambda work, dossier, case: cancel_dossier(work, dossier, reason="x"),
    "alias": lambda work, dossier, case: add_alias(work, dossier, system="a", value="b"),
    "open a case": lambda work, dossier, case: open_case(work, dossier, procedure="x"),
    "revise a case": lambda work, dossier, case: revise_case(work, case, subject="x"),
    "close a case": lambda work, dossier, case: close_case(work, case),
    "reopen a case": lambda work, dossier, case: reopen_case(work, case, reason="x"),
    "cancel a case": lambda work, dossier, case: cancel_case(work, case, reason="x"),
    "restore a case": lambda work, dossier, case: restore_case(work, case),
    "deadline": lambda work, dossier, case: add_own_deadline(
        work, case, title="x", basis="x", ends_on=work.clock.today()
    ),
}


@pytest.mark.parametrize("act", IN_A_DOSSIER)
def test_nothing_is_done_in_a_cancelled_dossier(
    office: Office, staff: Staff, over: tuple[Dossier, Case], act: str
) -> None:
    with office.begin(staff.clerk) as work:
        dossier = work.session.get_one(Dossier, over[0].id)
        with pytest.raises(Cancelled, match="ist storniert und bleibt, wie sie ist"):
            IN_A_DOSSIER[act](work, dossier, work.session.get_one(Case, over[1].id))


def test_a_cancelled_dossier_is_linked_from_neither_side(
    office: Office, staff: Staff, over: tuple[Dossier, Case]
) -> None:
    other, _ = opened(office, staff, person="Beispiel, Ole")
    with office.begin(staff.clerk) as work:
        pair = [work.session.get_one(Dossier, one.id) for one in (over[0], other)]
        for one, another in (pair, pair[::-1]):
            with pytest.raises(Cancelled):
                link_dossiers(work, one, another, reason="x")


IN_A_DOCUMENT: dict[str, Callable[[UnitOfWork, Document, Document, Case], object]] = {
    "describe": lambda work, gone, other, case: describe_document(
        work, gone, description=Description(title="x")
    ),
    "place": lambda work, gone, other, case: place_document(
        work, gone, case=case, description=Description()
    ),
    "take back": lambda work, gone, other, case: take_back(work, gone),
    "process": lambda work, gone, other, case: process_again(work, gone),
    "cancel": lambda work, gone, other, case: cancel_document(work, gone, reason="x"),
    "check out": lambda work, gone, other, case: check_out(work, gone),
    "draft": lambda work, gone, other, case: make_draft(work, gone, reason="x"),
    "attach": lambda work, gone, other, case: attach(work, gone, to=other),
    "attach to": lambda work, gone, other, case: attach(work, other, to=gone),
}


@pytest.mark.parametrize("act", IN_A_DOCUMENT)
def test_nothing_is_done_with_a_cancelled_document_before_it_is_restored(
    office: Office, staff: Staff, tmp_path: Path, act: str
) -> None:
    _, case = opened(office, staff)
    first = bring(office, staff.clerk, tmp_path / "in")
    second = bring(office, staff.clerk, tmp_path / "in", content=b"another")
    with office.begin(staff.clerk) as work:
        gone, other = document(work, first), document(work, second)
        cancel_document(work, gone, reason="doppelt")
        with pytest.raises(Cancelled, match="Das Dokument ist storniert"):
            IN_A_DOCUMENT[act](work, gone, other, work.session.get_one(Case, case.id))
        restore_document(work, gone)
        assert gone.state is DocumentState.INBOX


def test_nothing_is_placed_in_a_cancelled_case(
    office: Office, staff: Staff, tmp_path: Path
) -> None:
    _, case = opened(office, staff)
    receipt = bring(office, staff.clerk, tmp_path / "in")
    with office.begin(staff.clerk) as work:
        here = work.session.get_one(Case, case.id)
        cancel_case(work, here, reason="Versehen")
        with pytest.raises(Cancelled, match="Der Vorgang 1 ist storniert"):
            place_document(work, document(work, receipt), case=here, description=Description())


def test_every_act_but_reading_and_locking_is_refused(
    office: Office, staff: Staff, over: tuple[Dossier, Case]
) -> None:
    refused = set()
    with office.begin(staff.clerk) as work:
        dossier = work.session.get_one(Dossier, over[0].id)
        for action in Action:
            if not may(work.actor, action, dossier):
                continue
            try:
                require(work, action, dossier)
            except Cancelled:
                refused.add(action)
    assert {Action.EDIT_DOSSIER, Action.OPEN_CASE, Action.TAKE_PART_IN_CASE} <= refused
    assert not refused & ALSO_WHEN_CANCELLED


def test_a_cancelled_dossier_is_read_and_restored(
    office: Office, staff: Staff, over: tuple[Dossier, Case]
) -> None:
    with office.begin(staff.clerk) as work:
        dossier = dossier_by_id(work, over[0].id)
        assert history_of(work, dossier)[0].act == "dossier.cancelled"
        restore_dossier(work, dossier)
        assert (dossier.state, dossier.cancel_reason) == (DossierState.OPEN, None)
        assert history_of(work, dossier)[0].act == "dossier.restored"
        with pytest.raises(RuleBroken, match="nicht storniert"):
            restore_dossier(work, dossier)


@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.CLOSED])
def test_a_restored_case_stands_as_it_stood(office: Office, staff: Staff, state: CaseState) -> None:
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        here = work.session.get_one(Case, case.id)
        if state is CaseState.CLOSED:
            close_case(work, here)
        cancel_case(work, here, reason="Versehen")
        restore_case(work, here)
        assert (here.state, here.cancel_reason) == (state, None)
        with pytest.raises(RuleBroken, match="nicht storniert"):
            restore_case(work, here)


def test_nothing_is_cancelled_while_a_deadline_runs_in_it(office: Office, staff: Staff) -> None:
    dossier, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        here = work.session.get_one(Case, case.id)
        tomorrow = work.clock.today() + timedelta(days=1)
        add_own_deadline(work, here, title="Anhörung", basis="gesetzt", ends_on=tomorrow)
        for act in (
            lambda: cancel_case(work, here, reason="x"),
            lambda: cancel_dossier(work, work.session.get_one(Dossier, dossier.id), reason="x"),
        ):
            with pytest.raises(RuleBroken) as told:
                act()
            assert "Anhörung" in " ".join(told.value.reasons)


def test_access_to_what_is_cancelled_is_taken_away_but_never_given(
    office: Office, staff: Staff
) -> None:
    dossier, _ = opened(office, staff)
    lead = appoint(office, "leitung", Role.LEAD, units=[staff.unit])
    until = office.clock.today() + timedelta(days=9)
    with office.begin(lead) as work:
        here = work.session.get_one(Dossier, dossier.id)
        reader = account(work, staff.other_clerk)
        grant = give_access(work, here, reader, reason="zur Vertretung", until=until)
        cancel_dossier(work, here, reason="Versehen")
        withdraw_access(work, here, grant.id)
        assert not grants_of(work, here)
        with pytest.raises(Cancelled):
            give_access(work, here, reader, reason="zur Vertretung", until=until)
