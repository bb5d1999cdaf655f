"""Who opens what in an emergency, who hears of it, and what stays shut whatever happens?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.rights.glass import break_glass, end_glass, own_glass, review_glass, to_review
from eakte.access.rights.locking import lock_dossier
from eakte.access.rights.notices import note_seen, unseen
from eakte.clock import SetClock
from eakte.errors import NotAllowed, NotFound, RuleBroken, SamePerson
from eakte.model.audit_entry import AuditEntry
from eakte.model.right import Mark
from eakte.model.user import Actor, Role, User
from tests.builders import appoint, now_
from tests.eakte.rights.conftest import REASON, Cast
from tests.logged import told

WHY = "Die Bürgerin steht am Schalter und braucht Auskunft"


def broken(cast: Cast, actor: Actor, *, reference: str = "SBR 1/2026", why: str = WHY) -> object:
    actor = replace(now_(cast.office, actor), confirmed=True)
    with cast.office.begin(actor) as work:
        grant = break_glass(work, reference, reason=why)
        return grant.id if grant else None


def test_glass_opens_one_dossier_to_read_for_some_minutes(cast: Cast) -> None:
    assert broken(cast, cast.staff.other_clerk) is not None
    actor = now_(cast.office, cast.staff.other_clerk)
    with cast.office.begin(actor) as work:
        assert may(actor, Action.SEE_DOSSIER, cast.dossier(work))
        assert may(actor, Action.SEE_CASE, cast.case(work))
        for act in (Action.EDIT_DOSSIER, Action.OPEN_CASE, Action.EDIT_CASE, Action.SEE_ACCESS):
            assert not may(actor, act, cast.dossier(work))
        assert len(own_glass(work)) == 1
    assert isinstance(cast.office.clock, SetClock)
    cast.office.clock.move(timedelta(minutes=cast.office.settings.glass_minutes))
    actor = now_(cast.office, cast.staff.other_clerk)
    with cast.office.begin(actor) as work:
        assert not may(actor, Action.SEE_DOSSIER, cast.dossier(work))


def test_the_data_protection_is_told_at_once_and_reviews(cast: Cast) -> None:
    grant = broken(cast, cast.staff.other_clerk)
    with cast.office.begin(cast.protection) as work:
        (notice,) = unseen(work)
        assert notice.subject_id == grant
        note_seen(work, notice.id)
        assert unseen(work) == []
        assert [one.id for one in to_review(work)] == [grant]
        with pytest.raises(RuleBroken):
            review_glass(work, grant, verdict="ok")
        review_glass(work, grant, verdict="Der Anlass war gegeben.")
        assert to_review(work) == []
        with pytest.raises(NotFound):
            review_glass(work, grant, verdict="Der Anlass war gegeben.")


def test_an_emergency_stays_listed_until_it_was_reviewed(cast: Cast) -> None:
    broken(cast, cast.staff.other_clerk)
    assert isinstance(cast.office.clock, SetClock)
    cast.office.clock.move(timedelta(days=500))
    with cast.office.begin(cast.protection) as work:
        assert len(to_review(work)) == 1


def test_without_a_new_proof_of_who_one_is_nothing_opens(cast: Cast) -> None:
    actor = now_(cast.office, cast.staff.other_clerk)
    with cast.office.begin(actor) as work, pytest.raises(NotAllowed):
        break_glass(work, "SBR 1/2026", reason=WHY)


@pytest.mark.parametrize("role", ["auditor", "expert", "protection"])
def test_who_has_no_such_right_breaks_no_glass(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        broken(cast, getattr(cast, role))


def test_a_short_reason_opens_nothing(cast: Cast) -> None:
    with pytest.raises(RuleBroken):
        broken(cast, cast.staff.other_clerk, why="brauche ich")


def test_a_staff_dossier_and_none_at_all_look_the_same(cast: Cast) -> None:
    with cast.office.begin(cast.lead) as work:
        lock_dossier(
            work,
            cast.dossier(work),
            mark=Mark.STAFF,
            reason=REASON,
            clerk=cast.person(work, cast.staff.clerk),
        )
    assert broken(cast, cast.staff.other_clerk) is None
    assert broken(cast, cast.staff.other_clerk, reference="SBR 99/2026") is None
    with cast.office.as_system() as work:
        noted = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "glass.missed")
        ).all()
        assert len(noted) == 2
        assert {entry.subject_id for entry in noted} == {None}
        # By their salts digests differ always, and say nothing.
        assert {entry.details.keys() == {"reason"} for entry in noted} == {True}
    assert told(cast.office, noted[0]) == told(cast.office, noted[1])
    assert told(cast.office, noted[0])["reason"]


def test_a_dossier_that_becomes_a_staff_dossier_shuts_at_once(cast: Cast) -> None:
    broken(cast, cast.staff.other_clerk)
    with cast.office.begin(cast.lead) as work:
        lock_dossier(
            work,
            cast.dossier(work),
            mark=Mark.STAFF,
            reason=REASON,
            clerk=cast.person(work, cast.staff.clerk),
        )
    actor = now_(cast.office, cast.staff.other_clerk)
    with cast.office.begin(actor) as work:
        assert not may(actor, Action.SEE_DOSSIER, cast.dossier(work))
        assert own_glass(work) == []


def test_nothing_opens_when_nobody_could_be_told(cast: Cast) -> None:
    with cast.office.as_system() as work:
        for watcher in (cast.protection, cast.staff.records):
            work.session.get_one(User, watcher.id).active = False
    with pytest.raises(RuleBroken) as refused:
        broken(cast, cast.staff.other_clerk)
    assert "niemanden" in refused.value.reasons[0]


def test_the_records_manager_is_told_where_there_is_no_data_protection(cast: Cast) -> None:
    with cast.office.as_system() as work:
        work.session.get_one(User, cast.protection.id).active = False
    broken(cast, cast.staff.other_clerk)
    with cast.office.begin(cast.staff.records) as work:
        assert len(unseen(work)) == 1


def test_nobody_reviews_their_own_emergency(cast: Cast) -> None:
    both = appoint(
        cast.office, "both", Role.RECORDS_MANAGER, Role.CLERK, units=[cast.staff.other_unit]
    )
    grant = broken(cast, both)
    with cast.office.begin(both) as work, pytest.raises(SamePerson):
        review_glass(work, grant, verdict="Das war in Ordnung.")


def test_glass_is_closed_early_by_who_broke_it_or_who_watches(cast: Cast) -> None:
    for closer in (cast.staff.other_clerk, cast.protection):
        grant = broken(cast, cast.staff.other_clerk)
        with cast.office.begin(cast.staff.clerk) as work, pytest.raises(NotFound):
            end_glass(work, grant)
        with cast.office.begin(closer) as work:
            end_glass(work, grant)
        actor = now_(cast.office, cast.staff.other_clerk)
        with cast.office.begin(actor) as work:
            assert not may(actor, Action.SEE_DOSSIER, cast.dossier(work))


def test_nobody_breaks_glass_in_front_of_an_open_door(cast: Cast) -> None:
    with pytest.raises(RuleBroken):
        broken(cast, cast.staff.clerk)
