"""Do two persons decide that a dossier is destroyed, and can it be stopped until it goes?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eakte.errors import (
    BadInput,
    NeedsConfirmation,
    NotAllowed,
    NotFound,
    RuleBroken,
    SamePerson,
)
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.right import Deputy
from eakte.model.user import Role
from eakte.retention.proposing import (
    MOST_AT_ONCE,
    approve_erasure,
    propose_erasure,
    refuse_erasure,
    spare_dossier,
)
from tests.builders import appoint, now_
from tests.destroying import approved, proposed, rows_of
from tests.retention.agreed import (
    CLOSED,
    ON_ONE_DATABASE,
    TODAY,
    Over,
    acts,
    days_pass,
    erasure_of,
    hold_one,
    jobs_made,
    made_over,
    reasons,
)
from tests.retention.conftest import Registry


@pytest.fixture
def over(registry: Registry) -> Over:
    return made_over(registry)


def test_two_persons_agree_a_time_passes_and_then_each_dossier_goes_for_itself(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    erasure = proposed(office, registry.staff.records, over.dossiers)
    rows = rows_of(office, erasure)
    assert len(rows) == 3 and {one.state for one in rows} == {ErasedState.WAITING}
    assert (rows[0].kept_until, rows[0].closed_on) == (date(2025, 12, 31), CLOSED)
    assert rows[0].explained.startswith("Aufzubewahren bis 31.12.2025") and rows[0].basis
    assert jobs_made(over) == 0
    approved(office, registry.lead, erasure)
    told = erasure_of(over, erasure)
    assert (told.state, told.decided_by) == (ErasureState.APPROVED, registry.lead.name)
    assert told.not_before == registry.clock.now() + timedelta(days=30)
    days_pass(over, 29)
    assert jobs_made(over) == 0
    days_pass(over, 1)
    assert (jobs_made(over), jobs_made(over)) == (3, 3)
    assert acts(over, erasure) == ["erasure.proposed", "erasure.approved"]
    assert reasons(over, over.dossiers[0]) == []


@ON_ONE_DATABASE
def test_nobody_decides_alone_or_for_whoever_proposed(over: Over) -> None:
    registry, office, staff = over.registry, over.registry.office, over.registry.staff
    erasure = proposed(office, staff.records, over.dossiers)
    for who, error in (
        (now_(office, staff.records, confirmed=True), SamePerson),
        (over.other, NeedsConfirmation),
        (now_(office, staff.clerk, confirmed=True), NotAllowed),
        (now_(office, staff.administrator, confirmed=True), NotAllowed),
        (now_(office, staff.scanning, confirmed=True), NotAllowed),
    ):
        with pytest.raises(error), office.begin(who) as work:
            approve_erasure(work, work.session.get_one(Erasure, erasure))
    with office.as_system() as work, pytest.raises(NotAllowed):
        approve_erasure(work, work.session.get_one(Erasure, erasure))
    for deputy, absent in ((over.other, staff.records), (staff.records, over.other)):
        with office.as_system() as work:
            stands_in = Deputy(
                absent_id=absent.id,
                deputy_id=deputy.id,
                first_day=TODAY - timedelta(days=3),
                last_day=TODAY + timedelta(days=3),
                named_by_id=registry.lead.id,
            )
            work.session.add(stands_in)
        with pytest.raises(SamePerson):
            approved(office, over.other, erasure)
        with office.as_system() as work:
            ended = work.session.get_one(Deputy, stands_in.id)
            ended.withdrawn_at = registry.clock.now() - timedelta(days=1)
    days_pass(over, 40)
    assert jobs_made(over) == 0
    assert erasure_of(over, erasure).state is ErasureState.PROPOSED
    approved(office, over.other, erasure)
    with pytest.raises(RuleBroken):
        approved(office, registry.lead, erasure)


@ON_ONE_DATABASE
def test_only_whoever_keeps_the_unit_in_order_proposes(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    stranger = appoint(office, "fremd", Role.RECORDS_MANAGER, units=[registry.staff.other_unit])
    for who in (registry.staff.clerk, registry.lead, registry.staff.administrator, stranger):
        with pytest.raises((NotAllowed, NotFound)):
            proposed(office, who, over.dossiers)
    with pytest.raises(BadInput):
        proposed(office, registry.staff.records, [])
    with office.begin(registry.staff.records) as work, pytest.raises(BadInput):
        one = work.session.get_one(Dossier, over.dossiers[0])
        propose_erasure(work, [one] * (MOST_AT_ONCE + 1), note="")


def test_what_something_stands_against_is_not_proposed_and_may_be_left_out(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    hold_one(over, over.dossiers[0])
    with pytest.raises(RuleBroken) as refused:
        proposed(office, registry.staff.records, over.dossiers)
    assert len(refused.value.reasons) == 1 and "Gerichtsverfahren" in refused.value.reasons[0]
    with office.begin(registry.staff.records) as work:
        chosen = [work.session.get_one(Dossier, one) for one in over.dossiers]
        made = propose_erasure(work, chosen, note="", leave_out=True)
        assert (made.dossiers, [one.dossier.id for one in made.left_out]) == (2, over.dossiers[:1])
    with pytest.raises(RuleBroken) as refused:
        proposed(office, registry.staff.records, over.dossiers[1:])
    assert "liegt schon in der Vernichtung Nr. 1" in refused.value.reasons[0]


@ON_ONE_DATABASE
def test_a_refusal_a_stop_and_a_spared_dossier_leave_everything_whole(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    first = proposed(office, registry.staff.records, over.dossiers)
    for reason, error in (("", BadInput), ("Prüfung", None)):
        with office.begin(registry.lead) as work:
            erasure = work.session.get_one(Erasure, first)
            if error is None:
                refuse_erasure(work, erasure, reason=reason)
            else:
                with pytest.raises(error):
                    refuse_erasure(work, erasure, reason=reason)
    assert erasure_of(over, first).state is ErasureState.REFUSED
    assert {one.spared_reason for one in rows_of(office, first)} == {"Prüfung"}
    with pytest.raises(RuleBroken):
        approved(office, over.other, first)
    second = proposed(office, registry.staff.records, over.dossiers)
    approved(office, over.other, second)
    one = rows_of(office, second)[0]
    with pytest.raises(NotAllowed), office.begin(registry.staff.clerk) as work:
        spare_dossier(work, work.session.get_one(ErasedDossier, one.id), reason="bleibt")
    with office.begin(registry.lead) as work:
        spare_dossier(work, work.session.get_one(ErasedDossier, one.id), reason="bleibt")
        with pytest.raises(RuleBroken):
            spare_dossier(work, work.session.get_one(ErasedDossier, one.id), reason="bleibt")
    assert acts(over, one.dossier_id)[-1] == "dossier.spared"
    with office.begin(registry.lead) as work:
        refuse_erasure(work, work.session.get_one(Erasure, second), reason="Halt")
    assert erasure_of(over, second).state is ErasureState.FINISHED
    assert acts(over, second)[-1] == "erasure.stopped"
    days_pass(over, 40)
    assert jobs_made(over) == 0
