"""Does a right that was taken away end also what is already on its way?"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.access.rights.locking import lock_dossier
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.errands import ERRANDS
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.dossier import Dossier
from eakte.model.job import Job, JobState
from eakte.model.prepared import ListState, PreparedList, Refusal
from eakte.model.right import FIRST_LETTER, LAST_LETTER, Mark
from eakte.model.user import Membership, Role, Share, User
from eakte.retrieval.prepared import lines
from eakte.retrieval.prepared.asking import WRITE_LIST, drop_list, own_lists
from eakte.retrieval.prepared.writing import Begin, Show, Written, write_list
from eakte.web.streaming import ASK_CHUNKS, CHUNK, RightWithdrawn
from eakte.worker import Worker
from tests.builders import A_PDF, Staff, appoint, bring, house, now_, opened
from tests.eakte.listing import asked, content, row, stored, table, work_off
from tests.eakte.web.browser import Browser, signed_in

Withdraw = Callable[[Office, Staff], None]


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
    tmp_path: Path, withdraw: Withdraw
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


def list_of_a_house(office: Office, staff: Staff) -> UUID:
    """A list of dossiers, one of them locked later, that its clerk has asked for."""
    opened(office, staff)
    return asked(office, staff.clerk)


def locked(office: Office, staff: Staff) -> None:
    colleague = appoint(office, "colleague", Role.CLERK, units=[staff.unit])
    with office.begin(staff.records) as work:
        lock_dossier(
            work,
            work.session.scalars(select(Dossier)).one(),
            mark=Mark.LOCK,
            reason="Für die Bearbeitung des Widerspruchs",
            clerk=work.session.get_one(User, colleague.id),
        )


def demoted(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.get_one(User, staff.clerk.id).roles = []


def state_of(office: Office, list_id: UUID) -> tuple[ListState, Refusal | None]:
    prepared = row(office, list_id)
    assert prepared is not None
    return prepared.state, prepared.refusal


@pytest.mark.parametrize("withdraw", [demoted, locked_out])
def test_a_queued_list_is_refused_when_the_right_goes_before_its_turn(
    tmp_path: Path, withdraw: Withdraw
) -> None:
    with house(tmp_path) as (office, staff):
        wanted = list_of_a_house(office, staff)
        before = stored(office)
        withdraw(office, staff)
        work_off(office)
        assert state_of(office, wanted) == (ListState.REFUSED, Refusal.RIGHT)
        assert stored(office) == before
        with office.as_system() as work:
            left = work.session.scalars(select(Job).where(Job.kind == WRITE_LIST)).all()
            assert [job.state for job in left] == [JobState.DEAD]


def test_a_queued_list_is_written_with_the_rights_of_its_turn(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        wanted = list_of_a_house(office, staff)
        dismissed(office, staff)
        work_off(office)
        assert table(content(office, staff.clerk, wanted)) == []


@pytest.mark.parametrize("withdraw", [dismissed, demoted, locked_out, locked])
def test_a_right_that_goes_between_two_parts_of_a_list_takes_its_lines_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, withdraw: Withdraw
) -> None:
    monkeypatch.setattr(lines, "PART", 1)
    gone = []
    with house(tmp_path) as (office, staff):
        wanted = list_of_a_house(office, staff)
        before = stored(office)

        def write(begin: Begin, subject: UUID, *, show: Show) -> Written:
            def shown(step: str, done: int, total: int) -> None:
                show(step, done, total)
                if done == 1 and not gone:
                    gone.append(total)
                    withdraw(office, staff)

            return write_list(begin, subject, show=shown)

        errands = {WRITE_LIST: replace(ERRANDS[WRITE_LIST], make=write)}
        worker = Worker(office, errands=errands)
        while worker._errand_turn():
            office.clock.move(timedelta(seconds=2))
        assert gone == [1]
        if withdraw in (dismissed, locked):
            assert table(content(office, staff.clerk, wanted)) == []
        else:
            assert state_of(office, wanted) == (ListState.REFUSED, Refusal.RIGHT)
            assert stored(office) == before


@pytest.mark.parametrize("withdraw", [dismissed, demoted, locked_out])
def test_a_right_that_goes_before_a_list_gets_its_name_destroys_what_was_written(
    tmp_path: Path, withdraw: Withdraw
) -> None:
    gone = []
    with house(tmp_path) as (office, staff):
        wanted = list_of_a_house(office, staff)
        before = stored(office)

        def write(begin: Begin, subject: UUID, *, show: Show) -> Written:
            written = write_list(begin, subject, show=show)
            if not gone:
                gone.append(str(written.stored.digest))
                assert gone[0] in stored(office)
                withdraw(office, staff)
            return written

        errands = {WRITE_LIST: replace(ERRANDS[WRITE_LIST], make=write)}
        worker = Worker(office, errands=errands)
        assert worker._errand_turn()
        assert stored(office) == before
        office.clock.move(timedelta(seconds=2))
        worker._errand_turn()
        assert gone[0] not in stored(office)
        if withdraw is dismissed:
            assert table(content(office, staff.clerk, wanted)) == []
        else:
            assert state_of(office, wanted) == (ListState.REFUSED, Refusal.RIGHT)


def written_list(office: Office, staff: Staff, *, wide: bool = False) -> UUID:
    """A list that is ready; a wide one leaves in more pieces than are sent without asking."""
    wanted = list_of_a_house(office, staff)
    work_off(office)
    if wide:
        # As if there were very many dossiers: only the bytes matter here.
        stream = io.BytesIO(b"x" * (CHUNK * (ASK_CHUNKS + 2)))
        kept = office.store.put(stream)
        with office.as_system() as work:
            prepared = work.session.get_one(PreparedList, wanted)
            keep_content(work.session, str(kept.digest), size=kept.size, at=work.clock.now())
            prepared.sha256, prepared.size = str(kept.digest), kept.size
    return wanted


@pytest.mark.parametrize("withdraw", [dismissed, demoted, locked])
def test_a_list_is_not_handed_out_after_the_right_is_gone(
    tmp_path: Path, withdraw: Withdraw
) -> None:
    with house(tmp_path) as (office, staff):
        wanted = written_list(office, staff)
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), "clerk")
        assert browser.get(f"/listen/{wanted}/datei").status_code == 200
        withdraw(office, staff)
        answer = browser.get(f"/listen/{wanted}/datei")
        assert answer.status_code == 403
        assert "Änne" not in answer.text


def dropped(office: Office, staff: Staff) -> None:
    with office.begin(now_(office, staff.clerk)) as work:
        for one in own_lists(work):
            drop_list(work, one.prepared.id)


@pytest.mark.parametrize("withdraw", [dismissed, demoted, locked_out, locked, dropped])
def test_a_right_that_goes_while_a_list_leaves_stops_the_rest(
    tmp_path: Path, withdraw: Withdraw
) -> None:
    with house(tmp_path) as (office, staff):
        wanted = written_list(office, staff, wide=True)
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), "clerk")
        answer = browser.client.get(f"/listen/{wanted}/datei")
        arriving = iter(answer.response)
        got = len(next(arriving))
        withdraw(office, staff)
        with pytest.raises(RightWithdrawn):
            while chunk := next(arriving):
                got += len(chunk)
        answer.close()
        assert got <= CHUNK * ASK_CHUNKS


def test_who_keeps_the_right_gets_the_whole_list_whatever_happens_elsewhere(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        wanted = written_list(office, staff, wide=True)
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), "clerk")
        answer = browser.client.get(f"/listen/{wanted}/datei")
        arriving = iter(answer.response)
        got = len(next(arriving))
        opened(office, staff, person="Neu, Nora")
        got += sum(len(chunk) for chunk in arriving)
        answer.close()
        assert got == CHUNK * (ASK_CHUNKS + 2)
