"""Letters for tests: drawn, scanned, and packed in the ways that reach an office."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import pikepdf
import pypdfium2
from fpdf import FPDF
from PIL import Image, ImageDraw

from eakte.demo.letter import Quality
from eakte.demo.paper import Face, Paper, blocks_of
from eakte.demo.scanning import picture
from eakte.demo.typesetting import font, set_pages

LETTER = """# Landratsamt Musterkreis

! Feststellungsverfahren nach dem Schwerbehindertenrecht

Sehr geehrte Frau Größmann, auf Ihren Antrag vom 14.03.2024 stellen wir fest: Der Grad der
Behinderung (GdB) beträgt 50 ab dem 01.02.2024. Die Voraussetzungen für das Merkzeichen G
(erhebliche Beeinträchtigung der Bewegungsfähigkeit im Straßenverkehr) liegen vor.

Die ärztliche Untersuchung ergab eine Einschränkung der Beweglichkeit: Streckung und Beugung
0-10-95 Grad, Umfangsdifferenz 2,5 cm. Bei weiterem Schriftwechsel geben Sie bitte stets das
Aktenzeichen SBR 12/2024 an. Der Befundbericht des Klinikums lag bei der Entscheidung vor.

Gegen diesen Bescheid können Sie innerhalb eines Monats nach Bekanntgabe Widerspruch erheben.
Der Widerspruch ist schriftlich oder zur Niederschrift beim Landratsamt Musterkreis, Amtsstraße 7,
99999 Musterstadt, einzulegen.

Mit freundlichen Grüßen, im Auftrag, Jürgen Weißhäupl, Verwaltungsoberinspektor"""

__all__ = ["Drawn", "Quality", "as_pdf", "letter", "note", "words_of", "written_pdf"]


@dataclass(frozen=True)
class Drawn:
    """A page as a picture and the text that stands on it."""

    picture: Image.Image
    text: str


def letter(quality: Quality, *, face: Face = Face.SANS) -> Drawn:
    """One page, drawn; raises PartUnavailable where the typefaces are missing."""
    sheet = set_pages(Paper(face), blocks_of(LETTER))[0]
    return Drawn(picture(sheet, quality, seed=f"test/{quality}/{face}").convert("L"), sheet.text)


def note(text: str) -> Image.Image:
    """A strip of paper with one line."""
    strip = Image.new("L", (1240, 400), 255)
    ImageDraw.Draw(strip).text((100, 150), text, fill=0, font=font(Face.SANS, 12))
    return strip


def as_pdf(pictures: list[Image.Image], path: Path, *, dpi: int = 300) -> Path:
    """A PDF with one JPEG a page."""
    pages = []
    for one in pictures:
        stream = io.BytesIO()
        one.save(stream, "JPEG", quality=80, dpi=(dpi, dpi))
        pages.append(stream.getvalue())
    path.write_bytes(img2pdf.convert(pages, nodate=True))
    return path


def written_pdf(path: Path, *texts: str, embedded: bool = True) -> Path:
    """A born-digital PDF with one line a page, in an embedded font or in plain Helvetica."""

    document = FPDF()
    if embedded:
        document.add_font("sans", fname=font(Face.SANS, 12).path)
    for text in texts:
        document.add_page()
        document.set_font("sans" if embedded else "helvetica", size=12)
        document.cell(text=text)
    document.output(str(path))
    return path


def words_of(path: Path) -> list[str]:
    """The text of each page as a reader would copy it."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def images_of(path: Path) -> list[bytes]:
    """The encoded pictures of each page, as they lie in the PDF."""
    with pikepdf.open(path) as pdf:
        return [
            image.read_raw_bytes() for page in pdf.pages for image in page.get_images().values()
        ]
