"""In which form do programs check scans, and tell of paper?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.evidence.paper.boxes import MOST_AT_ONCE, PaperSeen, Which
from eakte.evidence.transfer.checking import CheckSeen, SeenPage
from eakte.evidence.transfer.releasing import MOST_PAGES_NAMED
from eakte.model.batch import Batch, Fate
from eakte.model.paper import Destruction, DestructionState
from eakte.model.scan_check import CheckState, ScanRequest, Verdict
from eakte.web.api.schemas import (
    WHOLE,
    Edits,
    EditsOut,
    Id,
    Model,
    PageNumber,
    SomeText,
    Text,
)
from eakte.web.errors import in_words


class CheckedPageOut(Model):
    """A page that was chosen, what was measured on it and what was seen."""

    page: int
    by_chance: bool = Field(description="ausgelost; sonst wegen einer Auffälligkeit gewählt")
    fate: Fate
    dpi: int | None
    skew: float
    dark: float | None = Field(description="Anteil dunkler Fläche, 0 bis 1")
    unsure: float | None = Field(description="Anteil unsicher erkannter Wörter, 0 bis 1")
    anomalies: list[str]
    has_picture: bool
    verdict: Verdict | None
    reason: str
    turn: int
    by: str | None
    at: datetime | None


class ScanRequestOut(Model):
    """What is to be scanned again; without pages the whole stack."""

    number: int
    batch_id: UUID
    batch_number: int | None
    sender_number: int | None
    pages: list[int]
    reason: str
    asked_at: datetime
    answer_id: UUID | None = Field(description="der Stapel, mit dem geantwortet wurde")


class ScanRequestsOut(Model):
    """What is to be scanned again, the oldest request first."""

    requests: list[ScanRequestOut]


class StackCheckOut(Model):
    """How far the check of a stack is; ``state`` null: it has not begun."""

    state: CheckState | None
    share: int = Field(description="so viele von hundert Seiten werden ausgelost")
    begun_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    remark: str
    against: list[str] = Field(description="was der Freigabe noch entgegensteht")
    note_sha256: str | None = Field(description="Prüfsumme des Transfervermerks")
    pages: list[CheckedPageOut]
    requests: list[ScanRequestOut]


class PageVerdictIn(Model):
    """What was seen on a page."""

    verdict: Verdict
    reason: Text = Field(default="", max_length=300)
    turn: Annotated[int, Field(ge=0, le=270, multiple_of=90), WHOLE] = 0


class ReleaseIn(Model):
    """The stack is released."""

    remark: Text = Field(default="", max_length=500)


class ScanAgainIn(Model):
    """Which pages are to be scanned again; none: the whole stack."""

    pages: list[PageNumber] = Field(default_factory=list, max_length=MOST_PAGES_NAMED)
    reason: SomeText = Field(max_length=300)


class PaperIn(Model):
    """Where the paper of a stack lies, and whether and until when it is kept."""

    box: Text = Field(default="", max_length=60)
    keep: bool = False
    keep_reason: Text = Field(default="", max_length=300)
    not_before: date | None = None
    edits: Edits | None = None


class PaperOut(Model):
    """The paper of a stack, and what stands against destroying it today."""

    batch_id: UUID
    number: int
    box: str
    keep: bool
    keep_reason: str
    not_before: date | None
    may_go_on: date | None = Field(
        description="null, solange der Stapel nicht freigegeben ist oder sein Papier bleibt"
    )
    explained: str = Field(description="warum an diesem Tag, mit der Grundlage")
    against: list[str]
    destruction_id: UUID | None
    destroyed: bool
    edits: EditsOut


class PapersIn(Model):
    """Which paper a list shows."""

    which: Which = Which.ALL
    box: Text = Field(default="", max_length=60)
    page: PageNumber = 1


class PapersOut(Model):
    """One page of the paper of stacks, the newest stack first."""

    total: int
    page: int
    pages: int
    papers: list[PaperOut]


class DestructionIn(Model):
    """Of which stacks the paper is to be destroyed, and how."""

    batch_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    manner: SomeText = Field(max_length=300)


class PaperDecisionIn(Model):
    """The second person's decision."""

    confirm: bool
    reason: Text = Field(default="", max_length=300)


class DestructionOut(Model):
    """A destruction of paper with both persons."""

    id: UUID
    number: int
    state: DestructionState
    manner: str
    proposed_by: str
    proposed_at: datetime
    not_before: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    record_sha256: str | None


class DestructionsOut(Model):
    """One page of destructions, the newest first."""

    total: int
    page: int
    pages: int
    destructions: list[DestructionOut]


class DestroyedOut(DestructionOut):
    """A destruction with its stacks."""

    batch_ids: list[UUID]


def check_out(seen: CheckSeen | None, *, share: int, against: Sequence[str]) -> StackCheckOut:
    """Return a check as programs read it."""
    check = seen.check if seen else None
    return StackCheckOut(
        state=check.state if check else None,
        share=share,
        begun_at=check.begun_at if check else None,
        decided_at=check.decided_at if check else None,
        decided_by=check.decided_by.name if check and check.decided_by else None,
        remark=check.remark if check else "",
        against=[in_words(one) for one in against],
        note_sha256=check.note_sha256 if check else None,
        pages=[_page_out(one) for one in seen.pages] if seen else [],
        requests=[request_out(one) for one in seen.requests] if seen else [],
    )


def request_out(request: ScanRequest, batch: Batch | None = None) -> ScanRequestOut:
    """Return what is to be scanned again as programs read it."""
    return ScanRequestOut(
        number=request.number,
        batch_id=request.batch_id,
        batch_number=batch.number if batch else None,
        sender_number=batch.sender_number if batch else None,
        pages=request.pages,
        reason=request.reason,
        asked_at=request.asked_at,
        answer_id=request.answer_id,
    )


def paper_out(seen: PaperSeen) -> PaperOut:
    """Return the paper of a stack as programs read it."""
    paper = seen.paper
    return PaperOut(
        batch_id=seen.batch.id,
        number=seen.batch.number,
        box=paper.box if paper else "",
        keep=paper.keep if paper else False,
        keep_reason=paper.keep_reason if paper else "",
        not_before=paper.not_before if paper else None,
        may_go_on=seen.may_go_on,
        explained=in_words(seen.explained or ""),
        against=[in_words(one) for one in seen.against],
        destruction_id=seen.destruction.id if seen.destruction else None,
        destroyed=seen.gone,
        edits=paper.edits if paper else 0,
    )


def destruction_fields(destruction: Destruction) -> dict[str, object]:
    """Return what is told of every destruction."""
    decided_by = destruction.decided_by
    return {
        "id": destruction.id,
        "number": destruction.number,
        "state": destruction.state,
        "manner": destruction.manner,
        "proposed_by": destruction.proposed_by.name,
        "proposed_at": destruction.proposed_at,
        "not_before": destruction.not_before,
        "decided_by": decided_by.name if decided_by else None,
        "decided_at": destruction.decided_at,
        "reason": destruction.reason,
        "record_sha256": destruction.record_sha256,
    }


def _page_out(one: SeenPage) -> CheckedPageOut:
    check, page = one.check, one.page
    return CheckedPageOut(
        page=page.page,
        by_chance=check.by_chance,
        fate=page.fate,
        dpi=page.dpi,
        skew=page.skew,
        dark=page.dark,
        unsure=page.unsure,
        anomalies=[in_words(said) for said in one.anomalies],
        has_picture=check.picture_sha256 is not None,
        verdict=check.verdict,
        reason=check.reason,
        turn=check.turn,
        by=check.by.name if check.by else None,
        at=check.at,
    )
