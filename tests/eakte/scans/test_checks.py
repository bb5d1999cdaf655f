"""Is a scan looked at by rule, by the right person, and released only when it is good?"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken, SamePerson
from eakte.evidence.transfer.checking import (
    CheckSeen,
    begin_check,
    check_of,
    drawn_by_chance,
    judge_page,
)
from eakte.evidence.transfer.releasing import ask_to_scan_again, release_batch
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.filing.scan_rules_csv import read_scan_rules
from eakte.intake.scan_requests import open_scan_requests
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.case import Case
from eakte.model.document import Document, ProcessingState
from eakte.model.job import Job
from eakte.model.legibility import CheckRules, anomalies_of
from eakte.model.scan_check import PageCheck, ScanCheck, ScanRequest, Verdict
from eakte.model.user import Role
from eakte.processing import picturing
from eakte.retrieval.proofs import read_page_picture
from eakte.signed import read_note
from storage import Digest
from tests.builders import Staff, appoint, bring_stack, house, opened
from tests.checking import (
    FINE,
    begun,
    judged,
    let_rule,
    pictured,
    ready_stack,
    released,
)

Home = tuple[Office, Staff]


def seen_of(office: Office, staff: Staff, batch_id: UUID) -> CheckSeen:
    with office.begin(staff.scanning) as work:
        seen = check_of(work, work.session.get_one(Batch, batch_id))
        assert seen is not None
        return seen


def note_of(office: Office, batch_id: UUID) -> bytes:
    with office.as_system() as work:
        sha256 = work.session.get_one(ScanCheck, batch_id).note_sha256
        assert sha256 is not None
        with office.store.open(Digest(sha256)) as stream:
            return stream.read()


# --- what is measured ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({}, ""),
        ({"dpi": 295}, ""),
        ({"dpi": 200}, "Die Auflösung ist 200 dpi, verlangt sind 300."),
        ({"skew": -4.26}, "Die Seite liegt um 4,3 Grad schief."),
        ({"dark": 0.81}, "81 % der Seite sind dunkel."),
        ({"unsure": 0.35}, "35 % der Wörter sind unsicher erkannt."),
        ({"text_source": "none", "unsure": None}, "Auf der Seite wurde kein Text erkannt."),
        ({"readable": False}, "Die Seite lässt sich nicht darstellen."),
        ({"fate": Fate.ASIDE}, "Die Seite kam in kein Schreiben."),
        ({"fate": Fate.BLANK, "traces": True}, "Die Seite gilt als leer, trägt aber Spuren."),
        ({"fate": Fate.BLANK, "text_source": ""}, ""),
        ({"fate": Fate.SEPARATOR, "skew": 12.0, "dpi": 100}, ""),
    ],
)
def test_each_anomaly_is_named_in_a_sentence(measured: dict[str, object], said: str) -> None:
    page = BatchPage(
        **{"fate": Fate.FILED, "skew": 0.1, "traces": False, "readable": True, **FINE, **measured}
    )
    assert " ".join(anomalies_of(page, CheckRules())) == said


def test_bounds_come_from_a_table_that_the_office_edits() -> None:
    rules, table = read_scan_rules(
        "Regel;Wert\nPrüfanteil in Prozent;10\nAndere Person prüft;nein\n".encode()
    )
    assert table.faults == []
    assert (rules.share, rules.other_person, rules.least_dpi) == (10, False, 300)
    _, table = read_scan_rules(
        "Regel;Wert\nPrüfanteil in Prozent;0\nUnsinn;1\nAndere Person prüft;vielleicht\n"
        "Mindestauflösung in dpi;\n".encode()
    )
    assert [fault.line for fault in table.faults] == [2, 3, 4, 5]


# --- which pages are looked at ------------------------------------------------------------------


def test_the_share_is_drawn_and_every_page_with_an_anomaly_comes_besides(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    let_rule(office, staff, share=10, other_person=True)
    odd = {7: {"dpi": 150}, 23: {"unsure": 0.9}}
    stack = ready_stack(office, staff, tmp_path, pages=40, odd=odd)
    chosen = begun(office, staff.scanning, stack)
    assert {7, 23} <= set(chosen)
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        drawn = drawn_by_chance(work, batch, range(1, 41), share=10)
        assert len(drawn) == 4 and set(chosen) == {7, 23} | drawn
        assert drawn == drawn_by_chance(work, batch, range(1, 41), share=10)


def test_what_is_drawn_differs_from_stack_to_stack_and_from_house_to_house(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    drawn = []
    stacks = [ready_stack(office, staff, tmp_path, pages=2, key=f"stack-{n}") for n in range(3)]
    with office.begin(staff.scanning) as work:
        for stack in stacks:
            batch = work.session.get_one(Batch, stack)
            drawn.append(drawn_by_chance(work, batch, range(1, 1001), share=5))
        batch_id = work.session.get_one(Batch, stacks[0]).id
    assert len(set(drawn)) == 3 and all(len(one) == 50 for one in drawn)
    other = "aB9cD8eF7gH6iJ5kL4mN3oP2qR1sT0uVwXyZ7q1w9e3r5t2z8u4i"
    with house(tmp_path / "abroad", secret_key=other) as (abroad, people):
        ready_stack(abroad, people, tmp_path / "there", pages=2, key="stack-0")
        with abroad.begin(people.scanning) as work:
            batch = work.session.scalars(select(Batch)).one()
            work.session.expunge(batch)
            batch.id = batch_id
            assert drawn_by_chance(work, batch, range(1, 1001), share=5) != drawn[0]


def test_a_check_waits_until_every_letter_of_the_stack_is_read(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    with office.as_system() as work:
        one = work.session.scalars(select(Document)).one()
        one.processing = ProcessingState.RUNNING
    with pytest.raises(RuleBroken) as refused:
        begun(office, staff.scanning, stack)
    assert list(refused.value.reasons) == ["Noch nicht gelesene Schreiben des Stapels: 1."]


def test_a_check_begins_once(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    with pytest.raises(RuleBroken), office.begin(staff.scanning) as work:
        begin_check(work, work.session.get_one(Batch, stack))
    with office.as_system() as work:
        assert work.session.scalars(select(Job.kind)).all().count(picturing.KIND) == 1


# --- who looks, and what is kept of it ----------------------------------------------------------


def test_whoever_scanned_does_not_check_where_the_unit_wants_somebody_else(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path, sender=staff.scanning)
    with pytest.raises(SamePerson):
        begun(office, staff.scanning, stack)
    second = appoint(office, "zweite", Role.SCANNING, units=[staff.unit])
    begun(office, second, stack)
    judged(office, second, stack)
    with pytest.raises(SamePerson):
        released(office, staff.scanning, stack)
    let_rule(office, staff, other_person=False)
    # The check goes on by the rules with which it began.
    with pytest.raises(SamePerson):
        released(office, staff.scanning, stack)
    released(office, second, stack)


def test_the_person_named_at_the_device_counts_as_who_scanned(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    with office.as_system() as work:
        work.session.get_one(Batch, stack).operator = f" {staff.scanning.name.upper()} "
    with pytest.raises(SamePerson):
        begun(office, staff.scanning, stack)


def test_nobody_but_the_scanning_staff_of_the_unit_checks(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    stranger = appoint(office, "fern", Role.SCANNING, units=[staff.other_unit])
    for person, fault in (
        (staff.clerk, NotAllowed),
        (staff.records, NotAllowed),
        (staff.administrator, NotFound),
        (stranger, NotFound),
    ):
        with pytest.raises(fault):
            begun(office, person, stack)
    begun(office, staff.scanning, stack)
    for person in (staff.clerk, staff.records):
        with pytest.raises(NotAllowed), office.begin(person) as work:
            read_page_picture(work, work.session.get_one(Batch, stack), page=1)


def test_a_verdict_is_kept_with_who_and_when_and_a_bad_one_needs_its_reason(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        judge_page(work, batch, 1, verdict=Verdict.BAD, reason=" unscharf ", turn=90)
        for fault, page, given in (
            (BadInput, 2, {"verdict": Verdict.BAD, "reason": "  "}),
            (BadInput, 2, {"verdict": Verdict.GOOD, "turn": 45}),
            (NotFound, 99, {"verdict": Verdict.GOOD}),
        ):
            with pytest.raises(fault):
                judge_page(work, batch, page, **given)
    first, second = seen_of(office, staff, stack).pages[:2]
    assert (first.check.verdict, first.check.reason, first.check.turn) == (
        Verdict.BAD,
        "unscharf",
        90,
    )
    assert first.check.by_id == staff.scanning.id and first.check.at == office.clock.now()
    assert second.check.verdict is None


def test_nobody_judges_a_page_before_it_can_be_seen(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    with office.begin(staff.scanning) as work:
        begin_check(work, work.session.get_one(Batch, stack))
    with pytest.raises(RuleBroken):
        judged(office, staff.scanning, stack)
    pictured(office, stack)
    judged(office, staff.scanning, stack)


def test_each_look_at_a_picture_is_logged(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    with office.begin(staff.scanning) as work:
        read_page_picture(work, work.session.get_one(Batch, stack), page=2)
    with office.as_system() as work:
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "batch.page-read")
        ).one()
        assert (entry.actor_id, entry.details["page"]) == (staff.scanning.id, 2)


# --- release, or once more ----------------------------------------------------------------------


def test_nothing_is_released_before_every_chosen_page_is_seen_and_good(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    with pytest.raises(RuleBroken):
        released(office, staff.scanning, stack)
    begun(office, staff.scanning, stack)
    with pytest.raises(RuleBroken) as unseen:
        released(office, staff.scanning, stack)
    assert list(unseen.value.reasons) == ["4 Seiten sind noch nicht angesehen."]
    judged(office, staff.scanning, stack, {2: "unscharf"})
    with pytest.raises(RuleBroken) as bad:
        released(office, staff.scanning, stack)
    assert list(bad.value.reasons) == ["Schlechte Seiten ohne freigegebenen neuen Scan: 2."]


def test_a_bad_page_is_mended_by_a_stack_that_is_released_itself(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    judged(office, staff.scanning, stack, {2: "unscharf"})
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        request = ask_to_scan_again(work, batch, pages=[2], reason="unscharf")
        assert [one.number for one in open_scan_requests(work)] == [request.number]
        with pytest.raises(RuleBroken):
            ask_to_scan_again(work, batch, pages=[2], reason="unscharf")
    answer = ready_stack(office, staff, tmp_path, key="stack-2", pages=2)
    with office.as_system() as work:
        # As the delivery notes it: tests/eakte/web/test_check_pages.py
        row = work.session.get_one(ScanRequest, request.id)
        row.answer_id, row.answered_at = answer, work.clock.now()
    with pytest.raises(RuleBroken):
        released(office, staff.scanning, stack)
    begun(office, staff.scanning, answer)
    judged(office, staff.scanning, answer)
    released(office, staff.scanning, answer)
    released(office, staff.scanning, stack)
    told = read_note(note_of(office, stack))
    assert told["check"]["bad"] == [2]
    assert told["check"]["again"][0]["answer"]["number"] == 2


def test_only_pages_that_are_there_are_asked_for_again(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    with office.begin(staff.scanning) as work:
        batch = work.session.get_one(Batch, stack)
        for pages, reason in (([0], "x"), ([5], "x"), ([1], " ")):
            with pytest.raises(BadInput):
                ask_to_scan_again(work, batch, pages=pages, reason=reason)


def test_filing_goes_on_before_the_release_unless_the_unit_wants_it_otherwise(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    _, case = opened(office, staff)
    let_rule(office, staff, file_before=False)
    stack = ready_stack(office, staff, tmp_path)

    def file() -> None:
        with office.begin(staff.clerk) as work:
            one = work.session.scalars(select(Document)).one()
            into = work.session.get_one(Case, case.id)
            place_document(work, one, case=into, description=Description(title="Antrag"))

    with pytest.raises(RuleBroken, match="noch nicht freigegeben"):
        file()
    begun(office, staff.scanning, stack)
    judged(office, staff.scanning, stack)
    released(office, staff.scanning, stack)
    file()
    let_rule(office, staff, file_before=True)
    ready_stack(office, staff, tmp_path, key="stack-2")
    with office.begin(staff.clerk) as work:
        later = work.session.scalars(
            select(Document).order_by(Document.receipt_number.desc())
        ).first()
        assert later is not None
        into = work.session.get_one(Case, case.id)
        place_document(work, later, case=into, description=Description(title="Antrag"))


def test_pages_without_a_picture_say_so_and_can_be_judged(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = ready_stack(office, staff, tmp_path)
    with office.begin(staff.scanning) as work:
        begin_check(work, work.session.get_one(Batch, stack))
    with office.as_system() as work:
        picturing.give_up(work, stack, error=RuntimeError("no picture"))
        assert all(work.session.scalars(select(PageCheck.no_picture)))
        assert picturing.begin(work, stack) is None
    judged(office, staff.scanning, stack)
    with office.begin(staff.scanning) as work:
        release_batch(work, work.session.get_one(Batch, stack))


def test_a_stack_that_is_not_taken_apart_is_not_checked(home: Home, tmp_path: Path) -> None:
    office, staff = home
    stack = bring_stack(office, staff.clerk, tmp_path, content=b"%PDF raw", key="raw")
    with pytest.raises(RuleBroken) as refused:
        begun(office, staff.scanning, stack)
    assert list(refused.value.reasons) == ["Der Stapel ist noch nicht getrennt."]
