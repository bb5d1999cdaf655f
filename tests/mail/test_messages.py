"""Does a message come in as a document with everything in it, once, whatever happens?"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from pikepdf import pdfa
from sqlalchemy import func, select

from eakte import mails
from eakte.bootstrap import Office
from eakte.filing.describing import Description
from eakte.filing.placing import attachments_of, place_document
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import Receipt
from eakte.model.case import Case
from eakte.model.document import (
    Direction,
    Document,
    DocumentState,
    ProcessingState,
    Rendition,
    RenditionKind,
    Source,
    Version,
)
from eakte.model.findings import Enclosure, Kind, Letterhead, Look, Outcome
from eakte.model.job import Job
from eakte.model.message import Enclosed, Message
from eakte.processing.limits import Limits
from eakte.processing.pipeline import Made, Task
from eakte.processing.sandbox import Sandbox
from eakte.processing.steps.identify import identify
from eakte.processing.steps.mail.opening import open_message
from eakte.retrieval.inbox import Choice, inbox, inbox_counts
from eakte.retrieval.messages import message_of
from storage import Digest
from tests.builders import Staff, bring, house, opened
from tests.mail.letters import A_PDF, A_TEXT, attached, head, message_part, mixed

READING = RenditionKind.READING_COPY


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Office, Staff]]:
    with house(tmp_path / "house") as both:
        yield both


def arrived(office: Office, staff: Staff, content: bytes, folder: Path) -> Receipt:
    """Deliver a message past the sandbox."""
    look = Look("message/rfc822", Kind.MAIL)
    return bring(office, staff.clerk, folder / "in", content=content, name="a.eml", look=look)


def delivered(
    office: Office, staff: Staff, sandbox: Sandbox, content: bytes, folder: Path, name: str
) -> Receipt:
    path = folder / "delivered"
    path.write_bytes(content)
    return deliver(
        lambda: office.begin(staff.clerk),
        path,
        declared=Declared(name=name, source=Source.UPLOAD),
        look=lambda at, called: sandbox.look(at, name=called),
    )


def made(office: Office, sandbox: Sandbox, document_id: UUID, folder: Path) -> tuple[Task, Made]:
    folder.mkdir()
    with office.as_system() as work:
        task = mails.begin(work, document_id)
    assert task is not None
    return task, mails.make(office.store, sandbox, task, folder=folder, progress=lambda *_: None)


def read_quickly(office: Office, document_id: UUID, folder: Path) -> tuple[Task, Made]:
    """What a job finds in a message, without shutting it in and printing it."""
    folder.mkdir()
    with office.as_system() as work:
        task = mails.begin(work, document_id)
    assert task is not None
    office.store.copy_to(Digest(task.sha256), folder / "original")
    look = identify(folder / "original", name=task.name)
    if look.kind is not Kind.MAIL:
        return task, Made(Outcome(Look(look.media_type, look.kind)), ())
    mail = open_message(folder / "original", media_type=look.media_type, folder=folder).mail
    enclosures, stored = [], []
    for one in mail.enclosed:
        inner = folder / "inner"
        inner.write_bytes(one.content)
        found = identify(inner, name=one.name)
        enclosures.append(Enclosure(inner, one.name, Look(found.media_type, found.kind)))
        stored.append(office.store.put(io.BytesIO(one.content)))
    read = Letterhead(mail.sender, mail.recipients, "", mail.subject, mail.message_id, mail.sent_at)
    outcome = Outcome(Look(look.media_type, look.kind), head=read, enclosures=tuple(enclosures))
    return task, Made(outcome, (), tuple(stored))


def finished(office: Office, task: Task, product: Made) -> None:
    with office.as_system() as work:
        mails.finish(work, task, product)


def brought(
    office: Office,
    staff: Staff,
    sandbox: Sandbox,
    content: bytes,
    folder: Path,
    name: str = "a.eml",
) -> Receipt:
    """Deliver a message and do what its job does."""
    receipt = delivered(office, staff, sandbox, content, folder, name)
    finished(office, *made(office, sandbox, receipt.document_id, folder / receipt.document_id.hex))
    return receipt


def read_all(office: Office, read: Callable[[UUID], tuple[Task, Made]]) -> None:
    """Do the jobs of everything that waits, until nothing does."""
    while True:
        with office.as_system() as work:
            waiting = select(Document.id).where(Document.processing == ProcessingState.WAITING)
            document_id = work.session.scalar(waiting.limit(1))
        if document_id is None:
            return
        finished(office, *read(document_id))


def names(office: Office, document_id: object) -> list[str]:
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        return [one.original_name for one in attachments_of(work, document)]


SAMPLES = {
    "broken.eml": ("not-a-message", []),
    "eml_with_umlaut.eml": (None, []),
    "html.eml": ("mail-remote", ["600+kbfile.txt"]),
    "mail_with_multiple_attachments.eml": (
        None,
        ["Inneres Testmäil ohne Attachments.eml", "word_document.docx", "Text.txt"],
    ),
    "simple_text.eml": (None, []),
    "testmail.msg": (None, []),
}


def test_every_sample_comes_in_with_the_right_outcome(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path, shared: Path
) -> None:
    office, staff = home
    found = {path.name for path in (shared / "samples/mail").iterdir()}
    assert found == set(SAMPLES)
    for name, (code, enclosed) in SAMPLES.items():
        content = (shared / "samples/mail" / name).read_bytes()
        receipt = brought(office, staff, sandbox, content, tmp_path, name)
        assert [one.removesuffix(".txt") for one in names(office, receipt.document_id)] == [
            one.removesuffix(".txt") for one in enclosed
        ]
        with office.as_system() as work:
            document = work.session.get_one(Document, receipt.document_id)
            assert (document.processing, document.problem_code) == (ProcessingState.READY, code)
            version = work.session.scalars(
                select(Version).where(Version.document_id == document.id)
            ).one()
            with office.store.open(Digest(version.sha256)) as stream:
                assert stream.read() == content
            copy = work.session.scalars(
                select(Rendition).where(
                    Rendition.version_id == version.id, Rendition.kind == READING
                )
            ).one()
        office.store.copy_to(Digest(copy.sha256), tmp_path / "copy.pdf")
        with pikepdf.open(tmp_path / "copy.pdf") as pdf:
            assert pdfa.validate_written(tmp_path / "copy.pdf", "2b").passed
            links = [
                note for page in pdf.pages for note in page.obj.get("/Annots", []) if "/A" in note
            ]
            assert links == []
        (tmp_path / "copy.pdf").unlink()


def test_a_message_says_who_wrote_it_and_brings_its_attachments_along(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    content = head() + mixed(A_TEXT, attached(b"befund.pdf", A_PDF), attached(b"a.zip", b"PK\5\6"))
    receipt = brought(office, staff, sandbox, content, tmp_path)
    assert names(office, receipt.document_id) == ["befund.pdf", "a.zip"]
    with office.as_system() as work:
        document = work.session.get_one(Document, receipt.document_id)
        assert document.title == "Befund" and document.direction is Direction.INCOMING
        assert document.sender == "Müller, Jörg <mueller@example.org>"
        assert document.recipient == "Amt <post@amt.example>"
        assert document.foreign_reference == "eins@example.org"
        assert document.letter_date is not None and document.letter_date.isoformat() == "2026-01-12"
        for one in attachments_of(work, document):
            assert one.received_by_id == document.received_by_id
            assert one.department_id == document.department_id
            assert work.session.scalar(select(Job.id).where(Job.subject_id == one.id)) is not None
        told = message_of(work, document)
        assert told is not None and [one.inline for one in told.enclosed] == [False, False]
    read_all(office, lambda one: made(office, sandbox, one, tmp_path / one.hex))
    with office.begin(staff.clerk) as work:
        # One entry for the message; what needs attention stands there too.
        assert [row.attachments for row in inbox(work, Choice.READY).rows] == [2]
        assert [row.document.problem_code for row in inbox(work, Choice.FAILED).rows] == [
            "kept-archive"
        ]
        assert inbox_counts(work).total == 2


def test_doing_it_twice_makes_nothing_twice(home: tuple[Office, Staff], tmp_path: Path) -> None:
    office, staff = home
    twin = attached(b"zweimal.pdf", A_PDF)
    content = head() + mixed(A_TEXT, twin, twin, attached(b"anders.txt", b"anders"))
    receipt = arrived(office, staff, content, tmp_path)
    task, product = read_quickly(office, receipt.document_id, tmp_path / "one")
    # A crash before the commit: nothing of it is there, not even one of the attachments.
    with pytest.raises(KeyboardInterrupt), office.as_system() as work:
        mails.finish(work, task, product)
        raise KeyboardInterrupt
    assert names(office, receipt.document_id) == []
    for _ in range(3):
        finished(office, task, product)
    finished(office, *read_quickly(office, receipt.document_id, tmp_path / "two"))
    assert names(office, receipt.document_id) == ["zweimal.pdf", "zweimal.pdf", "anders.txt"]
    with office.as_system() as work:
        assert work.session.scalar(select(func.count(Enclosed.document_id))) == 3
        assert work.session.scalar(select(func.count(Message.document_id))) == 1
        assert work.session.scalar(select(func.count(Document.id))) == 4


def test_what_a_person_has_said_is_not_overwritten(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    receipt = arrived(office, staff, head() + A_TEXT, tmp_path)
    task, product = read_quickly(office, receipt.document_id, tmp_path / "one")
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        document = work.session.get_one(Document, receipt.document_id)
        said = Description(title="Mein Betreff", sender="Frau Müller")
        place_document(work, document, case=work.session.get_one(Case, case.id), description=said)
    finished(office, task, product)
    with office.as_system() as work:
        document = work.session.get_one(Document, receipt.document_id)
        assert (document.title, document.sender) == ("Mein Betreff", "Frau Müller")
        assert document.recipient == "Amt <post@amt.example>"


def test_attachments_follow_their_message_whether_it_is_filed_before_or_after(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    _, case = opened(office, staff)
    content = head() + mixed(A_TEXT, attached(b"befund.pdf", A_PDF))
    early = arrived(office, staff, content, tmp_path)
    task, product = read_quickly(office, early.document_id, tmp_path / "one")
    late = arrived(office, staff, content.replace(b"eins", b"zwei"), tmp_path)
    finished(office, *read_quickly(office, late.document_id, tmp_path / "two"))
    for receipt in (early, late):
        with office.begin(staff.clerk) as work:
            document = work.session.get_one(Document, receipt.document_id)
            there = work.session.get_one(Case, case.id)
            place_document(work, document, case=there, description=Description(title="E-Mail"))
    finished(office, task, product)
    with office.as_system() as work:
        filed = work.session.scalars(
            select(Document).where(Document.case_id == case.id).order_by(Document.position)
        ).all()
        assert [one.original_name for one in filed] == [
            *("a.eml", "a.eml", "befund.pdf", "befund.pdf")
        ]
        assert [one.position for one in filed] == [1, 2, 3, 4]
        assert {one.state for one in filed} == {DocumentState.FILED}


def test_a_message_in_a_message_is_one_itself_and_all_hang_on_the_outermost(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    content = head(b"ganz innen") + mixed(A_TEXT, attached(b"kern.txt", b"der Kern"))
    for depth in range(mails.DEEPEST + 2):
        mark = b"stufe%d" % depth
        content = head(b"Stufe %d" % depth) + mixed(A_TEXT, message_part(content), mark=mark)
    receipt = arrived(office, staff, content, tmp_path)
    read_all(office, lambda one: read_quickly(office, one, tmp_path / one.hex))
    with office.as_system() as work:
        main = work.session.get_one(Document, receipt.document_id)
        inner = attachments_of(work, main)
        assert len(inner) == mails.DEEPEST
        assert [one.title for one in inner] == [f"Stufe {5 - depth}" for depth in range(5)]
        assert all(attachments_of(work, one) == [] for one in inner)
        deepest = inner[-1]
        assert deepest.problem_code == "mail-too-deep" and "nur im Original" in str(deepest.problem)
        told = message_of(work, inner[1])
        assert told is not None and told.outer is not None and told.outer.id == inner[0].id
