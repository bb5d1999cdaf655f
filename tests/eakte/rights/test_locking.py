"""Does a lock shut out everybody who is not named, and do only two persons open it again?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.access.rights.granting import give_access
from eakte.access.rights.locking import ask_to_lift, decide_lift, lock_dossier
from eakte.access.rights.notices import unseen
from eakte.access.rights.taking_part import let_take_part
from eakte.clock import SetClock
from eakte.errors import NotFound, RuleBroken, SamePerson
from eakte.model.job import Job
from eakte.model.right import Mark
from eakte.model.user import Actor
from tests.builders import now_
from tests.eakte.rights.conftest import REASON, Cast


def lock(cast: Cast, *keep: Actor, mark: Mark = Mark.LOCK, clerk: Actor | None = None) -> None:
    with cast.office.begin(cast.lead) as work:
        lock_dossier(
            work,
            cast.dossier(work),
            mark=mark,
            reason=REASON,
            clerk=cast.person(work, clerk or cast.staff.clerk),
            keep=[cast.person(work, one) for one in keep],
        )


def sees(cast: Cast, actor: Actor) -> bool:
    actor = now_(cast.office, actor)
    with cast.office.begin(actor, writes=False) as work:
        return may(actor, Action.SEE_DOSSIER, cast.dossier(work))


def test_a_lock_leaves_the_clerk_in_charge_and_who_is_named(cast: Cast) -> None:
    with cast.office.begin(cast.staff.clerk) as work:
        let_take_part(
            work,
            cast.case(work),
            cast.person(work, cast.medical),
            reason=REASON,
            until=cast.until(10),
        )
    lock(cast, cast.auditor)
    assert sees(cast, cast.staff.clerk) and sees(cast, cast.auditor)
    for shut_out in (cast.lead, cast.medical, cast.staff.records, cast.personnel):
        assert not sees(cast, shut_out)
    with cast.office.begin(now_(cast.office, cast.lead)) as work, pytest.raises(NotFound):
        require(work, Action.LOCK_DOSSIER, cast.dossier(work))


def test_a_lock_withdraws_what_was_given_to_others(cast: Cast) -> None:
    with cast.office.begin(cast.lead) as work:
        give_access(
            work,
            cast.dossier(work),
            cast.person(work, cast.staff.other_clerk),
            reason=REASON,
            until=cast.until(10),
        )
    lock(cast)
    assert not sees(cast, cast.staff.other_clerk)


def test_a_lock_needs_somebody_in_charge(cast: Cast) -> None:
    with cast.office.begin(cast.lead) as work, pytest.raises(RuleBroken) as refused:
        lock_dossier(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON, clerk=None, keep=[])
    assert len(refused.value.reasons) == 1 and "zuständig" in refused.value.reasons[0]


@pytest.mark.parametrize("place", ["clerk", "keep"])
def test_nobody_with_a_say_in_staff_matters_keeps_a_staff_dossier(cast: Cast, place: str) -> None:
    with pytest.raises(RuleBroken):
        if place == "clerk":
            lock(cast, mark=Mark.STAFF, clerk=cast.personnel)
        else:
            lock(cast, cast.personnel, mark=Mark.STAFF)
    lock(cast, cast.lead, mark=Mark.STAFF)
    assert not sees(cast, cast.personnel)
    with cast.office.begin(now_(cast.office, cast.lead)) as work, pytest.raises(RuleBroken):
        give_access(
            work,
            cast.dossier(work),
            cast.person(work, cast.personnel),
            reason=REASON,
            until=cast.until(5),
        )


def test_two_persons_lift_a_lock(cast: Cast) -> None:
    lock(cast, cast.lead)
    with cast.office.begin(now_(cast.office, cast.staff.clerk)) as work:
        request = ask_to_lift(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON)
    lead = now_(cast.office, cast.lead)
    with cast.office.begin(lead) as work:
        assert [notice.kind for notice in unseen(work)] == ["lift-asked"]
        decide_lift(work, cast.dossier(work), request.id, lift=True)
    assert sees(cast, cast.staff.records)
    with cast.office.begin(lead) as work, pytest.raises(NotFound):
        decide_lift(work, cast.dossier(work), request.id, lift=True)


def test_who_asked_does_not_decide_and_what_is_kept_stays_shut(cast: Cast) -> None:
    lock(cast, cast.lead, cast.staff.records)
    lead = now_(cast.office, cast.lead)
    with cast.office.begin(lead) as work:
        request = ask_to_lift(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON)
        with pytest.raises(SamePerson):
            decide_lift(work, cast.dossier(work), request.id, lift=True)
    with cast.office.begin(now_(cast.office, cast.staff.records)) as work:
        decide_lift(work, cast.dossier(work), request.id, lift=False)
    assert not sees(cast, cast.personnel)


def test_a_locked_dossier_is_never_lost_although_rights_end(cast: Cast) -> None:
    lock(cast)
    assert isinstance(cast.office.clock, SetClock)
    cast.office.clock.move(timedelta(days=800))
    clerk = now_(cast.office, cast.staff.clerk)
    with cast.office.begin(clerk) as work:
        with pytest.raises(RuleBroken):
            ask_to_lift(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON)
        give_access(
            work,
            cast.dossier(work),
            cast.person(work, cast.lead),
            reason=REASON,
            until=cast.until(5),
        )
        request = ask_to_lift(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON)
    with cast.office.begin(now_(cast.office, cast.lead)) as work:
        decide_lift(work, cast.dossier(work), request.id, lift=True)
        assert not cast.dossier(work).locked


def test_a_lock_promises_that_the_index_follows(cast: Cast) -> None:
    lock(cast)
    with cast.office.as_system() as work:
        kinds = work.session.scalars(select(Job.kind).where(Job.subject_id == cast.dossier_id))
        assert list(kinds) == ["index-dossier"]
