"""Who may open a dossier to whom, and does a right that was taken away end at once?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.rights.deputising import name_deputy
from eakte.access.rights.granting import give_access, grants_of, withdraw_access
from eakte.access.rights.reachers import Why, holdings, reachers
from eakte.access.rights.sharing import share_out
from eakte.access.rights.taking_part import end_part, let_take_part
from eakte.clock import SetClock
from eakte.errors import NotAllowed, NotFound, RuleBroken
from eakte.model.audit_entry import AuditEntry
from eakte.model.department import Department
from eakte.model.user import Actor, Role
from tests.builders import appoint, now_
from tests.eakte.rights.conftest import REASON, Cast
from tests.logged import told


def sees(cast: Cast, actor: Actor) -> bool:
    actor = now_(cast.office, actor)
    with cast.office.begin(actor, writes=False) as work:
        return may(actor, Action.SEE_DOSSIER, cast.dossier(work))


def give(cast: Cast, to: Actor, *, days: int = 30, by: Actor | None = None) -> object:
    with cast.office.begin(by or cast.lead) as work:
        grant = give_access(
            work,
            cast.dossier(work),
            cast.person(work, to),
            reason=REASON,
            until=cast.until(days),
        )
        return grant.id


def test_a_grant_opens_the_dossier_until_the_end_of_its_last_day(cast: Cast) -> None:
    assert not sees(cast, cast.staff.other_clerk)
    give(cast, cast.staff.other_clerk, days=1)
    assert sees(cast, cast.staff.other_clerk)
    assert isinstance(cast.office.clock, SetClock)
    cast.office.clock.move(timedelta(hours=38))
    assert sees(cast, cast.staff.other_clerk)
    cast.office.clock.move(timedelta(hours=1))
    assert not sees(cast, cast.staff.other_clerk)


def test_a_withdrawn_grant_opens_nothing_any_more(cast: Cast) -> None:
    grant = give(cast, cast.staff.other_clerk)
    with cast.office.begin(cast.lead) as work:
        withdraw_access(work, cast.dossier(work), grant)
    assert not sees(cast, cast.staff.other_clerk)
    with cast.office.begin(cast.lead) as work, pytest.raises(NotFound):
        withdraw_access(work, cast.dossier(work), grant)


def test_every_reason_against_a_grant_is_named(cast: Cast) -> None:
    with cast.office.begin(cast.lead) as work, pytest.raises(RuleBroken) as refused:
        give_access(
            work,
            cast.dossier(work),
            cast.person(work, cast.staff.scanning),
            reason="weil",
            until=cast.until(400),
        )
    assert len(refused.value.reasons) == 3


def test_nobody_gives_a_dossier_to_themselves(cast: Cast) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(cast, cast.lead)
    assert refused.value.reasons == ("Sich selbst kann niemand Zugang geben.",)


def test_the_same_is_not_given_twice(cast: Cast) -> None:
    give(cast, cast.staff.other_clerk)
    with pytest.raises(RuleBroken):
        give(cast, cast.staff.other_clerk)


def test_a_clerk_of_the_unit_gives_no_dossier_away_and_a_stranger_does_not_know_of_it(
    cast: Cast,
) -> None:
    with pytest.raises(NotAllowed):
        give(cast, cast.staff.other_clerk, by=cast.staff.clerk)
    with pytest.raises(NotFound):
        give(cast, cast.auditor, by=cast.staff.other_clerk)


def test_an_auditor_reads_what_was_given_and_changes_nothing(cast: Cast) -> None:
    give(cast, cast.auditor)
    auditor = now_(cast.office, cast.auditor)
    with cast.office.begin(auditor) as work:
        assert may(auditor, Action.SEE_CASE, cast.case(work))
        assert not may(auditor, Action.EDIT_DOSSIER, cast.dossier(work))


def test_a_grant_is_in_the_log_with_its_reason(cast: Cast) -> None:
    give(cast, cast.staff.other_clerk)
    with cast.office.as_system() as work:
        last = work.session.query(AuditEntry).order_by(AuditEntry.sequence.desc()).first()
        assert last is not None and last.act == "access.given"
        assert last.details["person"] == str(cast.staff.other_clerk.id)
        assert REASON not in str(last.details)
    assert told(cast.office, last)["reason"] == REASON


def let_in(cast: Cast, person: Actor, *, days: int = 30) -> object:
    with cast.office.begin(cast.staff.clerk) as work:
        part = let_take_part(
            work,
            cast.case(work),
            cast.person(work, person),
            reason=REASON,
            until=cast.until(days),
        )
        return part.id


@pytest.mark.parametrize("role", ["medical", "expert"])
def test_who_takes_part_sees_the_case_and_the_cover_but_works_on_nothing(
    cast: Cast, role: str
) -> None:
    let_in(cast, getattr(cast, role))
    actor = now_(cast.office, getattr(cast, role))
    with cast.office.begin(actor) as work:
        assert may(actor, Action.SEE_CASE, cast.case(work))
        assert may(actor, Action.SEE_DOSSIER, cast.dossier(work))
        assert not may(actor, Action.EDIT_CASE, cast.case(work))
        assert not may(actor, Action.SEE_ACCESS, cast.dossier(work))
    assert may(actor, Action.SEARCH) is (role == "medical")


def test_an_expert_takes_part_for_ninety_days_at_most(cast: Cast) -> None:
    with pytest.raises(RuleBroken):
        let_in(cast, cast.expert, days=91)
    let_in(cast, cast.expert, days=90)
    let_in(cast, cast.medical, days=91)


def test_an_ended_participation_shows_nothing_any_more(cast: Cast) -> None:
    part = let_in(cast, cast.medical)
    assert sees(cast, cast.medical)
    with cast.office.begin(cast.staff.clerk) as work:
        end_part(work, cast.case(work), part)
    assert not sees(cast, cast.medical)


def test_a_colleague_of_the_same_unit_needs_no_participation(cast: Cast) -> None:
    near = appoint(cast.office, "near", Role.CLERK, units=[cast.staff.unit])
    with pytest.raises(RuleBroken):
        let_in(cast, near)
    let_in(cast, cast.staff.other_clerk)


def test_the_page_names_everybody_who_reaches_the_dossier_and_nobody_else(cast: Cast) -> None:
    give(cast, cast.auditor)
    let_in(cast, cast.expert)
    with cast.office.begin(cast.lead) as work:
        held = holdings(work, cast.dossier(work))
        told = {(one.person, one.why) for one in reachers(work, cast.dossier(work), held)}
        grants = grants_of(work, cast.dossier(work))
    assert told == {
        (cast.auditor.id, Why.GIVEN),
        (cast.staff.clerk.id, Why.UNIT),
        (cast.lead.id, Why.UNIT),
        (cast.personnel.id, Why.UNIT),
        (cast.staff.records.id, Why.RECORDS),
        (cast.expert.id, Why.TAKES_PART),
    }
    assert [grant.user_id for grant in grants] == [cast.auditor.id]
    everybody = [
        *(cast.staff.clerk, cast.staff.other_clerk, cast.staff.records, cast.staff.scanning),
        *(cast.staff.administrator, cast.lead, cast.medical, cast.expert, cast.auditor),
        *(cast.protection, cast.personnel),
    ]
    assert {one.id for one in everybody if sees(cast, one)} == {person for person, _ in told}


def test_the_page_names_who_stands_in_for_a_share_of_the_work(cast: Cast) -> None:
    near = appoint(cast.office, "near", Role.CLERK, units=[cast.staff.unit])
    today = cast.office.clock.today()
    with cast.office.begin(cast.lead) as work:
        share_out(
            work,
            work.session.get_one(Department, cast.staff.unit.id),
            cast.person(work, cast.staff.clerk),
            letters=("a", "z"),
            valid_from=today,
        )
        name_deputy(
            work,
            cast.person(work, cast.staff.clerk),
            cast.person(work, near),
            first_day=today,
            last_day=today,
        )

    def told() -> list[tuple[object, Why, str]]:
        with cast.office.begin(cast.lead, writes=False) as work:
            held = holdings(work, cast.dossier(work))
            found = reachers(work, cast.dossier(work), held)
            return [(one.person, one.why, one.about) for one in found]

    assert told()[0] == (cast.staff.clerk.id, Why.DUTY, "A–Z")
    assert told()[-1] == (near.id, Why.STANDS_IN, cast.staff.clerk.name)
    with cast.office.as_system() as work:
        cast.person(work, near).active = False
    assert near.id not in {person for person, *_ in told()}


def test_what_was_given_to_a_closed_account_is_still_listed_to_be_taken_back(cast: Cast) -> None:
    give(cast, cast.auditor)
    with cast.office.as_system() as work:
        cast.person(work, cast.auditor).active = False
    with cast.office.begin(cast.lead, writes=False) as work:
        held = holdings(work, cast.dossier(work))
        assert [grant.user.name for grant in held.grants] == [cast.auditor.name]
        assert cast.auditor.id not in {one.id for one in held.people}
        named = {one.person for one in reachers(work, cast.dossier(work), held)}
        assert cast.auditor.id not in named
