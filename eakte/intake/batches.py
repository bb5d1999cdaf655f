"""How does a stack come in, and which of its pages went where?

A stack is kept as it was delivered and gets its receipt at once; taking it apart is a job.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, KeyUsed, NumberUsed, PartUnavailable, RuleBroken
from eakte.intake.delivering import Begin, LookAt, find_department
from eakte.intake.guarding import SCAN_STACK, SEPARATE, await_clearance_of_stack
from eakte.intake.quotas import refuse_over_quota
from eakte.intake.receiving import Arrival, name_bytes, refuse_unwanted, take_bytes, unit_of
from eakte.intake.scan_requests import answer_request, find_request
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.clearance import Clearance
from eakte.model.counter import hold, next_number
from eakte.model.department import Department
from eakte.model.findings import Look, Order
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork

BATCH_SCOPE = "batch"
LONGEST_KEY, LONGEST_SETTING, MOST_SETTINGS = 200, 200, 40
HIGHEST_NUMBER = 2_147_483_647


@dataclass(frozen=True)
class Scanned:
    """What a scanning station says of a stack.

    ``answers`` is the number under which it was asked to scan something again.
    """

    name: str
    key: str
    sha256: str | None = None
    size: int | None = None
    department: str | None = None
    number: int | None = None
    operator: str = ""
    device: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    order: Order = Order.AS_READ
    received_on: date | None = None
    answers: int | None = None


@dataclass(frozen=True)
class BatchReceipt:
    """What proves to the station that a stack arrived: it is stored, named and logged.

    ``missing`` are running numbers of the same station, before this one, that had not arrived.
    Whatever is asked later, it says what it said when it was given: ``told`` in plain JSON values.
    """

    batch_id: UUID
    number: int
    sender_number: int | None
    sha256: str
    size: int
    pages: int | None
    received_at: datetime
    name: str
    operator: str
    device: str
    missing: tuple[int, ...]
    repeated: bool
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Balance:
    """Where the pages of a stack went; ``delivered`` is the sum of the others when it is right."""

    delivered: int
    filed: int
    separators: int
    blanks: int
    aside: int
    erased: int = 0

    @property
    def right(self) -> bool:
        """Say whether every page has exactly one fate."""
        fates = (self.filed, self.separators, self.blanks, self.aside, self.erased)
        return self.delivered == sum(fates)


Then = Callable[[UnitOfWork, BatchReceipt], None]


def deliver_batch(
    begin: Begin, path: Path, *, scanned: Scanned, look: LookAt, then: Then | None = None
) -> BatchReceipt:
    """Take the stack at ``path`` in and return its receipt, which holds when this returns.

    The source at ``path`` is never touched; ``then`` runs in the transaction of the rows.

    Raises:
        BadInput, NotAllowed, KeyUsed, NotFound, PartUnavailable: nothing was kept.
    """
    with begin() as work:
        require(work, Action.DELIVER_BATCH)
        known = known_batch(work, scanned.key)
        if known is None:
            refuse_over_quota(work, path.stat().st_size)
            find_request(work, scanned.answers)
        before = known.sha256 if known is not None else None
        unit = find_department(work, scanned.department)
        store, limit = work.store, work.settings.max_upload_bytes
    check_scanned(scanned)
    if before is not None and _is_still(path, scanned, sha256=before):
        # Sent again because an answer was lost: nothing has to be looked at or kept.
        with begin() as work:
            return _again(work, scanned, sha256=before, then=then)
    seen = look(path, scanned.name)
    refuse_unwanted(seen, name=scanned.name)
    arrival = take_bytes(
        store, path, name=scanned.name, limit=limit, sha256=scanned.sha256, size=scanned.size
    )
    with begin() as work:
        receipt = receive_batch(
            work, arrival, look=seen, scanned=scanned, unit=unit.id if unit else None
        )
        if then is not None:
            then(work, receipt)
    return receipt


def _is_still(path: Path, scanned: Scanned, *, sha256: str) -> bool:
    """Whether the bytes at a path are those of before, and declared to be."""
    with path.open("rb") as stream:
        here = hashlib.file_digest(stream, "sha256").hexdigest()
    size = path.stat().st_size
    declared = (scanned.sha256 or here).lower(), size if scanned.size is None else scanned.size
    return here == sha256 and declared == (here, size)


def _again(work: UnitOfWork, scanned: Scanned, *, sha256: str, then: Then | None) -> BatchReceipt:
    known = known_batch(work, scanned.key, sha256=sha256)
    if known is None:
        raise PartUnavailable("Der Stapel muss noch einmal übertragen werden.")
    receipt = batch_receipt(work, known, repeated=True)
    if then is not None:
        then(work, receipt)
    return receipt


def receive_batch(
    work: UnitOfWork, arrival: Arrival, *, look: Look, scanned: Scanned, unit: UUID | None
) -> BatchReceipt:
    """Name a stack whose bytes are kept, and promise that it is taken apart.

    The same key of the same sender with the same bytes gives the same receipt again. The receipt
    holds from the moment the transaction of ``work`` is committed.

    Raises:
        NotAllowed: the actor may not deliver.
        BadInput: it is not clear which unit's inbox is meant, or the running number was used.
        KeyUsed: the key was used for other bytes.
        OverQuota: the station has delivered enough for today.
        PartUnavailable: the bytes are not in the store any more.
    """
    require(work, Action.DELIVER_BATCH)
    session = work.session
    hold(session, BATCH_SCOPE)
    known = known_batch(work, scanned.key, sha256=arrival.sha256)
    if known is not None:
        return batch_receipt(work, known, repeated=True)
    refuse_over_quota(work, arrival.size)
    _refuse_used_number(work, scanned)
    request = find_request(work, scanned.answers)
    department = unit_of(work, unit)
    name_bytes(work, arrival)
    batch = Batch(
        number=next_number(session, BATCH_SCOPE),
        sender_id=work.actor.id,
        department_id=department.id,
        key=scanned.key,
        sender_number=scanned.number,
        sha256=arrival.sha256,
        size=arrival.size,
        name=arrival.name,
        media_type=look.media_type,
        operator=scanned.operator.strip(),
        device=scanned.device.strip(),
        settings=dict(scanned.settings),
        order=scanned.order,
        received_on=scanned.received_on or work.clock.today(),
        received_at=work.clock.now(),
        pages=look.pages,
    )
    session.add(batch)
    session.flush()
    batch.told = _told(work, batch)
    session.flush()
    if request is not None:
        answer_request(work, request, batch)
    audit.note(
        work,
        "batch.received",
        kind="batch",
        subject=batch.id,
        sha256=arrival.sha256,
        size=arrival.size,
        number=batch.number,
        sender_number=scanned.number,
        operator=batch.operator,
    )
    await_clearance_of_stack(work, batch)
    return batch_receipt(work, batch)


def known_batch(work: UnitOfWork, key: str, *, sha256: str | None = None) -> Batch | None:
    """Return the stack that the actor delivered under this key, None when there is none.

    Raises:
        KeyUsed: it has another digest than ``sha256``.
    """
    require(work, Action.DELIVER_BATCH)
    known = work.session.scalar(
        select(Batch).where(Batch.sender_id == work.actor.id, Batch.key == key)
    )
    if known is not None and sha256 is not None and known.sha256 != sha256.lower():
        raise KeyUsed(
            "Unter diesem Schlüssel wurde schon ein anderer Stapel angenommen; "
            "es wurde nichts geändert."
        )
    return known


def batch_receipt(work: UnitOfWork, batch: Batch, *, repeated: bool = False) -> BatchReceipt:
    """Return the receipt of a stack, word for word as it was given."""
    require(work, Action.SEE_BATCH, batch)
    # Stacks of the first release were given none; theirs is what would have been said.
    told = batch.told or _told(work, batch)
    return BatchReceipt(
        batch_id=batch.id,
        number=batch.number,
        sender_number=batch.sender_number,
        sha256=batch.sha256,
        size=batch.size,
        pages=told["pages"],
        received_at=batch.received_at,
        name=batch.name,
        operator=batch.operator,
        device=batch.device,
        missing=tuple(told["missing"]),
        repeated=repeated,
        told=told,
    )


def gaps_of(work: UnitOfWork, batch: Batch) -> list[int]:
    """Return the running numbers before this one that have not arrived to this day."""
    require(work, Action.SEE_BATCH, batch)
    return _missing_before(work, batch)


def last_number_of(work: UnitOfWork) -> int | None:
    """Return the highest running number under which the actor has delivered, None without any."""
    require(work, Action.SEE_BATCHES)
    return work.session.scalar(
        select(func.max(Batch.sender_number)).where(Batch.sender_id == work.actor.id)
    )


def balance_of(work: UnitOfWork, batch: Batch) -> Balance | None:
    """Return where the pages of a stack went; None while it is not taken apart."""
    require(work, Action.SEE_BATCH, batch)
    if batch.state is not BatchState.READY or batch.pages is None:
        return None
    counted: dict[Fate, int] = {
        fate: number
        for fate, number in work.session.execute(
            select(BatchPage.fate, func.count())
            .where(BatchPage.batch_id == batch.id)
            .group_by(BatchPage.fate)
        )
    }
    fates = (Fate.FILED, Fate.SEPARATOR, Fate.BLANK, Fate.ASIDE, Fate.ERASED)
    return Balance(batch.pages, *(counted.get(fate, 0) for fate in fates))


def _told(work: UnitOfWork, batch: Batch) -> dict[str, Any]:
    """What a receipt says of a stack that arrived, in plain JSON values."""
    return {
        "office": work.settings.office_name,
        "batch_id": str(batch.id),
        "number": batch.number,
        "delivery_key": batch.key,
        "sender_number": batch.sender_number,
        "missing": _missing_before(work, batch),
        "sha256": batch.sha256,
        "size": batch.size,
        "pages": batch.pages,
        "name": batch.name,
        "received_at": batch.received_at.isoformat(timespec="microseconds"),
        "station": work.session.get_one(User, batch.sender_id).name,
        "operator": batch.operator,
        "device": batch.device,
        "department": work.session.get_one(Department, batch.department_id).name,
    }


def check_scanned(scanned: Scanned) -> None:
    """Refuse what no stack can be said to be.

    Raises:
        BadInput: the key is missing, the number below 1, or something is too long.
    """
    if not scanned.key.strip() or len(scanned.key) > LONGEST_KEY:
        raise BadInput(
            "Es fehlt der Schlüssel der Lieferung, oder er ist länger als %(most)s Zeichen.",
            most=LONGEST_KEY,
        )
    if scanned.number is not None and not 1 <= scanned.number <= HIGHEST_NUMBER:
        raise BadInput("Die laufende Nummer eines Stapels beginnt bei 1.")
    for said in (scanned.operator, scanned.device):
        if len(said) > LONGEST_SETTING:
            raise BadInput("Person und Gerät dürfen höchstens 200 Zeichen lang sein.")
    if len(scanned.settings) > MOST_SETTINGS or any(
        len(name) > LONGEST_SETTING or len(said) > LONGEST_SETTING
        for name, said in scanned.settings.items()
    ):
        raise BadInput("Es sind zu viele oder zu lange Einstellungen des Geräts angegeben.")


def _refuse_used_number(work: UnitOfWork, scanned: Scanned) -> None:
    if scanned.number is None:
        return
    used = work.session.scalar(
        select(Batch.number).where(
            Batch.sender_id == work.actor.id, Batch.sender_number == scanned.number
        )
    )
    if used is not None:
        raise NumberUsed(
            "Die laufende Nummer %(number)s wurde schon für einen anderen Stapel verwendet.",
            number=scanned.number,
        )


def _missing_before(work: UnitOfWork, batch: Batch) -> list[int]:
    """The numbers that the station has skipped since its first, the latest hundred of them."""
    if batch.sender_number is None:
        return []
    arrived = set(
        work.session.scalars(
            select(Batch.sender_number).where(
                Batch.sender_id == batch.sender_id,
                Batch.sender_number.is_not(None),
                Batch.sender_number <= batch.sender_number,
            )
        )
    )
    known = {number for number in arrived if number is not None}
    first = min(known, default=batch.sender_number)
    return [number for number in range(first, batch.sender_number) if number not in known][-100:]


def separate_again(work: UnitOfWork, batch: Batch) -> None:
    """Take a stack up again that could not be taken apart.

    Raises:
        RuleBroken: it is taken apart already, or will be.
    """
    require(work, Action.SEPARATE_AGAIN, batch)
    if batch.state is not BatchState.FAILED:
        raise RuleBroken(
            "Der Stapel ist schon getrennt oder wird es gerade.",
            next_step="Bitte sehen Sie nach, wohin seine Seiten kamen.",
        )
    batch.state, batch.problem = BatchState.WAITING, None
    if batch.closed:
        batch.clearance, batch.find = Clearance.HELD, None
    work.session.flush()
    audit.note(work, "batch.again", kind="batch", subject=batch.id)
    jobs.revive(work, SCAN_STACK if batch.closed else SEPARATE, batch.id)
