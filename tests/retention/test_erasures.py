"""Do two persons decide that a dossier is destroyed, and does whatever speaks against it win?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, update

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.errors import (
    BadInput,
    NeedsConfirmation,
    NotAllowed,
    NotFound,
    RuleBroken,
    SamePerson,
)
from eakte.filing.closing import close_dossier, reopen_dossier
from eakte.filing.retention_rules import RuleFields
from eakte.jobs import enqueue
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, Medium
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.hold import HeldDossier, HoldKind, RetentionHold
from eakte.model.job import Job
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.paper import Paper
from eakte.model.periods import Disposal
from eakte.model.right import Deputy
from eakte.model.user import Actor, Role
from eakte.retention.holds import HoldSaid, hold_dossier
from eakte.retention.letting_go import ERASE, let_go
from eakte.retention.proposing import (
    MOST_AT_ONCE,
    approve_erasure,
    propose_erasure,
    refuse_erasure,
    spare_dossier,
)
from eakte.retention.standing import against, hints, may_go
from tests.builders import appoint, bring, bring_stack, now_
from tests.destroying import approved, proposed, rows_of, witness
from tests.retention.conftest import TEN_YEARS, Registry

CLOSED, TODAY = date(2015, 4, 1), date(2026, 3, 2)
DESTROYED = replace(TEN_YEARS, disposal=Disposal.DESTROY)
# What asks the database nothing that it has not been asked elsewhere.
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Over:
    """Three dossiers whose periods are over, and whoever may decide about them."""

    registry: Registry
    dossiers: list[UUID]
    other: Actor


@pytest.fixture
def over(registry: Registry) -> Over:
    registry.decide(DESTROYED)
    made = [registry.closed(CLOSED, person=f"Alt, {name}").id for name in ("A", "B", "C")]
    registry.at(TODAY)
    all_done(registry)
    other = appoint(registry.office, "zweite", Role.RECORDS_MANAGER, units=[registry.staff.unit])
    witness(registry.office)
    return Over(registry, made, other)


def all_done(registry: Registry) -> None:
    """Let nothing be left to do in the background."""
    with registry.office.as_system() as work:
        work.session.execute(delete(Job))


def decide(over: Over, wanted: RuleFields) -> None:
    over.registry.decide(wanted)
    all_done(over.registry)


def reasons(over: Over, dossier: UUID) -> list[str]:
    with over.registry.office.begin(over.other) as work:
        return [str(one) for one in may_go(work, work.session.get_one(Dossier, dossier))]


def jobs_made(over: Over) -> int:
    with over.registry.office.as_system() as work:
        let_go(work)
    with over.registry.office.database.transaction(writes=False) as session:
        return session.scalar(select(func.count()).where(Job.kind == ERASE)) or 0


def acts(over: Over, subject: UUID) -> list[str]:
    with over.registry.office.database.transaction(writes=False) as session:
        asked = select(AuditEntry.act).where(AuditEntry.subject_id == subject)
        return list(session.scalars(asked.order_by(AuditEntry.sequence)))


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


Against = Callable[[Over, UUID], None]


def hold_one(over: Over, dossier: UUID) -> None:
    with over.registry.office.begin(over.registry.staff.clerk) as work:
        said = HoldSaid(HoldKind.COURT, "S 12", work.clock.today() + timedelta(days=9))
        hold_dossier(work, work.session.get_one(Dossier, dossier), said)


def open_again(over: Over, dossier: UUID) -> None:
    with over.registry.office.begin(over.registry.staff.clerk) as work:
        reopen_dossier(work, work.session.get_one(Dossier, dossier), reason="Neuer Antrag")


def open_and_close(over: Over, dossier: UUID) -> None:
    open_again(over, dossier)
    with over.registry.office.begin(over.registry.staff.clerk) as work:
        one = work.session.get_one(Dossier, dossier)
        close_dossier(work, one)


def lock(over: Over, dossier: UUID) -> None:
    change(over, dossier, locked=True)


def move_end(over: Over, dossier: UUID) -> None:
    change(over, dossier, kept_until=date(2020, 12, 31))


def another_rule(over: Over, dossier: UUID) -> None:
    decide(over, replace(DESTROYED, years=20))


def offered(says: ArchiveSays) -> Against:
    def offer(over: Over, dossier: UUID) -> None:
        with over.registry.office.as_system() as work:
            made = Offer(
                number=7,
                department_id=over.registry.staff.unit.id,
                archive="la",
                archive_name="Landesarchiv",
                version="3.0.0",
                steps=4,
                state="offered",
                made_at=work.clock.now(),
                made_by_id=over.other.id,
                made_by=over.other.name,
            )
            work.session.add(made)
            work.session.flush()
            work.session.add(
                OfferedDossier(
                    offer_id=made.id, dossier_id=dossier, place=1, reference="x", says=says
                )
            )

    return offer


def lend(over: Over, dossier: UUID) -> None:
    with over.registry.office.as_system() as work:
        document = _filed(over, dossier)
        work.session.get_one(Document, document).checked_out_by_id = over.other.id


def keep_paper(over: Over, dossier: UUID) -> None:
    registry = over.registry
    document = _filed(over, dossier)
    folder = registry.office.settings.folder
    stack = bring_stack(
        registry.office, registry.staff.scanning, folder, content=b"%PDF stack", key="k"
    )
    with registry.office.as_system() as work:
        work.session.add(Paper(id=stack, box="12", keep=False))
        work.session.get_one(Document, document).batch_id = stack
    all_done(registry)
    with registry.office.database.transaction(writes=False) as session:
        assert session.get_one(Batch, stack).number


def still_busy(over: Over, dossier: UUID) -> None:
    _add_job(over, dossier, "arrange")


def rule_followed(over: Over, dossier: UUID) -> None:
    _add_job(over, over.registry.rule, "retention-rule")


LASTING: dict[Against, str] = {
    hold_one: "Es besteht eine Aussonderungssperre: Gerichtsverfahren.",
    open_again: "Die Akte ist offen.",
    open_and_close: "Die Aufbewahrungsfrist läuft bis 31.12.2036.",
    lock: "Auf der Akte liegt ein Sperrvermerk.",
    move_end: "Vermerkte und berechnete Frist stimmen nicht überein.",
    another_rule: "Die Aufbewahrungsfrist läuft bis 31.12.2035.",
    offered(ArchiveSays.PENDING): "Das Archiv hat die Akte nicht freigegeben",
    lend: "ist ausgeliehen.",
    keep_paper: "ist noch nicht vernichtet.",
}
PASSING: dict[Against, str] = {
    still_busy: "Die Anwendung arbeitet noch",
    rule_followed: "Eine geänderte Aufbewahrungsregel",
}


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


# What a test changes of a dossier by hand, to be put back.
COLUMNS = (
    *("state", "closed_on", "keeping", "kept_until", "edition_id", "newest_on", "locked"),
    "medium",
)


def change(over: Over, dossier: UUID, **wanted: object) -> None:
    with over.registry.office.as_system() as work:
        work.session.execute(update(Dossier).where(Dossier.id == dossier).values(**wanted))


def undo(over: Over, dossier: UUID, kept: dict[str, object]) -> None:
    """Put everything back that one of the ways above has done."""
    if kept:
        change(over, dossier, **kept)
    with over.registry.office.as_system() as work:
        for table in (HeldDossier, RetentionHold, OfferedDossier, Offer, Job):
            work.session.execute(delete(table))
        work.session.execute(update(Document).values(batch_id=None, checked_out_by_id=None))


def approve_by_force(over: Over, erasure: UUID) -> None:
    """Write the approval past all questions, long ago, as if it had been given before."""
    with over.registry.office.as_system() as work:
        told = work.session.get_one(Erasure, erasure)
        told.state, told.decided_by_id = ErasureState.APPROVED, over.other.id
        told.not_before = work.clock.now() - timedelta(days=1)


def erasure_of(over: Over, erasure: UUID) -> Erasure:
    with over.registry.office.database.transaction(writes=False) as session:
        return session.get_one(Erasure, erasure)


def days_pass(over: Over, days: int) -> None:
    """Let days pass with a head of the log on each of them, as the worker signs them."""
    for _ in range(days):
        over.registry.clock.move(timedelta(days=1))
        witness(over.registry.office)


def _add_job(over: Over, subject: UUID, kind: str) -> None:
    with over.registry.office.as_system() as work:
        enqueue(work, kind, subject)


def _filed(over: Over, dossier: UUID) -> UUID:
    """A letter that lies in the dossier, and that nothing is to be done with any more."""
    registry = over.registry
    folder = registry.office.settings.folder
    letter = bring(registry.office, registry.staff.clerk, folder, content=uuid4().bytes).document_id
    with registry.office.as_system() as work:
        document = work.session.get_one(Document, letter)
        document.dossier_id, document.state = dossier, DocumentState.FILED
    all_done(registry)
    return letter
