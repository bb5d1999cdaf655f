"""Does the reading copy show the scan unchanged, say what stands on it, and hold as PDF/A-2b?"""

from __future__ import annotations

import io
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import pdfa
from PIL import Image

from eakte.demo.measuring import character_errors
from eakte.model.findings import Outcome, TextSource
from eakte.processing.sandbox import Sandbox
from tests.processing import papers
from tests.processing.conftest import Process


def valid(outcome: Outcome) -> Path:
    """The reading copy, after asking the validator once more."""
    assert outcome.searchable_pdf is not None
    assert pdfa.validate_written(outcome.searchable_pdf, "2b").passed
    return outcome.searchable_pdf


def saved(picture: Image.Image, path: Path, **how: object) -> Path:
    picture.save(path, **how)  # type: ignore[arg-type]  # each format has its own options
    return path


def test_a_scan_becomes_searchable_pdf_a(
    process: Process, scan: Path, letter: papers.Drawn
) -> None:
    outcome = process(scan)
    copy = valid(outcome)
    (page,) = outcome.pages
    assert outcome.problems == ()
    assert (page.source, page.dpi, page.rotation) == (TextSource.OCR, 300, 0)
    assert page.confidence is not None
    assert page.confidence > 85
    wrong, length = character_errors(letter.text, page.text)
    assert wrong / length < 0.01
    wrong, length = character_errors(page.text, papers.words_of(copy)[0])
    assert wrong / length < 0.01, "what can be copied out of the PDF is what was recognised"


def test_the_pixels_of_the_scan_are_untouched(process: Process, scan: Path) -> None:
    assert papers.images_of(valid(process(scan))) == papers.images_of(scan)


def test_words_lie_where_they_are_seen(process: Process, tmp_path: Path) -> None:
    sheet = Image.new("L", (1240, 1754), 255)
    sheet.paste(papers.note("Widerspruch"), (0, 1000))
    outcome = process(papers.as_pdf([sheet], tmp_path / "a.pdf", dpi=150))
    document = pypdfium2.PdfDocument(valid(outcome))
    text = document[0].get_textpage()
    left, bottom, _, top = text.get_charbox(0)
    right = text.get_charbox(len("Widerspruch") - 1)[2]
    ink = np.argwhere(np.asarray(sheet) < 128)
    (y0, x0), (y1, x1) = ink.min(axis=0), ink.max(axis=0)
    seen = (x0 * 72 / 150, 842 - y1 * 72 / 150, x1 * 72 / 150, 842 - y0 * 72 / 150)
    document.close()
    assert np.allclose((left, bottom, right, top), seen, atol=6)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_turned_back_for_reading(
    process: Process, letter: papers.Drawn, tmp_path: Path, turn: int
) -> None:
    lying = letter.picture.rotate(turn, expand=True)
    outcome = process(papers.as_pdf([lying], tmp_path / "a.pdf"))
    (page,) = outcome.pages
    wrong, length = character_errors(letter.text, page.text)
    assert page.rotation == turn
    assert wrong / length < 0.01
    assert page.height_pt > page.width_pt
    shown = pypdfium2.PdfDocument(valid(outcome))
    upright = np.asarray(shown[0].render(scale=0.25).to_pil().convert("L"))
    shown.close()
    original = np.asarray(letter.picture.resize(upright.shape[::-1]))
    assert np.abs(upright.astype(int) - original).mean() < 8
    with Image.open(outcome.previews[0]) as preview:
        assert preview.height > preview.width


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("PNG", "1"),
        ("PNG", "L"),
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("TIFF", "1"),
        ("TIFF", "RGBA"),
        ("TIFF", "CMYK"),
        ("WEBP", "RGB"),
        ("BMP", "RGB"),
        ("GIF", "P"),
    ],
)
def test_pictures_of_every_kind_become_pages(
    process: Process, note: Image.Image, tmp_path: Path, form: str, mode: str
) -> None:
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(note).astype(np.uint16) * 257)
    else:
        picture = note.convert(mode)
    outcome = process(saved(picture, tmp_path / f"bild.{form.lower()}", format=form))
    valid(outcome)
    assert "Der Bescheid ist rechtskräftig." in outcome.pages[0].text
    assert len(outcome.previews) == 1


def test_a_tiff_gives_a_page_for_each_of_its_pictures(process: Process, tmp_path: Path) -> None:
    words = ["Antrag", "Befund", "Bescheid"]
    first, *more = [papers.note(word).convert("1") for word in words]
    path = tmp_path / "stapel.tif"
    first.save(path, save_all=True, append_images=more, compression="group4", dpi=(200, 200))
    outcome = process(path)
    valid(outcome)
    assert [page.text for page in outcome.pages] == words
    assert [page.number for page in outcome.pages] == [1, 2, 3]
    assert len(outcome.previews) == 3
    assert outcome.look.pages == 3


