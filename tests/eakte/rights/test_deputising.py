"""Who stands in for whom, with how much, and what does the log say of it?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.rights.deputising import deputies, end_deputy, name_deputy
from eakte.access.rights.notices import unseen
from eakte.access.rights.sharing import coverage, duties_of, end_duty, share_out
from eakte.clock import SetClock
from eakte.errors import NotAllowed, NotFound, RuleBroken
from eakte.filing.opening import open_case, open_dossier
from eakte.model.audit_entry import AuditEntry
from eakte.model.department import Department
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.user import Actor, Role
from eakte.unit_of_work import UnitOfWork
from tests.builders import appoint, bring, now_
from tests.eakte.rights.conftest import Cast


def stand_in(
    cast: Cast, absent: Actor, deputy: Actor, *, by: Actor | None = None, days: int = 5
) -> object:
    with cast.office.begin(by or absent) as work:
        return name_deputy(
            work,
            cast.person(work, absent),
            cast.person(work, deputy),
            first_day=cast.until(0),
            last_day=cast.until(days),
        ).id


def sees(cast: Cast, actor: Actor) -> bool:
    actor = now_(cast.office, actor)
    with cast.office.begin(actor, writes=False) as work:
        return may(actor, Action.SEE_DOSSIER, cast.dossier(work))


def test_a_deputy_reaches_what_the_absent_reaches_until_the_last_day(cast: Cast) -> None:
    stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)
    assert sees(cast, cast.staff.other_clerk)
    assert isinstance(cast.office.clock, SetClock)
    cast.office.clock.move(timedelta(days=6))
    assert not sees(cast, cast.staff.other_clerk)


def test_a_deputy_acts_under_their_own_name_and_the_log_says_for_whom(cast: Cast) -> None:
    stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)
    with cast.office.begin(now_(cast.office, cast.staff.other_clerk)) as work:
        open_case(work, cast.dossier(work), procedure="Widerspruch")
        assert work.in_stead_of == {cast.staff.clerk.id: "Clerk"}
        entry = work.session.query(AuditEntry).order_by(AuditEntry.sequence.desc()).first()
        assert entry is not None
        assert entry.actor_name == "Other"
        assert entry.details["in_stead_of"] == ["Clerk"]


def last_told(work: UnitOfWork, act: str) -> object:
    entry = work.session.scalars(
        select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.sequence.desc())
    ).first()
    assert entry is not None
    return entry.details.get("in_stead_of")


def test_what_begins_in_the_unit_of_the_absent_is_done_in_their_stead(
    cast: Cast, tmp_path: Path
) -> None:
    staff = cast.staff
    stand_in(cast, staff.clerk, staff.other_clerk)
    deputy = now_(cast.office, staff.other_clerk)
    with cast.office.begin(deputy) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        open_dossier(work, entry, subject="Feststellung")
        assert last_told(work, "dossier.opened") == ["Clerk"]
    for unit, told in ((staff.unit.key, ["Clerk"]), (staff.other_unit.key, None)):
        bring(cast.office, deputy, tmp_path / "in", content=unit.encode(), department=unit)
        with cast.office.begin(deputy) as work:
            assert last_told(work, "document.received") == told


def test_who_leads_in_the_stead_of_somebody_shares_work_in_their_stead(cast: Cast) -> None:
    first = appoint(cast.office, "eins", Role.LEAD, units=[cast.staff.unit])
    second = appoint(cast.office, "zwei", Role.LEAD, units=[cast.staff.other_unit])
    stand_in(cast, first, second)
    with cast.office.begin(now_(cast.office, second)) as work:
        unit = work.session.get_one(Department, cast.staff.unit.id)
        clerk = cast.person(work, cast.staff.clerk)
        share_out(work, unit, clerk, valid_from=cast.until(0))
        assert last_told(work, "duty.given") == ["Eins"]


def test_a_deputy_hands_nothing_on(cast: Cast) -> None:
    third = appoint(cast.office, "third", Role.CLERK)
    stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)
    stand_in(cast, cast.staff.other_clerk, third)
    assert sees(cast, cast.staff.other_clerk)
    assert not sees(cast, third)


def test_an_ended_deputising_opens_nothing_any_more(cast: Cast) -> None:
    named = stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)
    with cast.office.begin(cast.auditor) as work, pytest.raises(NotAllowed):
        end_deputy(work, named)
    with cast.office.begin(cast.medical) as work, pytest.raises(NotFound):
        end_deputy(work, named)
    with cast.office.begin(cast.staff.other_clerk) as work:
        assert [one.id for one in deputies(work)] == [named]
        end_deputy(work, named)
    assert not sees(cast, cast.staff.other_clerk)


def test_a_lead_names_deputies_for_the_people_of_the_unit_but_not_themselves(cast: Cast) -> None:
    stand_in(cast, cast.staff.clerk, cast.staff.other_clerk, by=cast.lead)
    with pytest.raises(RuleBroken) as refused:
        stand_in(cast, cast.staff.records, cast.lead, by=cast.lead)
    assert "Sich selbst kann niemand zur Vertretung benennen." in refused.value.reasons
    with pytest.raises(NotAllowed):
        stand_in(cast, cast.staff.other_clerk, cast.staff.clerk, by=cast.lead)
    with pytest.raises(NotAllowed):
        stand_in(cast, cast.staff.clerk, cast.staff.other_clerk, by=cast.staff.records)


def test_only_people_of_the_same_work_stand_in_for_one_another(cast: Cast) -> None:
    for deputy in (cast.medical, cast.auditor, cast.staff.clerk):
        with pytest.raises(RuleBroken):
            stand_in(cast, cast.staff.clerk, deputy)
    stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)
    with pytest.raises(RuleBroken):
        stand_in(cast, cast.staff.clerk, cast.staff.other_clerk)


def give_duty(
    cast: Cast, person: Actor, letters: tuple[str, str] = ("", ""), by: Actor | None = None
) -> object:
    with cast.office.begin(by or cast.lead) as work:
        return share_out(
            work,
            work.session.get_one(Department, cast.staff.unit.id),
            cast.person(work, person),
            letters=letters,
            valid_from=cast.until(0),
        ).id


def assigned(cast: Cast, letter: str) -> None:
    with cast.office.as_system() as work:
        cast.dossier(work).access = Access.ASSIGNED
        cast.dossier(work).letter = letter


def test_a_duty_opens_the_dossiers_of_its_letters_and_ends_at_once(cast: Cast) -> None:
    assigned(cast, "m")
    assert not sees(cast, cast.staff.clerk)
    duty = give_duty(cast, cast.staff.clerk, ("L", "m"))
    assert sees(cast, cast.staff.clerk)
    assigned(cast, "n")
    assert not sees(cast, cast.staff.clerk)
    assigned(cast, "m")
    with cast.office.begin(cast.lead) as work:
        end_duty(work, duty)
    assert not sees(cast, cast.staff.clerk)


def test_open_and_doubled_letters_are_said(cast: Cast) -> None:
    give_duty(cast, cast.staff.clerk, ("a", "k"))
    give_duty(cast, cast.personnel, ("j", "x"))
    with cast.office.begin(cast.lead) as work:
        unit = work.session.get_one(Department, cast.staff.unit.id)
        found = coverage(duties_of(work, unit), work.clock.today())
    assert found.uncovered == ("y–z",)
    assert found.doubled == ("j–k",)


def test_a_duty_goes_to_people_of_the_unit_and_is_given_by_who_leads_it(cast: Cast) -> None:
    for person, letters in (
        (cast.staff.other_clerk, ("", "")),
        (cast.staff.clerk, ("m", "a")),
        (cast.staff.clerk, ("ab", "c")),
        (cast.staff.scanning, ("", "")),
    ):
        with pytest.raises(RuleBroken):
            give_duty(cast, person, letters)
    foreign = appoint(cast.office, "foreign", Role.LEAD, units=[cast.staff.other_unit])
    with pytest.raises(NotFound):
        give_duty(cast, cast.staff.clerk, by=foreign)
    with pytest.raises(NotAllowed):
        give_duty(cast, cast.staff.clerk, by=cast.staff.clerk)


def test_who_gives_a_duty_to_themselves_does_not_do_so_unseen(cast: Cast) -> None:
    give_duty(cast, cast.lead)
    with cast.office.begin(cast.protection) as work:
        assert [notice.kind for notice in unseen(work)] == ["own-duty"]
