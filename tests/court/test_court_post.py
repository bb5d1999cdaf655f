"""Does a message from a court come in whole, once, with its documents, and to the right case?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pikepdf import pdfa
from sqlalchemy import func, select

from eakte import mails
from eakte.bootstrap import Office
from eakte.casework.court_post import court_message_of, note_confirmation
from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken, UnknownType
from eakte.filing.placing import attachments_of
from eakte.filing.proposing import making
from eakte.filing.proposing.proposals import proposals_of
from eakte.filing.proposing.weighing import Confidence
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import Receipt
from eakte.model.audit_entry import AuditEntry
from eakte.model.document import (
    Document,
    DocumentState,
    ProcessingState,
    Rendition,
    RenditionKind,
    Source,
    Version,
)
from eakte.processing.pipeline import Made, Task
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import Staff, opened
from tests.court.messages import SENT, Sent, message, stored, zipped
from tests.mail.letters import A_PDF

SAMPLES = [
    ("Beispiel_synthetisch1.xml", "court-incomplete"),
    ("xjustiz_nachricht_aaz_v3_2.xml", "court-incomplete"),
    ("xjustiz_nachricht_eeb1_v3_2.xml", "court-incomplete"),
    ("xjustiz_nachricht_v3_2.xml", "court-incomplete"),
]


def take(
    office: Office,
    staff: Staff,
    sandbox: Sandbox,
    content: bytes,
    folder: Path,
    name: str = "nachricht.zip",
) -> Receipt:
    path = folder / "delivered"
    path.write_bytes(content)
    return deliver(
        lambda: office.begin(staff.clerk),
        path,
        declared=Declared(name=name, source=Source.UPLOAD),
        look=lambda at, called: sandbox.look(at, name=called),
    )


def made(office: Office, sandbox: Sandbox, receipt: Receipt, folder: Path) -> tuple[Task, Made]:
    folder.mkdir()
    with office.as_system() as work:
        task = mails.begin(work, receipt.document_id)
    assert task is not None
    return task, mails.make(office.store, sandbox, task, folder=folder, progress=lambda *_: None)


def worked(office: Office, sandbox: Sandbox, receipt: Receipt, folder: Path) -> Document:
    task, product = made(office, sandbox, receipt, folder)
    with office.as_system() as work:
        mails.finish(work, task, product)
        document = work.session.get_one(Document, receipt.document_id)
        work.session.refresh(document)
        work.session.expunge(document)
    return document


def test_a_message_is_one_document_with_everything_it_brought(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    contents = stored(A_PDF)
    receipt = take(office, staff, sandbox, zipped(contents), tmp_path)
    document = worked(office, sandbox, receipt, tmp_path / "work")
    assert document.title == "Richterliche Verfügung und 1 weitere (B6234)"
    assert (document.sender, document.foreign_reference) == ("B6234", "S 3 SB 12/26")
    assert document.processing is ProcessingState.READY
    assert document.problem_code is None
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Document, document.id)
        came = attachments_of(work, mine)
        assert [(one.original_name, one.title) for one in came] == [
            (SENT[1].name, "Richterliche Verfügung"),
            (SENT[1].signature, "Richterliche Verfügung – Signatur"),
            (SENT[0].name, "Gutachten Dr. Bell"),
            ("vhn.xml", "vhn.xml"),
        ]
        assert [str(one.letter_date) for one in came[::2][:2]] == [SENT[1].day, SENT[0].day]
        for one in came:
            version = work.session.scalars(
                select(Version).where(Version.document_id == one.id)
            ).one()
            with office.store.open(Digest(version.sha256)) as stream:
                assert stream.read() == contents[one.original_name]
        kept = court_message_of(work, mine)
        assert kept is not None
        assert (kept.theirs, kept.ours) == (["S 3 SB 12/26"], ["SBR 1/2026"])
        assert (kept.confirmation_wanted, kept.confirmed_on, kept.missing) == (True, None, [])


def test_the_page_of_a_message_can_be_read_and_searched(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = take(office, staff, sandbox, zipped(stored(A_PDF)), tmp_path)
    _, product = made(office, sandbox, receipt, tmp_path / "work")
    reading = product.outcome.searchable_pdf
    assert reading is not None
    assert pdfa.validate_written(reading, "2b").passed
    text = product.outcome.pages[0].text
    for words in (
        *("Ihr Zeichen:", "SBR 1/2026", "S 3 SB 12/26", "Kläger(in): Muster, Änne"),
        *("geb. am 05.04.1961", "1. Richterliche Verfügung, Verfügung, vom 02.03.2026"),
        *("Empfangsbekenntnis (eEB) wird verlangt", "Außerdem mitgekommen"),
    ):
        assert words in text


def test_reading_a_message_again_brings_nothing_twice(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = take(office, staff, sandbox, zipped(stored(A_PDF)), tmp_path)
    worked(office, sandbox, receipt, tmp_path / "one")
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Document, receipt.document_id)
        note_confirmation(work, mine, on=work.clock.today())
    worked(office, sandbox, receipt, tmp_path / "two")
    with office.begin(staff.clerk) as work:
        assert work.session.scalar(select(func.count(Document.id))) == 5
        kept = court_message_of(work, work.session.get_one(Document, receipt.document_id))
        assert kept is not None
        assert kept.confirmed_on == work.clock.today()


def test_what_is_missing_is_named(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    contents = stored(A_PDF)
    del contents[SENT[0].name]
    document = worked(
        office, sandbox, take(office, staff, sandbox, zipped(contents), tmp_path), tmp_path / "work"
    )
    assert document.problem_code == "court-incomplete"
    assert f"„{SENT[0].name}“" in (document.problem or "")
    assert document.processing is ProcessingState.READY


def test_an_unknown_version_and_a_message_that_cannot_be_read_lose_nothing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    unknown = stored(A_PDF, xml=message().replace(b'"3.6.2"', b'"9.9.9"'))
    document = worked(
        office, sandbox, take(office, staff, sandbox, zipped(unknown), tmp_path), tmp_path / "one"
    )
    assert (document.problem_code, document.processing) == ("court-version", ProcessingState.READY)
    broken = stored(A_PDF, xml=message()[:400])
    document = worked(
        office, sandbox, take(office, staff, sandbox, zipped(broken), tmp_path), tmp_path / "two"
    )
    assert document.problem_code == "court-unreadable"
    with office.begin(staff.clerk) as work:
        came = attachments_of(work, work.session.get_one(Document, document.id))
        assert {one.original_name for one in came} == set(broken)


def test_a_delivery_beyond_every_bound_is_refused_with_a_sentence(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    many = zipped(stored(A_PDF) | {f"{one}.txt": b"x" for one in range(1300)})
    with pytest.raises(UnknownType) as refused:
        take(office, staff, sandbox, many, tmp_path)
    assert "1.000 Dokumente" in refused.value.message


@pytest.mark.parametrize(("name", "code"), SAMPLES)
def test_every_collected_message_is_shown_with_what_it_misses(
    home: tuple[Office, Staff],
    sandbox: Sandbox,
    tmp_path: Path,
    shared: Path,
    name: str,
    code: str,
) -> None:
    office, staff = home
    content = (shared / "samples" / "xjustiz" / name).read_bytes()
    receipt = take(office, staff, sandbox, content, tmp_path, name)
    document = worked(office, sandbox, receipt, tmp_path / "work")
    assert (document.problem_code, document.processing) == (code, ProcessingState.READY)
    with office.begin(staff.clerk) as work:
        kept = court_message_of(work, work.session.get_one(Document, document.id))
        assert kept is not None
        assert kept.missing
        kinds = work.session.scalars(
            select(Rendition.kind)
            .join(Version, Version.id == Rendition.version_id)
            .where(Version.document_id == document.id)
        )
        assert RenditionKind.READING_COPY in set(kinds)


def test_the_own_reference_in_its_field_leads_to_the_case(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    dossier, case = opened(office, staff)
    reference = dossier.reference
    sent = (Sent(1, "a.pdf", "Verfügung"),)
    contents = {
        "xjustiz_nachricht.xml": message(ours=f"Az. {reference}", sent=sent).replace(
            b"Muster", b"Unbekannt"
        ),
        "a.pdf": A_PDF,
    }
    receipt = take(office, staff, sandbox, zipped(contents), tmp_path)
    document = worked(office, sandbox, receipt, tmp_path / "work")
    with office.as_system() as work:
        task = making.begin(work, document.id)
    assert task is not None
    clues = making.make(office.store, sandbox, task, folder=tmp_path, progress=None)
    with office.as_system() as work:
        making.finish(work, task, clues)
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Document, document.id)
        first, *others = proposals_of(work, mine)
        assert (first.dossier.reference, others) == (reference, [])
        assert first.case is not None
        assert first.case.id == case.id
        assert first.why.confidence is Confidence.SURE
        # Nothing is filed by it.
        assert mine.state is DocumentState.INBOX
    with office.begin(staff.other_clerk) as work, pytest.raises((NotFound, NotAllowed)):
        proposals_of(work, work.session.get_one(Document, document.id))


def test_the_acknowledgement_is_a_duty_until_it_is_written_down(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    receipt = take(office, staff, sandbox, zipped(stored(A_PDF)), tmp_path)
    worked(office, sandbox, receipt, tmp_path / "work")
    quiet = take(
        office,
        staff,
        sandbox,
        zipped(stored(A_PDF, xml=message(confirmation=False))),
        tmp_path,
    )
    worked(office, sandbox, quiet, tmp_path / "quiet")
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Document, receipt.document_id)
        today = work.clock.today()
        for wrong in (today + timedelta(days=1), mine.received_on - timedelta(days=1)):
            with pytest.raises(BadInput):
                note_confirmation(work, mine, on=wrong)
        note_confirmation(work, mine, on=today)
        with pytest.raises(RuleBroken):
            note_confirmation(work, mine, on=today)
        with pytest.raises(RuleBroken):
            note_confirmation(work, work.session.get_one(Document, quiet.document_id), on=today)
    with office.as_system() as work:
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "court.confirmed")
        ).one()
        assert entry.details["day"] == str(today)
    with office.begin(staff.other_clerk) as work, pytest.raises((NotFound, NotAllowed)):
        note_confirmation(work, work.session.get_one(Document, receipt.document_id), on=today)
