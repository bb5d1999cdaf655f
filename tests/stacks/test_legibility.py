"""What is measured on the pages of a real stack, and how are they shown to whoever checks them?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from eakte import stacks
from eakte.bootstrap import Office
from eakte.evidence.transfer.checking import begin_check, check_of
from eakte.intake.batches import Scanned, deliver_batch
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.document import Document, ProcessingState
from eakte.model.findings import PageText, TextSource
from eakte.model.scan_check import PageCheck
from eakte.processing import picturing, pipeline
from eakte.processing.legibility import note_legibility
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.processing.steps.recognition import Line, Recognised, Word
from storage import Digest
from tests.builders import Staff, house
from tests.stacks.paper import empty, letter, stack


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


def black() -> Image.Image:
    page = Image.new("L", (1654, 2339), 30)
    ImageDraw.Draw(page).text((300, 400), "verdeckt", fill=255, font_size=80)
    return page


def traced() -> Image.Image:
    page = empty()
    ImageDraw.Draw(page).rectangle((800, 1200, 806, 1212), fill=20)
    return page


def as_worker(
    office: Office, sandbox: Sandbox, kind: pipeline.Treatment, subject: UUID, folder: Path
) -> None:
    folder.mkdir()
    with office.as_system() as work:
        task = kind.begin(work, subject)
    made = kind.make(office.store, sandbox, task, folder=folder, progress=lambda *told: None)
    with office.as_system() as work:
        kind.finish(work, task, made)


def test_pages_are_measured_chosen_drawn_and_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    crooked = letter("schief").rotate(5, fillcolor=255, resample=Image.Resampling.BICUBIC)
    content = stack([letter("gerade"), crooked, black(), empty(), traced()])
    source = tmp_path / "stack.pdf"
    source.write_bytes(content)
    with house(tmp_path / "house") as both:
        office, staff = both
        receipt = deliver_batch(
            lambda: office.begin(staff.clerk),
            source,
            scanned=Scanned("stack.pdf", key="1"),
            look=lambda path, name: sandbox.look(path, name=name),
        )
        as_worker(office, sandbox, stacks, receipt.batch_id, tmp_path / "apart")
        pages = _pages(office)
        assert [one.fate for one in pages] == [Fate.FILED] * 3 + [Fate.BLANK] * 2
        assert [one.traces for one in pages] == [False] * 4 + [True]
        assert abs(pages[0].skew) < 0.5 < 4 < abs(pages[1].skew) < 6
        assert pages[2].dark is not None and pages[2].dark > 0.9
        assert pages[0].dark is not None and pages[0].dark < 0.2
        assert {one.dpi for one in pages} == {200}
        _read(office, sandbox, tmp_path)
        first, *_, last = _pages(office)
        assert first.text_source == TextSource.OCR
        assert first.unsure is not None and first.unsure < 0.5
        assert (last.text_source, last.unsure) == ("", None)
        _checked(office, staff, sandbox, tmp_path)


def _pages(office: Office) -> list[BatchPage]:
    with office.as_system() as work:
        return list(work.session.scalars(select(BatchPage).order_by(BatchPage.page)))


def _read(office: Office, sandbox: Sandbox, folder: Path) -> None:
    """Let the worker read the one document of the stack."""
    with office.as_system() as work:
        document = work.session.scalars(select(Document)).one().id
    as_worker(office, sandbox, pipeline, document, folder / "read")
    with office.as_system() as work:
        assert work.session.get_one(Document, document).processing is ProcessingState.READY


def _checked(office: Office, staff: Staff, sandbox: Sandbox, folder: Path) -> None:
    with office.begin(staff.scanning) as work:
        batch = work.session.scalars(select(Batch)).one()
        begin_check(work, batch)
    as_worker(office, sandbox, picturing, batch.id, folder / "drawn")
    with office.begin(staff.scanning) as work:
        seen = check_of(work, work.session.get_one(Batch, batch.id))
        assert seen is not None and not seen.waiting
        said = {one.page.page: " ".join(map(str, one.anomalies)) for one in seen.pages}
        shown = work.session.scalars(select(PageCheck).order_by(PageCheck.page)).all()
    assert "schief" in said[2] and "dunkel" in said[3] and "Spuren" in said[5]
    assert len(shown) == 5
    for one in shown:
        assert one.picture_sha256 is not None
        with office.store.open(Digest(one.picture_sha256)) as stream:
            picture = Image.open(io.BytesIO(stream.read()))
            assert picture.format == "WEBP" and 1235 < picture.width < 1245


def test_what_cannot_be_drawn_gives_no_picture_and_no_error(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source = tmp_path / "broken.pdf"
    source.write_bytes(b"%PDF-1.7 broken")
    into = tmp_path / "into"
    into.mkdir()

    def draw(pages: list[int]) -> dict[int, Path]:
        return sandbox.draw(
            source, name="stack.pdf", folder=into, pages=pages, progress=lambda *told: None
        )

    assert draw([1, 2]) == {}
    source.write_bytes(stack([letter("eins")]))
    assert set(draw([1, 7])) == {1}


def test_the_share_of_unsure_words_is_that_of_all_words() -> None:
    words = tuple(Word("wort", 0, 1, confidence) for confidence in (95, 61, 59, 10))
    assert Recognised((Line(words, 0, 1, 0),)).unsure == 0.5
    assert Recognised(()).unsure is None


def test_a_document_that_came_alone_has_no_pages_of_a_stack_to_note(tmp_path: Path) -> None:
    with house(tmp_path / "house") as (office, staff), office.as_system() as work:
        page = PageText(1, "text", TextSource.OCR, 90.0, 595, 842, unsure=0.1)
        note_legibility(work, staff.clerk.id, [page])
        assert work.session.scalars(select(BatchPage)).all() == []
