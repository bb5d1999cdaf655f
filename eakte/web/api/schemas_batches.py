"""In which form do programs send and receive stacks and their receipts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.db import Page
from eakte.intake.batches import Balance, balance_of, gaps_of
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.clearance import Clearance
from eakte.model.findings import Order
from eakte.model.user import UserKind
from eakte.retrieval.batches import PartShown, Whereabouts, pages_of, parts_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.schemas import Model


class BatchWayOut(Model):
    """Where one page of a stack went: ``part`` counts the documents made of it, from 1."""

    page: int
    fate: Fate
    part: int | None
    place: int | None = Field(description="die Seite im Dokument, von 1 an")


class BalanceOut(Model):
    """Where the pages went; ``delivered`` is the sum of the others."""

    delivered: int
    filed: int
    separators: int
    blanks: int
    aside: int
    erased: int


class WentOut(Model):
    """The way of every page, once the stack is taken apart."""

    balance: BalanceOut
    pages: list[BatchWayOut]


class BatchReceiptOut(Model):
    """What proves that a stack arrived, signed by the office (Ed25519, RFC 8032).

    Unterschrieben ist alles außer `signature`, als JSON mit sortierten Namen, ohne Leerzeichen und
    in ASCII. `eakte receipt verify DATEI --key PEM` prüft das ohne die e-Akte.
    """

    form: str
    office: str
    batch_id: UUID
    number: int
    delivery_key: str
    sender_number: int | None
    missing: list[int] = Field(description="laufende Nummern davor, die nicht angekommen waren")
    sha256: str
    size: int
    pages: int | None
    name: str
    received_at: str
    station: str
    operator: str
    device: str
    department: str
    went: WentOut | None = Field(description="null, solange der Stapel nicht getrennt ist")
    key: str
    signature: str


class BatchRow(Model):
    """A stack as it stands in a list."""

    id: UUID
    number: int
    sender_number: int | None
    state: BatchState
    problem: str | None
    name: str
    sha256: str
    size: int
    pages: int | None
    received_at: datetime
    received_on: date
    station: str
    operator: str
    device: str
    settings: dict[str, str]
    order: Order
    department_id: UUID
    clearance: Clearance = Field(
        description="was der Virenscanner sagt: held und found bleiben verschlossen"
    )
    edits: int


class BatchPartOut(Model):
    """One document that was made of a stack; its id only for whoever may see it."""

    part: int
    pages: list[int]
    blanks: list[int]
    document_id: UUID | None
    whereabouts: Whereabouts | None = Field(
        description="wie weit es ist, wenn document_id verborgen bleibt"
    )


class BatchOut(BatchRow):
    """A stack with its balance and its documents."""

    balance: BalanceOut | None
    gaps: list[int] = Field(description="laufende Nummern davor, die bis heute fehlen")
    documents: list[BatchPartOut]


class BatchesOut(Model):
    """One page of stacks, the newest first."""

    total: int
    page: int
    pages: int
    last_number: int | None = Field(description="die höchste laufende Nummer, die von mir ankam")
    batches: list[BatchRow]


class BatchPageOut(BatchWayOut):
    """One page of a stack with what was seen on it; a device is not told what codes say."""

    document_id: UUID | None
    codes: list[str]
    dpi: int | None
    skew: float
    remark: str


class BatchPagesOut(Model):
    """Every page of a stack, in its order."""

    pages: list[BatchPageOut]


def batches_out(found: Page[Batch], *, last: int | None) -> BatchesOut:
    """Return one page of stacks as programs read it."""
    return BatchesOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        last_number=last,
        batches=[BatchRow(**_row(batch)) for batch in found.rows],
    )


def batch_out(work: UnitOfWork, batch: Batch) -> BatchOut:
    """Return a stack as programs read it."""
    balance = balance_of(work, batch)
    sides = pages_of(work, batch) if balance else []
    parts = parts_of(work, batch, sides)
    # A device is not told what becomes of a letter once it is delivered.
    told = work.actor.kind is not UserKind.STATION and may(work.actor, Action.SEE_BATCH, batch)
    return BatchOut(
        **_row(batch),
        balance=BalanceOut(**_balance(balance)) if balance else None,
        gaps=gaps_of(work, batch),
        documents=[
            BatchPartOut(
                part=number,
                pages=list(part.pages),
                blanks=list(part.blanks),
                document_id=part.document.id if part.document else None,
                whereabouts=part.whereabouts if told else None,
            )
            for number, part in enumerate(parts, start=1)
        ],
    )


def pages_out(work: UnitOfWork, batch: Batch) -> BatchPagesOut:
    """Return the pages of a stack with what became of each."""
    sides = pages_of(work, batch)
    parts = parts_of(work, batch, sides)
    seen = {part.document.id for part in parts if part.document}
    # A code may be what somebody wrote, and a remark names the case: no device reads that.
    reads = work.actor.kind is not UserKind.STATION and may(work.actor, Action.SEE_BATCH, batch)
    return BatchPagesOut(
        pages=[
            BatchPageOut(
                **way,
                document_id=side.document_id if side.document_id in seen else None,
                codes=side.codes if reads else [],
                dpi=side.dpi,
                skew=side.skew,
                remark=side.remark if reads else "",
            )
            for side, way in zip(sides, _ways(sides, parts), strict=True)
        ]
    )


def went_of(work: UnitOfWork, batch: Batch) -> dict[str, Any] | None:
    """Return the way of every page in plain JSON values, None while the stack is not apart."""
    balance = balance_of(work, batch)
    if balance is None:
        return None
    sides = pages_of(work, batch)
    ways = _ways(sides, parts_of(work, batch, sides))
    return {
        "balance": _balance(balance),
        "pages": [way | {"fate": str(way["fate"])} for way in ways],
    }


def _ways(sides: Sequence[BatchPage], parts: Sequence[PartShown]) -> list[dict[str, Any]]:
    part_of = {
        page: number
        for number, part in enumerate(parts, start=1)
        for page in (*part.pages, *part.blanks)
    }
    return [
        {
            "page": side.page,
            "fate": side.fate,
            "part": part_of.get(side.page),
            "place": side.place,
        }
        for side in sides
    ]


def _balance(balance: Balance) -> dict[str, int]:
    return {
        "delivered": balance.delivered,
        "filed": balance.filed,
        "separators": balance.separators,
        "blanks": balance.blanks,
        "aside": balance.aside,
        "erased": balance.erased,
    }


def _row(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "number": batch.number,
        "sender_number": batch.sender_number,
        "state": batch.state,
        "problem": batch.problem,
        "name": batch.name,
        "sha256": batch.sha256,
        "size": batch.size,
        "pages": batch.pages,
        "received_at": batch.received_at,
        "received_on": batch.received_on,
        "station": batch.sender.name,
        "operator": batch.operator,
        "device": batch.device,
        "settings": batch.settings,
        "order": batch.order,
        "department_id": batch.department_id,
        "clearance": batch.clearance,
        "edits": batch.edits,
    }
