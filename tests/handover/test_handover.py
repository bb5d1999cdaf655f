"""Does a package go out only as two persons want, whole, once, and is the answer found again?"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import may, visible
from eakte.casework.court_post import keep_court_head
from eakte.casework.handover.giving import (
    HAND_OVER_SENDING,
    Laid,
    ask_for_hand_over,
    finish_giving,
)
from eakte.casework.sending.handing_over import note_handed_over, release_sending
from eakte.db import Database
from eakte.doors import doors
from eakte.errands import ERRANDS
from eakte.errors import NeedsConfirmation, NotAllowed, NotFound, RuleBroken
from eakte.interchange.outbox import OUT, UNFINISHED
from eakte.interchange.xjustiz.reading import read_message
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, DocumentState
from eakte.model.findings import CourtHead
from eakte.model.sending import AnswerKind, Sending, SentFile
from eakte.retrieval.sendings import answers_to, sending_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.worker import Worker
from tests.answers import ACKNOWLEDGED, CONFIRMED, FAULTY, NOT_ACKNOWLEDGED, answered
from tests.builders import bring
from tests.eakte.listing import work_off
from tests.handover.conftest import MESSAGE, Parcels, furnished, packed
from tests.logged import told as said_in_words

# With this every moment at which a worker touches the outbox, else a sample of them.
EVERY_MOMENT = bool(os.environ.get("EAKTE_TEST_EVERY_MOMENT"))


def released(parcels: Parcels, sending: UUID) -> None:
    with parcels.acting(parcels.second) as work:
        release_sending(work, sending_by_id(work, sending).sending)


def given(parcels: Parcels, sending: UUID) -> None:
    with parcels.acting() as work:
        ask_for_hand_over(work, sending_by_id(work, sending).sending)


def test_only_a_second_person_lets_a_package_go_and_nothing_leaves_before(
    either: Parcels,
) -> None:
    parcels, sending = either, either.written()
    clerk, second = parcels.staff.clerk, parcels.second
    with parcels.acting() as work:
        row = sending_by_id(work, sending).sending
        with pytest.raises(NotAllowed):
            release_sending(work, row)
        with pytest.raises(RuleBroken) as refused:
            ask_for_hand_over(work, row)
        assert refused.value.reasons == (
            "Das Paket ist noch nicht von einer zweiten Person freigegeben.",
        )
        with pytest.raises(RuleBroken, match="zweiten Person"):
            note_handed_over(work, row, on=work.clock.today())
    with parcels.acting(second, confirmed=False) as work, pytest.raises(NeedsConfirmation):
        release_sending(work, sending_by_id(work, sending).sending)
    with parcels.acting(parcels.staff.other_clerk) as work, pytest.raises(NotFound):
        release_sending(work, work.session.get_one(Sending, sending))
    for action in (Action.RELEASE_SENDING, Action.HAND_OVER_SENDING, Action.SEE_SENDINGS):
        for who in (clerk, second, parcels.staff.other_clerk, parcels.staff.records):
            actor = parcels.now(who)
            with parcels.acting(who) as work:
                one = work.session.get_one(Sending, sending)
                shown = work.session.scalars(
                    select(Sending.id).where(visible(actor, action, Sending))
                ).all()
                assert (shown == [sending]) is may(actor, action, one), (action, who.name)
    released(parcels, sending)
    row = parcels.row(sending)
    assert (row.released_by, row.released_by_id) == (second.name, second.id)
    with pytest.raises(RuleBroken, match="nicht freigegeben"):
        released(parcels, sending)
    (entry,) = parcels.logged("sending.released")
    assert entry.actor_id == second.id
    assert (entry.details["court"], entry.details["basis"], entry.details["sha256"]) == (
        row.court_name,
        "§ 104 SGG",
        row.sha256,
    )
    given(parcels, sending)
    with pytest.raises(RuleBroken, match="übergeben"):
        given(parcels, sending)
    assert parcels.visible() == []
    work_off(parcels.office)
    row = parcels.row(sending)
    assert (row.handed_over_by, row.outbox_fault) == (clerk.name, "")
    assert row.handed_over_at is not None and row.handed_over_on is not None
    (name,) = parcels.visible()
    assert name == f"Akte-{'-'.join(row_reference(parcels, sending))}_{sending}.zip"
    assert (parcels.outbox / name).read_bytes() == packed(1)
    (entry,) = parcels.logged("sending.handed-over")
    assert (entry.actor_id, entry.details["sha256"]) == (clerk.id, row.sha256)


def row_reference(parcels: Parcels, sending: UUID) -> list[str]:
    with parcels.office.as_system() as work:
        reference = work.session.get_one(Sending, sending).dossier.reference
    return "".join(sign if sign.isalnum() else " " for sign in reference).split()


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize("parts", [1, 2])
def test_a_package_appears_as_one_thing_in_the_form_that_the_office_wants(
    tmp_path: Path, form: str, parts: int
) -> None:
    with furnished(tmp_path, court_outbox_form=form, court_release="one") as parcels:
        sending = parcels.written(parts)
        given(parcels, sending)
        work_off(parcels.office)
        assert parcels.row(sending).handed_over_at is not None
        (name,) = parcels.visible()
        place = parcels.outbox / name
        if form == "zip":
            found = [place] if parts == 1 else sorted(place.iterdir())
            assert [one.read_bytes() for one in found] == [packed(n + 1) for n in range(parts)]
            assert parts == 1 or found[0].name == "Akte-Teil-1-von-2.zip"
        else:
            folders = [place] if parts == 1 else [place / "teil-1", place / "teil-2"]
            for number, folder in enumerate(folders, start=1):
                with zipfile.ZipFile(parcels.outbox.parent / "again.zip", "w") as again:
                    for one in sorted(folder.iterdir()):
                        again.write(one, one.name)
                with zipfile.ZipFile(parcels.outbox.parent / "again.zip") as again:
                    names = sorted(again.namelist())
                    assert names[-1] == MESSAGE and len(names) == 3
                    text = again.read(MESSAGE).decode()
                assert text == f"{MESSAGE} {number} " * 500


def test_a_fault_of_the_outbox_is_named_and_the_package_goes_when_it_is_mended(
    parcels: Parcels,
) -> None:
    sending = parcels.written(2)
    released(parcels, sending)
    away = parcels.outbox.with_name("elsewhere")
    parcels.outbox.rename(away)
    given(parcels, sending)
    work_off_failing(parcels)
    row = parcels.row(sending)
    assert row.outbox_fault == "Der Ausgangsordner des Gerichtspostfachs ist nicht erreichbar."
    assert row.handed_over_on is None
    (entry,) = parcels.logged("sending.not-handed-over")
    assert said_in_words(parcels.office, entry)["reason"] == row.outbox_fault
    away.rename(parcels.outbox)
    taken = parcels.outbox / f"Akte-{'-'.join(row_reference(parcels, sending))}_{sending}"
    taken.mkdir()
    given(parcels, sending)
    work_off_failing(parcels)
    assert parcels.row(sending).outbox_fault.startswith("Im Ausgangsordner liegt schon „Akte")
    assert list(taken.iterdir()) == [] and [one for one in hidden(parcels) if "Akte" in one] == []
    taken.rmdir()
    given(parcels, sending)
    work_off(parcels.office)
    assert parcels.row(sending).handed_over_at is not None
    assert len(list(taken.iterdir())) == 2
    with pytest.raises(RuleBroken, match="nicht übergeben"):
        given(parcels, sending)


def work_off_failing(parcels: Parcels) -> None:
    """Do what waits until it is laid aside: it is tried three times, with pauses."""
    for _ in range(4):
        work_off(parcels.office)
        parcels.office.clock.move(parcels.pause)


def hidden(parcels: Parcels) -> list[str]:
    return [one.name for one in parcels.outbox.iterdir() if one.name[0] == "."]


def struck(parcels: Parcels, at: int) -> bool:
    """Let a worker be killed at this moment of touching the outbox; whether it came so far."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
        return os.WIFSIGNALED(status)
    try:
        office = replace(parcels.office, database=Database(parcels.office.settings.database))
        moments = 0

        def count(event: str, told: tuple[object, ...]) -> None:
            nonlocal moments
            if any(str(parcels.outbox) in str(one) for one in told):
                moments += 1
                if moments == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        def finish(work: UnitOfWork, laid: Laid) -> None:
            if at == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            finish_giving(work, laid)

        sys.addaudithook(count)
        errand = replace(ERRANDS[HAND_OVER_SENDING], finish=finish)
        Worker(office, errands={HAND_OVER_SENDING: errand})._errand_turn()
    finally:
        os._exit(0)


