"""In which order does a delivery happen? Ask, look, keep the bytes, name them: for every way in.

The edge that calls this opens the transactions; none of them is open while bytes travel.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import NotFound
from eakte.intake.receiving import Receipt, receive, refuse_unwanted, take_bytes
from eakte.model.department import Department
from eakte.model.document import Source
from eakte.model.findings import Look
from eakte.unit_of_work import UnitOfWork

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
LookAt = Callable[[Path, str], Look]
Then = Callable[[UnitOfWork, Receipt], None]


@dataclass(frozen=True)
class Declared:
    """What the sender says of a delivery; None where it says nothing."""

    name: str
    source: Source
    department: str | None = None
    """Key or id of the unit whose inbox is meant."""
    sha256: str | None = None
    size: int | None = None
    key: str | None = None
    received_on: date | None = None
    priority: int = jobs.URGENT


def deliver(
    begin: Begin, path: Path, *, declared: Declared, look: LookAt, then: Then | None = None
) -> Receipt:
    """Take the document at ``path`` in and return its receipt, which holds when this returns.

    ``look`` tells type and page count without trusting the bytes; ``then`` runs inside the same
    transaction as the rows, to file the document or to note where it came from. The source at
    ``path`` is never touched.

    Raises:
        BadInput, NotAllowed, KeyUsed, NotFound, PartUnavailable: nothing was kept, see ``receive``.
    """
    with begin() as work:
        require(work, Action.DELIVER_DOCUMENT)
        unit = find_department(work, declared.department)
        store, limit = work.store, work.settings.max_upload_bytes
    seen = look(path, declared.name)
    refuse_unwanted(seen, name=declared.name)
    arrival = take_bytes(
        store,
        path,
        name=declared.name,
        limit=limit,
        sha256=declared.sha256,
        size=declared.size,
    )
    with begin() as work:
        receipt = receive(
            work,
            arrival,
            look=seen,
            source=declared.source,
            department=unit,
            key=declared.key,
            received_on=declared.received_on,
            priority=declared.priority,
        )
        if then is not None:
            then(work, receipt)
    return receipt


def find_department(work: UnitOfWork, named: str | None) -> Department | None:
    """Return the unit with this key or id, None when none was named.

    Raises:
        NotFound: there is no such unit.
    """
    require(work, Action.DELIVER_BATCH)
    if not named:
        return None
    try:
        unit = work.session.get(Department, UUID(named))
    except ValueError:
        unit = work.session.scalar(select(Department).where(Department.key == named))
    if unit is None:
        raise NotFound("Das Sachgebiet „%(name)s“ gibt es nicht.", name=named)
    return unit
