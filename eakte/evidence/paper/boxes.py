"""In which box does the paper of a stack lie, from when on may it go, and what must never go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import Page, paged
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.evidence.paper.homes import holds_against, home_held
from eakte.history import change
from eakte.model.batch import Batch
from eakte.model.paper import Destruction, DestructionState, Paper
from eakte.model.paper_period import paper_end, released_on
from eakte.model.retention_rule import RuleEdition
from eakte.model.scan_check import CheckState, ScanCheck, ScanRequest
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
LONGEST_BOX, LONGEST_REASON = 60, 300
# More paper than anybody carries to the shredder in one go.
MOST_AT_ONCE = 500


_Row = tuple[ScanCheck | None, RuleEdition | None, Paper | None, Destruction | None]


class Which(StrEnum):
    """Which paper a list shows."""

    ALL = "all"
    MAY_GO = "may-go"
    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True)
class PaperSeen:
    """The paper of a stack: where it lies, and what stands against destroying it today.

    ``may_go_on`` is None as long as the stack is not released, or its rule lets the paper stay;
    ``explained`` says why it is that day.
    """

    batch: Batch
    check: ScanCheck | None
    paper: Paper | None
    destruction: Destruction | None
    may_go_on: date | None
    against: tuple[str, ...]
    explained: Sentence | None = None

    @property
    def gone(self) -> bool:
        """Whether its destruction was confirmed."""
        return self.destruction is not None and self.destruction.state is DestructionState.CONFIRMED


def paper_of(work: UnitOfWork, batch: Batch) -> PaperSeen:
    """Return what is known of the paper of a stack."""
    require(work, Action.SEE_BATCH, batch)
    return seen_papers(work, [batch])[0]


def papers(
    work: UnitOfWork, *, which: Which = Which.ALL, box: str = "", page: int = 1
) -> Page[PaperSeen]:
    """List the paper of the stacks the actor may see, the newest stack first."""
    require(work, Action.SEE_PAPER)
    query = (
        select(Batch)
        .options(joinedload(Batch.department), joinedload(Batch.sender))
        .outerjoin(Paper, Paper.id == Batch.id)
        .where(visible(work.actor, Action.SEE_BATCH, Batch))
        .order_by(Batch.number.desc())
    )
    if box.strip():
        query = query.where(Paper.box == box.strip())
    gone = exists().where(
        Destruction.id == Paper.destruction_id, Destruction.state == DestructionState.CONFIRMED
    )
    conditions: dict[Which, ColumnElement[bool]] = {
        Which.ALL: true(),
        Which.KEPT: Paper.keep.is_(True),
        Which.GONE: gone,
        Which.MAY_GO: _may_go(work.clock.today()),
    }
    query = query.where(conditions[which])
    found = paged(work.session, query, page=page, per_page=PER_PAGE)
    return Page(seen_papers(work, found.rows), found.total, found.page, found.pages)


def keep_paper(
    work: UnitOfWork,
    batch: Batch,
    *,
    box: str,
    keep: bool,
    keep_reason: str = "",
    not_before: date | None = None,
) -> None:
    """Say where the paper of a stack lies, and whether and until when it is kept.

    Each change is kept with what stood there before.

    Raises:
        BadInput: the box is no name, or paper is kept for ever without a reason.
        RuleBroken: it is destroyed, or its destruction is proposed.
    """
    require(work, Action.KEEP_PAPER, batch)
    if len(box.strip()) > LONGEST_BOX:
        raise BadInput("Die Nummer des Kartons ist zu lang.", field="box")
    if box.strip()[:1] in ("=", "+", "-", "@"):
        # It goes into tables, where it would be counted out.
        raise BadInput("Die Nummer des Kartons beginnt mit einem Rechenzeichen.", field="box")
    if keep and not keep_reason.strip():
        raise BadInput(
            "Bitte geben Sie an, warum dieses Papier nie vernichtet wird.", field="keep_reason"
        )
    if len(keep_reason.strip()) > LONGEST_REASON:
        raise BadInput("Der Grund ist zu lang.", field="keep_reason")
    seen = paper_of(work, batch)
    if seen.destruction is not None:
        raise RuleBroken(
            "Das Papier ist vernichtet, oder seine Vernichtung ist vorgeschlagen.",
            next_step="Bitte lassen Sie erst über den Vorschlag entscheiden.",
        )
    paper = seen.paper
    if paper is None:
        paper = Paper(id=batch.id, box="", keep=False, keep_reason="", not_before=None)
        work.session.add(paper)
        work.session.flush()
    change(
        work,
        paper,
        kind="batch",
        act="paper.kept",
        wanted={
            "box": box.strip(),
            "keep": keep,
            "keep_reason": keep_reason.strip() if keep else "",
            "not_before": not_before,
        },
    )


def seen_papers(work: UnitOfWork, batches: Sequence[Batch]) -> list[PaperSeen]:
    """Return what is known of the paper of these stacks, in their order."""
    require(work, Action.SEE_BATCHES)
    asked = work.session.execute(
        select(Batch.id, ScanCheck, RuleEdition, Paper, Destruction, _wanted_again())
        .outerjoin(ScanCheck, ScanCheck.id == Batch.id)
        .outerjoin(RuleEdition, RuleEdition.id == ScanCheck.edition_id)
        .outerjoin(Paper, Paper.id == Batch.id)
        .outerjoin(Destruction, Destruction.id == Paper.destruction_id)
        .where(Batch.id.in_([batch.id for batch in batches]))
    )
    found: dict[UUID, tuple[_Row, bool]] = {
        key: ((check, edition, paper, destruction), again)
        for key, check, edition, paper, destruction, again in asked
    }
    holds = holds_against(work, list(found))
    return [
        _seen(work, batch, *found[batch.id], holds=holds.get(batch.id, ())) for batch in batches
    ]


def _seen(
    work: UnitOfWork, batch: Batch, row: _Row, wanted_again: bool, *, holds: Sequence[Sentence]
) -> PaperSeen:
    check, edition, paper, destruction = row
    first, explained = None, None
    if check is not None and check.state is CheckState.RELEASED:
        explained = paper_end(check.by, edition, released_on=released_on(check)).sentence
        if check.keep_until is not None:
            later = paper.not_before if paper is not None else None
            first = max(check.keep_until, later or check.keep_until)
    against: list[str] = []
    if explained is None:
        against.append(Sentence("Der Stapel ist nicht freigegeben."))
    elif first is None:
        against.append(explained)
    elif check is not None and check.note_sha256 is None:
        against.append(Sentence("Der Transfervermerk ist noch nicht geschrieben."))
    if wanted_again:
        against.append(Sentence("Der Stapel soll noch einmal gescannt werden."))
    if first is not None and first > work.clock.today():
        against.append(Sentence("Die Frist läuft bis %(day)s.", day=f"{first:%d.%m.%Y}"))
    if paper is None or not paper.box:
        against.append(Sentence("Es ist nicht vermerkt, in welchem Karton das Papier liegt."))
    if paper is not None and paper.keep:
        against.append(Sentence("Das Papier wird nie vernichtet: %(why)s", why=paper.keep_reason))
    against += holds
    if destruction is not None:
        against.append(
            Sentence("Das Papier ist vernichtet.")
            if destruction.state is DestructionState.CONFIRMED
            else Sentence("Die Vernichtung ist schon vorgeschlagen.")
        )
    return PaperSeen(batch, check, paper, destruction, first, tuple(against), explained)


def _may_go(today: date) -> ColumnElement[bool]:
    """The same as that nothing stands against it, as a condition on stacks and their paper."""
    released = exists().where(
        ScanCheck.id == Batch.id,
        ScanCheck.state == CheckState.RELEASED,
        ScanCheck.note_sha256.is_not(None),
        ScanCheck.keep_until <= today,
    )
    return and_(
        released,
        ~_wanted_again(),
        ~home_held(),
        Paper.box != "",
        ~Paper.keep,
        or_(Paper.not_before.is_(None), Paper.not_before <= today),
        Paper.destruction_id.is_(None),
    )


def _wanted_again() -> ColumnElement[bool]:
    """Whether the station was asked to scan a stack again and has not."""
    return (
        exists()
        .where(ScanRequest.batch_id == Batch.id, ScanRequest.answer_id.is_(None))
        .correlate(Batch)
    )
