"""How much may a scanning station deliver on one day?"""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import func, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.errors import OverQuota
from eakte.model.batch import Batch
from eakte.model.station import Station
from eakte.unit_of_work import UnitOfWork


def refuse_over_quota(work: UnitOfWork, size: int) -> None:
    """Return if the actor may deliver so many bytes more today; only stations have a quota.

    A day is one of the office. What was refused does not count.

    Raises:
        OverQuota: it would be more than the station may deliver on one day.
    """
    require(work, Action.DELIVER_BATCH)
    station = work.session.get(Station, work.actor.id)
    if station is None:
        return
    midnight = datetime.combine(work.clock.today(), time(), tzinfo=OFFICE_ZONE)
    delivered = work.session.scalar(
        select(func.coalesce(func.sum(Batch.size), 0)).where(
            Batch.sender_id == station.id, Batch.received_at >= midnight
        )
    )
    if int(delivered or 0) + size > station.quota_bytes:
        raise OverQuota(
            "Die Scanstation darf am Tag höchstens %(limit)s MB einliefern; damit wären es mehr.",
            limit=station.quota_mb,
        )
