"""How is the picture of a page made easier to recognise? For recognition alone: nobody sees it.

Three things, each only where the page needs it: noisy pages are smoothed, coarse or very fine ones
scaled, crooked ones straightened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from eakte.processing.steps.plane import Plane, scaled, straightened_back

Grey = NDArray[np.uint8]

COARSE_DPI, GOOD_DPI, NOISY_DPI, FINE_DPI = 140, 200, 220, 240
ENLARGED_DPI = 250
FINEST_STROKE, GOOD_STROKE = 2.0, 5.0
STROKE_ROWS = 5
SKEW_FROM = 0.25
SKEW_TO = 6.0
SKEW_WIDTH = 800
ENOUGH_INK = 200
SURE_GAIN = 1.1
BAND = 32
GRAIN = 4.5
SPECKS = 150.0
SIDEWAYS = 1.3
MEDIAN_OF_NINE = (
    *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3)),
    *((5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
)


@dataclass(frozen=True)
class Prepared:
    """A grey picture for recognition; ``to_sheet`` leads its pixels back to the page's picture."""

    picture: Image.Image
    to_sheet: Plane
    dpi: int
    noisy: bool
    skew: float


def prepare(sheet: Image.Image, *, dpi: float) -> Prepared:
    """Smooth, scale and straighten the picture of an upright page, where it helps."""
    grey = sheet.convert("L")
    back = Plane()
    noisy = is_noisy(np.asarray(grey))
    if noisy:
        grey = Image.fromarray(without_specks(np.asarray(grey))).filter(ImageFilter.BoxBlur(1))
    factor = _scaling(np.asarray(grey), dpi=dpi, good=NOISY_DPI if noisy else GOOD_DPI)
    if factor != 1:
        size = max(1, round(grey.width * factor)), max(1, round(grey.height * factor))
        back = scaled(grey.width / size[0], grey.height / size[1])
        grey = grey.resize(
            size, Image.Resampling.BILINEAR if factor < 1 else Image.Resampling.BICUBIC
        )
        dpi *= factor
    skew = skew_of(grey)
    if abs(skew) >= SKEW_FROM:
        back = straightened_back(skew, width=grey.width, height=grey.height).then(back)
        grey = grey.rotate(skew, Image.Resampling.BILINEAR, fillcolor=_paper(grey))
    return Prepared(grey, back, round(dpi), noisy, skew)


def _scaling(grey: Grey, *, dpi: float, good: float) -> float:
    """By how much to scale the picture; 1 where it is good as it is.

    Recognition is as right at 200 dpi as at 300 and a fifth faster, except for the finest print
    and, a little, where the page is noisy.
    The resolution alone may be wrong (photographs name none), so that fine pictures are shrunk
    and coarse ones enlarged only as far as the width of their strokes allows.
    """
    if COARSE_DPI <= dpi <= FINE_DPI:
        return 1.0
    stroke = stroke_of(grey)
    if dpi > FINE_DPI:
        return min(1.0, max(good / dpi, FINEST_STROKE / stroke))
    return min(ENLARGED_DPI / dpi, max(1.0, GOOD_STROKE / stroke))


def runs_sideways(grey: Image.Image) -> bool:
    """Whether lines of text seem to run from top to bottom: worth asking for the orientation.

    Lines of text make the ink of neighbouring rows differ more than that of neighbouring columns.
    """
    ink = _ink(grey)
    if int(ink.sum()) < ENOUGH_INK:
        return False
    rows = np.diff(ink.mean(axis=1)) ** 2
    columns = np.diff(ink.mean(axis=0)) ** 2
    return bool(columns.mean() > rows.mean() * SIDEWAYS)


