"""What is to be done next in the background, and who holds it? Rows of the same transaction.

A job is promised together with the rows it is about, is handed out under a lease that has to be
renewed, and is gone only when its work is seen to be done. Who lost the lease cannot finish: that
is the fence against a worker that was asleep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.model.job import Job, JobState
from eakte.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
# A claim that ends without a word was cut off from outside, most often by a restart: that says
# little about the document, so many more of these are forgiven than failures.
CLAIMS_FOR_EACH_FAILURE = 10

URGENT, NORMAL, BULK = 1, 5, 9


def enqueue(work: UnitOfWork, kind: str, subject: UUID, *, priority: int = NORMAL) -> None:
    """Promise work on a subject; a promise that still waits is not made twice."""
    waiting = work.session.scalar(
        select(Job).where(
            Job.kind == kind, Job.subject_id == subject, Job.state == JobState.WAITING
        )
    )
    if waiting is not None:
        waiting.priority = min(waiting.priority, priority)
        return
    now = work.clock.now()
    work.session.add(
        Job(kind=kind, subject_id=subject, priority=priority, created_at=now, available_at=now)
    )


def claim(
    session: Session, clock: Clock, kinds: Sequence[str], *, holder: str, most: int = 1
) -> list[Job]:
    """Take up to ``most`` jobs that wait or whose lease ran out, most urgent and oldest first."""
    now = clock.now()
    free = (
        select(Job.id)
        .where(
            Job.kind.in_(kinds),
            or_(
                (Job.state == JobState.WAITING) & (Job.available_at <= now),
                (Job.state == JobState.RUNNING) & (Job.lease_until < now),
            ),
        )
        .order_by(Job.priority, Job.available_at, Job.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(
        update(Job)
        .where(Job.id.in_(free.scalar_subquery()))
        .values(
            state=JobState.RUNNING,
            claims=Job.claims + 1,
            lease=uuid4(),
            lease_until=now + LEASE,
            holder=holder,
            started_at=now,
            step="",
            done=0,
            total=0,
        )
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    return sorted(rows, key=lambda job: (job.priority, job.available_at))


def heartbeat(
    session: Session, clock: Clock, job: Job, *, step: str = "", done: int = 0, total: int = 0
) -> bool:
    """Renew the lease and show the progress; False when somebody else holds the job by now."""
    return _held(
        session.execute(
            update(Job)
            .where(Job.id == job.id, Job.lease == job.lease, Job.state == JobState.RUNNING)
            .values(lease_until=clock.now() + LEASE, step=step, done=done, total=total)
            .execution_options(synchronize_session=False)
        )
    )


def done(session: Session, job: Job) -> bool:
    """Remove a finished job; False when the lease was lost, then the result must not be kept."""
    return _held(
        session.execute(
            delete(Job)
            .where(Job.id == job.id, Job.lease == job.lease, Job.state == JobState.RUNNING)
            .execution_options(synchronize_session=False)
        )
    )


def failed(
    session: Session, clock: Clock, job: Job, *, error: str, attempts: int, final: bool = False
) -> bool:
    """Put a failed job back with a growing pause, or lay it aside after ``attempts`` failures.

    Returns True when it was laid aside: nothing will happen any more until a person asks for it.
    """
    failures = job.failures + 1
    aside = final or failures >= attempts
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(job.failures, 10))
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease == job.lease)
        .values(
            state=JobState.DEAD if aside else JobState.WAITING,
            failures=failures,
            available_at=clock.now() + pause,
            lease=None,
            lease_until=None,
            holder=None,
            last_error=error[:4000],
        )
        .execution_options(synchronize_session=False)
    )
    return aside


def exhausted(job: Job, *, attempts: int) -> bool:
    """Say whether the job was cut off so often that it is not worth another try by itself."""
    return job.claims > attempts * CLAIMS_FOR_EACH_FAILURE


def release(session: Session, clock: Clock, *, holder: str) -> int:
    """Free at once what a worker held that is known to be gone; returns how many jobs."""
    return _count(
        session.execute(
            update(Job)
            .where(Job.holder == holder, Job.state == JobState.RUNNING)
            .values(state=JobState.WAITING, lease=None, lease_until=None, holder=None)
            .execution_options(synchronize_session=False)
        )
    )


def holders(session: Session) -> list[str]:
    """Name every worker that holds a job."""
    found = session.scalars(
        select(Job.holder).where(Job.state == JobState.RUNNING, Job.holder.is_not(None)).distinct()
    )
    return [holder for holder in found if holder]


def revive(work: UnitOfWork, kind: str, subject: UUID) -> None:
    """Try again what was laid aside, ahead of the queue."""
    work.session.execute(
        delete(Job)
        .where(Job.kind == kind, Job.subject_id == subject, Job.state == JobState.DEAD)
        .execution_options(synchronize_session=False)
    )
    enqueue(work, kind, subject, priority=URGENT)


def _held(result: object) -> bool:
    return _count(result) == 1


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
