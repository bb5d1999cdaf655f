"""Does a right that was taken away end also what is already on its way?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.job import Job, JobState
from eakte.model.right import FIRST_LETTER, LAST_LETTER
from eakte.model.user import Membership, Share, User
from eakte.unit_of_work import UnitOfWork
from eakte.web.streaming import ASK_CHUNKS, CHUNK, RightWithdrawn
from eakte.worker import Worker
from tests.builders import A_PDF, Staff, bring, house, opened
from tests.eakte.web.browser import Browser, signed_in


def dismissed(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.delete(work.session.get_one(Membership, (staff.clerk.id, staff.unit.id)))


def locked_out(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.get_one(User, staff.clerk.id).active = False


def reading(browser: Browser, document: UUID) -> object:
    # Not buffered: the rest is read by the test, as slowly as it likes.
    return browser.client.get(f"/dokument/{document}/original")


@pytest.mark.parametrize("withdraw", [dismissed, locked_out])
def test_a_right_withdrawn_after_the_first_bytes_stops_the_rest(
    tmp_path: Path, withdraw: object
) -> None:
    with house(tmp_path / "house") as (office, staff):
        content = b"%PDF-1.7" + b"x" * (CHUNK * (ASK_CHUNKS + 2))
        receipt = bring(office, staff.scanning, tmp_path / "in", content=content)
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), "clerk")
        answer = reading(browser, receipt.document_id)
        arriving = iter(answer.response)
        got = len(next(arriving))
        withdraw(office, staff)
        with pytest.raises(RightWithdrawn):
            while chunk := next(arriving):
                got += len(chunk)
        answer.close()
        assert got <= CHUNK * ASK_CHUNKS < len(content)


def test_who_keeps_the_right_gets_everything(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, staff):
        content = b"%PDF-1.7" + b"x" * (CHUNK * (ASK_CHUNKS + 2))
        receipt = bring(office, staff.scanning, tmp_path / "in", content=content)
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), "clerk")
        assert browser.get(f"/dokument/{receipt.document_id}/original").data == content


def test_a_case_that_changes_its_procedure_is_lost_at_once_to_whom_only_that_fell(
    tmp_path: Path,
) -> None:
    with house(tmp_path / "house") as (office, staff):
        dossier, case = opened(office, staff)
        share = Share(staff.unit.id, FIRST_LETTER, LAST_LETTER, "erst")
        actor = replace(
            staff.other_clerk, own=replace(staff.other_clerk.own, shares=(share,)), deputising=()
        )
        with office.as_system() as work:
            here = work.session.get_one(Dossier, dossier.id)
            one = work.session.get_one(Case, case.id)
            assert not may(actor, Action.SEE_DOSSIER, here)
            one.procedure_key = "erst"
            assert may(actor, Action.SEE_DOSSIER, here)
            work.session.flush()
            assert may(actor, Action.SEE_DOSSIER, here)
            one.procedure_key = "neu"
            assert not may(actor, Action.SEE_DOSSIER, here)
            with work.session.begin_nested() as again:
                one.procedure_key = "erst"
                assert may(actor, Action.SEE_DOSSIER, here)
                again.rollback()
            assert not may(actor, Action.SEE_DOSSIER, here)


def promised(office: Office, staff: Staff, subject: UUID) -> None:
    with office.begin(staff.clerk) as work:
        jobs.enqueue(work, "look", subject, on_behalf=True)


def test_a_queued_job_is_done_with_the_rights_of_the_moment(tmp_path: Path) -> None:
    seen: list[str] = []

    def look(work: UnitOfWork, dossier_id: UUID) -> None:
        dossier = work.session.get_one(Dossier, dossier_id)
        require(work, Action.SEE_DOSSIER, dossier)
        seen.append(work.actor.name)

    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        worker = Worker(office, errands={"look": look})
        promised(office, staff, dossier.id)
        assert worker._errand_turn() and seen == ["Clerk"]
        for withdraw in (dismissed, locked_out):
            promised(office, staff, dossier.id)
            withdraw(office, staff)
            assert worker._errand_turn() and seen == ["Clerk"]
        with office.as_system() as work:
            left = work.session.scalars(select(Job).where(Job.kind == "look")).all()
            assert [job.state for job in left] == [JobState.DEAD, JobState.DEAD]
