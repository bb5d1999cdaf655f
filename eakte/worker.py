"""What is done in the background, by whom, and what becomes of it when something fails?

Lanes are threads: some process documents, one writes the index (only one may), one asks the virus
scanner, one tidies up, one signs the log, others look into the watched folder and the mailbox. Each
job runs under a lease that a heartbeat renews; a worker that is killed leaves a job that another
one takes up.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import UUID, uuid4

from eakte import arrangements, jobs, mails, stacks
from eakte.access.rights.locking import INDEX_DOSSIER
from eakte.bootstrap import Office
from eakte.casework.sending.desk import sweep_desks
from eakte.doors import doors
from eakte.errands import AFTERWARDS, ERRANDS, Errand, do_errand, errand_failed
from eakte.errors import Disturbed, EakteError, LogDamaged, PartUnavailable, machine_faults_named
from eakte.evidence.daily import keep_heads
from eakte.evidence.fixity import sweep
from eakte.filing.proposing import making
from eakte.guard import SCANS, scan_one
from eakte.intake.uploads import sweep_uploads
from eakte.jobs import Heart, LeaseLost, Stopped
from eakte.lanes import PAUSE, SHORT_PAUSE, take_turns
from eakte.model.job import Job
from eakte.processing import picturing, pipeline, redacting
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.processing.scratch import Scratch
from eakte.retention.clock_guard import ClockWatch
from eakte.retention.letting_go import let_go, watch_clock
from eakte.retrieval.indexing import index_dossier, write_entries
from eakte.retrieval.prepared.ending import end_lists
from eakte.retrieval.rebuilding import needs_rebuilding, rebuild
from search import SearchError
from storage import ObjectCorrupt, ObjectMissing, StorageError

log = logging.getLogger("eakte.worker")

# What the lanes with a sandbox do, by the name of the job.
Kinds = dict[str, pipeline.Treatment]
OTHERS = (stacks, making, arrangements, picturing, redacting)
TREATMENTS: Kinds = {"process": mails, **{one.KIND: one for one in OTHERS}}

# A letter is through in so many seconds; the next child starts while others are looked at.
REST = 1.0
INDEX_BATCH = 200
TIDY_EVERY = 3600.0
INDEX_LOOK_EVERY = 10.0
HEADS_LOOK_EVERY = 600.0


class Worker:
    """All lanes of one worker process."""

    def __init__(self, office: Office, *, errands: Mapping[str, Errand[Any]] = ERRANDS) -> None:
        self.office = office
        self.errands = errands
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self._forever = partial(take_turns, stopping=self.stopping)
        self._to_index = threading.Event()
        self._desk: Scratch | None = None
        self._lock = threading.Lock()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until ``stop`` is called, or until nothing is left to do.

        Raises:
            PartUnavailable: the database is out of reach at the start, or a lane has died.
        """
        self._free_what_the_dead_held()
        lanes = [
            threading.Thread(target=self._process_lane, name=f"process-{number}", daemon=True)
            for number in range(self.office.settings.worker_lanes)
        ]
        others: dict[str, Callable[[], None]] = {
            "index": self._index_lane,
            "errands": self._errand_lane,
        }
        if self.office.settings.virus_scanner:
            others["guard"] = partial(self._forever, self._guard_turn)
        if not until_idle:
            others |= {"tidy": self._tidy_lane, "heads": self._heads_lane}
        lanes += [
            threading.Thread(target=lane, name=name, daemon=True) for name, lane in others.items()
        ]
        if not until_idle:
            lanes.extend(doors(self.office, self._forever, self.stopping))
        for lane in lanes:
            lane.start()
        whole = True
        while whole and not self.stopping.wait(PAUSE):
            whole = all(lane.is_alive() for lane in lanes) or self.stopping.is_set()
            if until_idle and self._idle():
                self.stop()
        self.stop()
        for lane in lanes:
            lane.join()
        if self._desk is not None:
            self._desk.remove()
        if not whole:
            # Better gone and started again than alive and idle.
            raise PartUnavailable("Ein Teil der Hintergrundarbeit hat sich unerwartet beendet.")

    def stop(self) -> None:
        """Ask every lane to end after the job it holds, or between two of its pages."""
        self.stopping.set()
        self._to_index.set()

    def _idle(self) -> bool:
        try:
            return not self._any_left()
        except PartUnavailable:
            return False

    def _any_left(self, kinds: Sequence[str] | None = None, *, untouched: bool = False) -> bool:
        with self.office.database.transaction(writes=False) as session:
            return jobs.any_left(session, kinds, untouched=untouched)

    def _free_what_the_dead_held(self) -> None:
        with self.office.database.transaction() as session:
            jobs.release_dead(session, self.office.clock, host=socket.gethostname())
        with machine_faults_named():
            sweep_desks(self.office.settings.work_folder)

    def _claim(self, kinds: Sequence[str], *, most: int = 1) -> list[Job]:
        if not self._any_left(kinds):
            return []
        with self.office.database.transaction() as session:
            return jobs.claim(session, self.office.clock, kinds, holder=self.holder, most=most)

    # --- documents ------------------------------------------------------------------------------

    def _process_lane(self) -> None:
        with closing(Sandbox(Limits.of(self.office.settings), warm=True, rest=REST)) as sandbox:
            self._forever(lambda: self._process_turn(sandbox), pause=SHORT_PAUSE)

    def _process_turn(self, sandbox: Sandbox) -> bool:
        sandbox.start()
        self._own_desk()
        claimed = self._claim([*TREATMENTS])
        if claimed and self._any_left([*TREATMENTS], untouched=True):
            sandbox.hurry()
        for job in claimed:
            try:
                self._process(sandbox, job)
            except LeaseLost:
                log.warning("job %s went to another worker", job.id)
            except Stopped as error:
                self._process_postponed(job, error, pause=timedelta(0))
            except Disturbed as error:
                log.warning("a child of %s was disturbed by the machine", job.subject_id)
                self._process_failed(job, error, forgiven=jobs.DISTURBANCES_FOR_EACH_FAILURE)
            except (EakteError, StorageError) as error:
                if jobs.is_away(error):
                    self._process_postponed(job, error)
                    raise
                self._process_failed(job, error)
            except Exception as error:
                # The edge: a fault of ours must not take the lane or other documents with it.
                log.exception("processing of %s failed", job.subject_id)
                self._process_failed(job, error)
        return bool(claimed)

    def _process(self, sandbox: Sandbox, job: Job) -> None:
        attempts = self.office.settings.job_attempts
        treatment = TREATMENTS[job.kind]
        with self.office.as_system() as work:
            task = treatment.begin(work, job.subject_id)
            if task is None:
                jobs.done(work.session, job)
                return
        if jobs.exhausted(job, attempts=attempts):
            raise pipeline.CutOff
        with (
            self._folder() as folder,
            Heart(lambda *shown: self._beat(job, *shown), self.stopping) as heart,
        ):
            made = treatment.make(
                self.office.store, sandbox, task, folder=folder, progress=heart.show
            )
            if heart.lost:
                raise LeaseLost
        with self.office.as_system() as work:
            treatment.finish(work, task, made)
            jobs.note_pace(work.session, job.kind, heart)
            if not jobs.done(work.session, job):
                raise LeaseLost
        self._to_index.set()
        log.debug("%s of %s done", job.kind, job.subject_id)

    def _beat(self, job: Job, step: str, done: int, total: int) -> bool:
        with self.office.database.transaction() as session:
            return jobs.heartbeat(
                session, self.office.clock, job, step=step, done=done, total=total
            )

    def _process_failed(self, job: Job, error: Exception, *, forgiven: int = 1) -> None:
        with self.office.as_system() as work:
            if not jobs.still_held(work.session, job):
                return
            aside = jobs.failed(
                work.session,
                self.office.clock,
                job,
                error=jobs.told_of(error),
                attempts=self.office.settings.job_attempts * forgiven,
                final=isinstance(error, ObjectCorrupt | ObjectMissing | pipeline.CutOff),
            )
            treatment = TREATMENTS[job.kind]
            if aside:
                treatment.give_up(work, job.subject_id, error=error)
            else:
                treatment.wait_again(work, job.subject_id)

    def _process_postponed(
        self, job: Job, error: Exception, *, pause: timedelta = jobs.AWAY_PAUSE
    ) -> None:
        with self.office.as_system() as work:
            if not jobs.still_held(work.session, job):
                return
            jobs.postponed(
                work.session, self.office.clock, job, reason=jobs.told_of(error), pause=pause
            )
            TREATMENTS[job.kind].wait_again(work, job.subject_id)

    def _own_desk(self) -> Scratch:
        """Return this worker's own folder; what dead workers left is removed when it is made."""
        with self._lock, machine_faults_named():
            if self._desk is None:
                self._desk = Scratch.made_in(self.office.settings.work_folder)
            return self._desk

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """Open an empty folder for one job, that is gone afterwards."""
        with machine_faults_named():
            folder = self._own_desk().new_folder()
            try:
                yield folder
            finally:
                rmtree(folder, ignore_errors=True)

    # --- index ----------------------------------------------------------------------------------

    def _index_lane(self) -> None:
        looked = -INDEX_LOOK_EVERY

        def turn() -> bool:
            nonlocal looked
            if time.monotonic() - looked >= INDEX_LOOK_EVERY:
                self._mend_index()
                looked = time.monotonic()
            return self._index_turn()

        self._forever(turn, bell=self._to_index)

    def _mend_index(self) -> None:
        try:
            if not needs_rebuilding(self.office.as_system, self.office.index):
                return
            log.warning("the search index is rebuilt")
            count = rebuild(self.office.as_system, self.office.settings, self.office.index)
        except (SearchError, StorageError, OSError) as error:
            raise PartUnavailable("Der Suchindex kann nicht aufgebaut werden.") from error
        log.warning("the search index was rebuilt with %s entries", count)

    def _index_turn(self) -> bool:
        spread = self._spread_dossiers()
        claimed = self._claim(["index"], most=INDEX_BATCH)
        if not claimed:
            return spread
        try:
            self._write_index({job.subject_id for job in claimed})
        except (PartUnavailable, SearchError, StorageError, OSError) as error:
            log.warning("the index could not be written: %s", error)
            with self.office.database.transaction() as session:
                for job in claimed:
                    jobs.postponed(session, self.office.clock, job, reason=jobs.told_of(error))
            raise PartUnavailable("Der Suchindex ist nicht beschreibbar.") from error
        except Exception:
            # The edge: one document that cannot be indexed must not keep the others out.
            log.exception("%s documents could not be indexed together", len(claimed))
            for job in claimed:
                self._index_alone(job)
            return True
        with self.office.database.transaction() as session:
            for job in claimed:
                jobs.done(session, job)
        return True

    def _spread_dossiers(self) -> bool:
        """Turn the promise about a dossier into one for each of its documents."""
        claimed = self._claim([INDEX_DOSSIER])
        for job in claimed:
            with self.office.as_system() as work:
                index_dossier(work, job.subject_id)
                jobs.done(work.session, job)
        return bool(claimed)

    def _index_alone(self, job: Job) -> None:
        try:
            self._write_index({job.subject_id})
        except Exception as error:
            # The edge: see above. It is tried for ever, less and less often.
            log.exception("document %s could not be indexed", job.subject_id)
            with self.office.database.transaction() as session:
                jobs.failed(
                    session, self.office.clock, job, error=jobs.told_of(error), attempts=1 << 30
                )
            return
        with self.office.database.transaction() as session:
            jobs.done(session, job)

    def _write_index(self, documents: set[UUID]) -> None:
        with self.office.begin(writes=False) as work:
            write_entries(work, documents)

    # --- what people have asked for -------------------------------------------------------------

    def _errand_lane(self) -> None:
        self._forever(self._errand_turn)

    def _errand_turn(self) -> bool:
        claimed = self._claim([*self.errands, *AFTERWARDS])
        for job in claimed:
            beat = partial(self._beat, job)
            try:
                do_errand(self.office, self.errands, job, beat=beat, stopping=self.stopping)
            except LeaseLost:
                log.warning("errand %s went to another worker or is wanted no more", job.id)
            except (EakteError, StorageError, Stopped) as error:
                errand_failed(self.office, self.errands, job, error)
                if jobs.is_away(error):
                    raise
            except Exception as error:
                # The edge: a fault of ours must not take the lane or other errands with it.
                log.exception("errand %s failed", job.id)
                errand_failed(self.office, self.errands, job, error)
        return bool(claimed)

    # --- the virus scanner ----------------------------------------------------------------------

    def _guard_turn(self) -> bool:
        claimed = self._claim(SCANS)
        for job in claimed:
            scan_one(self.office, job, beat=partial(self._beat, job), stopping=self.stopping)
        return bool(claimed)

    # --- the broom ------------------------------------------------------------------------------

    def _tidy_lane(self) -> None:
        def turn() -> bool:
            with machine_faults_named():
                with self.office.as_system() as work:
                    sweep_uploads(work)
                with self.office.as_system() as work:
                    end_lists(work)
                with self.office.as_system() as work:
                    let_go(work)
                with self.office.as_system() as work:
                    sweep(work, older_than=timedelta(days=self.office.settings.sweep_days))
            self.stopping.wait(TIDY_EVERY)
            return True

        self._forever(turn)

    def _heads_lane(self) -> None:
        watch = ClockWatch()

        def turn() -> bool:
            with self.office.as_system() as work:
                watch_clock(work, watch)
            try:
                keep_heads(self.office.as_system, lambda: self.office.begin(writes=False))
            except PartUnavailable as error:
                log.warning("heads of the log wait to be brought outside: %s", error)
            except LogDamaged as error:
                log.error("the log is damaged: %s", error)
            self.stopping.wait(HEADS_LOOK_EVERY)
            return True

        self._forever(turn)
