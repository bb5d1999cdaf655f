"""What is to be done next in the background, and who holds it? Rows of the same transaction.

A job is promised together with the rows it is about, is handed out under a lease that has to be
renewed, and is gone only when its work is seen to be done. Who lost the lease cannot finish: that
is the fence against a worker that was asleep.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.errors import PartUnavailable
from eakte.model.job import Job, JobState
from eakte.model.pace import Pace
from eakte.unit_of_work import UnitOfWork
from storage import ObjectCorrupt, ObjectMissing, StorageError

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
# While a part is away; short, because nobody tells when it is back.
AWAY_PAUSE = timedelta(seconds=10)
# A claim that ends without a word was cut off from outside, most often by a restart: that says
# little about the document, so many more of these are forgiven than failures.
CLAIMS_FOR_EACH_FAILURE = 10
# A shut-in child that says the machine failed it: with three attempts it is tried for most of an
# hour by itself. Not for ever, for nobody can check what a child says.
DISTURBANCES_FOR_EACH_FAILURE = 4

URGENT, NORMAL, BULK = 1, 5, 9

BEAT_SECONDS = 10.0
SHOW_SECONDS = 0.7
# By so much the latest job moves what is expected of the next.
LATEST_COUNTS = 0.2

log = logging.getLogger("eakte.jobs")


class LeaseLost(Exception):
    """Somebody else holds the job by now; what this run made is thrown away."""


class Stopped(Exception):
    """The worker was asked to end in the middle of a job, which goes back unharmed."""


class Heart:
    """Renews the lease of one job and shows its progress, from a thread of its own.

    ``beat`` writes step, done and total, and says whether the lease still holds.
    """

    def __init__(self, beat: Callable[[str, int, int], bool], stopping: threading.Event) -> None:
        self._write = beat
        self._stopping = stopping
        self._shown = ("", 0, 0)
        self._began = self._ended = 0.0
        self.pages = 0
        self.lost = False
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Heart:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = time.monotonic()
        self._stop.set()
        self._changed.set()
        self._thread.join()

    def show(self, step: str, done: int, total: int) -> None:
        """Show how far the job is.

        Raises:
            LeaseLost: it is somebody else's by now.
            Stopped: the worker is to end.
        """
        if self.lost:
            raise LeaseLost
        if self._stopping.is_set():
            raise Stopped
        self._shown = (step, done, total)
        self.pages = max(self.pages, total)
        self._changed.set()

    @property
    def seconds(self) -> float:
        """How long the work took, once it has ended."""
        return self._ended - self._began

    def _beat(self) -> None:
        while not self._stop.is_set() and not self.lost:
            try:
                self.lost = not self._write(*self._shown)
            except PartUnavailable as error:
                log.warning("a heartbeat could not be written: %s", error)
            self._stop.wait(SHOW_SECONDS)
            self._changed.wait(BEAT_SECONDS)
            self._changed.clear()


def enqueue(
    work: UnitOfWork,
    kind: str,
    subject: UUID,
    *,
    priority: int = NORMAL,
    on_behalf: bool = False,
) -> None:
    """Promise work on a subject; a promise that still waits is not made twice.

    ``on_behalf``: it is done for the actor, with the rights they have when it is done.
    """
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
        Job(
            kind=kind,
            subject_id=subject,
            actor_id=work.actor.id if on_behalf else None,
            priority=priority,
            created_at=now,
            available_at=now,
        )
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


def still_held(session: Session, job: Job) -> bool:
    """Say whether a job is still ours: it may be done, and only the answer to that got lost."""
    ours = select(Job.id).where(Job.id == job.id, Job.lease == job.lease).with_for_update()
    return session.scalar(ours) is not None


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


def postponed(
    session: Session, clock: Clock, job: Job, *, reason: str, pause: timedelta = AWAY_PAUSE
) -> None:
    """Put a job back that could not be tried; that says nothing about it and counts as no claim."""
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease == job.lease)
        .values(
            state=JobState.WAITING,
            claims=Job.claims - 1,
            available_at=clock.now() + pause,
            lease=None,
            lease_until=None,
            holder=None,
            last_error=reason[:4000],
        )
        .execution_options(synchronize_session=False)
    )


def note_pace(session: Session, kind: str, heart: Heart) -> None:
    """Remember what a page took, from which it is told when the next ones will be done."""
    if not heart.pages:
        return
    seconds = heart.seconds / heart.pages
    known = session.scalar(select(Pace.seconds).where(Pace.kind == kind))
    if known is None:
        insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
        row = insert(Pace).values(kind=kind, seconds=seconds)
        session.execute(row.on_conflict_do_nothing())
        return
    moved = known + LATEST_COUNTS * (seconds - known)
    session.execute(update(Pace).where(Pace.kind == kind).values(seconds=moved))


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


def release_dead(session: Session, clock: Clock, *, host: str) -> None:
    """Free at once what was held by workers of this machine that run no more."""
    for holder in holders(session):
        name, pid, _ = holder.rsplit(":", 2)
        if name == host and not Path("/proc", pid).exists():
            freed = release(session, clock, holder=holder)
            log.info("took over %s jobs of a worker that is gone", freed)


def any_left(
    session: Session, kinds: Sequence[str] | None = None, *, untouched: bool = False
) -> bool:
    """Say whether anything, or anything of these kinds, is still to be done or to be begun."""
    left = Job.state == JobState.WAITING if untouched else Job.state != JobState.DEAD
    query = select(Job.id).where(left).limit(1)
    asked = query if kinds is None else query.where(Job.kind.in_(kinds))
    return session.scalar(asked) is not None


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


def forget(work: UnitOfWork, kind: str, subject: UUID) -> None:
    """Take back every promise about a subject; whoever works on it notices by the lost lease."""
    work.session.execute(
        delete(Job)
        .where(Job.kind == kind, Job.subject_id == subject)
        .execution_options(synchronize_session=False)
    )


def _held(result: object) -> bool:
    return _count(result) == 1


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def is_away(error: Exception) -> bool:
    """Say whether a part is out of reach, which says nothing about what the job is about."""
    damaged = isinstance(error, ObjectCorrupt | ObjectMissing)
    return isinstance(error, PartUnavailable | StorageError) and not damaged


def told_of(error: Exception) -> str:
    """Return what is kept of a failure, for whoever looks into the queue."""
    return f"{type(error).__name__}: {error}"
