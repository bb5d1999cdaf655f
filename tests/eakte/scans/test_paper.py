"""Does paper go only when it may, by two persons, and with a record that holds?"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import (
    BadInput,
    NeedsConfirmation,
    NotAllowed,
    NotFound,
    RuleBroken,
    SamePerson,
)
from eakte.evidence.fixity import sweep, verify
from eakte.evidence.paper.boxes import Which, keep_paper, paper_of, papers
from eakte.evidence.paper.destroying import (
    WRITE_RECORD,
    decide_destruction,
    destruction_by_id,
    destructions,
    propose_destruction,
    write_record,
)
from eakte.evidence.paper.record_pdf import record_pdf
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.releasing import ask_to_scan_again
from eakte.history import altered
from eakte.model.batch import Batch
from eakte.model.change import Change
from eakte.model.job import Job
from eakte.model.paper import Destruction, DestructionState, months_later
from eakte.model.scan_check import ScanRequest
from eakte.model.user import Actor, Role
from eakte.signed import note_faults, read_note
from storage import Digest
from tests.builders import Staff, appoint
from tests.checking import begun, judged, ready_stack, released, whole_way

Home = tuple[Office, Staff]
HALF_A_YEAR = timedelta(days=190)


def later(office: Office, by: timedelta = HALF_A_YEAR) -> None:
    assert isinstance(office.clock, SetClock)
    office.clock.move(by)


def boxed(office: Office, actor: Actor, stack: UUID, **said: object) -> None:
    with office.begin(actor) as work:
        told = {"box": "K-12", "keep": False, **said}
        keep_paper(work, work.session.get_one(Batch, stack), **told)


def against(office: Office, actor: Actor, stack: UUID) -> list[str]:
    with office.begin(actor) as work:
        return list(paper_of(work, work.session.get_one(Batch, stack)).against)


def may_go(office: Office, actor: Actor) -> list[UUID]:
    with office.begin(actor) as work:
        return [one.batch.id for one in papers(work, which=Which.MAY_GO).rows]


def proposed(office: Office, actor: Actor, *stacks: UUID, waited: bool = True) -> UUID:
    with office.begin(actor) as work:
        batches = [work.session.get_one(Batch, one) for one in stacks]
        made = propose_destruction(work, batches, manner="Aktenvernichter, Stufe P-4").id
    if waited:
        later(office, timedelta(days=office.settings.erasure_waiting_days))
    return made


def decided(
    office: Office, actor: Actor, destruction: UUID, *, confirm: bool = True, reason: str = ""
) -> None:
    with office.begin(actor) as work:
        one = destruction_by_id(work, destruction)
        decide_destruction(work, one, confirm=confirm, reason=reason)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 22), 6, date(2027, 5, 22)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 600, date(2076, 1, 31)),
    ],
)
def test_months_are_counted_as_the_civil_code_counts_them(
    day: date, months: int, then: date
) -> None:
    assert months_later(day, months) == then


def test_paper_may_go_only_when_nothing_stands_against_it(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    told = against(office, staff.records, stack)
    assert told == [
        "Der Stapel ist nicht freigegeben.",
        "Es ist nicht vermerkt, in welchem Karton das Papier liegt.",
    ]
    begun(office, staff.scanning, stack)
    judged(office, staff.scanning, stack)
    released(office, staff.scanning, stack)
    boxed(office, staff.records, stack)
    assert "Die Frist läuft bis" in " ".join(against(office, staff.records, stack))
    assert may_go(office, staff.records) == []
    later(office)
    assert against(office, staff.records, stack) == []
    assert may_go(office, staff.records) == [stack]


def test_the_list_of_today_and_the_reasons_of_each_stack_agree(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stacks = {
        name: whole_way(office, staff, tmp_path, key=name)
        for name in ("fine", "kept", "later", "unboxed", "again", "proposed", "gone")
    }
    stacks["raw"] = ready_stack(office, staff, tmp_path, key="raw")
    unnoted = stacks["unnoted"] = ready_stack(office, staff, tmp_path, key="unnoted")
    begun(office, staff.scanning, unnoted)
    judged(office, staff.scanning, unnoted)
    released(office, staff.scanning, unnoted, noted=False)
    for name, stack in stacks.items():
        if name != "unboxed":
            said: dict[str, object] = {}
            if name == "kept":
                said = {"keep": True, "keep_reason": "Urkunde im Original"}
            if name == "later":
                said = {"not_before": office.clock.today() + timedelta(days=700)}
            boxed(office, staff.records, stack, **said)
    with office.as_system() as work:
        work.session.add(
            ScanRequest(
                number=1,
                batch_id=stacks["again"],
                pages=[1],
                reason="unscharf",
                asked_by_id=staff.scanning.id,
                asked_at=work.clock.now(),
            )
        )
    later(office)
    proposed(office, staff.records, stacks["proposed"])
    destruction = proposed(office, staff.records, stacks["gone"])
    lead = appoint(office, "leitung", Role.LEAD, units=[staff.unit])
    decided(office, replace(lead, confirmed=True), destruction)
    by_reasons = [one for one in stacks.values() if not against(office, staff.records, one)]
    assert may_go(office, staff.records) == by_reasons == [stacks["fine"]]
    with office.begin(staff.records) as work:
        kept = papers(work, which=Which.KEPT).rows
        gone = papers(work, which=Which.GONE).rows
        assert [one.batch.id for one in kept] == [stacks["kept"]]
        assert [one.batch.id for one in gone] == [stacks["gone"]]
        assert papers(work, box="K-12").total == len(stacks) - 1


def test_what_stood_there_before_is_kept_when_a_box_changes(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    boxed(office, staff.scanning, stack)
    boxed(office, staff.records, stack, box="K-13")
    with office.as_system() as work:
        rows = work.session.scalars(
            select(Change).where(Change.subject_id == stack).order_by(Change.sequence)
        ).all()
        assert [(one.field, one.old, one.new) for one in rows] == [
            ("box", "", "K-12"),
            ("box", "K-12", "K-13"),
        ]
        assert altered(work.session, stack) == []


def test_paper_is_kept_for_ever_only_with_a_reason(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    for said in (
        {"keep": True},
        {"keep": True, "keep_reason": "  "},
        {"box": "K" * 61},
        {"box": "=1+1"},
    ):
        with pytest.raises(BadInput):
            boxed(office, staff.records, stack, **said)


def test_two_different_persons_destroy_paper_and_the_record_is_signed(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stacks = [whole_way(office, staff, tmp_path, key=f"stack-{n}") for n in range(2)]
    for stack in stacks:
        boxed(office, staff.records, stack)
    later(office)
    destruction = proposed(office, staff.scanning, *stacks, waited=False)
    second = replace(staff.records, confirmed=True)
    later(office, timedelta(days=office.settings.erasure_waiting_days, seconds=-1))
    with pytest.raises(RuleBroken) as refused:
        decided(office, second, destruction)
    assert [one[:28] for one in refused.value.reasons] == ["Die Wartezeit endet am 10.06"]
    later(office, timedelta(seconds=1))
    decided(office, second, destruction)
    with office.as_system() as work:
        assert WRITE_RECORD in work.session.scalars(select(Job.kind)).all()
        write_record(work, destruction)
        write_record(work, destruction)
    with office.begin(staff.records) as work:
        row = destruction_by_id(work, destruction)
        assert row.state is DestructionState.CONFIRMED and row.record_sha256
        with office.store.open(Digest(row.record_sha256)) as stream:
            signed = stream.read()
        told = read_note(signed)
        assert [one.id for one in destructions(work).rows] == [destruction]
    assert note_faults(told, {Signer(office.settings.audit_key).public}) == []
    assert (told["proposed_by"], told["confirmed_by"]) == (
        staff.scanning.name,
        staff.records.name,
    )
    assert [(one["number"], one["box"]) for one in told["stacks"]] == [(1, "K-12"), (2, "K-12")]
    assert all(one["transfer_note"] for one in told["stacks"])
    _same_on_sheets(signed, told)
    assert against(office, staff.records, stacks[0])[-1] == "Das Papier ist vernichtet."
    with pytest.raises(RuleBroken):
        boxed(office, staff.records, stacks[0], box="K-99")
    # The scans and all that proves them stay.
    with office.as_system() as work:
        assert sweep(work, older_than=timedelta(0)) == 0
    assert [one for one in verify(office.as_system).faults if "Suchindex" not in one] == []


def _same_on_sheets(signed: bytes, told: dict[str, Any]) -> None:
    """People read what was signed: both persons, each stack, and by which digest to find it."""
    written = record_pdf(signed)
    with pikepdf.open(io.BytesIO(written)) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
    text = "".join(one.get_textpage().get_text_range() for one in PdfDocument(written))
    text = re.sub(r"\s+", "", text)
    for said in (
        *(told["proposed_by"], told["confirmed_by"], told["manner"]),
        *(hashlib.sha256(signed).hexdigest(), told["key"]),
        *(one["sha256"] for one in told["stacks"]),
        *("000001", "000002", "K-12"),
    ):
        assert said.replace(" ", "") in text


def test_nobody_confirms_what_they_proposed_or_scanned_or_without_proving_who_they_are(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    later(office)
    destruction = proposed(office, staff.records, stack)
    with pytest.raises(NeedsConfirmation):
        decided(office, staff.records, destruction)
    with pytest.raises(SamePerson):
        decided(office, replace(staff.records, confirmed=True), destruction)
    with pytest.raises(NotAllowed):
        decided(office, replace(staff.scanning, confirmed=True), destruction)
    lead = appoint(office, "leitung", Role.LEAD, units=[staff.unit])
    with office.as_system() as work:
        work.session.get_one(Batch, stack).operator = lead.name
    with pytest.raises(SamePerson):
        decided(office, replace(lead, confirmed=True), destruction)


def test_a_refused_proposal_leaves_the_paper_where_it_is(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    later(office)
    destruction = proposed(office, staff.records, stack)
    with pytest.raises(RuleBroken):
        proposed(office, staff.scanning, stack)
    lead = replace(appoint(office, "leitung", Role.LEAD, units=[staff.unit]), confirmed=True)
    with pytest.raises(BadInput):
        decided(office, lead, destruction, confirm=False)
    decided(office, lead, destruction, confirm=False, reason="Der Karton fehlt")
    assert may_go(office, staff.records) == [stack]
    with pytest.raises(RuleBroken):
        decided(office, lead, destruction)


def test_what_came_between_proposal_and_confirmation_stops_it(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    later(office)
    destruction = proposed(office, staff.records, stack)
    with office.as_system() as work:
        work.session.add(
            ScanRequest(
                number=1,
                batch_id=stack,
                pages=[],
                reason="unscharf",
                asked_by_id=staff.scanning.id,
                asked_at=work.clock.now(),
            )
        )
    lead = replace(appoint(office, "leitung", Role.LEAD, units=[staff.unit]), confirmed=True)
    with pytest.raises(RuleBroken) as refused:
        decided(office, lead, destruction)
    assert list(refused.value.reasons) == [
        "Stapel 000001: Der Stapel soll noch einmal gescannt werden."
    ]


def test_paper_of_another_unit_does_not_exist(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    later(office)
    destruction = proposed(office, staff.records, stack)
    stranger = appoint(office, "fern", Role.RECORDS_MANAGER, units=[staff.other_unit])
    with office.begin(stranger) as work:
        assert papers(work).total == 0 and destructions(work).total == 0
        with pytest.raises(NotFound):
            destruction_by_id(work, destruction)
        with pytest.raises(NotFound):
            keep_paper(work, work.session.get_one(Batch, stack), box="K-1", keep=False)
    with pytest.raises(NotAllowed), office.begin(staff.clerk) as work:
        papers(work)


def test_an_altered_record_is_found(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stacks = [whole_way(office, staff, tmp_path, key=f"stack-{n}") for n in range(2)]
    lead = replace(appoint(office, "leitung", Role.LEAD, units=[staff.unit]), confirmed=True)
    for stack in stacks:
        boxed(office, staff.records, stack)
    later(office)
    made = [proposed(office, staff.records, stack) for stack in stacks]
    for one in made:
        decided(office, lead, one)
        with office.as_system() as work:
            write_record(work, one)
    with office.as_system() as work:
        first, second = (work.session.get_one(Destruction, one) for one in made)
        first.record_sha256 = second.record_sha256
    found = [one for one in verify(office.as_system).faults if "Suchindex" not in one]
    assert found == ["Nachweis der Vernichtung Nr. 1: Er gilt einer anderen Vernichtung."]


def test_nothing_is_proposed_without_saying_how(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    with office.begin(staff.records) as work:
        batch = work.session.get_one(Batch, stack)
        for batches, manner in (([], "P-4"), ([batch], " ")):
            with pytest.raises(BadInput):
                propose_destruction(work, batches, manner=manner)
        with pytest.raises(RuleBroken) as refused:
            propose_destruction(work, [batch], manner="P-4")
        assert "Die Frist läuft bis" in json.dumps(list(refused.value.reasons), ensure_ascii=False)


def test_a_stack_under_check_can_be_asked_for_again_and_its_paper_waits(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        ask_to_scan_again(work, batch, pages=[], reason="falsch eingezogen")
    assert "Der Stapel soll noch einmal gescannt werden." in against(office, staff.records, stack)