def _ink(grey: Image.Image) -> NDArray[np.bool_]:
    """Where ink is, in a small version of the picture."""
    factor = max(1, grey.width // SKEW_WIDTH)
    small = np.asarray(grey.reduce(factor) if factor > 1 else grey)
    paper = float(np.median(small))
    return np.asarray(small < paper - max(40.0, 0.35 * paper))


def _paper(grey: Image.Image) -> int:
    """The commonest light tone, to fill the corners that a rotation leaves."""
    tones = grey.histogram()
    return 128 + int(np.argmax(tones[128:]))


def stroke_of(grey: Grey) -> float:
    """How wide the strokes of the writing are, in pixels; 1 on empty paper."""
    ink = below_threshold(grey[::STROKE_ROWS])
    edges = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    widths = np.nonzero(edges == -1)[1] - np.nonzero(edges == 1)[1]
    if not len(widths):
        return 1.0
    return float(widths[widths <= 3 * np.median(widths)].mean())


def below_threshold(grey: Grey) -> NDArray[np.bool_]:
    """Where ink is: darker than the middle between the darkest and the commonest tone."""
    threshold = (int(grey.min(initial=255)) + int(np.median(grey))) // 2
    return np.asarray(grey < threshold)


def without_specks(grey: Grey) -> Grey:
    """The median of each pixel and its eight neighbours.

    By exchanging neighbours until the middle one stands in the middle (Paeth 1990), on whole
    rows at once: six times as fast as sorting every pixel's window.
    """
    edged = np.pad(grey, 1, mode="edge")
    height, width = grey.shape
    window = [edged[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    for low, high in MEDIAN_OF_NINE:
        window[low], window[high] = (
            np.minimum(window[low], window[high]),
            np.maximum(window[low], window[high]),
        )
    return window[4]


def is_noisy(grey: Grey) -> bool:
    """Whether the paper is grainy or strewn with specks, as after a fax.

    Looked at in bands that together are about a fifth of the page.
    """
    height = grey.shape[0]
    rows = np.concatenate(
        [np.arange(top, min(top + BAND, height)) for top in range(0, height, BAND * 5)]
    )
    bands = grey[rows]
    threshold = (int(bands.min()) + int(np.median(bands))) // 2
    return grain_of(bands, threshold=threshold) > GRAIN or specks_of(bands < threshold) > SPECKS


def grain_of(grey: Grey, *, threshold: int) -> float:
    """The median step between neighbouring pixels of the paper, in grey levels."""
    left, right = grey[::3, :-1].astype(np.int16), grey[::3, 1:].astype(np.int16)
    paper = (left > threshold) & (right > threshold)
    if not paper.any():
        return 0.0
    return float(np.mean(np.abs(left - right)[paper]))


def specks_of(ink: NDArray[np.bool_]) -> float:
    """Blots of at most 3 by 3 pixels with paper all around them, for each million pixels."""
    around = np.zeros((ink.shape[0] - 4, ink.shape[1] - 4), dtype=bool)
    height, width = around.shape
    if height <= 0 or width <= 0:
        return 0.0
    for down in (0, 4):
        for right in range(5):
            around |= ink[down : down + height, right : right + width]
    for down in (1, 2, 3):
        for right in (0, 4):
            around |= ink[down : down + height, right : right + width]
    alone = ink[2:-2, 2:-2] & ~around
    return float(alone.sum()) * 1_000_000 / alone.size


def skew_of(grey: Image.Image) -> float:
    """By how many degrees counter-clockwise the lines must be rotated to be level.

    The angle at which the ink, projected onto the left margin, has the sharpest edges.
    """
    rows, columns = np.nonzero(_ink(grey))
    if len(rows) < ENOUGH_INK:
        return 0.0
    y, x = rows.astype(np.float32), columns.astype(np.float32)

    def sharpness(degrees: float) -> float:
        level = y - x * np.float32(np.tan(np.radians(degrees)))
        counts = np.bincount((level - level.min()).astype(np.int32))
        return float(np.sum(np.diff(counts).astype(np.float64) ** 2))

    level = sharpness(0.0)
    best, height = 0.0, level
    for width, step in ((SKEW_TO, 0.5), (0.5, 0.1), (0.1, 0.05)):
        for degrees in np.arange(best - width, best + width + step / 2, step):
            found = sharpness(float(degrees))
            if found > height:
                best, height = float(degrees), found
    return best if height > level * SURE_GAIN else 0.0
