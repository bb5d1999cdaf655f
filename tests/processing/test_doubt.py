"""Is a document blamed for a fault of the machine? Its job waits, but not for ever."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import Disturbed, PartUnavailable
from eakte.model.document import Document, ProcessingState
from eakte.model.findings import Kind, Look, Outcome, Problem
from eakte.model.job import Job, JobState
from eakte.processing import machine
from eakte.processing.cell import Ending
from eakte.processing.doubt import settled
from eakte.processing.limits import Limits
from eakte.processing.problems import problem
from eakte.processing.sandbox import Sandbox
from eakte.processing.wire import Account
from eakte.worker import Worker
from tests.builders import Staff, bring, house

SOUND = Look("application/pdf", Kind.PDF, 1)
HOUR = timedelta(hours=1)

Said = tuple[Account, Ending]


def said(*codes: str, ending: Ending = Ending.DONE, disturbed: bool = False) -> Said:
    found: list[Problem] = [problem(code) for code in codes]
    return Account(look=SOUND, problems=found, disturbed=disturbed), ending


def asked(*answers: Said) -> tuple[Callable[[float], Said], list[float]]:
    """Return children that answer in this order, and how long each was given."""
    given: list[float] = []

    def run(seconds: float) -> Said:
        given.append(seconds)
        return answers[len(given) - 1]

    return run, given


GOOD = said()
DEAD, DISTURBED = said(ending=Ending.CRASHED), said(ending=Ending.CRASHED, disturbed=True)


@pytest.mark.parametrize(
    "first",
    [
        DEAD,
        DISTURBED,
        said("ocr-failed"),
        said("page-unreadable"),
        said("damaged"),
        said("cut-off"),
    ],
)
def test_what_may_have_been_the_machine_is_tried_by_a_second_child(first: Said) -> None:
    run, given = asked(first, GOOD)
    assert settled("process", run, seconds=600) is GOOD
    assert len(given) == 2
    assert given[1] <= given[0]


@pytest.mark.parametrize(
    "first",
    [
        GOOD,
        said("macros"),
        said("signed"),
        said("page-timeout"),
        said(ending=Ending.TIMEOUT),
        said(ending=Ending.MEMORY),
    ],
)
def test_what_a_document_is_like_is_asked_once(first: Said) -> None:
    run, given = asked(first)
    assert settled("process", run, seconds=600) is first
    assert len(given) == 1


def test_what_two_children_say_of_a_document_stands() -> None:
    again = said("ocr-failed")
    run, _ = asked(said("ocr-failed"), again)
    assert settled("process", run, seconds=600) is again
    run, _ = asked(said("ocr-failed"), DEAD)
    assert settled("process", run, seconds=600)[1] is Ending.DONE


@pytest.mark.parametrize("answers", [(DISTURBED, DISTURBED), (DISTURBED, DEAD), (DEAD, DISTURBED)])
def test_nothing_is_said_of_a_document_whose_children_were_disturbed(answers: tuple[Said]) -> None:
    run, _ = asked(*answers)
    with pytest.raises(Disturbed):
        settled("process", run, seconds=600)


def test_a_stack_in_which_no_page_was_seen_is_looked_at_again() -> None:
    run, given = asked(GOOD, GOOD)
    settled("separate", run, seconds=600)
    assert len(given) == 2


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_an_error_of_the_machine_is_known_below_whatever_was_made_of_it(number: int) -> None:
    with pytest.raises(ValueError, match="damaged") as caught:
        try:
            raise OSError(number, "the disk")
        except OSError as error:
            raise ValueError("damaged") from error
    assert machine.is_to_blame(caught.value)
    with pytest.raises(ValueError, match="damaged"):
        machine.must_not_be_to_blame(caught.value)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOENT])
def test_what_a_document_can_bring_about_is_not_the_machine(number: int) -> None:
    assert not machine.is_to_blame(OSError(number, "bound"))


class DisturbedSandbox(Sandbox):
    """A sandbox on a disk that fails whatever child is at work."""

    def process(self, *given: object, **named: object) -> Outcome:
        raise Disturbed


def look(office: Office, clock: SetClock) -> tuple[ProcessingState, str | None, JobState | None]:
    """Say how the only document stands and how its job, an hour later."""
    clock.move(HOUR)
    with office.as_system() as work:
        document = work.session.scalars(select(Document)).one()
        job = work.session.scalars(select(Job).where(Job.kind == "process")).one_or_none()
        return document.processing, document.problem_code, job.state if job else None


def received(office: Office, staff: Staff, folder: Path) -> None:
    bring(office, staff.clerk, folder, content=b"only words", name="words.txt")


def test_a_disturbed_document_waits_and_is_read_when_the_disk_works_again(tmp_path: Path) -> None:
    with house(tmp_path, ocr_jobs=1) as (office, staff):
        received(office, staff, tmp_path)
        clock = office.clock
        assert isinstance(clock, SetClock)
        limits = Limits(scratch=tmp_path / "scratch")
        worker = Worker(office)
        with DisturbedSandbox(limits, warm=False) as broken:
            for _ in range(5):
                assert worker._process_turn(broken)
                state = (ProcessingState.WAITING, None, JobState.WAITING)
                assert look(office, clock) == state
        with Sandbox(limits, warm=False) as mended:
            assert worker._process_turn(mended)
        assert look(office, clock) == (ProcessingState.READY, None, None)


def test_a_document_that_only_says_so_comes_to_an_end(tmp_path: Path) -> None:
    with house(tmp_path, job_attempts=1) as (office, staff):
        received(office, staff, tmp_path)
        clock = office.clock
        assert isinstance(clock, SetClock)
        worker = Worker(office)
        turns = 0
        with DisturbedSandbox(Limits(scratch=tmp_path / "scratch"), warm=False) as broken:
            while look(office, clock)[2] is JobState.WAITING:
                assert worker._process_turn(broken)
                turns += 1
                assert turns < 20
        assert turns == 4
        assert look(office, clock) == (ProcessingState.FAILED, "disturbed", JobState.DEAD)


def test_a_document_that_is_done_does_not_wait_because_the_answer_to_that_got_lost(
    tmp_path: Path,
) -> None:
    with house(tmp_path, ocr_jobs=1) as (office, staff):
        received(office, staff, tmp_path)
        clock = office.clock
        assert isinstance(clock, SetClock)
        worker = Worker(office)
        (job,) = worker._claim(["process"])
        with Sandbox(Limits(scratch=tmp_path / "scratch"), warm=False) as sandbox:
            worker._process(sandbox, job)
        for error in (PartUnavailable("Die Datenbank antwortet nicht."), ValueError("ours")):
            worker._process_postponed(job, error)
            worker._process_failed(job, error)
        assert look(office, clock) == (ProcessingState.READY, None, None)
