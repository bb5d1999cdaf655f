"""Are pages put in order, split and joined with none lost, doubled or changed where it came in?"""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image
from sqlalchemy import select, update

from eakte.bootstrap import Office
from eakte.errors import RuleBroken, Signed
from eakte.filing.arranging import go_back, undo_taking_over
from eakte.filing.placing import restore_document
from eakte.intake.batches import balance_of
from eakte.model.arrangement import ArrangementState
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.findings import Flag
from eakte.model.job import Job
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import Staff, bring_stack
from tests.mailroom.orders import asked, brought, done, numbered, shown, state


def test_pages_are_turned_moved_and_taken_out_in_a_new_version_and_the_old_one_stays(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    original = numbered(4)
    one = brought(office, staff.clerk, tmp_path, original, pages=4)
    result = done(office, sandbox, asked(office, staff.clerk, [one], "3, 1r, 4u"), tmp_path)
    assert result.state is ArrangementState.DONE
    assert shown(office, one) == [(3, 0), (1, 90), (4, 180)]
    with office.as_system() as work:
        document = work.session.get_one(Document, one)
        versions = work.session.scalars(
            select(Version).where(Version.document_id == one).order_by(Version.number)
        ).all()
        assert (document.state, document.page_count) == (DocumentState.INBOX, 3)
        assert [version.number for version in versions] == [1, 2]
        assert "1 Seite nicht übernommen" in versions[1].remark
        with office.store.open(Digest(versions[0].sha256)) as stream:
            assert stream.read() == original
        waiting = work.session.scalars(select(Job.kind).where(Job.subject_id == one)).all()
        assert "process" in waiting, "its words are read anew"


def test_a_second_order_begins_at_the_pages_as_they_came(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    done(office, sandbox, asked(office, staff.clerk, [one], "3r, 2, 1"), tmp_path)
    done(office, sandbox, asked(office, staff.clerk, [one], "2, 1l", key="again"), tmp_path)
    assert shown(office, one) == [(2, 0), (3, 0)]


def test_splitting_gives_documents_that_name_their_pages_and_the_source_stays_as_taken_over(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(5), pages=5)
    result = done(office, sandbox, asked(office, staff.clerk, [one], "1-2 | 5, 3 | 4l"), tmp_path)
    made = [UUID(each) for each in result.results]
    assert [shown(office, each) for each in made] == [
        [(1, 0), (2, 0)],
        [(5, 0), (3, 0)],
        [(4, 270)],
    ]
    assert state(office, one) == (
        DocumentState.CANCELLED,
        "Übernommen in Nr. 000002, 000003, 000004.",
    )
    with office.as_system() as work:
        source = work.session.get_one(Document, one)
        parts = [work.session.get_one(Document, each) for each in made]
        assert {part.received_at for part in parts} == {source.received_at}
        assert {part.received_by_id for part in parts} == {staff.clerk.id}
        assert [part.register_number for part in parts] == [None, None, None]
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken, match="liegen in anderen"):
        restore_document(work, work.session.get_one(Document, one))


def test_joining_names_both_sources_and_can_be_taken_back(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    two = brought(office, staff.clerk, tmp_path, numbered(2, first=11), pages=2)
    result = done(office, sandbox, asked(office, staff.clerk, [one, two], "A1, B2, B1"), tmp_path)
    (joined,) = (UUID(each) for each in result.results)
    assert shown(office, joined) == [(1, 0), (12, 0), (11, 0)]
    with office.begin(staff.clerk) as work:
        document = work.session.get_one(Document, joined)
        remark = work.session.scalars(
            select(Version.remark).where(Version.document_id == joined)
        ).one()
        assert (document.page_count, "000001, 000002" in remark) == (3, True)
        undo_taking_over(work, work.session.get_one(Document, two))
    assert state(office, one) == (DocumentState.INBOX, None)
    assert state(office, two) == (DocumentState.INBOX, None)
    assert state(office, joined)[0] is DocumentState.CANCELLED
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken, match="liegen in anderen"):
        restore_document(work, work.session.get_one(Document, joined))
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken, match="schon zurückgenommen"):
        undo_taking_over(work, work.session.get_one(Document, joined))


