"""Dossiers whose periods are over, and what can come between approval and destruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, update

from eakte.filing.closing import close_dossier, reopen_dossier
from eakte.filing.retention_rules import RuleFields
from eakte.jobs import enqueue
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.erasure import Erasure, ErasureState
from eakte.model.hold import HeldDossier, HoldKind, RetentionHold
from eakte.model.job import Job
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.paper import Paper
from eakte.model.periods import Disposal
from eakte.model.user import Actor, Role
from eakte.retention.holds import HoldSaid, hold_dossier
from eakte.retention.letting_go import ERASE, let_go
from eakte.retention.standing import may_go
from tests.builders import appoint, bring, bring_stack
from tests.destroying import witness
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


def made_over(registry: Registry) -> Over:
    """Let three dossiers be over, in a house whose clock is believed."""
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
