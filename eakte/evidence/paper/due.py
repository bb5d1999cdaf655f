"""Which paper becomes due when: the same for records management as the list of its dossiers?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import Page, paged
from eakte.evidence.paper.boxes import PaperSeen, seen_papers
from eakte.model.batch import Batch
from eakte.model.paper import Destruction, DestructionState, Paper
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
IN_ONE_BITE = 500


class PaperDue(StrEnum):
    """How it stands with the paper of released stacks; what is destroyed is in none of them."""

    DUE = "due"
    RUNNING = "running"
    STAYS = "stays"


first_day = case(
    (Paper.not_before > ScanCheck.keep_until, Paper.not_before), else_=ScanCheck.keep_until
)


def due_papers(work: UnitOfWork, which: PaperDue, *, page: int = 1) -> Page[PaperSeen]:
    """List the paper of the stacks the actor may see, the next day first."""
    require(work, Action.SEE_RETENTION)
    require(work, Action.SEE_PAPER)
    found = paged(work.session, _asked(work, which), page=page, per_page=PER_PAGE)
    return Page(seen_papers(work, found.rows), found.total, found.page, found.pages)


def each_due_paper(work: UnitOfWork, which: PaperDue) -> Iterator[PaperSeen]:
    """Return every row of the list, for a table; that it went out is noted."""
    require(work, Action.SEE_RETENTION)
    require(work, Action.SEE_PAPER)
    audit.note(
        work, "retention.exported", kind="retention", subject=None, what=f"paper {which.value}"
    )
    batches = work.session.scalars(_asked(work, which)).all()
    for at in range(0, len(batches), IN_ONE_BITE):
        yield from seen_papers(work, batches[at : at + IN_ONE_BITE])


def counted_papers(work: UnitOfWork) -> Mapping[PaperDue, int]:
    """Count the stacks whose paper the actor may see, by how it stands with it."""
    require(work, Action.SEE_RETENTION)
    require(work, Action.SEE_PAPER)
    counts = {which: func.count().filter(_stands(work, which)) for which in PaperDue}
    row = work.session.execute(
        select(*counts.values())
        .select_from(Batch)
        .join(ScanCheck, ScanCheck.id == Batch.id)
        .outerjoin(Paper, Paper.id == Batch.id)
        .where(_released(work))
    ).one()
    return dict(zip(counts, map(int, row), strict=True))


def _asked(work: UnitOfWork, which: PaperDue) -> Select[Batch]:
    return (
        select(Batch)
        .options(joinedload(Batch.department), joinedload(Batch.sender))
        .join(ScanCheck, ScanCheck.id == Batch.id)
        .outerjoin(Paper, Paper.id == Batch.id)
        .where(_released(work), _stands(work, which))
        .order_by(first_day, Batch.number)
    )


def _released(work: UnitOfWork) -> ColumnElement[bool]:
    gone = exists().where(
        Destruction.id == Paper.destruction_id, Destruction.state == DestructionState.CONFIRMED
    )
    return and_(
        ScanCheck.state == CheckState.RELEASED,
        ~gone,
        visible(work.actor, Action.SEE_BATCH, Batch),
    )


def _stands(work: UnitOfWork, which: PaperDue) -> ColumnElement[bool]:
    today = work.clock.today()
    kept = func.coalesce(Paper.keep, False)
    match which:
        case PaperDue.DUE:
            return and_(~kept, first_day <= today)
        case PaperDue.RUNNING:
            return and_(~kept, first_day > today)
        case _:
            return or_(kept, ScanCheck.keep_until.is_(None))
