"""Does a document find its one place, and is every reason against it told?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.errors import AlreadyFiled, BadInput, CaseClosed, DossierClosed, NotFiled, NotFound
from eakte.filing.describing import Description
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import cancel_document, describe_document, place_document, take_back
from eakte.filing.plan import add_plan_entry, plan
from eakte.filing.targets import target_of, targets
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, CaseState
from eakte.model.document import DocumentState
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.job import Job
from eakte.retrieval.browsing import history_of
from tests.builders import bring, document, house, opened


def test_a_placed_document_stands_at_the_end_of_its_case_and_is_indexed_anew(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        receipts = [
            bring(office, staff.clerk, tmp_path / "in", content=text)
            for text in (b"one", b"two", b"three")
        ]
        with office.begin(staff.clerk) as work:
            for receipt in receipts:
                place_document(
                    work,
                    document(work, receipt),
                    case=work.session.get_one(Case, case.id),
                    description=Description(document_type="Antrag"),
                )
        with office.begin(staff.clerk) as work:
            placed = [document(work, receipt) for receipt in receipts]
            assert [each.position for each in placed] == [1, 2, 3]
            assert {each.state for each in placed} == {DocumentState.FILED}
            kinds = work.session.scalars(
                select(Job.kind).where(Job.subject_id == placed[0].id)
            ).all()
            assert sorted(kinds) == ["index", "process"]


def test_taking_back_undoes_a_filing_and_both_stay_in_the_log(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        with office.begin(staff.clerk) as work:
            take_back(work, document(work, receipt))
        with office.begin(staff.clerk) as work:
            assert document(work, receipt).state is DocumentState.INBOX
            assert document(work, receipt).case_id is None
            acts = work.session.scalars(
                select(AuditEntry.act)
                .where(AuditEntry.subject_id == receipt.document_id)
                .order_by(AuditEntry.sequence)
            ).all()
            assert acts == ["document.received", "document.filed", "document.taken-back"]
            with pytest.raises(NotFiled):
                take_back(work, document(work, receipt))


def test_a_filed_document_is_not_filed_twice(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            target = work.session.get_one(Case, case.id)
            place_document(work, document(work, receipt), case=target, description=Description())
            with pytest.raises(AlreadyFiled):
                place_document(
                    work, document(work, receipt), case=target, description=Description()
                )


def test_closed_dossiers_and_cases_take_nothing_and_say_so_together(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.as_system() as work:
            work.session.get_one(Case, case.id).state = CaseState.CLOSED
        with office.begin(staff.clerk) as work, pytest.raises(CaseClosed):
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        with office.as_system() as work:
            work.session.get_one(Dossier, dossier.id).state = DossierState.CLOSED
        with office.begin(staff.clerk) as work, pytest.raises(DossierClosed) as refused:
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        assert len(refused.value.reasons) == 2


def test_another_units_case_does_not_exist_for_a_clerk(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        receipt = bring(office, staff.other_clerk, tmp_path / "in")
        with office.begin(staff.other_clerk) as work:
            with pytest.raises(NotFound):
                place_document(
                    work,
                    document(work, receipt),
                    case=work.session.get_one(Case, case.id),
                    description=Description(),
                )
            assert targets(work, "muster") == []


def test_a_described_document_keeps_old_values_which_the_log_does_not_tell(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            describe_document(
                work,
                document(work, receipt),
                description=Description(title="Befundbericht", letter_date=date(2026, 10, 1)),
            )
            entry = work.session.scalar(
                select(AuditEntry).where(AuditEntry.act == "document.described")
            )
            assert entry is not None
            assert entry.details["fields"] == ["letter_date", "title"]
            assert "Befundbericht" not in str(entry.details)
            (told, _) = history_of(work, document(work, receipt))
            assert told.fields == (
                ("letter_date", None, "2026-10-01"),
                ("title", "brief", "Befundbericht"),
            )


def test_a_letter_from_the_future_is_refused(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        tomorrow = office.clock.today() + timedelta(days=1)
        with office.begin(staff.clerk) as work, pytest.raises(BadInput, match="Zukunft"):
            describe_document(
                work, document(work, receipt), description=Description(letter_date=tomorrow)
            )


def test_a_cancelled_document_stays_with_its_reason(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            with pytest.raises(BadInput):
                cancel_document(work, document(work, receipt), reason=" ")
            cancel_document(work, document(work, receipt), reason="Werbung")
        with office.begin(staff.clerk) as work:
            assert document(work, receipt).state is DocumentState.CANCELLED
            assert document(work, receipt).cancel_reason == "Werbung"


@pytest.mark.parametrize("typed", ["müst", "MUEST", "sbr 1", "1/2026", "änne müst", "sbr 1/2026"])
def test_targets_are_found_by_the_beginning_of_name_or_reference(
    tmp_path: Path, typed: str
) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff, person="Müster, Änne")
        with office.begin(staff.clerk) as work:
            found = targets(work, typed)
            assert [target.case.id for target in found] == [case.id]
            assert dossier.reference in found[0].label


@pytest.mark.parametrize("typed", ["", "%", "_", "nobody", "uster"])
def test_targets_propose_nothing_for_what_begins_no_word(tmp_path: Path, typed: str) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        with office.begin(staff.clerk) as work:
            assert targets(work, typed) == []


def test_a_reference_leads_to_the_newest_open_case(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        with office.begin(staff.clerk) as work:
            newest = open_case(
                work, work.session.get_one(Dossier, dossier.id), procedure="Widerspruch"
            )
            assert target_of(work, dossier.reference.lower()).id == newest.id
            with pytest.raises(NotFound):
                target_of(work, "SBR 99/2026")


def test_a_hundred_openings_at_once_give_a_hundred_references_without_gap(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), ThreadPoolExecutor(12) as pool:

        def open_one(number: int) -> str:
            with office.begin(staff.clerk) as work:
                entry = work.session.get_one(PlanEntry, staff.entry.id)
                return open_dossier(work, entry, subject=f"Fall {number}").reference

        references = list(pool.map(open_one, range(100)))
        assert sorted(references) == sorted(f"SBR {number}/2026" for number in range(1, 101))


def test_a_dossier_is_opened_only_where_the_plan_allows_it(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        with office.as_system() as work:
            heading = add_plan_entry(work, "5", title="Soziales")
        with office.begin(staff.clerk) as work, pytest.raises(BadInput):
            open_dossier(work, work.session.get_one(PlanEntry, heading.id), subject="x")


def test_the_plan_counts_as_people_do_and_knows_what_stands_below(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), office.as_system() as work:
        add_plan_entry(work, "5.10", title="Zehn")
        child = add_plan_entry(work, "5.2.1", title="Darunter")
        assert child.parent_id == staff.entry.id
        assert [entry.number for entry in plan(work)] == ["5.2", "5.2.1", "5.10"]
