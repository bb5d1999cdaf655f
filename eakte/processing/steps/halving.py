"""Where may the picture of a page be cut, so that two programs read it at once?

A letter of one page would leave all processors but one idle. It is cut where the paper is empty
from edge to edge and further than between two lines: there no word, line or paragraph is parted.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from eakte.processing.steps.preparation import below_threshold
from eakte.processing.steps.recognition import Line, Recognised, Tesseract

EMPTY_INCHES = 0.1
FROM, TO = 0.42, 0.75
FRAME = 0.04
SPECKS = 0.002
COLUMNS = 3
AROUND = 0.06
GUTTER_INCHES = 0.12


def recognise(tesseract: Tesseract, picture: Image.Image, *, dpi: int) -> Recognised:
    """Recognise a grey picture; both halves of it at once where that is wanted and can be done.

    Raises:
        NotRecognised: what `Tesseract.recognise` raises, of either half.
    """
    cut = place_to_cut(picture, dpi=dpi) if tesseract.halves else None
    if cut is None:
        return tesseract.recognise(picture, dpi=dpi)
    upper = picture.crop((0, 0, picture.width, cut))
    lower = picture.crop((0, cut, picture.width, picture.height))
    with ThreadPoolExecutor(1) as other:
        below = other.submit(tesseract.recognise, lower, dpi=dpi)
        above = tesseract.recognise(upper, dpi=dpi)
        return _joined(above, below.result(), cut=cut)


def place_to_cut(picture: Image.Image, *, dpi: int) -> int | None:
    """The middle of the empty band that parts the writing most evenly; None without one.

    Never high up, where an address and what it is answered to stand side by side: they would be
    read in turns.
    """
    grey = np.asarray(picture)
    # Scanners leave a dark rim, which runs through every row.
    rim = round(grey.shape[1] * FRAME)
    ink = below_threshold(grey[:, rim : grey.shape[1] - rim : COLUMNS])
    if not ink.size:
        return None
    filled = ink.mean(axis=1)
    empty = np.concatenate(([False], filled <= SPECKS, [False]))
    edges = np.flatnonzero(np.diff(empty.astype(np.int8)))
    middles = [
        (begin + end) // 2
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if end - begin >= EMPTY_INCHES * dpi
    ]
    inside = [
        one
        for one in middles
        if FROM <= one / len(filled) <= TO and not _through_columns(ink, one, dpi=dpi)
    ]
    above = np.cumsum(filled)
    return min(inside, key=lambda row: abs(float(above[row]) * 2 - float(above[-1])), default=None)


def _through_columns(ink: NDArray[np.bool_], cut: int, *, dpi: int) -> bool:
    """Whether writing stands side by side just above or just below the cut."""
    around = round(len(ink) * AROUND)
    return any(
        int(np.diff(np.flatnonzero(part.any(axis=0))).max(initial=0)) * COLUMNS
        > GUTTER_INCHES * dpi
        for part in (ink[max(cut - around, 0) : cut], ink[cut : cut + around])
    )


def _joined(above: Recognised, below: Recognised, *, cut: int) -> Recognised:
    before = max((line.paragraph for line in above.lines), default=0)
    moved = (_moved(line, cut=cut, before=before) for line in below.lines)
    return Recognised((*above.lines, *moved))


def _moved(line: Line, *, cut: int, before: int) -> Line:
    return replace(
        line, top=line.top + cut, bottom=line.bottom + cut, paragraph=line.paragraph + before
    )
