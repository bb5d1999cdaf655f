"""A second person who may see the log, and inspections that two persons have agreed on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eakte.access.accounts import create_user
from eakte.access.acting import actor_of
from eakte.bootstrap import Office
from eakte.model.user import Actor, Role
from eakte.retrieval.protocol import (
    Subject,
    ask_inspection,
    decide_inspection,
    inspection_by_id,
)
from tests.builders import PASSWORD_HASH, Staff

PURPOSE = "Auskunft nach § 83 SGB X zu SBR 1/2026"


def protector(office: Office, login: str = "schutz") -> Actor:
    """Hire the one who wards data protection."""
    with office.as_system() as work:
        user = create_user(
            work, login, name=login.title(), roles={Role.DATA_PROTECTION}, departments=()
        )
        user.password_hash = PASSWORD_HASH
        work.session.flush()
        return actor_of(work.session, user, work.clock)


def asked(
    office: Office,
    actor: Actor,
    *,
    first: date = date(2026, 11, 1),
    last: date = date(2026, 11, 2),
    subject: Subject | None = None,
) -> UUID:
    """Ask for an inspection."""
    with office.begin(actor) as work:
        return ask_inspection(work, purpose=PURPOSE, first=first, last=last, subject=subject).id


def decided(office: Office, actor: Actor, inspection: UUID, *, approve: bool = True) -> None:
    """Decide about an inspection."""
    with office.begin(actor) as work:
        one = inspection_by_id(work, inspection)
        decide_inspection(work, one, approve=approve, reason="" if approve else "Zu weit gefasst")


def agreed(office: Office, staff: Staff, second: Actor, *, subject: Subject | None = None) -> UUID:
    """Ask as the records manager and allow it as the second person."""
    inspection = asked(office, staff.records, subject=subject)
    decided(office, second, inspection)
    return inspection
