"""Does a page that is read in two halves say the same, in the same places?"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from eakte.processing.steps.halving import place_to_cut, recognise
from eakte.processing.steps.recognition import Tesseract
from tests.processing import papers

DPI = 200


def test_both_halves_together_are_the_page(letter: papers.Drawn) -> None:
    grey = letter.picture.convert("L")
    assert place_to_cut(grey, dpi=DPI) is not None
    whole = recognise(Tesseract("deu", 60), grey, dpi=DPI)
    halves = recognise(Tesseract("deu", 60, halves=True), grey, dpi=DPI)
    assert halves.text.split() == whole.text.split()
    for one, other in zip(halves.lines, whole.lines, strict=True):
        assert one.bottom == pytest.approx(other.bottom, abs=4)
    paragraphs = [line.paragraph for line in halves.lines]
    assert paragraphs == sorted(paragraphs)


def test_no_line_is_cut_through(letter: papers.Drawn) -> None:
    grey = letter.picture.convert("L")
    cut = place_to_cut(grey, dpi=DPI)
    assert cut is not None
    assert np.asarray(grey)[cut - 4 : cut + 4].min() > 128


def test_a_page_without_a_gap_stays_in_one_piece() -> None:
    rows = np.full((2200, 1600), 255, dtype=np.uint8)
    rows[:, 200:1400][(np.arange(2200) // 12) % 2 == 0] = 0  # lines, a few pixels apart
    assert place_to_cut(Image.fromarray(rows), dpi=DPI) is None


def test_columns_are_not_cut_through() -> None:
    rows = np.full((2200, 1600), 255, dtype=np.uint8)
    written = (np.arange(2200) // 12) % 2 == 0
    written[1180:1240] = False
    rows[written, 200:1400] = 0
    assert place_to_cut(Image.fromarray(rows), dpi=DPI) in range(1200, 1222)
    rows[:, 780:820] = 255
    assert place_to_cut(Image.fromarray(rows), dpi=DPI) is None


def test_an_empty_page_and_a_sliver_are_no_trouble() -> None:
    for size in ((1600, 2200), (3, 3), (1, 900)):
        place_to_cut(Image.new("L", size, 255), dpi=DPI)
