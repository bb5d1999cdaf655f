"""What is done in the background, by whom, and what becomes of it when something fails?

Lanes are threads: some process documents, one writes the index (only one may), one looks into the
watched folder, one tidies up. Each job runs under a lease that a heartbeat renews; a worker that is
killed leaves a job that another one takes up.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

from sqlalchemy import func, select

from eakte import jobs
from eakte.bootstrap import Office
from eakte.errors import EakteError, PartUnavailable
from eakte.evidence.fixity import sweep
from eakte.intake.folder import FolderIntake
from eakte.intake.uploads import sweep_uploads
from eakte.model.job import Job, JobState
from eakte.processing import pipeline
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.retrieval.indexing import entry_of
from eakte.retrieval.rebuilding import needs_rebuilding, rebuild
from search import SearchError
from storage import ObjectCorrupt, ObjectMissing, StorageError

log = logging.getLogger("eakte.worker")

PAUSE = 0.5
PAUSE_AFTER_FAULT = 3.0
BEAT = 10.0
SHOW_EVERY = 0.7
INDEX_BATCH = 200
TIDY_EVERY = 3600.0
INDEX_LOOK_EVERY = 60.0


class LeaseLost(Exception):
    """Somebody else holds the job by now; what this run made is thrown away."""


@dataclass
class _Heart:
    """Renews the lease of one job and shows its progress, from a thread of its own."""

    office: Office
    job: Job
    step: str = ""
    done: int = 0
    total: int = 0
    lost: bool = False

    def __post_init__(self) -> None:
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> _Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._changed.set()
        self._thread.join()

    def show(self, step: str, done: int, total: int) -> None:
        if self.lost:
            raise LeaseLost
        self.step, self.done, self.total = step, done, total
        self._changed.set()

    def _beat(self) -> None:
        while not self._stop.is_set():
            try:
                with self.office.database.transaction() as session:
                    self.lost = not jobs.heartbeat(
                        session,
                        self.office.clock,
                        self.job,
                        step=self.step,
                        done=self.done,
                        total=self.total,
                    )
            except PartUnavailable:
                log.warning("heartbeat of job %s could not be written", self.job.id)
            if self.lost:
                return
            self._stop.wait(SHOW_EVERY)
            self._changed.wait(BEAT)
            self._changed.clear()


class Worker:
    """All lanes of one worker process."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.stopping = threading.Event()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until ``stop`` is called, or until nothing is left to do."""
        self._free_what_the_dead_held()
        lanes = [
            threading.Thread(target=self._process_lane, name=f"process-{number}", daemon=True)
            for number in range(self.office.settings.worker_lanes)
        ]
        lanes.append(threading.Thread(target=self._index_lane, name="index", daemon=True))
        if not until_idle:
            lanes.append(threading.Thread(target=self._tidy_lane, name="tidy", daemon=True))
            if self.office.settings.watch_folder is not None:
                lanes.append(threading.Thread(target=self._watch_lane, name="watch", daemon=True))
        for lane in lanes:
            lane.start()
        while not self.stopping.wait(PAUSE):
            if until_idle and self._idle():
                self.stop()
        for lane in lanes:
            lane.join()

    def stop(self) -> None:
        """Ask every lane to end after the job it holds, or between two of its pages."""
        self.stopping.set()

    def _idle(self) -> bool:
        try:
            with self.office.database.transaction(writes=False) as session:
                left = session.scalar(
                    select(func.count()).select_from(Job).where(Job.state != JobState.DEAD)
                )
        except PartUnavailable:
            return False
        return left == 0

    def _free_what_the_dead_held(self) -> None:
        host = socket.gethostname()
        with self.office.database.transaction() as session:
            for holder in jobs.holders(session):
                name, pid, _ = holder.rsplit(":", 2)
                if name == host and pid.isdigit() and not Path("/proc", pid).exists():
                    freed = jobs.release(session, self.office.clock, holder=holder)
                    log.info("took over %s jobs of a worker that is gone", freed)

    def _claim(self, kinds: Sequence[str], *, most: int = 1) -> list[Job]:
        with self.office.database.transaction(writes=False) as session:
            waiting = session.scalar(
                select(Job.id).where(Job.kind.in_(kinds), Job.state != JobState.DEAD).limit(1)
            )
        if waiting is None:
            return []
        with self.office.database.transaction() as session:
            return jobs.claim(session, self.office.clock, kinds, holder=self.holder, most=most)

    def _forever(self, turn: Callable[[], bool]) -> None:
        """Take turns until the end, with a pause after one that found nothing to do or failed."""
        while not self.stopping.is_set():
            try:
                busy = turn()
            except PartUnavailable as error:
                log.warning("a part is out of reach: %s", error)
                self.stopping.wait(PAUSE_AFTER_FAULT)
            except Exception:
                # The edge: whatever it was, the lane lives on and the job's lease runs out.
                log.exception("a lane stumbled")
                self.stopping.wait(PAUSE_AFTER_FAULT)
            else:
                if not busy:
                    self.stopping.wait(PAUSE)

    # --- documents ------------------------------------------------------------------------------

    def _process_lane(self) -> None:
        with Sandbox(Limits.of(self.office.settings), warm=True) as sandbox:
            self._forever(lambda: self._process_turn(sandbox))

    def _process_turn(self, sandbox: Sandbox) -> bool:
        claimed = self._claim(["process"])
        for job in claimed:
            try:
                self._process(sandbox, job)
            except LeaseLost:
                log.warning("job %s went to another worker", job.id)
            except (EakteError, StorageError) as error:
                self._process_failed(job, error)
            except Exception as error:
                # The edge: a fault of ours must not take the lane or other documents with it.
                log.exception("processing of %s failed", job.subject_id)
                self._process_failed(job, error)
        return bool(claimed)

    def _process(self, sandbox: Sandbox, job: Job) -> None:
        attempts = self.office.settings.job_attempts
        with self.office.as_system() as work:
            task = pipeline.begin(work, job.subject_id)
            if task is None:
                jobs.done(work.session, job)
                return
        if jobs.exhausted(job, attempts=attempts):
            raise _Poisoned(
                "Die Verarbeitung wurde immer wieder abgebrochen und deshalb zurückgestellt."
            )
        folder = Path(mkdtemp(prefix="job-", dir=self.office.settings.work_folder))
        try:
            with _Heart(self.office, job) as heart:
                made = pipeline.make(
                    self.office.store, sandbox, task, folder=folder, progress=heart.show
                )
                if heart.lost:
                    raise LeaseLost
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        with self.office.as_system() as work:
            pipeline.finish(work, task, made)
            if not jobs.done(work.session, job):
                raise LeaseLost
        log.info("document %s processed", job.subject_id)

    def _process_failed(self, job: Job, error: Exception) -> None:
        for_good = isinstance(error, ObjectCorrupt | ObjectMissing | _Poisoned)
        away = isinstance(error, PartUnavailable | StorageError) and not for_good
        with self.office.as_system() as work:
            aside = jobs.failed(
                work.session,
                self.office.clock,
                job,
                error=f"{type(error).__name__}: {error}",
                # A part that is away says nothing about the document: that is tried for ever.
                attempts=1 << 30 if away else self.office.settings.job_attempts,
                final=for_good,
            )
            if aside:
                pipeline.give_up(work, job.subject_id, code=_code(error), reason=_reason(error))
            else:
                pipeline.wait_again(work, job.subject_id)

    # --- index ----------------------------------------------------------------------------------

    def _index_lane(self) -> None:
        looked = -INDEX_LOOK_EVERY

        def turn() -> bool:
            nonlocal looked
            if time.monotonic() - looked >= INDEX_LOOK_EVERY:
                self._mend_index()
                looked = time.monotonic()
            return self._index_turn()

        self._forever(turn)

    def _mend_index(self) -> None:
        if not needs_rebuilding(self.office.as_system, self.office.index):
            return
        log.warning("the search index is rebuilt")
        try:
            count = rebuild(self.office.as_system, self.office.settings, self.office.index)
        except (SearchError, StorageError) as error:
            raise PartUnavailable("Der Suchindex kann nicht aufgebaut werden.") from error
        log.warning("the search index was rebuilt with %s entries", count)

    def _index_turn(self) -> bool:
        claimed = self._claim(["index"], most=INDEX_BATCH)
        if not claimed:
            return False
        try:
            self._write_index({job.subject_id for job in claimed})
        except (SearchError, StorageError) as error:
            log.warning("the index could not be written: %s", error)
            with self.office.database.transaction() as session:
                for job in claimed:
                    jobs.failed(
                        session,
                        self.office.clock,
                        job,
                        error=str(error),
                        attempts=1 << 30,
                    )
            self.stopping.wait(PAUSE_AFTER_FAULT)
            return True
        with self.office.database.transaction() as session:
            for job in claimed:
                jobs.done(session, job)
        return True

    def _write_index(self, documents: set[UUID]) -> None:
        with (
            self.office.database.transaction(writes=False) as session,
            self.office.index.writer() as writer,
        ):
            for document_id in documents:
                entry = entry_of(session, self.office.store, document_id)
                if entry is None:
                    writer.drop(str(document_id))
                else:
                    writer.put(entry)

    # --- the watched folder and the broom -------------------------------------------------------

    def _watch_lane(self) -> None:
        settings = self.office.settings
        if settings.watch_folder is None:
            return
        settings.watch_folder.mkdir(parents=True, exist_ok=True)
        with Sandbox(Limits.of(settings), warm=False) as sandbox:
            intake = FolderIntake(
                self.office.as_system,
                settings.watch_folder,
                department=settings.watch_department,
                look=lambda path, name: sandbox.look(path, name=name),
            )
            self._forever(intake.turn)

    def _tidy_lane(self) -> None:
        while not self.stopping.is_set():
            try:
                with self.office.as_system() as work:
                    sweep_uploads(work)
                with self.office.as_system() as work:
                    sweep(work, older_than=timedelta(days=self.office.settings.sweep_days))
            except (PartUnavailable, StorageError) as error:
                log.warning("tidying up was put off: %s", error)
            self.stopping.wait(TIDY_EVERY)


class _Poisoned(EakteError):
    """The document's processing was cut off again and again."""

    code = "interrupted"


def _code(error: Exception) -> str:
    if isinstance(error, ObjectCorrupt):
        return "corrupt"
    if isinstance(error, ObjectMissing):
        return "missing"
    return error.code if isinstance(error, EakteError) else "internal"


def _reason(error: Exception) -> str:
    if isinstance(error, ObjectCorrupt | ObjectMissing):
        return (
            "Der gespeicherte Inhalt fehlt oder ist verändert. "
            "Bitte verständigen Sie die Verwaltung und heben Sie die Vorlage auf."
        )
    if isinstance(error, EakteError):
        return f"{error.message} Bitte stoßen Sie die Verarbeitung neu an."
    return (
        "Die Verarbeitung ist an einem Fehler des Programms gescheitert; das Original ist "
        "unverändert gespeichert. Bitte stoßen Sie die Verarbeitung neu an."
    )
