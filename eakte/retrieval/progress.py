"""How far is what runs in the background, and when will it likely be done?

When something ends is told from what a page took here of late and from what stands in line before
it, of what the reader sees: the rest of the line may make it later, and is not betrayed by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.model.batch import Batch
from eakte.model.document import Document
from eakte.model.job import Job, JobState
from eakte.model.pace import Pace
from eakte.unit_of_work import UnitOfWork

# What a page took where it was measured first, until this machine has measured its own.
FIRST_SECONDS = 1.5
# The lanes that read documents take these, in one line.
IN_LINE = ("process", "separate")
READING = ("recognise", "separate")


@dataclass(frozen=True)
class Progress:
    """How far a document or a stack is; ``total`` 0 = not known yet.

    ``ends_at`` is when it will likely be done, None where nothing can be said of that.
    """

    step: str
    done: int
    total: int
    running: bool
    ends_at: datetime | None = None


def progress_of(
    work: UnitOfWork, ids: Sequence[UUID], *, kind: str = "process"
) -> dict[UUID, Progress]:
    """Return how far each of these documents or stacks is, of those that wait or run."""
    require(work, Action.SEE_LISTS)
    if not ids:
        return {}
    pages = func.coalesce(Document.page_count, Batch.pages, 1)
    left = case(
        (Job.state != JobState.RUNNING, pages),
        (Job.total == 0, pages),
        (Job.step.in_(READING), Job.total - Job.done),
        # What comes after the reading takes a small part of it.
        else_=0,
    )
    pace = select(Pace.seconds).where(Pace.kind == Job.kind).scalar_subquery()
    seconds = left * func.coalesce(pace, FIRST_SECONDS)
    runs_first = case((Job.state == JobState.RUNNING, 0), else_=1)
    line = (
        select(
            Job.id,
            seconds.label("own"),
            func.sum(seconds)
            .over(order_by=(runs_first, Job.priority, Job.available_at, Job.id))
            .label("with_all_before"),
        )
        .outerjoin(Document, Document.id == Job.subject_id)
        .outerjoin(Batch, Batch.id == Job.subject_id)
        .where(
            Job.kind.in_(IN_LINE),
            Job.state != JobState.DEAD,
            or_(
                and_(Document.id.is_not(None), visible(work.actor, Action.SEE_DOCUMENT, Document)),
                and_(Batch.id.is_not(None), visible(work.actor, Action.SEE_BATCH, Batch)),
            ),
        )
        .subquery()
    )
    rows = work.session.execute(
        select(Job, line.c.own, line.c.with_all_before)
        .join(line, line.c.id == Job.id)
        .where(Job.subject_id.in_(ids), Job.kind == kind)
    )
    now, lanes = work.clock.now(), work.settings.worker_lanes
    found = {}
    for job, own, with_all_before in rows:
        running = job.state is JobState.RUNNING
        takes = float(own) if running else max(float(own), float(with_all_before) / lanes)
        found[job.subject_id] = Progress(
            job.step, job.done, job.total, running, now + timedelta(seconds=takes)
        )
    return found
