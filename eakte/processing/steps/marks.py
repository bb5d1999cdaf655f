"""Which marks does a scanned sheet bear: bar codes, a patch code, nothing at all?

Patch codes are four bars, two of them wide, that document scanners separate stacks by; patch T is
narrow, wide, narrow, wide, counted from the edge of the sheet inwards (Kodak A-61599).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from eakte.model.findings import Code

Grey = NDArray[np.uint8]

MARK_DPI = 200
FORMATS = (
    zxingcpp.BarcodeFormat.QRCode
    | zxingcpp.BarcodeFormat.Code128
    | zxingcpp.BarcodeFormat.Code39
    | zxingcpp.BarcodeFormat.DataMatrix
)
MOST_CODES, LONGEST_CODE = 20, 500

PATCH_T = (False, True, False, True)  # which of the four bars is wide
NARROW_INCHES, WIDE_INCHES = 0.08, 0.20
# Scanners and printers stretch; what is narrow stays far below what is wide.
TOLERANCE = 0.45
PATCH_LINES = 60
LEAST_PATCH_INCHES = 0.7
FARTHEST_INCHES = 3.8

BLANK_DPI = 100
# Holes and shadows of the edge lie there; a stamp is larger than all holes together.
EDGE_ACROSS, EDGE_DOWN = 0.08, 0.04
SHADOW = 8  # two millimetres
INK_OF_A_SIGN, INK_OF_HOLES = 30, 2500
# Less than a sign and more than dust: a full stop, a faint stroke.
INK_OF_TRACES = 8
# What is darker is no longer paper, whatever its colour.
DARK = 100
MOSTLY = 0.5


def codes_of(sheet: Image.Image) -> tuple[Code, ...]:
    """Return the bar codes on a grey picture of a sheet, at any angle."""
    found = zxingcpp.read_barcodes(np.asarray(sheet), formats=FORMATS)
    return tuple(
        Code(one.format.name, one.text[:LONGEST_CODE]) for one in found[:MOST_CODES] if one.text
    )


def bears_patch_t(sheet: Image.Image, *, dpi: float) -> bool:
    """Say whether one edge of the sheet bears patch code T."""
    ink = np.asarray(sheet) < 128
    turned = (ink, ink[::-1], ink.T, ink.T[::-1])
    return any(_patch_at_the_top(one, dpi=dpi) for one in turned)


def _patch_at_the_top(ink: NDArray[np.bool_], *, dpi: float) -> bool:
    height, width = ink.shape
    deep = ink[: min(height, round(FARTHEST_INCHES * dpi))]
    columns = np.linspace(0, width - 1, min(PATCH_LINES, width)).astype(int)
    needed = max(3, round(LEAST_PATCH_INCHES * dpi / max(width / len(columns), 1)))
    in_a_row = 0
    for column in columns:
        in_a_row = in_a_row + 1 if _reads_patch_t(deep[:, column], dpi=dpi) else 0
        if in_a_row >= needed:
            return True
    return False


def _reads_patch_t(line: NDArray[np.bool_], *, dpi: float) -> bool:
    """Whether the first four bars of a line, from its start, are those of patch T."""
    runs = list(_runs(line, least=dpi * NARROW_INCHES / 4))
    for first in range(len(runs) - 6):
        window = runs[first : first + 7]
        if not window[0][0]:
            continue
        bars, gaps = window[0::2], window[1::2]
        if all(_is(length, NARROW_INCHES * dpi) for _, length in gaps) and all(
            _is(length, (WIDE_INCHES if wide else NARROW_INCHES) * dpi)
            for (_, length), wide in zip(bars, PATCH_T, strict=True)
        ):
            return True
    return False


def _runs(line: NDArray[np.bool_], *, least: float) -> Iterator[tuple[bool, int]]:
    """Runs of ink and paper along a line; the shortest belong to the run before."""
    edges = np.flatnonzero(np.diff(line)) + 1
    bounds = [0, *edges.tolist(), len(line)]
    kept: list[tuple[bool, int]] = []
    for start, end in zip(bounds, bounds[1:], strict=False):
        black, length = bool(line[start]), end - start
        if kept and (length < least or kept[-1][0] == black):
            kept[-1] = (kept[-1][0], kept[-1][1] + length)
        else:
            kept.append((black, length))
    yield from kept


def _is(length: int, wanted: float) -> bool:
    return abs(length - wanted) <= TOLERANCE * wanted


def ink_on(sheet: Image.Image, *, dpi: float) -> tuple[int, int]:
    """Return how many pixels of ink lie on a sheet at 100 dpi: inside, and along its edges.

    Dust vanishes; ink is what is clearly darker than the paper around.
    """
    factor = max(1, round(dpi / BLANK_DPI))
    grey = np.asarray(sheet.reduce(factor) if factor > 1 else sheet).astype(np.int16)
    paper = int(np.median(grey))
    ink = grey < paper - max(50, paper * 3 // 10)
    # A speck of one pixel is dust.
    near = np.zeros_like(ink)
    near[:, 1:] |= ink[:, :-1]
    near[:, :-1] |= ink[:, 1:]
    near[1:] |= ink[:-1]
    near[:-1] |= ink[1:]
    ink &= near
    ink = ink[SHADOW:-SHADOW, SHADOW:-SHADOW]
    height, width = ink.shape
    down, across = round(height * EDGE_DOWN), round(width * EDGE_ACROSS)
    inside = int(ink[down : height - down, across : width - across].sum())
    return inside, int(ink.sum()) - inside


def is_blank(sheet: Image.Image, *, dpi: float) -> bool:
    """Say whether a sheet bears nothing but holes, dust and the shadow of its edge.

    A dark one is not empty: something lay over it, or the lamp was off.
    """
    if dark_share(sheet) > MOSTLY:
        return False
    inside, edges = ink_on(sheet, dpi=dpi)
    return inside < INK_OF_A_SIGN and edges < INK_OF_HOLES


def bears_traces(sheet: Image.Image, *, dpi: float) -> bool:
    """Say of a blank sheet that something may be on it all the same."""
    inside, _ = ink_on(sheet, dpi=dpi)
    return inside >= INK_OF_TRACES


def dark_share(sheet: Image.Image) -> float:
    """Return how much of a grey picture is dark, from 0 to 1."""
    return round(float((np.asarray(sheet) < DARK).mean()), 4)
