"""What was done, by whom, and is the log still whole? Each entry is chained to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.model.audit_entry import FIRST, AuditEntry
from eakte.model.counter import next_number
from eakte.unit_of_work import UnitOfWork

SCOPE = "audit"


def note(
    work: UnitOfWork,
    act: str,
    *,
    kind: str,
    subject: UUID | None,
    **details: Any,
) -> AuditEntry:
    """Append one entry; who reads content calls this before the bytes leave.

    ``details`` must be plain JSON values. Entries are written one after the other: the number's row
    stays locked until the transaction ends, so the chain cannot fork.
    """
    session = work.session
    if work.in_stead_of:
        details["in_stead_of"] = sorted(work.in_stead_of.values())
    sequence = next_number(session, SCOPE)
    previous = session.scalar(select(AuditEntry.digest).where(AuditEntry.sequence == sequence - 1))
    entry = AuditEntry(
        sequence=sequence,
        at=work.clock.now(),
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        act=act,
        subject_kind=kind,
        subject_id=subject,
        details=details,
        previous=previous or FIRST,
        digest="",
    )
    entry.digest = entry.expected_digest()
    session.add(entry)
    session.flush()
    return entry


@dataclass(frozen=True)
class LogState:
    """What a walk over the whole log found: its length, its head, and every fault."""

    entries: int
    head: str
    faults: tuple[str, ...]


def verify(session: Session, *, batch: int = 1000) -> LogState:
    """Walk the log from its first entry and name each one that was changed, removed or put in."""
    faults: list[str] = []
    expected, previous, count = 1, FIRST, 0
    rows = session.scalars(
        select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=batch)
    )
    for entry in rows:
        count += 1
        if entry.sequence != expected:
            faults.append(f"Protokoll: Eintrag {expected} fehlt.")
        elif entry.previous != previous:
            faults.append(f"Protokoll: Eintrag {entry.sequence} schließt nicht an den davor an.")
        if entry.digest != entry.expected_digest():
            faults.append(f"Protokoll: Eintrag {entry.sequence} wurde verändert.")
        expected, previous = entry.sequence + 1, entry.digest
    return LogState(count, previous, tuple(faults))
