"""How does a drawn page become what a scanner or a fax machine delivers?"""

from __future__ import annotations

import functools
import io
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import img2pdf
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from eakte.demo.drawing import draw
from eakte.demo.fonts import DPI
from eakte.demo.letter import Container, Letter, Quality
from eakte.demo.typesetting import HEIGHT, WIDTH, Sheet

Grey = NDArray[np.uint8]
FAX_SIZE = (round(WIDTH * 204 / DPI), round(HEIGHT * 196 / DPI))  # "fine" resolution of group 3
JPEG_QUALITY = {Quality.CLEAN: 45, Quality.SCAN: 45, Quality.FAX: 30}


def render(letter: Letter, quality: Quality, folder: Path) -> Path:
    """Write the letter as a scan into ``folder``; the same letter gives the same bytes again."""
    alone = len(letter.sheets) == 1
    container = letter.container if alone or letter.container.many else Container.PDF
    path = folder / f"{Path(letter.original_name).stem}.{container.value}"
    images = [
        picture(sheet, quality, seed=f"{letter.key}/{number}")
        for number, sheet in enumerate(letter.sheets, start=1)
    ]
    path.write_bytes(packed(images, quality, container))
    return path


def picture(sheet: Sheet, quality: Quality, *, seed: str) -> Image.Image:
    """One page as the machine saw it, A4 at 300 dpi."""
    dice = np.random.default_rng(zlib.crc32(seed.encode()))
    page = draw(sheet, seed=seed)
    if quality is Quality.SCAN:
        return _scanned(page, dice)
    if quality is Quality.FAX:
        return _faxed(page, dice)
    return page


def _scanned(page: Image.Image, dice: np.random.Generator) -> Image.Image:
    """A good office scanner: paper not quite white, a little skew, sensor noise, some dust."""
    white = int(dice.integers(243, 252))
    skew = float(dice.normal(0, 0.3))
    skew = max(-0.7, min(0.7, skew))
    black = int(dice.integers(14, 34))
    tones = [black + round(tone * (white - black) / 255) for tone in range(256)]
    luma, *colours = page.convert("YCbCr").split() if page.mode == "RGB" else (page,)
    turned = luma.rotate(skew, Image.Resampling.BILINEAR, fillcolor=255).point(tones)
    grey = Image.fromarray(_noisy(np.asarray(turned), 2.6, dice))
    if not colours:
        return grey
    # Colours are kept coarser than light, as in every JPEG: turned small, they cost a quarter.
    coarse = [plane.reduce(2).rotate(skew, fillcolor=128).resize(page.size) for plane in colours]
    return Image.merge("YCbCr", (grey, *coarse))


def _faxed(page: Image.Image, dice: np.random.Generator) -> Image.Image:
    """A fax printed at the other end and put on the scanner: coarse, specked, grey and askew."""
    small = np.array(page.convert("L").resize(FAX_SIZE, Image.Resampling.BOX), dtype=np.float32)
    small += 34 * dice.standard_normal(small.shape, dtype=np.float32)  # a worn scanner
    sent = np.where(small < dice.integers(120, 150), 0, 255).astype(np.uint8)
    _drop_lines(sent, dice)
    specks = dice.random(sent.shape, dtype=np.float32)
    sent[specks < 0.0022] = 0
    sent[specks > 0.994] = 255
    printed = Image.fromarray(sent).resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)
    skew = float(dice.uniform(0.8, 3.0)) * (1 if dice.random() < 0.5 else -1)
    printed = printed.rotate(skew, Image.Resampling.BILINEAR, fillcolor=255)
    paper, ink = int(dice.integers(196, 218)), int(dice.integers(38, 62))
    tones = [ink + round(tone * (paper - ink) / 255) for tone in range(256)]
    grey = np.asarray(printed.point(tones))
    shade = np.linspace(dice.uniform(-12, 0), dice.uniform(0, 12), WIDTH).astype(np.int16)
    return Image.fromarray(_noisy(grey, 9.0, dice, shade=shade))


def _drop_lines(sent: Grey, dice: np.random.Generator) -> None:
    """Single scan lines lost on the way (the line before is repeated) and one faint streak."""
    for row in dice.integers(1, sent.shape[0], size=14):
        sent[row] = sent[row - 1]
    column = int(dice.integers(30, 120))
    height = int(dice.integers(300, 1200))
    start = int(dice.integers(0, sent.shape[0] - height))
    sent[start : start + height, column] = 0


@functools.lru_cache(maxsize=1)
def _grain() -> NDArray[np.float32]:
    """One large field of noise; every page cuts its own piece, because making it is slow."""
    shape = (HEIGHT + 512, WIDTH + 512)
    return np.random.default_rng(20240229).standard_normal(shape, dtype=np.float32)


def _noisy(
    grey: Grey,
    strength: float,
    dice: np.random.Generator,
    *,
    shade: NDArray[np.int16] | None = None,
) -> Grey:
    """The page with sensor noise of this standard deviation, and a shade across it."""
    top, left = (int(start) for start in dice.integers(0, 512, size=2))
    grain = _grain()[top : top + HEIGHT, left : left + WIDTH]
    if dice.random() < 0.5:
        grain = grain[::-1]
    light = grey.astype(np.int16)
    light += (grain * strength).astype(np.int16)
    if shade is not None:
        light += shade
    return np.clip(light, 0, 255, out=light).astype(np.uint8)


def packed(images: Sequence[Image.Image], quality: Quality, container: Container) -> bytes:
    """The pages in their delivery format."""
    if container is Container.PDF:
        pages = [_jpeg(image, quality) for image in images]
        layout = img2pdf.get_fixed_dpi_layout_fun((DPI, DPI))
        # img2pdf's own writer gives no random identifier: the same pages are the same bytes.
        engine = img2pdf.Engine.internal
        return bytes(img2pdf.convert(pages, layout_fun=layout, nodate=True, engine=engine))
    if container is Container.TIFF:
        return _tiff(images, quality)
    if container is Container.PNG:
        stream = io.BytesIO()
        images[0].convert("RGB" if images[0].mode == "YCbCr" else images[0].mode).save(
            stream, "PNG", dpi=(DPI, DPI), compress_level=4
        )
        return stream.getvalue()
    return _jpeg(images[0], quality)


def _jpeg(image: Image.Image, quality: Quality) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=JPEG_QUALITY[quality], dpi=(DPI, DPI))
    return stream.getvalue()


def _tiff(images: Iterable[Image.Image], quality: Quality) -> bytes:
    """Bilevel group 4 for clean pages, as scan stations write it; grey JPEG strips for others."""
    stream = io.BytesIO()
    if quality is Quality.CLEAN:
        first, *more = [
            image.convert("L").point([0] * 150 + [255] * 106).convert("1") for image in images
        ]
        first.save(
            stream, "TIFF", save_all=True, append_images=more, compression="group4", dpi=(DPI, DPI)
        )
        return stream.getvalue()
    first, *more = [image.convert("L") for image in images]
    first.save(
        stream,
        "TIFF",
        save_all=True,
        append_images=more,
        compression="jpeg",
        quality=JPEG_QUALITY[quality],
        dpi=(DPI, DPI),
    )
    return stream.getvalue()