def test_a_picture_and_a_pdf_are_joined(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    kept = io.BytesIO()
    Image.new("L", (200, 300), 200).save(kept, "PNG", dpi=(72, 72))
    picture = brought(office, staff.clerk, tmp_path, kept.getvalue(), pages=1)
    with office.as_system() as work:
        work.session.execute(
            update(Version).where(Version.document_id == picture).values(media_type="image/png")
        )
    letter = brought(office, staff.clerk, tmp_path, numbered(1), pages=1)
    wish = asked(office, staff.clerk, [letter, picture], "A1, B1r")
    (joined,) = done(office, sandbox, wish, tmp_path).results
    pages = shown(office, UUID(joined))
    assert (pages[0], [turn for _, turn in pages]) == ((1, 0), [0, 90])


@pytest.fixture
def stack(home: tuple[Office, Staff], tmp_path: Path) -> tuple[UUID, UUID]:
    """A stack of three pages, all of them one document, and that document."""
    office, staff = home
    batch_id = bring_stack(office, staff.clerk, tmp_path / "in", content=b"%PDF stack", key="s")
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    with office.as_system() as work:
        batch = work.session.get_one(Batch, batch_id)
        batch.state, batch.pages = BatchState.READY, 3
        work.session.add_all(
            BatchPage(
                batch_id=batch_id,
                page=page,
                fate=Fate.FILED,
                document_id=one,
                place=page,
                first_document_id=one,
                first_place=page,
            )
            for page in (1, 2, 3)
        )
    return batch_id, one


def ways(office: Office, batch_id: UUID) -> list[tuple[Fate, UUID | None, int | None]]:
    with office.as_system() as work:
        balance = balance_of(work, work.session.get_one(Batch, batch_id))
        assert balance is not None
        assert balance.right
        rows = work.session.scalars(
            select(BatchPage).where(BatchPage.batch_id == batch_id).order_by(BatchPage.page)
        )
        return [(row.fate, row.document_id, row.place) for row in rows]


def test_the_balance_of_the_stack_follows_every_page_and_back_again(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path, stack: tuple[UUID, UUID]
) -> None:
    office, staff = home
    batch_id, one = stack
    before = ways(office, batch_id)
    done(office, sandbox, asked(office, staff.clerk, [one], "3, 1"), tmp_path)
    assert ways(office, batch_id) == [
        (Fate.FILED, one, 2),
        (Fate.ASIDE, one, None),
        (Fate.FILED, one, 1),
    ]
    with office.begin(staff.clerk) as work:
        go_back(work, work.session.get_one(Document, one), number=1)
    assert ways(office, batch_id) == before
    assert shown(office, one) == [(1, 0), (2, 0), (3, 0)]
    with office.as_system() as work:
        counted = {"processing": ProcessingState.READY, "page_count": 3}
        work.session.execute(update(Document).where(Document.id == one).values(**counted))
    wish = asked(office, staff.clerk, [one], "2 | 1, 3", key="split")
    made = [UUID(each) for each in done(office, sandbox, wish, tmp_path).results]
    assert ways(office, batch_id) == [
        (Fate.FILED, made[1], 1),
        (Fate.FILED, made[0], 1),
        (Fate.FILED, made[1], 2),
    ]
    with office.begin(staff.clerk) as work:
        undo_taking_over(work, work.session.get_one(Document, one))
    assert ways(office, batch_id) == before


def signed(content: bytes) -> bytes:
    """The PDF with a field that bears a signature."""
    with pikepdf.open(io.BytesIO(content)) as pdf, io.BytesIO() as kept:
        value = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=b"\x30\x00")
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=b"Signatur",
            Rect=Array([0, 0, 10, 10]),
            V=pdf.make_indirect(value),
        )
        made = pdf.make_indirect(field)
        pdf.pages[0].obj["/Annots"] = Array([made])
        pdf.Root["/AcroForm"] = Dictionary(Fields=Array([made]), SigFlags=3)
        pdf.save(kept)
        return kept.getvalue()


def test_a_signed_document_is_arranged_only_by_who_knows_that_the_signature_stays_behind(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    content = signed(numbered(2))
    one = brought(office, staff.clerk, tmp_path, content, pages=2, flags=(Flag.SIGNED,))
    with pytest.raises(Signed, match="trägt die Signatur nicht mehr"):
        asked(office, staff.clerk, [one], "2, 1")
    wish = asked(office, staff.clerk, [one], "2, 1", although_signed=True)
    done(office, sandbox, wish, tmp_path)
    with office.as_system() as work:
        versions = work.session.scalars(
            select(Version).where(Version.document_id == one).order_by(Version.number)
        ).all()
        with office.store.open(Digest(versions[0].sha256)) as stream:
            assert stream.read() == content
        with office.store.open(Digest(versions[1].sha256)) as stream:
            assert b"ByteRange" not in stream.read()
        assert "ohne die elektronische Signatur" in versions[1].remark
