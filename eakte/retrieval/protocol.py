"""What stands in the log, for whoever may look into it and says why?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.db import Page, paged
from eakte.errors import BadInput
from eakte.model.audit_entry import AuditEntry
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
SHORTEST_PURPOSE = 10


def state_purpose(work: UnitOfWork, purpose: str) -> None:
    """Write down why the actor looks into the log; reading it is itself an entry.

    Raises:
        BadInput: the purpose is too short to be one.
    """
    require(work, Action.SEE_AUDIT)
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise BadInput("Bitte geben Sie den Zweck der Einsicht in ganzen Worten an.")
    audit.note(work, "audit.opened", kind="audit", subject=None, purpose=purpose.strip()[:500])


def entries(
    work: UnitOfWork,
    *,
    act: str = "",
    first: date | None = None,
    last: date | None = None,
    page: int = 1,
) -> Page[AuditEntry]:
    """List entries, the newest first; days are those of the office."""
    require(work, Action.SEE_AUDIT)
    query = select(AuditEntry)
    if act:
        query = query.where(AuditEntry.act == act)
    if first:
        query = query.where(AuditEntry.at >= _midnight(first))
    if last:
        query = query.where(AuditEntry.at < _midnight(last + timedelta(days=1)))
    query = query.order_by(AuditEntry.sequence.desc())
    return paged(work.session, query, page=page, per_page=PER_PAGE)


def acts(work: UnitOfWork) -> Sequence[str]:
    """Name every act that occurs in the log."""
    require(work, Action.SEE_AUDIT)
    return work.session.scalars(select(AuditEntry.act).distinct().order_by(AuditEntry.act)).all()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_ZONE)
