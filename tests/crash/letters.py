"""Which documents are brought in while everything breaks? Each has words that no other has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

import img2pdf
import segno
from PIL import Image, ImageDraw, ImageFont

# Words that recognition reads without fail, and that stem to nothing but themselves.
WORDS = (
    *("Bescheid", "Gutachten", "Widerspruch", "Vollmacht", "Rechnung", "Zeugnis", "Kalender"),
    *("Fahrplan", "Leuchtturm", "Bahnhof", "Garten", "Fenster", "Hammer", "Kessel", "Lampe"),
    *("Mantel", "Nadel", "Ofen", "Papier", "Quelle", "Regal", "Spiegel", "Teppich", "Uhrwerk"),
)
EVERYWHERE = "Posteingang"


@dataclass(frozen=True)
class Letter:
    """A document, what it is called, and a word that stands on each of its pages."""

    name: str
    content: bytes
    words: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The digest under which it has to be kept."""
        return hashlib.sha256(self.content).hexdigest()


def typed(number: int) -> Letter:
    """Return a letter that needs no recognition, long enough to travel in several pieces."""
    word = f"{WORDS[number % len(WORDS)]}{number:04d}"
    lines = [f"{EVERYWHERE} {word}", *(f"Zeile {line}" for line in range(60))]
    # What a printer never shows makes it long without making it slow to lay out.
    padding = " " * 250_000
    return Letter(f"brief-{number:04d}.txt", ("\n".join(lines) + padding).encode(), (word,))


def scanned(number: int, *, pages: int) -> Letter:
    """Return a scan of some pages that has to be recognised."""
    typeface = ImageFont.load_default(size=44)
    sheets, words = [], []
    for page in range(1, pages + 1):
        word = WORDS[(number * 5 + page) % len(WORDS)]
        words.append(word)
        sheet = Image.new("L", (1240, 1754), 255)
        pen = ImageDraw.Draw(sheet)
        for line in range(12):
            told = f"{EVERYWHERE} {word} Blatt {page} Nummer {number}"
            pen.text((120, 160 + line * 110), told, font=typeface, fill=0)
        sheets.append(sheet)
    spool = BytesIO()
    sheets[0].save(
        spool,
        "TIFF",
        save_all=True,
        append_images=sheets[1:],
        dpi=(150, 150),
        compression="tiff_deflate",
    )
    return Letter(f"scan-{number:04d}.tiff", spool.getvalue(), tuple(words))


def slip(number: int) -> Letter:
    """Return a short letter that needs no recognition."""
    word = f"{WORDS[number % len(WORDS)]}{number:04d}"
    return Letter(f"zettel-{number:04d}.txt", f"{EVERYWHERE} {word}\n".encode(), (word,))


def scrap(number: int) -> Letter:
    """Return a small scan that has to be recognised, a matter of a moment."""
    word = WORDS[number % len(WORDS)]
    spool = BytesIO()
    _sheet(f"{EVERYWHERE} {word}", number).save(spool, "PNG", dpi=(150, 150))
    return Letter(f"abriss-{number:04d}.png", spool.getvalue(), (word,))


def bundle(number: int) -> Letter:
    """Return a stack of two letters with a separating sheet between them."""
    drawn = BytesIO()
    segno.make("PATCHT", error="h", micro=False).save(drawn, kind="png", scale=8, border=8)
    sheets = [
        _sheet(f"{EVERYWHERE} vorn", number),
        Image.open(drawn).convert("L"),
        _sheet(f"{EVERYWHERE} hinten", number),
    ]
    pictures = []
    for sheet in sheets:
        kept = BytesIO()
        sheet.save(kept, "PNG", dpi=(150, 150))
        pictures.append(kept.getvalue())
    bound: bytes = img2pdf.convert(pictures)
    return Letter(f"buendel-{number:04d}.pdf", bound, ("vorn", "hinten"))


def _sheet(words: str, number: int) -> Image.Image:
    sheet = Image.new("L", (760, 260), 255)
    pen = ImageDraw.Draw(sheet)
    for line, told in enumerate((words, f"Nummer {number}")):
        pen.text((40, 50 + line * 90), told, font=ImageFont.load_default(size=44), fill=0)
    return sheet
