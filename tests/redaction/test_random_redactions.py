"""Random areas of real documents are emptied: no word and no pixel of them comes back.

A fair sample runs with the suite; ``EAKTE_TEST_REDACTIONS=200`` does as many as it says.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fpdf import FPDF
from pdfminer.high_level import extract_text
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa
from PIL import Image

from eakte.fonts import PLAIN, fonts
from eakte.processing.steps import opening
from eakte.processing.steps.redaction.areas import Area, as_shown
from eakte.processing.steps.redaction.proving import failing_pages, proved
from eakte.processing.steps.redaction.removing import Removed, write_without
from eakte.processing.steps.redaction.words import words_of
from eakte.processing.steps.sheets import Sheets
from tests.processing import papers

PIXELS = 400_000_000
HOW_MANY = int(os.environ.get("EAKTE_TEST_REDACTIONS", "12"))
SCANS = ("linn", "ccitt", "jbig2", "skew", "rotated", "multi-page-mixed")
NAMES = ("Größmann", "Weißhäupl", "Adlerhorst", "Breitenbach", "Czerny", "Dornbusch")


def quiet(done: int, of: int) -> None:
    """Nobody waits."""


def typed(path: Path, *, turn: int = 0, form: bool = False, kerned: bool = False) -> Path:
    """A page of text in a font with codes of two bytes, turned or drawn within a drawing."""
    pdf = FPDF(format="A4", unit="pt")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 11)
    pdf.add_page()
    if kerned:
        pdf.set_char_spacing(1.5)
        pdf.set_stretching(85)
    for number in range(20):
        name = NAMES[number % len(NAMES)]
        pdf.text(60, 80 + 30 * number, f"Zeile {number}: Frau {name}{number} wohnt nebenan.")
    pdf.line(60, 700, 500, 700)
    pdf.output(str(path))
    with pikepdf.open(path, allow_overwriting_input=True) as made:
        page = made.pages[0]
        if form:
            drawing = Stream(made, page.obj.Contents.read_bytes())
            drawing.Type, drawing.Subtype = Name.XObject, Name.Form
            drawing.BBox, drawing.Resources = Array([0, 0, 596, 842]), page.obj.Resources
            page.obj.Resources = Dictionary(XObject=Dictionary(F=made.make_indirect(drawing)))
            small = made.make_indirect(Stream(made, b"q 0.9 0 0 0.9 20 30 cm /F Do Q"))
            page.obj.Contents = small
        page.rotate(turn, relative=False)
        made.save(path)
    return path


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> list[Path]:
    """Working copies of scans, with and without a text layer, and of typed letters."""
    folder = tmp_path_factory.mktemp("sources")
    made = [
        typed(folder / "plain.pdf"),
        typed(folder / "turned.pdf", turn=90),
        typed(folder / "head-down.pdf", turn=180),
        typed(folder / "form.pdf", form=True, turn=270),
        typed(folder / "kerned.pdf", kerned=True),
        papers.written_pdf(folder / "page.pdf", "Frau Größmann wohnt nebenan.", "Zweite Seite"),
    ]
    made += [shared / f"samples/scans/{name}.pdf" for name in SCANS]
    copies = []
    for path in made:
        copies.append(folder / f"working-{path.name}")
        opening.make_safe_copy(path, copies[-1], most_pages=60, pixels=PIXELS)
    return copies


def drawn_at_random(path: Path, dice: random.Random) -> list[Area]:
    """Some words and some places anywhere, on up to two pages."""
    areas = []
    with Sheets(path, pixels=PIXELS) as sheets, pypdfium2.PdfDocument(path) as document:
        for page in dice.sample(range(len(sheets)), min(len(sheets), 2)):
            facts, words = sheets.facts(page), words_of(document[page])
            for _ in range(dice.randint(1, 3)):
                if words and dice.random() < 0.6:
                    left, top, right, bottom = as_shown(dice.choice(words).box, facts)
                    rim = dice.uniform(0, 2)
                    sides = (max(0, left - rim), max(0, top - rim), right + rim, bottom + rim)
                else:
                    x, y = dice.uniform(0, facts.width * 0.7), dice.uniform(0, facts.height * 0.8)
                    across = dice.uniform(10, facts.width * 0.3)
                    sides = (x, y, x + across, y + dice.uniform(6, facts.height * 0.15))
                areas.append(Area(page + 1, *sides))
    return areas


def emptied(source: Path, target: Path, areas: list[Area]) -> Removed:
    """Empty the areas as the shut-in child does: what is not proved becomes a picture."""
    removed = write_without(source, target, areas=areas, pixels=PIXELS, done=quiet)
    found = proved(source, target, areas=areas, pixels=PIXELS, done=quiet)
    failing = [page for page in failing_pages(found) if page not in removed.pictures]
    if failing:
        removed = write_without(
            source,
            target,
            areas=areas,
            pixels=PIXELS,
            done=quiet,
            as_pictures=removed.pictures | dict.fromkeys(failing, "unproved"),
        )
    return removed


def pixels_left(source: Path, target: Path, areas: list[Area]) -> Iterator[str]:
    """Look at each area with eyes of this test alone: is every pixel of it black?"""
    with pypdfium2.PdfDocument(target) as document:
        for area in areas:
            page: Image.Image = document[area.page - 1].render(scale=3).to_pil().convert("L")
            sides = (area.left, area.top, area.right, area.bottom)
            left, top, right, bottom = (round(3 * side) for side in sides)
            inner = page.crop((left + 3, top + 3, min(right, page.width) - 3, bottom - 3))
            if inner.width > 0 and inner.height > 0 and inner.getextrema()[1] > 24:
                yield f"{source.name} {area}"


def test_of_random_areas_no_word_and_no_pixel_comes_back(
    sources: list[Path], tmp_path: Path
) -> None:
    ways: Counter[str] = Counter()
    faults = []
    for number in range(HOW_MANY):
        source = sources[number % len(sources)]
        areas = drawn_at_random(source, random.Random(number))  # noqa: S311  # no secret
        target = tmp_path / "copy.pdf"
        removed = emptied(source, target, areas)
        for page in {area.page for area in areas}:
            ways[removed.pictures.get(page, "emptied")] += 1
        found = proved(source, target, areas=areas, pixels=PIXELS, done=quiet)
        faults += [f"{number} {source.name} {one}" for one in found]
        faults += pixels_left(source, target, areas)
        with pikepdf.open(target) as copy:
            assert pdfa.check(copy, "2b").passed
    assert faults == []
    # Most pages are emptied and not turned into pictures.
    assert ways["emptied"] > 0.4 * ways.total(), ways


def test_what_is_not_marked_stays_searchable_and_every_marked_word_goes(
    sources: list[Path], tmp_path: Path
) -> None:
    for source in sources[:5]:
        with Sheets(source, pixels=PIXELS) as sheets, pypdfium2.PdfDocument(source) as document:
            facts = sheets.facts(0)
            words = [word for word in words_of(document[0]) if NAMES[0] in word.text]
            areas = [Area(1, *as_shown(word.box, facts)) for word in words]
        assert len(areas) == 4, source.name
        target = tmp_path / "copy.pdf"
        removed = emptied(source, target, areas)
        assert removed.pictures == {}, source.name
        with pypdfium2.PdfDocument(target) as copy:
            left = " ".join(word.text for word in words_of(copy[0]))
        assert NAMES[0] not in left and NAMES[1] in left and "nebenan" in left
        assert NAMES[0] not in extract_text(target)
        with Pdf.open(target) as pdf:
            streams = b"".join(one.read_bytes() for one in pdf.objects if isinstance(one, Stream))
        assert NAMES[0].encode("utf-16-be") not in streams


@pytest.mark.parametrize("number", [0, 1, 2], ids=["upright", "turned", "head-down"])
def test_the_proof_finds_what_a_careless_copy_leaves(
    sources: list[Path], tmp_path: Path, number: int
) -> None:
    source, target = sources[number], tmp_path / "copy.pdf"
    with Sheets(source, pixels=PIXELS) as sheets, pypdfium2.PdfDocument(source) as document:
        word = next(one for one in words_of(document[0]) if NAMES[0] in one.text)
        area = Area(1, *as_shown(word.box, sheets.facts(0)))
    left, bottom, right, top = word.box
    with pikepdf.open(source) as careless:
        box = f"q 0 g {left} {bottom} {right - left} {top - bottom} re f Q".encode()
        careless.pages[0].contents_add(box)
        careless.save(target)
    codes = {one.code for one in proved(source, target, areas=[area], pixels=PIXELS, done=quiet)}
    assert codes >= {"text-left", "text-left-second", "hidden-below"}
    emptied(source, target, [area])
    assert proved(source, target, areas=[area], pixels=PIXELS, done=quiet) == []
    with pikepdf.open(target, allow_overwriting_input=True) as told:
        told.docinfo["/Title"] = f"Brief über {word.text}"
        told.save(target)
    named = proved(source, target, areas=[area], pixels=PIXELS, done=quiet)
    assert [one.code for one in named] == ["word-left"]
    whole = {one.code for one in proved(source, source, areas=[area], pixels=PIXELS, done=quiet)}
    assert whole >= {"text-left", "not-black"}
