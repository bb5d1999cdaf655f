"""Are versions immutable, drafts written on by one at a time, and final what was declared final?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import BadInput, CheckedOut, RuleBroken
from eakte.filing.attaching import attach, detach
from eakte.filing.describing import Description
from eakte.filing.placing import (
    cancel_document,
    describe_document,
    place_document,
    restore_document,
    take_back,
    withdraw_document,
)
from eakte.filing.writing import (
    check_out,
    finalise,
    give_back,
    make_draft,
    refuse_another_version,
    release,
)
from eakte.intake.delivering import Declared
from eakte.intake.receiving import Receipt
from eakte.intake.versions import deliver_version
from eakte.model.case import Case
from eakte.model.document import Direction, Document, DocumentState, Source, Version, Writing
from eakte.model.user import Actor, Role
from eakte.retrieval.browsing import attachments_in, cases_in, documents_in, placed_in, relatives_of
from storage import Digest
from tests.builders import A_PDF, Staff, appoint, as_, bring, document, house, opened


def draft(office: Office, actor: Actor, folder: Path) -> Receipt:
    """A letter of our own that is being written."""
    receipt = bring(office, actor, folder, name="bescheid.pdf")
    with office.begin(actor) as work:
        here = document(work, receipt)
        describe_document(work, here, description=Description(direction=Direction.OUTGOING))
        make_draft(work, here, reason="neu")
    return receipt


def put_on_top(office: Office, actor: Actor, folder: Path, receipt: Receipt, text: bytes) -> int:
    path = folder / "next"
    path.write_bytes(text)
    return deliver_version(
        lambda: office.begin(actor),
        path,
        document_id=receipt.document_id,
        declared=Declared(name="bescheid-2.pdf", source=Source.UPLOAD),
        look=lambda at, name: A_PDF,
        check=refuse_another_version,
        remark="Tippfehler",
    )


def test_a_new_version_leaves_the_bytes_of_the_one_before(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = draft(office, staff.clerk, tmp_path / "in")
        assert put_on_top(office, staff.clerk, tmp_path / "in", receipt, b"%PDF second") == 2
        with pytest.raises(RuleBroken, match="dieselbe"):
            put_on_top(office, staff.clerk, tmp_path / "in", receipt, b"%PDF second")
        with office.begin(staff.clerk) as work:
            versions = work.session.scalars(select(Version).order_by(Version.number)).all()
            assert [each.number for each in versions] == [1, 2]
            assert versions[0].sha256 == receipt.sha256
            for each in versions:
                with work.store.open(Digest(each.sha256)) as stream:
                    assert Digest.of(stream.read()) == Digest(each.sha256)


def test_what_is_checked_out_is_written_on_by_nobody_else(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        colleague = appoint(office, "kollege", Role.CLERK, units=[staff.unit])
        receipt = draft(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            check_out(work, document(work, receipt))
        with pytest.raises(CheckedOut, match="Jemand anderes"):
            put_on_top(office, colleague, tmp_path / "in", receipt, b"%PDF theirs")
        with as_(office, colleague) as work:
            here = document(work, receipt)
            with pytest.raises(CheckedOut):
                check_out(work, here)
            with pytest.raises(CheckedOut):
                finalise(work, here)
            with pytest.raises(BadInput):
                release(work, here, reason=" ")
            release(work, here, reason="im Urlaub")
            assert here.checked_out_by_id is None
        refused = pytest.raises(RuleBroken, match="nicht ausgeliehen")
        with office.begin(staff.clerk) as work, refused:
            give_back(work, document(work, receipt))


def test_what_is_final_takes_no_version_until_it_is_a_draft_again(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = draft(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            finalise(work, document(work, receipt))
        with pytest.raises(RuleBroken, match="endgültig"):
            put_on_top(office, staff.clerk, tmp_path / "in", receipt, b"%PDF second")
        with office.begin(staff.clerk) as work:
            make_draft(work, document(work, receipt), reason="Fehler gefunden")
        assert put_on_top(office, staff.clerk, tmp_path / "in", receipt, b"%PDF second") == 2


def test_what_came_from_outside_never_becomes_a_draft(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work, pytest.raises(RuleBroken, match="Eingang bleibt"):
            make_draft(work, document(work, receipt), reason="Versehen")


def filed(office: Office, staff: Staff, case: Case, folder: Path, *texts: bytes) -> list[Receipt]:
    receipts = [bring(office, staff.clerk, folder, content=text) for text in texts]
    with office.begin(staff.clerk) as work:
        for receipt in receipts:
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
    return receipts


def test_a_withdrawal_sheet_keeps_the_place_of_what_was_taken_out(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipts = filed(office, staff, case, tmp_path / "in", b"one", b"two", b"three")
        with office.begin(staff.clerk) as work:
            withdraw_document(work, document(work, receipts[2]), reason="gehört Dritten")
        (later,) = filed(office, staff, case, tmp_path / "in", b"four")
        with office.begin(staff.clerk) as work:
            assert document(work, later).position == 4
            taken = document(work, receipts[2])
            assert (taken.state, taken.dossier_id) == (DocumentState.INBOX, None)
            here = work.session.get_one(type(dossier), dossier.id)
            rows = placed_in(work, here, documents_in(work, here))[case.id]
            assert [row.position for row in rows] == [1, 2, 3, 4]
            sheet = rows[2].sheet
            assert sheet is not None
            assert (sheet.reason, sheet.taken_out_by) == ("gehört Dritten", staff.clerk.name)


def test_a_withdrawal_sheet_before_everything_stands_before_the_first_that_is_left(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipts = filed(office, staff, case, tmp_path / "in", b"one", b"two")
        for receipt in receipts:
            with office.begin(staff.clerk) as work:
                withdraw_document(work, document(work, receipt), reason="gehört Dritten")
                here = work.session.get_one(type(dossier), dossier.id)
                rows = placed_in(work, here, documents_in(work, here))[case.id]
                assert [row.position for row in rows] == [1, 2]
                assert rows[0].sheet is not None


def test_behind_the_last_page_stands_the_last_page_with_the_same_totals(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipts = filed(office, staff, case, tmp_path / "in", b"one", b"two")
        with office.begin(staff.clerk) as work:
            document(work, receipts[0]).page_count = 3
            document(work, receipts[1]).page_count = 4
        with office.begin(staff.clerk, writes=False) as work:
            here = work.session.get_one(type(dossier), dossier.id)
            first, behind = documents_in(work, here), documents_in(work, here, page=7)
            assert [one.id for one in behind.rows] == [one.document_id for one in receipts]
            assert (first.page, first.pages, first.total, first.sides) == (1, 1, 2, 7)
            assert first == behind
            assert [(one.id, *rest) for one, *rest in cases_in(work, here)] == [(case.id, 2, 7)]


def test_a_cancelled_document_keeps_its_place_and_can_be_restored(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        (receipt,) = filed(office, staff, case, tmp_path / "in", b"one")
        with office.begin(staff.clerk) as work:
            here = document(work, receipt)
            cancel_document(work, here, reason="falsche Person")
            assert (here.state, here.position) == (DocumentState.CANCELLED, 1)
            with pytest.raises(RuleBroken):
                cancel_document(work, here, reason="noch einmal")
            restore_document(work, here)
            assert (here.state, here.cancel_reason) == (DocumentState.FILED, None)


def test_attachments_are_filed_and_taken_back_with_their_letter(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        letter = bring(office, staff.clerk, tmp_path / "in", content=b"letter")
        annex = bring(office, staff.clerk, tmp_path / "in", content=b"annex")
        with office.begin(staff.clerk) as work:
            attach(work, document(work, annex), to=document(work, letter))
            with pytest.raises(RuleBroken) as told:
                attach(work, document(work, letter), to=document(work, annex))
            assert len(told.value.reasons) == 2
            with pytest.raises(RuleBroken, match="Anlage"):
                place_document(
                    work,
                    document(work, annex),
                    case=work.session.get_one(Case, case.id),
                    description=Description(),
                )
            place_document(
                work,
                document(work, letter),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
            main = document(work, letter)
            assert [each.id for each in attachments_in(work, [main])[main.id]] == [
                annex.document_id
            ]
            assert document(work, annex).case_id == case.id
            assert relatives_of(work, main) == (None, [document(work, annex)])
            assert relatives_of(work, document(work, annex)) == (main, [])
            take_back(work, main)
            assert document(work, annex).state is DocumentState.INBOX
            detach(work, document(work, annex))
            assert work.session.get_one(Document, annex.document_id).parent_id is None


def test_a_disputed_letter_says_what_is_disputed(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            here = document(work, receipt)
            with pytest.raises(BadInput, match="bestritten"):
                describe_document(work, here, description=Description(disputed=True))
            describe_document(
                work,
                here,
                description=Description(
                    disputed=True, disputed_note="Diagnose", from_doctor=True, sender="Dr. A"
                ),
            )
            assert here.disputed and here.from_doctor and here.writing is Writing.FINAL
