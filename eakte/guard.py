"""How does what is held come to the virus scanner, and what happens while that is away?

One job, one look. As long as nobody answers at the scanner's address, what is held stays held; it
is looked at by itself as soon as somebody does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from eakte import jobs
from eakte.bootstrap import Office
from eakte.errors import PartUnavailable
from eakte.intake.clamd import Clamd, NotScanned, ScannerAway, TooLargeToScan
from eakte.intake.guarding import (
    SCAN,
    SCAN_STACK,
    Task,
    begin_scan,
    finish_scan,
    give_up_scan,
)
from eakte.jobs import Heart, LeaseLost
from eakte.model.job import Job
from storage import Digest, ObjectCorrupt, ObjectMissing, StorageError

SCANS = (SCAN, SCAN_STACK)

log = logging.getLogger("eakte.guard")


def scan_one(
    office: Office, job: Job, *, beat: Callable[[str, int, int], bool], stopping: threading.Event
) -> None:
    """Have looked at what one job is about, and strike the job off.

    Raises:
        PartUnavailable, StorageError: scanner, store or database is away; the job waits.
    """
    settings = office.settings
    scanner = Clamd(settings.virus_scanner, seconds=settings.virus_scanner_seconds)
    with office.as_system() as work:
        task = begin_scan(work, job.kind, job.subject_id)
        if task is None:
            jobs.done(work.session, job)
            return
    try:
        version = scanner.version()
        with Heart(beat, stopping), office.store.open(Digest(task.sha256)) as stream:
            find = scanner.scan(stream)
        with office.as_system() as work:
            finish_scan(work, task, find=find, scanner=version, priority=job.priority)
            if not jobs.done(work.session, job):
                raise LeaseLost
    except LeaseLost:
        log.warning("job %s went to another worker", job.id)
    except NotScanned as error:
        _not_scanned(office, scanner, task, job, error)
    except (ObjectCorrupt, ObjectMissing) as error:
        _failed(office, task, job, error, final=True)
    except (PartUnavailable, StorageError) as error:
        _postponed(office, job, error)
        raise


def _not_scanned(office: Office, scanner: Clamd, task: Task, job: Job, error: NotScanned) -> None:
    """Tell a scanner that has gone away in the middle from one that cannot cope with these bytes.

    Raises:
        ScannerAway: it is gone; that says nothing about the bytes.
    """
    try:
        scanner.version()
    except ScannerAway as away:
        _postponed(office, job, away)
        raise
    _failed(office, task, job, error, final=isinstance(error, TooLargeToScan))


def _failed(office: Office, task: Task, job: Job, error: Exception, *, final: bool) -> None:
    with office.as_system() as work:
        aside = jobs.failed(
            work.session,
            office.clock,
            job,
            error=jobs.told_of(error),
            attempts=office.settings.job_attempts,
            final=final,
        )
        if aside:
            give_up_scan(work, task, error)


def _postponed(office: Office, job: Job, error: Exception) -> None:
    with office.as_system() as work:
        jobs.postponed(work.session, office.clock, job, reason=jobs.told_of(error))