@pytest.mark.parametrize(
    ("form", "taken"),
    [(form, taken) for form in ("zip", "folder") for taken in (False, True)]
    if EVERY_MOMENT
    else [("zip", False), ("folder", True)],
)
def test_a_worker_killed_at_any_moment_leaves_nothing_half_and_nothing_goes_twice(
    tmp_path: Path, form: str, taken: bool
) -> None:
    with furnished(tmp_path, court_outbox_form=form, court_release="one") as parcels:
        gone = tmp_path / "gone"
        came_so_far, at, turns = True, 0, 0
        while came_so_far:
            sending = parcels.written(2)
            given(parcels, sending)
            came_so_far = struck(parcels, at)
            assert len(parcels.visible()) <= 1
            for name in parcels.visible():
                names = sorted(one.name for one in (parcels.outbox / name).rglob("*.*"))
                assert len(names) == (2 if form == "zip" else 6), (at, names)
                if taken:
                    (parcels.outbox / name).rename(gone)
            was_out = gone.exists() or bool(parcels.visible())
            assert was_out or came_so_far
            parcels.office.clock.move(timedelta(minutes=2))
            work_off(parcels.office)
            assert parcels.row(sending).handed_over_at is not None, at
            assert len(parcels.visible()) == (0 if gone.exists() else 1), at
            assert not [one for one in hidden(parcels) if one.endswith(UNFINISHED)]
            for place in (gone, *(parcels.outbox / name for name in parcels.visible())):
                shutil.rmtree(place, ignore_errors=True)
            at += 1 if EVERY_MOMENT else 7
            turns += 1
        assert turns > (12 if EVERY_MOMENT else 2)
        entries = parcels.logged("sending.handed-over")
        assert len(entries) == len({one.details["sending"] for one in entries}) == turns
        assert len([one for one in hidden(parcels) if one.endswith(OUT)]) <= 1


