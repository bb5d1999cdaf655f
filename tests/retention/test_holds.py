"""Does a hold win, whoever set it on whatever, until a person ends it with a reason?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.hold import HoldKind, RetentionHold, held_among, holds_on
from eakte.model.user import Actor, Role
from eakte.retention.due import (
    DueFilter,
    DueState,
    calendar,
    counted,
    due_dossiers,
    each_due,
    undecided,
)
from eakte.retention.holds import (
    HoldSaid,
    end_hold,
    endable,
    hold_by_id,
    hold_case,
    hold_dossier,
    hold_many,
    hold_person,
    holds,
    holds_of,
    review_hold,
)
from eakte.retrieval.listing import asked_of_dossiers
from tests.builders import appoint
from tests.retention.conftest import Registry

CLOSED, REVIEW = date(2015, 4, 1), date(2015, 10, 1)
COURT = HoldSaid(HoldKind.COURT, "S 12 SB 34/15", REVIEW)
PETITION = HoldSaid(HoldKind.PETITION, "Petition an den Landtag", REVIEW)


def standing(registry: Registry, dossier: Dossier) -> list[str]:
    with registry.office.database.transaction(writes=False) as session:
        found = [one.reason for one in holds_on(session, dossier.id)]
        assert held_among(session, [dossier.id]) == ({dossier.id} if found else set())
    return found


def set_as(registry: Registry, who: Actor, dossier: Dossier, said: HoldSaid = COURT) -> UUID:
    with registry.office.begin(who) as work:
        return hold_dossier(work, work.session.get_one(Dossier, dossier.id), said).id


def test_several_holds_stand_until_each_of_them_is_ended(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.closed(CLOSED)
    first = set_as(registry, staff.clerk, dossier)
    registry.clock.move(timedelta(minutes=1))
    with office.begin(registry.lead) as work:
        case = work.session.get_one(Case, registry.case(dossier).id)
        hold_case(work, case, PETITION)
    assert standing(registry, dossier) == [COURT.reason, PETITION.reason]
    with office.begin(staff.clerk) as work:
        assert len(holds_of(work, work.session.get_one(Dossier, dossier.id))) == 2
        with pytest.raises(NotAllowed):
            end_hold(work, work.session.get_one(RetentionHold, first), reason="erledigt")
    with office.begin(staff.records) as work:
        hold = hold_by_id(work, first)
        with pytest.raises(BadInput):
            end_hold(work, hold, reason=" ")
        with pytest.raises(BadInput):
            review_hold(work, hold, review_on=date(2015, 3, 31))
        review_hold(work, hold, review_on=date(2016, 1, 1))
        assert [one.hold.reason for one in holds(work).rows] == [PETITION.reason, COURT.reason]
        assert holds(work, due_for_review=True).rows == []
        assert endable(work, [hold]) == {first}
        end_hold(work, hold, reason="rechtskräftig")
        with pytest.raises(RuleBroken):
            end_hold(work, hold, reason="noch einmal")
        with pytest.raises(RuleBroken):
            review_hold(work, hold, review_on=date(2016, 1, 1))
        assert [one.hold.reason for one in holds(work, ended=True).rows] == [COURT.reason]
    assert standing(registry, dossier) == [PETITION.reason]
    registry.at(date(2015, 12, 1))
    with office.begin(staff.records) as work:
        (due,) = holds(work, due_for_review=True).rows
        assert (due.hold.reason, due.dossiers, due.one and due.one.id) == (
            PETITION.reason, 1, dossier.id,
        )  # fmt: skip
    with office.as_system() as work:
        acts = list(work.session.scalars(select(AuditEntry.act)))
    assert [acts.count(f"hold.{one}") for one in ("set", "reviewed", "ended")] == [2, 1, 1]


@pytest.mark.parametrize(
    "said",
    [
        HoldSaid(HoldKind.COURT, " ", REVIEW),
        HoldSaid(HoldKind.COURT, "x" * 501, REVIEW),
        HoldSaid(HoldKind.COURT, "x", date(2015, 3, 1)),
        HoldSaid(HoldKind.COURT, "x", date(2099, 1, 1)),
    ],
)
def test_a_hold_needs_a_reason_and_a_day_to_look_at_it_again(
    registry: Registry, said: HoldSaid
) -> None:
    if registry.office.database.embedded:
        dossier = registry.dossier()
        with pytest.raises(BadInput):
            set_as(registry, registry.staff.clerk, dossier, said)
        assert standing(registry, dossier) == []


def test_a_hold_on_a_person_also_stands_on_what_is_opened_later(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    born = date(1970, 5, 1)
    first = registry.closed(CLOSED, "Zander, Zoe", born)
    twin = registry.dossier("Zander, Zoe", date(1980, 1, 1))
    with office.begin(staff.clerk) as work:
        hold_person(work, work.session.get_one(Dossier, first.id), COURT)
    later, unknown = registry.dossier("Zander, Zoe", born), registry.dossier("Zander, Zoe")
    assert standing(registry, first) == standing(registry, later) == [COURT.reason]
    assert standing(registry, unknown) == [COURT.reason]
    assert standing(registry, twin) == []
    with office.as_system() as work:
        # A name that is put right afterwards loosens nothing.
        work.session.get_one(Dossier, first.id).person_folded = "sander, zoe"
    assert standing(registry, first) == [COURT.reason]
    nobody = registry.dossier("")
    with office.begin(staff.clerk) as work, pytest.raises(BadInput):
        hold_person(work, work.session.get_one(Dossier, nobody.id), COURT)


def test_a_hold_on_a_search_stands_on_what_it_finds_now(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    found = [registry.closed(CLOSED, f"Muster, {one}") for one in ("Eva", "Ute")]
    other, locked = registry.dossier("Schmidt, Jo"), registry.dossier("Muster, Ina")
    with office.as_system() as work:
        work.session.get_one(Dossier, locked.id).locked = True
    with office.begin(staff.records) as work:
        asked = asked_of_dossiers("muster", plan_entry_id=None, state=None)
        hold = hold_many(work, asked, PETITION, about="Suche nach „muster“")
        assert [one.dossiers for one in holds(work).rows] == [2]
        nothing = asked_of_dossiers("niemand", plan_entry_id=None, state=None)
        with pytest.raises(BadInput):
            hold_many(work, nothing, PETITION, about="Suche")
    assert all(standing(registry, one) for one in found)
    assert standing(registry, other) == standing(registry, locked) == []
    with office.as_system() as work:
        work.session.get_one(Dossier, found[0].id).locked = True
    with office.begin(staff.records) as work:
        # What is hidden from them by now neither counts nor stands in their way.
        assert [one.dossiers for one in holds(work).rows] == [1]
        end_hold(work, hold_by_id(work, hold.id), reason="zurückgenommen")
    assert standing(registry, found[0]) == standing(registry, found[1]) == []


def test_who_does_not_see_a_dossier_neither_holds_it_nor_learns_of_a_hold(
    registry: Registry,
) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.closed(CLOSED)
    hold = set_as(registry, staff.clerk, dossier)
    for stranger in (staff.other_clerk, staff.administrator):
        with pytest.raises(NotFound):
            set_as(registry, stranger, dossier)
    with office.begin(staff.clerk) as work, pytest.raises(NotAllowed):
        holds(work)
    auditor = appoint(office, "auditor", Role.AUDITOR)
    with office.begin(replace(auditor, granted=frozenset({dossier.id}))) as work:
        # Whoever may only read in it is not told why it is held.
        assert holds_of(work, work.session.get_one(Dossier, dossier.id)) == []
    with office.as_system() as work:
        work.session.get_one(Dossier, dossier.id).locked = True
    with office.begin(staff.records) as work:
        assert holds(work).rows == []
        with pytest.raises(NotFound):
            hold_by_id(work, hold)


def test_what_becomes_due_is_listed_by_its_day_and_counted_by_month(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    early, late = registry.closed(CLOSED), registry.closed(date(2016, 2, 2), "Zander, Zoe")
    set_as(registry, staff.clerk, late, HoldSaid(HoldKind.AUDIT, "Prüfung", date(2016, 6, 1)))
    registry.dossier("Offen, Otto")
    with office.begin(staff.records) as work:
        assert due_dossiers(work, DueFilter()).rows == []
        running = due_dossiers(work, DueFilter(DueState.RUNNING)).rows
        assert [(row.dossier.id, row.held) for row in running] == [
            (early.id, False), (late.id, True),
        ]  # fmt: skip
        assert [(one.year, one.month, one.dossiers) for one in calendar(
            work, DueFilter(DueState.RUNNING)
        )] == [(2025, 12, 1), (2026, 12, 1)]  # fmt: skip
    registry.at(date(2026, 1, 1))
    with office.begin(staff.records) as work:
        assert [row.dossier.id for row in due_dossiers(work, DueFilter()).rows] == [early.id]
        found = counted(work)
        assert (found[DueState.DUE], found[DueState.RUNNING], found[DueState.WAITING]) == (1, 2, 0)
        for asked, ids in (
            (DueFilter(DueState.RUNNING, held=True), [late.id]),
            (DueFilter(DueState.RUNNING, held=False), [early.id]),
            (DueFilter(DueState.RUNNING, first=date(2026, 1, 1)), [late.id]),
            (DueFilter(DueState.RUNNING, last=date(2026, 1, 1)), [early.id]),
            (DueFilter(DueState.RUNNING, entry_number="5.2"), [early.id, late.id]),
            (DueFilter(DueState.RUNNING, entry_number="5"), []),
        ):
            assert [row.dossier.id for row in due_dossiers(work, asked).rows] == ids, asked
        assert undecided(work) == []
        # Read in bites of one, the table says the same.
        listed = [row.dossier.id for row in each_due(work, DueFilter(DueState.RUNNING), bite=1)]
        assert listed == [early.id, late.id]
        assert list(each_due(work, DueFilter(DueState.WAITING), bite=1)) == []
    with office.as_system() as work:
        work.session.get_one(Dossier, early.id).locked = True
    with office.begin(staff.records) as work:
        assert due_dossiers(work, DueFilter()).total == 0
        assert counted(work)[DueState.RUNNING] == 1
    with office.begin(staff.clerk) as work, pytest.raises(NotAllowed):
        due_dossiers(work, DueFilter())