def test_a_photo_that_says_it_lies_on_its_side_is_shown_upright(
    process: Process, note: Image.Image, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = note.rotate(90, expand=True)
    outcome = process(saved(lying, tmp_path / "a.jpg", exif=exif.tobytes()))
    valid(outcome)
    assert "rechtskräftig" in outcome.pages[0].text
    assert outcome.pages[0].width_pt > outcome.pages[0].height_pt


def test_a_picture_without_resolution_is_taken_for_a4(
    process: Process, letter: papers.Drawn, tmp_path: Path
) -> None:
    outcome = process(saved(letter.picture, tmp_path / "a.png"))
    assert outcome.pages[0].width_pt == pytest.approx(595, abs=1)


def test_born_digital_text_is_kept_and_not_recognised(process: Process, tmp_path: Path) -> None:
    path = papers.written_pdf(tmp_path / "a.pdf", "Erste Seite über Größe", "Zweite Seite")
    outcome = process(path)
    valid(outcome)
    assert [page.text for page in outcome.pages] == ["Erste Seite über Größe", "Zweite Seite"]
    assert {page.source for page in outcome.pages} == {TextSource.BORN_DIGITAL}
    assert outcome.problems == ()
    assert len(outcome.previews) == 2


def test_a_mixed_pdf_is_read_page_by_page(
    process: Process, note: Image.Image, tmp_path: Path
) -> None:
    digital = papers.written_pdf(tmp_path / "a.pdf", "Digitale Seite")
    scanned = papers.as_pdf([note], tmp_path / "b.pdf", dpi=150)
    mixed = tmp_path / "c.pdf"
    with pikepdf.open(digital) as pdf, pikepdf.open(scanned) as other:
        pdf.pages.extend(other.pages)
        pdf.pages.append(pikepdf.Page(pikepdf.Dictionary(Type=pikepdf.Name.Page)))
        pdf.pages[2].mediabox = [0, 0, 595, 842]
        pdf.save(mixed)
    outcome = process(mixed)
    valid(outcome)
    assert [page.source.value for page in outcome.pages] == ["born-digital", "ocr", "none"]


def test_a_stamp_in_digital_text_does_not_hide_the_scan_below_it(
    process: Process, note: Image.Image, tmp_path: Path
) -> None:
    stamp = papers.written_pdf(tmp_path / "a.pdf", "Eingang 14.03.2024")
    stream = io.BytesIO()
    note.save(stream, "PNG")
    with pikepdf.open(stamp) as pdf:
        scanned = img2pdf.convert(stream.getvalue(), layout_fun=lambda *_: (595, 300, 595, 300))
        with pikepdf.open(io.BytesIO(scanned)) as below:
            pdf.pages[0].mediabox = [0, 500, 595, 842]
            pdf.pages[0].add_underlay(below.pages[0], pikepdf.Rectangle(0, 500, 595, 800))
            pdf.save(tmp_path / "b.pdf")
    outcome = process(tmp_path / "b.pdf")
    text = papers.words_of(valid(outcome))[0]
    assert "Eingang 14.03.2024" in outcome.pages[0].text
    assert "Der Bescheid ist rechtskräftig." in outcome.pages[0].text
    assert text.count("Eingang") == 1


def test_a_font_that_is_not_embedded_makes_a_picture_with_the_same_text(
    process: Process, tmp_path: Path
) -> None:
    outcome = process(papers.written_pdf(tmp_path / "a.pdf", "Ein Brief", embedded=False))
    assert [problem.code for problem in outcome.problems] == ["pages-as-pictures"]
    assert "Seite 1" in outcome.problems[0].message
    assert papers.words_of(valid(outcome))[0].strip() == "Ein Brief"
    assert outcome.pages[0].source is TextSource.BORN_DIGITAL


def test_plain_text_becomes_pages(process: Process, tmp_path: Path) -> None:
    path = tmp_path / "notiz.txt"
    path.write_bytes("Größe\nzweite Zeile\fSeite zwei".encode("cp1252"))
    outcome = process(path)
    copy = valid(outcome)
    assert [page.text for page in outcome.pages] == ["Größe\nzweite Zeile", "Seite zwei"]
    assert "zweite Zeile" in papers.words_of(copy)[0]
    assert len(outcome.previews) == 2


def test_progress_is_told_for_every_page_of_every_step(sandbox: Sandbox, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    pictures = [papers.note(word) for word in ("Eins", "Zwei", "Drei")]
    path = papers.as_pdf(pictures, tmp_path / "a.pdf", dpi=150)
    sandbox.process(path, name="a.pdf", folder=tmp_path, progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "recognise"] == [
        ("recognise", done, 3) for done in range(4)
    ]
    assert ("look", 1, 1) in told
    assert ("assemble", 3, 3) in told
    assert told[-1] == ("preview", 3, 3)