def answer(parcels: Parcels, kind: str, to: object, *, file: bool = True) -> UUID:
    """Let an answer of a court come in and be read; what the sandbox says of it is kept."""
    content = answered(kind, to=to, own=uuid4()).encode()
    office, clerk = parcels.office, parcels.staff.clerk
    receipt = bring(office, clerk, parcels.outbox.parent / "in", content=content, name="a.xml")
    read = read_message(content)
    head = CourtHead(
        kind=read.name,
        version=read.version,
        sender_code=read.sender_code,
        message_id=read.message_id,
        answers=read.answers,
        title="Antwort",
        created_at=read.created_at,
        faults=tuple((one.code, one.more, one.handled) for one in read.faults),
    )
    with office.as_system() as work:
        keep_court_head(work, work.session.get_one(Document, receipt.document_id), head)
    work_off(office)
    return receipt.document_id


def test_the_answer_of_the_court_is_found_by_the_identity_and_filed_where_it_belongs(
    tmp_path: Path, shared: Path
) -> None:
    with furnished(tmp_path, court_release="one", schemas=shared / "schemas") as parcels:
        sending, other = parcels.written(2), parcels.written()
        first, second = parcels.messages(sending)
        faulty = answer(parcels, FAULTY, str(first).upper())
        row = parcels.row(sending)
        assert row.faulty_at is not None and row.received_at is None
        answer(parcels, CONFIRMED, first)
        assert parcels.row(sending).faulty_at is None and parcels.row(sending).received_at is None
        answer(parcels, ACKNOWLEDGED, second)
        row = parcels.row(sending)
        assert row.received_at is not None and row.faulty_at is None
        with parcels.acting() as work:
            found = answers_to(work, sending_by_id(work, sending).sending)
            assert [one.confirms for one in found] == [False, True, True]
            assert [fault["meaning"] for fault in found[0].message.faults] == [
                "XJustiz-Nachricht nicht valide",
                "Die Nachricht konnte keinem Verfahren zugeordnet werden.",
            ]
            assert all(one.document.case_id == parcels.case.id for one in found)
            kept = work.session.scalars(
                select(SentFile.answer).where(SentFile.sending_id == sending)
            ).all()
            assert set(kept) == {AnswerKind.CONFIRMED}
        (told, *_) = parcels.logged("sending.answered")
        assert (told.details["answer"], told.details["faults"]) == (str(faulty), ["004", "007"])
        strange = answer(parcels, CONFIRMED, uuid4())
        with parcels.office.as_system() as work:
            assert work.session.get_one(Document, strange).state is DocumentState.INBOX
            work.session.get_one(Case, parcels.case.id).state = CaseState.CLOSED
        (message,) = parcels.messages(other)
        late = answer(parcels, NOT_ACKNOWLEDGED, message)
        assert parcels.row(other).faulty_at is not None
        with parcels.office.as_system() as work:
            assert work.session.get_one(Document, late).state is DocumentState.INBOX


def test_answers_have_a_folder_of_their_own_where_the_office_names_one(tmp_path: Path) -> None:
    for named, expected in (({}, []), ({"court_answers": tmp_path}, ["answers"])):
        with furnished(tmp_path / str(len(expected)), **named) as parcels:
            found = doors(parcels.office, lambda turn: None, Event())
            assert [one.name for one in found] == expected
