"""Does whatever stands against the end of a dossier win, whenever it comes?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.errors import (
    NotFound,
    RuleBroken,
)
from eakte.model.dossier import Dossier, Medium
from eakte.model.erasure import ErasedState, ErasureState
from eakte.model.offer import ArchiveSays
from eakte.model.periods import Disposal
from eakte.retention.standing import against, hints, may_go
from tests.destroying import approved, proposed, rows_of
from tests.retention.agreed import (
    COLUMNS,
    LASTING,
    ON_ONE_DATABASE,
    PASSING,
    Over,
    approve_by_force,
    change,
    decide,
    erasure_of,
    jobs_made,
    lock,
    made_over,
    offered,
    reasons,
    undo,
)
from tests.retention.conftest import TEN_YEARS, Registry


@pytest.fixture
def over(registry: Registry) -> Over:
    return made_over(registry)


def test_whatever_comes_between_approval_and_destruction_wins(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    for happen, sentence in LASTING.items():
        assert reasons(over, over.dossiers[0]) == [], sentence
        with office.begin(registry.staff.records) as work:
            before = work.session.get_one(Dossier, over.dossiers[0])
            kept = {name: getattr(before, name) for name in COLUMNS}
        erasure = proposed(office, registry.staff.records, over.dossiers[:1])
        happen(over, over.dossiers[0])
        with pytest.raises((RuleBroken, NotFound)) as refused:
            approved(office, over.other, erasure)
        told = getattr(refused.value, "reasons", ())
        # What is locked is hidden from whoever would approve.
        assert happen is lock or any(sentence in one for one in told), told
        approve_by_force(over, erasure)
        assert jobs_made(over) == 0, sentence
        (row,) = rows_of(office, erasure)
        assert row.state is ErasedState.SPARED and sentence in row.spared_reason
        assert erasure_of(over, erasure).state is ErasureState.FINISHED
        undo(over, over.dossiers[0], kept)


def test_what_passes_by_itself_puts_off_and_spares_nothing(over: Over) -> None:
    registry, office = over.registry, over.registry.office
    erasure = proposed(office, registry.staff.records, over.dossiers[:1])
    for happen, sentence in PASSING.items():
        happen(over, over.dossiers[0])
        assert [sentence in one for one in reasons(over, over.dossiers[0])] == [True]
        approve_by_force(over, erasure)
        assert jobs_made(over) == 0
        undo(over, over.dossiers[0], {})
    assert rows_of(office, erasure)[0].state is ErasedState.WAITING
    assert jobs_made(over) == 1


@ON_ONE_DATABASE
def test_who_asks_an_archive_waits_for_its_word(over: Over) -> None:
    decide(over, replace(TEN_YEARS, disposal=None))
    assert reasons(over, over.dossiers[0]) == [
        "Es ist nicht entschieden, ob die Akte einem Archiv anzubieten ist."
    ]
    for disposal in (Disposal.ARCHIVE, Disposal.APPRAISE):
        decide(over, replace(TEN_YEARS, disposal=disposal))
        assert reasons(over, over.dossiers[0]) == [
            "Die Akte wurde dem Archiv noch nicht angeboten."
        ]
    offered(ArchiveSays.RELEASED)(over, over.dossiers[0])
    assert reasons(over, over.dossiers[0]) == []
    assert len(reasons(over, over.dossiers[1])) == 1


@ON_ONE_DATABASE
def test_a_leap_day_and_the_last_day_itself_still_keep(over: Over) -> None:
    registry = over.registry
    change(over, over.dossiers[0], medium=Medium.HYBRID)
    with registry.office.begin(over.other) as work:
        one = work.session.get_one(Dossier, over.dossiers[0])
        assert len(hints(one)) == 1 and against(work, []) == {}
        assert may(work.actor, Action.PROPOSE_ERASURE, one)
    for day, stands in ((date(2025, 12, 31), 1), (date(2026, 1, 1), 0), (date(2028, 2, 29), 0)):
        registry.at(day)
        with registry.office.as_system() as work:
            one = work.session.get_one(Dossier, over.dossiers[0])
            lasting = [said for said in may_go(work, one) if "Frist" in said or "frist" in said]
            assert len(lasting) == stands, day
