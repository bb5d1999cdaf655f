"""Are pages put in order, split and joined with none lost, doubled or changed where it came in?"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image
from sqlalchemy import select, update

from eakte import arrangements
from eakte.bootstrap import Office
from eakte.errors import BadInput, KeyUsed, NotFound, RuleBroken, Signed
from eakte.filing.arranging import arrange_pages, go_back, undo_taking_over
from eakte.filing.page_plan import Parts, Taken, read_plan, written_plan
from eakte.filing.placing import restore_document
from eakte.intake.batches import balance_of
from eakte.model.arrangement import Arrangement, ArrangementState
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.findings import Flag, Kind, Look
from eakte.model.job import Job
from eakte.model.user import Actor
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import Staff, bring, bring_stack, house


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Office, Staff]]:
    with house(tmp_path / "house") as both:
        yield both


def numbered(pages: int, *, first: int = 1) -> bytes:
    """A PDF whose page n is as wide as 100 + n points, by which it is known again."""
    with Pdf.new() as made, io.BytesIO() as kept:
        for number in range(first, first + pages):
            made.add_blank_page(page_size=(100 + number, 400))
        made.save(kept)
        return kept.getvalue()


def known(content: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF by their numbers, each with its turn."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (round(float(page.mediabox[2])) - 100, int(page.obj.get("/Rotate", 0)) % 360)
            for page in pdf.pages
        ]


def brought(
    office: Office, actor: Actor, folder: Path, content: bytes, *, pages: int, flags: tuple = ()
) -> UUID:
    look = Look("application/pdf", Kind.PDF, pages)
    receipt = bring(office, actor, folder / "in", content=content, look=look)
    with office.as_system() as work:
        work.session.execute(
            update(Document)
            .where(Document.id == receipt.document_id)
            .values(processing=ProcessingState.READY, page_count=pages, flags=list(flags))
        )
    return receipt.document_id


def asked(
    office: Office, actor: Actor, ids: list[UUID], plan: str, *, key: str = "k", **said: bool
) -> UUID:
    with office.begin(actor) as work:
        first, *others = (work.session.get_one(Document, one) for one in ids)
        counts = [one.page_count or 0 for one in (first, *others)]
        parts = read_plan(plan, counts)
        return arrange_pages(work, first, parts, key=key, others=others, **said).id


def done(office: Office, sandbox: Sandbox, arrangement: UUID, folder: Path) -> Arrangement:
    """Carry an order out as the worker does, and let what was made of it be read."""
    work_folder = folder / f"work-{arrangement}"
    work_folder.mkdir()
    with office.as_system() as work:
        task = arrangements.begin(work, arrangement)
        assert task is not None
    made = arrangements.make(
        office.store, sandbox, task, folder=work_folder, progress=lambda *told: None
    )
    with office.as_system() as work:
        arrangements.finish(work, task, made)
    with office.as_system() as work:
        work.session.execute(update(Document).values(processing=ProcessingState.READY))
        return work.session.get_one(Arrangement, arrangement)


def shown(office: Office, document_id: UUID) -> list[tuple[int, int]]:
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        version = work.session.scalars(
            select(Version).where(
                Version.document_id == document_id, Version.number == document.current_version
            )
        ).one()
        with office.store.open(Digest(version.sha256)) as stream:
            return known(stream.read())


def state(office: Office, document_id: UUID) -> tuple[DocumentState, str | None]:
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        return document.state, document.cancel_reason


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


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ("1, 2, 3", "liegen schon so"),
        ("1, 1", "zweimal"),
        ("4", "gibt es nicht"),
        ("0", "gibt es nicht"),
        ("B1", "keine Seite"),
        ("eins", "keine Seite"),
        ("", "mindestens eine Seite"),
        ("1-999999", "gibt es nicht"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(
    home: tuple[Office, Staff], tmp_path: Path, plan: str, sentence: str
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    with pytest.raises(BadInput, match=sentence):
        asked(office, staff.clerk, [one], plan)


def changed(field: str, value: object) -> Callable[[Office, UUID], None]:
    def change(office: Office, document_id: UUID) -> None:
        with office.as_system() as work:
            work.session.execute(
                update(Document).where(Document.id == document_id).values({field: value})
            )

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (changed("processing", ProcessingState.RUNNING), "noch verarbeitet"),
        (changed("flags", ["encrypted"]), "verschlüsselt"),
        (changed("page_count", None), "keine Seiten"),
    ],
)
def test_what_stands_against_it_is_named(
    home: tuple[Office, Staff],
    tmp_path: Path,
    change: Callable[[Office, UUID], None],
    sentence: str,
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    change(office, one)
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken) as refused:
        arrange_pages(work, work.session.get_one(Document, one), ((Taken(0, 2),),), key="k")
    assert sentence in refused.value.reasons[0]


def test_the_same_wish_sent_twice_is_one_and_another_under_its_key_is_refused(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    two = brought(office, staff.clerk, tmp_path, numbered(2, first=5), pages=2)
    first = asked(office, staff.clerk, [one], "2 | 1")
    assert asked(office, staff.clerk, [one], "2 | 1") == first
    made = done(office, sandbox, first, tmp_path).results
    with office.as_system() as work:
        assert arrangements.begin(work, first) is None, "a job that runs again finds nothing to do"
    assert len(made) == 2
    with pytest.raises(KeyUsed):
        asked(office, staff.clerk, [two], "2, 1")


def test_an_order_that_is_cut_off_leaves_nothing_and_is_carried_out_once_when_begun_anew(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(3), pages=3)
    wish = asked(office, staff.clerk, [one], "2 | 1, 3r")
    stored = []
    for attempt in ("first", "second"):
        folder = tmp_path / attempt
        folder.mkdir()
        with office.as_system() as work:
            task = arrangements.begin(work, wish)
            assert task is not None
        made = arrangements.make(
            office.store, sandbox, task, folder=folder, progress=lambda *told: None
        )
        stored.append([str(each.digest) for each in made.stored])
        with pytest.raises(ZeroDivisionError), office.as_system() as work:
            arrangements.finish(work, task, made)
            # The transaction in which the job would end is lost.
            _ = 1 / 0
        assert state(office, one) == (DocumentState.INBOX, None)
        with office.as_system() as work:
            assert len(work.session.scalars(select(Document.id)).all()) == 1
    assert stored[0] == stored[1], "the same wish gives the same bytes"
    assert len(done(office, sandbox, wish, tmp_path).results) == 2
    with office.as_system() as work:
        numbers = work.session.scalars(select(Document.receipt_number)).all()
        assert sorted(numbers) == [1, 2, 3], "no number was burnt by what was lost"


def test_an_order_whose_source_has_changed_meanwhile_is_not_carried_out(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    wish = asked(office, staff.clerk, [one], "2 | 1")
    changed("state", DocumentState.CANCELLED)(office, one)
    result = done(office, sandbox, wish, tmp_path)
    assert (result.state, result.results) == (ArrangementState.FAILED, [])
    assert "inzwischen geändert" in (result.problem or "")
    with office.as_system() as work:
        assert len(work.session.scalars(select(Document.id)).all()) == 1


def test_a_source_that_is_no_pdf_inside_fails_with_its_reason_and_loses_nothing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, b"%PDF-1.7 nothing more", pages=2)
    result = done(office, sandbox, asked(office, staff.clerk, [one], "2, 1"), tmp_path)
    assert result.state is ArrangementState.FAILED
    assert "beschädigt" in (result.problem or "")
    assert state(office, one) == (DocumentState.INBOX, None)


def test_the_other_unit_can_neither_arrange_nor_join(
    home: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = home
    one = brought(office, staff.clerk, tmp_path, numbered(2), pages=2)
    foreign = brought(office, staff.other_clerk, tmp_path, numbered(2, first=9), pages=2)
    with pytest.raises(NotFound):
        asked(office, staff.other_clerk, [one], "2, 1")
    with pytest.raises(NotFound):
        asked(office, staff.clerk, [one, foreign], "A1, B1")
    with office.begin(staff.other_clerk) as work, pytest.raises(NotFound):
        go_back(work, work.session.get_one(Document, one), number=1)


def test_an_order_is_written_as_it_is_read() -> None:
    parts: Parts = (
        (Taken(0, 1), Taken(0, 2), Taken(0, 3, 90), Taken(1, 4, 90)),
        (Taken(1, 2), Taken(1, 1, 180)),
    )
    line = "A1-2, A3r, B4r | B2, B1u"
    assert written_plan(parts, sources=2) == line
    assert read_plan(line, [3, 4]) == parts
    assert read_plan("3-1", [3]) == ((Taken(0, 3), Taken(0, 2), Taken(0, 1)),)
