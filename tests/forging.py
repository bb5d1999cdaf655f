"""What somebody with all rights over the database does to the log, and what is seen of it after."""

from __future__ import annotations

from sqlalchemy import delete, select

from eakte import audit
from eakte.bootstrap import Office
from eakte.evidence.heads import check_log, write_head
from eakte.evidence.signing import Head, Signer
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import AuditNode


def fill(office: Office, count: int) -> None:
    with office.as_system() as work:
        for number in range(count):
            audit.note(work, "tested", kind="thing", subject=None, number=number)


def signer_of(office: Office) -> Signer:
    return Signer(office.settings.audit_key)


def sign(office: Office) -> Head:
    with office.as_system() as work:
        return write_head(work, signer_of(office))


def check(office: Office, *witnesses: Head, own: bool = True) -> audit.LogState:
    key = signer_of(office).public
    return check_log(office.as_system, trusted={key}, heads=witnesses, own=own)


def change(office: Office, *statements: object) -> None:
    with office.as_system() as work:
        for statement in statements:
            work.session.execute(statement)  # type: ignore[call-overload]  # any statement


def rewrite(office: Office, start: int) -> None:
    """Do what a thorough forger does: make chain and tree fit again from an entry on."""
    with office.as_system() as work:
        work.session.execute(delete(AuditNode))
        entries = select(AuditEntry).order_by(AuditEntry.sequence)
        previous = "0" * 64
        for entry in work.session.scalars(entries):
            if entry.sequence >= start:
                entry.previous = previous
                entry.digest = entry.expected_digest()
            previous = entry.digest
        work.session.flush()
        audit.grow(work.session, entry.sequence)
