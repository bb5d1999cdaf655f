"""Is nothing decided about the end of records by a clock that went backwards or jumped?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from eakte.errors import BadInput, ClockDoubtful, NeedsConfirmation, NotAllowed, RuleBroken
from eakte.filing.closing import close_dossier
from eakte.filing.retention_rules import set_retention_rule
from eakte.model.dossier import Dossier
from eakte.model.erasure import Erasure
from eakte.model.user import Actor
from eakte.retention.clock_guard import (
    ClockWatch,
    clock_doubts,
    clock_state,
    confirm_clock,
    note_jump,
)
from eakte.retention.deciding import rule_alone, say_what_starts
from eakte.retention.letting_go import watch_clock
from eakte.unit_of_work import UnitOfWork
from tests.builders import now_
from tests.destroying import approved, proposed, witness
from tests.retention.agreed import DESTROYED, ON_ONE_DATABASE, all_done
from tests.retention.conftest import Registry

CLOSED, TODAY = date(2015, 4, 1), date(2026, 3, 2)
TEN_YEARS = timedelta(days=3652)


def doubts(registry: Registry) -> list[str]:
    with registry.office.begin(registry.staff.records) as work:
        return [str(one) for one in clock_doubts(work)]


@contextmanager
def confirmed(registry: Registry, who: Actor) -> Iterator[UnitOfWork]:
    with registry.office.begin(now_(registry.office, who, confirmed=True)) as work:
        yield work


def confirm(registry: Registry) -> None:
    with confirmed(registry, registry.staff.records) as work:
        confirm_clock(work, today=work.clock.today(), reason="mit der Funkuhr verglichen")


@pytest.fixture
def over(registry: Registry) -> Dossier:
    """A dossier whose period is over in a house whose clock nobody has looked at yet."""
    registry.decide(DESTROYED)
    dossier = registry.closed(CLOSED)
    all_done(registry)
    registry.at(TODAY)
    return dossier


@ON_ONE_DATABASE
def test_without_a_signed_head_nothing_is_proposed_and_rules_are_still_decided(
    registry: Registry, over: Dossier
) -> None:
    assert doubts(registry) == ["Es gibt noch keinen unterschriebenen Prüfstand des Protokolls."]
    with pytest.raises(ClockDoubtful):
        proposed(registry.office, registry.staff.records, [over.id])
    registry.decide(DESTROYED)
    witness(registry.office)
    assert doubts(registry) == []
    proposed(registry.office, registry.staff.records, [over.id])


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("span", "told"),
    [
        (-TEN_YEARS, "im Protokoll steht aber schon ein Eintrag vom 02.03.2026"),
        (TEN_YEARS, "Zwischen dem 02.03.2026, 12:00 und dem"),
    ],
    ids=["ten years back", "ten years on"],
)
def test_a_clock_that_was_moved_stops_every_decision_until_a_person_has_looked(
    registry: Registry, over: Dossier, span: timedelta, told: str
) -> None:
    office, records = registry.office, registry.staff.records
    witness(office)
    open_one = registry.dossier("Neu, Nora")
    erasure = proposed(office, records, [over.id])
    registry.clock.move(span)
    assert any(told in one for one in doubts(registry))
    # A new head does not make up for it: the gap stays between the two.
    witness(office)
    assert any("rückwärts" in one or "kein Prüfstand" in one for one in doubts(registry))
    with pytest.raises(ClockDoubtful):
        approved(office, registry.lead, erasure)
    with pytest.raises(ClockDoubtful), office.begin(records) as work:
        rule_alone(work, work.session.get_one(Dossier, over.id), key="", reason="anders")
    with pytest.raises(ClockDoubtful), office.begin(records) as work:
        one = work.session.get_one(Dossier, over.id)
        say_what_starts(work, one, died_on=None, decided_on=CLOSED, events={})
    with pytest.raises(ClockDoubtful), office.begin(records) as work:
        set_retention_rule(work, DESTROYED)
    with office.begin(registry.staff.clerk) as work:
        one = work.session.get_one(Dossier, open_one.id)
        if span < timedelta(0):
            # Counted from a day long gone, its period would be over at once.
            with pytest.raises(ClockDoubtful):
                close_dossier(work, one)
        else:
            close_dossier(work, one)
    for who in (registry.staff.clerk, registry.lead, registry.staff.administrator):
        with pytest.raises(NotAllowed), confirmed(registry, who) as work:
            confirm_clock(work, today=work.clock.today(), reason="x")
    with pytest.raises(NeedsConfirmation), office.begin(records) as work:
        confirm_clock(work, today=work.clock.today(), reason="x")
    with confirmed(registry, records) as work:
        with pytest.raises(BadInput):
            confirm_clock(work, today=work.clock.today() - timedelta(days=1), reason="x")
        with pytest.raises(BadInput):
            confirm_clock(work, today=work.clock.today(), reason=" ")
    confirm(registry)
    assert doubts(registry) == []
    with office.begin(records) as work:
        state = clock_state(work)
        assert (state.settled_by, state.reasons) == (records.name, ())
    with confirmed(registry, records) as work, pytest.raises(RuleBroken):
        confirm_clock(work, today=work.clock.today(), reason="noch einmal")
    registry.clock.move(timedelta(hours=1))
    assert doubts(registry) == []
    if span > timedelta(0):
        approved(office, registry.lead, erasure)
    with office.database.transaction(writes=False) as session:
        count = session.scalar(select(func.count()).select_from(Erasure))
    assert count == 1


def test_what_is_settled_does_not_settle_what_comes_later(
    registry: Registry, over: Dossier
) -> None:
    witness(registry.office)
    for span, told in (
        (timedelta(days=30), "kein Prüfstand des Protokolls"),
        (timedelta(days=-29), "Die Uhr ging rückwärts"),
        (timedelta(hours=-1), "Die Uhr ging rückwärts"),
        (timedelta(days=3, hours=1), "kein Prüfstand des Protokolls"),
    ):
        registry.clock.move(span)
        assert any(told in one for one in doubts(registry)), span
        confirm(registry)
        assert doubts(registry) == []
    registry.clock.move(timedelta(days=2, hours=23))
    assert doubts(registry) == []
    witness(registry.office)
    registry.clock.move(timedelta(minutes=-4))
    assert doubts(registry) == []


@ON_ONE_DATABASE
def test_a_jump_between_two_heads_is_seen_by_the_clock_that_nobody_sets(
    registry: Registry, over: Dossier
) -> None:
    witness(registry.office)
    watch = ClockWatch()
    start = registry.clock.now()
    assert watch.jumped(start, 1000.0) is None
    assert watch.jumped(start + timedelta(minutes=10), 1600.0) is None
    assert watch.jumped(start + timedelta(hours=2), 1610.0) is not None
    assert watch.jumped(start + timedelta(hours=2, seconds=30), 1640.0) is None
    back = watch.jumped(start, 1650.0)
    assert back is not None and back[1] < back[0]
    with registry.office.as_system() as work:
        watch_clock(work, ClockWatch())
    assert doubts(registry) == []
    with registry.office.as_system() as work:
        note_jump(work, back)
    assert [one.startswith("Die Uhr sprang im laufenden Betrieb") for one in doubts(registry)] == [
        True
    ]
    confirm(registry)
    assert doubts(registry) == []
