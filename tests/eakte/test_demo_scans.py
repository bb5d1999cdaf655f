"""Do rendered letters open, look alike each time, and can they be read?"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eakte.demo.catalogue import catalogue
from eakte.demo.known import known_pages
from eakte.demo.letter import Container, Letter, Quality
from eakte.demo.measuring import character_errors, distance
from eakte.demo.scanning import render


def a_letter(pages: int) -> Letter:
    """The first letter of this length."""
    return next(one for one in catalogue().letters() if len(one.pages) == pages)


@pytest.mark.parametrize("quality", list(Quality))
def test_the_same_letter_gives_the_same_bytes_again(quality: Quality, tmp_path: Path) -> None:
    letter = a_letter(1)
    first = render(letter, quality, tmp_path).read_bytes()
    assert render(letter, quality, tmp_path).read_bytes() == first


def test_a_letter_becomes_a_pdf_with_its_pages(tmp_path: Path) -> None:
    letter = replace(a_letter(2), container=Container.PDF)
    with pikepdf.open(render(letter, Quality.SCAN, tmp_path)) as scanned:
        assert len(scanned.pages) == 2
        width, height = (float(side) for side in scanned.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)


@pytest.mark.parametrize(("quality", "mode"), [(Quality.CLEAN, "1"), (Quality.FAX, "L")])
def test_a_letter_becomes_a_tiff_with_its_pages(
    quality: Quality, mode: str, tmp_path: Path
) -> None:
    letter = replace(a_letter(2), container=Container.TIFF)
    with Image.open(render(letter, quality, tmp_path)) as scanned:
        assert scanned.n_frames == 2
        assert scanned.mode == mode
        assert tuple(round(value) for value in scanned.info["dpi"]) == (300, 300)


@pytest.mark.parametrize("container", [Container.JPEG, Container.PNG])
def test_a_single_page_becomes_a_picture(container: Container, tmp_path: Path) -> None:
    letter = replace(a_letter(1), container=container)
    path = render(letter, Quality.CLEAN, tmp_path)
    assert path.suffix == f".{container.value}"
    with Image.open(path) as scanned:
        assert scanned.size == (2480, 3508)


def test_several_pages_never_become_one_picture(tmp_path: Path) -> None:
    letter = replace(a_letter(2), container=Container.JPEG)
    assert render(letter, Quality.CLEAN, tmp_path).suffix == ".pdf"


def test_there_are_enough_known_pages_in_every_quality(tmp_path: Path) -> None:
    known = list(known_pages(Quality.CLEAN, tmp_path, count=20, container=Container.JPEG))
    assert len({page.title for page in known}) == 20
    assert all(len(page.text) >= 400 and page.path.is_file() for page in known)


@pytest.mark.parametrize("quality", [Quality.CLEAN, Quality.SCAN])
def test_a_known_page_is_read_nearly_without_errors(quality: Quality, tmp_path: Path) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    (page,) = known_pages(quality, tmp_path, count=1, container=Container.JPEG)
    run = subprocess.run(
        ["tesseract", str(page.path), "-", "-l", "deu"],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    errors, length = character_errors(page.text, run.stdout)
    assert errors / length <= 0.02  # one page; over many the goal is 0.01


def test_a_scan_weighs_what_a_scan_weighs(tmp_path: Path) -> None:
    letter = replace(a_letter(2), container=Container.PDF)
    size = render(letter, Quality.SCAN, tmp_path).stat().st_size / 2
    assert 80_000 < size < 800_000


def naive_distance(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, start=1):
        below = [number]
        for column, other in enumerate(second, start=1):
            change = row[column - 1] + (letter != other)
            below.append(min(row[column] + 1, below[-1] + 1, change))
        row = below
    return row[-1]


@given(st.text(alphabet="abcä \n", max_size=25), st.text(alphabet="abcä \n", max_size=25))
def test_the_distance_is_the_one_of_the_textbook(first: str, second: str) -> None:
    assert distance(first, second) == naive_distance(first, second)


def test_line_breaks_are_no_errors() -> None:
    assert character_errors("Der Grad\nder  Behinderung", "Der Grad der Behinderung\f") == (0, 24)


def test_a_picture_in_colour_keeps_its_colours(tmp_path: Path) -> None:
    letter = replace(a_letter(1), container=Container.JPEG)
    with Image.open(io.BytesIO(render(letter, Quality.SCAN, tmp_path).read_bytes())) as scanned:
        hue = scanned.convert("HSV").getchannel("S")
        assert hue.getextrema()[1] > 100
