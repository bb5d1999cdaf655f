"""Is every promised job done once, also when who holds it is killed or asleep?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from eakte import jobs
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.job import Job, JobState
from tests.builders import build_office


def promise(office: Office, *, kind: str = "index", priority: int = jobs.NORMAL) -> Job:
    subject = uuid4()
    with office.as_system() as work:
        jobs.enqueue(work, kind, subject, priority=priority)
    with office.as_system() as work:
        return work.session.scalars(select(Job).where(Job.subject_id == subject)).one()


def take(office: Office, *, holder: str = "a", most: int = 1) -> list[Job]:
    with office.as_system() as work:
        return jobs.claim(work.session, office.clock, ["index"], holder=holder, most=most)


def test_a_promise_that_still_waits_is_not_made_twice(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    subject = uuid4()
    with office.as_system() as work:
        jobs.enqueue(work, "index", subject)
        jobs.enqueue(work, "index", subject, priority=jobs.URGENT)
    with office.as_system() as work:
        assert [job.priority for job in work.session.scalars(select(Job))] == [jobs.URGENT]
    office.close()


def test_a_job_is_promised_again_while_it_runs_because_its_subject_changed(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    job = promise(office)
    take(office)
    with office.as_system() as work:
        jobs.enqueue(work, "index", job.subject_id)
    assert len(take(office, holder="b")) == 1
    office.close()


def test_the_urgent_comes_before_the_bulk_and_the_old_before_the_new(tmp_path: Path) -> None:
    clock = SetClock()
    office = build_office(tmp_path, clock=clock)
    bulk = promise(office, priority=jobs.BULK)
    clock.move(timedelta(seconds=1))
    first = promise(office, priority=jobs.URGENT)
    clock.move(timedelta(seconds=1))
    second = promise(office, priority=jobs.URGENT)
    clock.move(timedelta(seconds=1))
    assert [job.id for _ in range(3) for job in take(office)] == [first.id, second.id, bulk.id]
    office.close()


def test_a_job_is_held_by_one_and_free_again_when_its_lease_ran_out(tmp_path: Path) -> None:
    clock = SetClock()
    office = build_office(tmp_path, clock=clock)
    promise(office)
    assert len(take(office, holder="a")) == 1
    assert take(office, holder="b") == []
    clock.move(jobs.LEASE + timedelta(seconds=1))
    assert len(take(office, holder="b")) == 1
    office.close()


def test_who_lost_the_lease_can_neither_renew_nor_finish(tmp_path: Path) -> None:
    clock = SetClock()
    office = build_office(tmp_path, clock=clock)
    promise(office)
    [asleep] = take(office, holder="a")
    clock.move(jobs.LEASE + timedelta(seconds=1))
    [awake] = take(office, holder="b")
    with office.as_system() as work:
        assert not jobs.heartbeat(work.session, clock, asleep)
        assert not jobs.done(work.session, asleep)
        assert jobs.done(work.session, awake)
    office.close()


def test_a_heartbeat_keeps_the_lease_and_shows_the_progress(tmp_path: Path) -> None:
    clock = SetClock()
    office = build_office(tmp_path, clock=clock)
    promise(office)
    [job] = take(office)
    for _ in range(3):
        clock.move(jobs.LEASE - timedelta(seconds=1))
        with office.as_system() as work:
            assert jobs.heartbeat(work.session, clock, job, step="recognise", done=2, total=5)
    assert take(office, holder="b") == []
    with office.as_system() as work:
        shown = work.session.scalars(select(Job)).one()
        assert (shown.step, shown.done, shown.total) == ("recognise", 2, 5)
    office.close()


def test_a_failed_job_pauses_longer_each_time_and_is_laid_aside_in_the_end(tmp_path: Path) -> None:
    clock = SetClock()
    office = build_office(tmp_path, clock=clock)
    promise(office)
    pauses = []
    for attempt in range(3):
        [job] = take(office)
        with office.as_system() as work:
            aside = jobs.failed(work.session, clock, job, error="E", attempts=3)
        assert aside is (attempt == 2)
        if not aside:
            before = clock.now()
            while not (again := take(office)):
                clock.move(timedelta(seconds=1))
            pauses.append(clock.now() - before)
            with office.as_system() as work:
                jobs.release(work.session, clock, holder=again[0].holder or "")
    assert pauses == sorted(pauses)
    assert pauses[0] > timedelta(0)
    with office.as_system() as work:
        assert work.session.scalars(select(Job)).one().state is JobState.DEAD
    office.close()


def test_a_job_laid_aside_is_tried_again_when_a_person_asks(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    job = promise(office)
    [held] = take(office)
    with office.as_system() as work:
        jobs.failed(work.session, office.clock, held, error="E", attempts=1)
        jobs.revive(work, "index", job.subject_id)
    assert [again.failures for again in take(office)] == [0]
    office.close()


def test_what_a_dead_worker_held_is_free_at_once(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    promise(office)
    take(office, holder="gone")
    with office.as_system() as work:
        assert jobs.holders(work.session) == ["gone"]
        assert jobs.release(work.session, office.clock, holder="gone") == 1
    assert len(take(office, holder="b")) == 1
    office.close()
