"""Does every page of a stack come where it belongs, and is every one of them accounted for?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte import stacks
from eakte.bootstrap import Office
from eakte.errors import BadInput, KeyUsed, NotFound
from eakte.filing import cover_sheets
from eakte.filing.cover_pdf import Printed, cover_pdf
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.revising import cancel_dossier
from eakte.intake.batches import BatchReceipt, Scanned, balance_of, deliver_batch
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState, Version
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.findings import Order
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import Staff, house, opened
from tests.stacks.paper import crooked, empty, letter, printed, scanned, stack

SEPARATORS = "samples/separators"
COVERS = int(os.environ.get("EAKTE_TEST_COVERS", "30"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Office, Staff]]:
    with house(tmp_path / "house") as both:
        yield both


def delivered(
    office: Office, staff: Staff, sandbox: Sandbox, content: bytes, folder: Path, **said: object
) -> BatchReceipt:
    folder.mkdir(exist_ok=True)
    source = folder / "stack.pdf"
    source.write_bytes(content)
    scanned_one = Scanned(**{"name": "stack.pdf", "key": "stack-1", **said})
    return deliver_batch(
        lambda: office.begin(staff.scanning),
        source,
        scanned=scanned_one,
        look=lambda path, name: sandbox.look(path, name=name),
    )


def taken_apart(office: Office, sandbox: Sandbox, batch_id: UUID, folder: Path) -> None:
    work_folder = folder / f"work-{batch_id}"
    work_folder.mkdir()
    with office.as_system() as work:
        task = stacks.begin(work, batch_id)
        assert task is not None
    made = stacks.make(office.store, sandbox, task, folder=work_folder, progress=lambda *told: None)
    with office.as_system() as work:
        stacks.finish(work, task, made)


def fates(office: Office, batch_id: UUID) -> list[tuple[int, Fate, int | None]]:
    with office.as_system() as work:
        return [
            (row.page, row.fate, row.place)
            for row in work.session.scalars(
                select(BatchPage).where(BatchPage.batch_id == batch_id).order_by(BatchPage.page)
            )
        ]


def documents(office: Office, batch_id: UUID) -> list[Document]:
    with office.as_system() as work:
        return list(
            work.session.scalars(
                select(Document)
                .where(Document.batch_id == batch_id)
                .order_by(Document.receipt_number)
            )
        )


def test_every_page_has_one_fate_and_the_stack_stays_as_it_came(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path, shared: Path
) -> None:
    office, staff = home
    sheet = printed((shared / SEPARATORS / "patch-code-t.pdf").read_bytes())
    content = stack(
        [letter("Antrag"), empty(), sheet, empty(), letter("Befund"), letter("Seite zwei")]
    )
    receipt = delivered(office, staff, sandbox, content, tmp_path / "in")
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    assert fates(office, receipt.batch_id) == [
        (1, Fate.FILED, 1),
        (2, Fate.BLANK, None),
        (3, Fate.SEPARATOR, None),
        (4, Fate.BLANK, None),
        (5, Fate.FILED, 1),
        (6, Fate.FILED, 2),
    ]
    with office.as_system() as work:
        batch = work.session.get_one(Batch, receipt.batch_id)
        balance = balance_of(work, batch)
        assert balance is not None and balance.right
        assert (balance.delivered, balance.filed, balance.separators, balance.blanks) == (
            6,
            3,
            1,
            2,
        )
        with office.store.open(Digest(batch.sha256)) as kept:
            assert kept.read() == content
    assert [one.page_count for one in documents(office, receipt.batch_id)] == [1, 2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("patch-code-t.pdf", []),
        ("patch-code-t-qr.pdf", []),
        ("patch-code-t-middle.pdf", [(1,), (3,)]),
        ("patch-code-t-middle-distorted.pdf", [(1,), (3,)]),
        ("several-patcht-codes.pdf", [(1, 2), (4, 5), (7,)]),
        ("barcode-qr-custom.pdf", [(1,)]),
        ("barcode-39-asn-123.pdf", [(1,)]),
    ],
)
def test_separator_sheets_of_others_part_at_the_right_pages(
    sandbox: Sandbox, tmp_path: Path, shared: Path, name: str, expected: list[tuple[int, ...]]
) -> None:
    parts = sandbox.separate(
        shared / SEPARATORS / name,
        name=name,
        folder=tmp_path,
        rules=stacks.Rules(),
        progress=lambda *told: None,
    ).parts
    assert [part.pages for part in parts] == expected


def test_serial_numbers_begin_documents_where_the_office_says_so(
    sandbox: Sandbox, tmp_path: Path, shared: Path
) -> None:
    parts = sandbox.separate(
        shared / SEPARATORS / "split-by-asn-1.pdf",
        name="split.pdf",
        folder=tmp_path,
        rules=stacks.Rules(starts=("ASN",)),
        progress=lambda *told: None,
    ).parts
    assert [part.pages for part in parts] == [(1,), (3,), (4,), (7,), (9,)]
    assert [part.blanks for part in parts] == [(2,), (), (5, 6), (8,), (10,)]


def test_crooked_and_grainy_cover_sheets_file_into_their_right_cases(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    cases: list[UUID] = []
    sheets: list[Printed] = []
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        for number in range(COVERS):
            dossier = open_dossier(
                work, entry, subject="Feststellung", person_name=f"Muster, {number}"
            )
            case = open_case(work, dossier, procedure="Erstantrag")
            work.session.refresh(case, ["dossier"])
            sheet = cover_sheets.print_cover_sheet(work, case)
            code = cover_sheets.code_of(work, sheet)
            cases.append(case.id)
            sheets.append(Printed(code, "Deckblatt", dossier.reference, ["Erstantrag"], "", ""))
    paper = cover_pdf(sheets)
    pages = []
    for number in range(COVERS):
        page = printed(paper, number)
        pages += [
            scanned(page, skew=crooked(number), seed=number),
            scanned(letter(f"Schreiben {number}"), skew=crooked(number), seed=1000 + number),
        ]
    receipt = delivered(office, staff, sandbox, stack(pages), tmp_path / "in")
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    assert [one.case_id for one in documents(office, receipt.batch_id)] == cases


def test_a_cover_sheet_that_nobody_printed_files_nothing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        sheet = cover_sheets.print_cover_sheet(work, work.session.get_one(Case, case.id))
        code = cover_sheets.code_of(work, sheet)
    swapped = code[:-1] + ("A" if code[-1] != "A" else "B")
    forged = code[:10] + ("A" if code[10] != "A" else "B") + code[11:]
    paper = cover_pdf([Printed(one, "Deckblatt", "X", [], "", "") for one in (swapped, forged)])
    content = stack([printed(paper, 0), letter("eins"), printed(paper, 1), letter("zwei")])
    receipt = delivered(office, staff, sandbox, content, tmp_path / "in")
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    found = documents(office, receipt.batch_id)
    assert [one.state for one in found] == [DocumentState.INBOX, DocumentState.INBOX]
    with office.as_system() as work:
        remarks = work.session.scalars(
            select(BatchPage.remark).where(BatchPage.fate == Fate.SEPARATOR)
        ).all()
    assert remarks == ["Der Code des Deckblatts stammt nicht aus dieser e-Akte."] * 2


def test_what_lies_behind_the_sheet_of_a_cancelled_dossier_stays_in_the_inbox(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    dossier, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        sheet = cover_sheets.print_cover_sheet(work, work.session.get_one(Case, case.id))
        code = cover_sheets.code_of(work, sheet)
        cancel_dossier(work, work.session.get_one(Dossier, dossier.id), reason="doppelt")
    paper = cover_pdf([Printed(code, "Deckblatt", "X", [], "", "")])
    receipt = delivered(
        office, staff, sandbox, stack([printed(paper), letter("eins")]), tmp_path / "in"
    )
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    (found,) = documents(office, receipt.batch_id)
    assert (found.state, found.case_id) == (DocumentState.INBOX, None)


def test_fronts_and_backs_are_put_in_reading_order(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    content = stack([letter(word) for word in ("V1", "V2", "V3", "R3", "R2", "R1")])
    receipt = delivered(
        office,
        staff,
        sandbox,
        content,
        tmp_path / "in",
        order=Order.FRONTS_THEN_BACKS_REVERSED,
    )
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    assert [place for _, _, place in fates(office, receipt.batch_id)] == [1, 3, 5, 6, 4, 2]


def test_the_same_delivery_gives_the_same_receipt_and_other_bytes_are_refused(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    content = stack([letter("eins"), letter("zwei")])
    first = delivered(office, staff, sandbox, content, tmp_path / "in")
    again = delivered(office, staff, sandbox, content, tmp_path / "in")
    assert (again.batch_id, again.number, again.repeated) == (first.batch_id, first.number, True)
    with pytest.raises(KeyUsed):
        delivered(office, staff, sandbox, stack([letter("drei")]), tmp_path / "in")


def test_a_gap_in_the_running_numbers_is_named_and_a_used_number_refused(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    for key, number in (("a", 7), ("b", 8), ("c", 11)):
        content = stack([letter(key)])
        receipt = delivered(
            office, staff, sandbox, content, tmp_path / "in", key=key, number=number
        )
    assert receipt.missing == (9, 10)
    with pytest.raises(BadInput, match="laufende Nummer 8"):
        delivered(office, staff, sandbox, stack([letter("d")]), tmp_path / "in", key="d", number=8)


def test_taking_a_stack_apart_again_changes_nothing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = delivered(
        office, staff, sandbox, stack([letter("eins"), letter("zwei")]), tmp_path / "in"
    )
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    with office.as_system() as work:
        assert stacks.begin(work, receipt.batch_id) is None
        assert work.session.get_one(Batch, receipt.batch_id).state is BatchState.READY
        versions = work.session.scalars(select(Version)).all()
    assert len(versions) == 1 and versions[0].sha256 == receipt.sha256


def test_a_damaged_stack_becomes_one_document_with_its_reason(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = delivered(office, staff, sandbox, b"%PDF-1.7 broken", tmp_path / "in")
    taken_apart(office, sandbox, receipt.batch_id, tmp_path)
    (found,) = documents(office, receipt.batch_id)
    assert found.state is DocumentState.INBOX


def test_strangers_see_nothing_of_a_stack(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = delivered(office, staff, sandbox, stack([letter("eins")]), tmp_path / "in")
    with office.begin(staff.other_clerk) as work:
        batch = work.session.get_one(Batch, receipt.batch_id)
        with pytest.raises(NotFound):
            balance_of(work, batch)
