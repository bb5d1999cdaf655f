"""Sheets as a scanner sees them: printed, fed crookedly, grainy, some of them empty."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

import img2pdf
import numpy as np
import pypdfium2
from PIL import Image, ImageDraw

A4_AT_200 = (1654, 2339)


def letter(words: str) -> Image.Image:
    """A page with some lines of writing."""
    page = Image.new("L", A4_AT_200, 255)
    draw = ImageDraw.Draw(page)
    for line in range(12):
        draw.text((200, 300 + line * 60), f"{words} {line}", fill=0, font_size=34)
    return page


def empty() -> Image.Image:
    """An empty back with two punched holes and a shadow along one edge."""
    page = Image.new("L", A4_AT_200, 250)
    draw = ImageDraw.Draw(page)
    for middle in (1010, 1325):
        draw.ellipse((70, middle - 22, 114, middle + 22), fill=30)
    draw.rectangle((0, 0, 6, 2339), fill=120)
    return page


def printed(pdf: bytes, page: int = 0) -> Image.Image:
    """A page of a PDF as paper, at 200 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    drawn: Image.Image = document[page].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
    return drawn


def scanned(page: Image.Image, *, skew: float, seed: int) -> Image.Image:
    """The page fed at an angle (degrees), grainy, with lost contrast."""
    turned = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=245)
    dice = np.random.default_rng(seed)
    grey = np.asarray(turned).astype(np.float32) * 0.82 + 30
    grey += dice.normal(0, 18, grey.shape)
    specks = dice.random(grey.shape) < 0.002
    grey[specks] = dice.integers(0, 255, int(specks.sum()))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def stack(pages: Sequence[Image.Image]) -> bytes:
    """One PDF of all pages, as a scanner with a feeder writes it."""
    pictures = []
    for page in pages:
        kept = io.BytesIO()
        page.save(kept, "JPEG", quality=70, dpi=(200, 200))
        pictures.append(kept.getvalue())
    bound: bytes = img2pdf.convert(pictures, rotation=img2pdf.Rotation.ifvalid)
    return bound


def crooked(seed: int) -> float:
    """An angle of three degrees to one side or the other."""
    return Random(seed).choice((-3.0, 3.0))  # noqa: S311  # a scan at random, no secret


def webp(page: Image.Image) -> bytes:
    """The picture of a page as whoever checks it is shown."""
    kept = io.BytesIO()
    page.save(kept, "WEBP", quality=75)
    return kept.getvalue()
