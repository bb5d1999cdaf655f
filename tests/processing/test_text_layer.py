"""Is the text under a page found by a reader: every word, where it is seen, and without ink?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Name, pdfa

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.recognition import Line, Word
from eakte.processing.steps.text_layer import drawn, glyphless_font, lay_under

LINES = (
    Line(
        (Word("Größe", 20, 80, 90), Word("a", 90, 100, 90), Word("z.d.A.", 110, 150, 90)), 30, 50, 1
    ),
    Line((Word("§", 20, 30, 90), Word("152", 40, 80, 90)), 60, 80, 1),
)
FROM_TOP = Plane(1, 0, 0, -1, 0, 300)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A blank page with two lines laid under it, as valid PDF/A-2b."""
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 300))
        lay_under(pdf, page, layer=drawn(LINES), to_page=FROM_TOP, font=glyphless_font(pdf))
        pdfa.save(pdf, tmp_path / "a.pdf", "2b")
    return tmp_path / "a.pdf"


@pytest.fixture
def words(copy: Path) -> Iterator[pypdfium2.PdfTextPage]:
    document = pypdfium2.PdfDocument(copy)
    yield document[0].get_textpage()
    document.close()


def test_every_word_is_read_also_those_of_one_letter(words: pypdfium2.PdfTextPage) -> None:
    assert words.get_text_range().split() == ["Größe", "a", "z.d.A.", "§", "152"]


def test_lines_stay_lines(words: pypdfium2.PdfTextPage) -> None:
    assert len(words.get_text_range().strip().splitlines()) == 2


def test_a_word_is_found_and_its_box_covers_its_picture(words: pypdfium2.PdfTextPage) -> None:
    search = words.search("152")
    start, count = search.get_next()
    first, last = words.get_charbox(start), words.get_charbox(start + count - 1)
    assert (first[0], first[1], last[2], last[3]) == pytest.approx((40, 220, 80, 240), abs=0.5)


def test_the_layer_has_no_ink(copy: Path) -> None:
    document = pypdfium2.PdfDocument(copy)
    assert document[0].render().to_pil().convert("L").getextrema() == (255, 255)
    document.close()


def test_the_page_keeps_its_own_resources_and_those_of_its_neighbours(tmp_path: Path) -> None:
    with pikepdf.Pdf.new() as pdf:
        shared = pdf.make_indirect(pikepdf.Dictionary(XObject=pikepdf.Dictionary()))
        for _ in range(2):
            pdf.add_blank_page().obj["/Resources"] = shared
        lay_under(pdf, pdf.pages[0], layer=drawn(LINES), to_page=FROM_TOP, font=glyphless_font(pdf))
        assert "/EAkteText" in pdf.pages[0].obj["/Resources"][Name.XObject]
        assert "/EAkteText" not in pdf.pages[1].obj["/Resources"][Name.XObject]


def test_signs_beyond_the_first_plane_become_a_box() -> None:
    assert b"25a1" in drawn([Line((Word("\U0001f600", 0, 10, 90),), 0, 10, 1)])


def test_without_lines_there_is_no_layer() -> None:
    assert drawn([]) == b""
