"""Is the recognised text right, on clean scans, on worn ones, and as right as the reference's?"""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from eakte.demo.measuring import character_errors, normalised
from eakte.demo.paper import Face
from eakte.processing.steps.plane import Plane, straightened_back, turned_back
from eakte.processing.steps.preparation import (
    is_noisy,
    prepare,
    runs_sideways,
    skew_of,
    stroke_of,
    without_specks,
)
from eakte.processing.steps.recognition import Recognised, read_table
from tests.processing import papers
from tests.processing.conftest import Process

BOUNDS = {papers.Quality.CLEAN: 0.01, papers.Quality.SCAN: 0.01, papers.Quality.FAX: 0.05}


@pytest.mark.parametrize("face", [Face.SANS, Face.SERIF])
@pytest.mark.parametrize("quality", list(papers.Quality))
def test_few_characters_are_wrong(
    process: Process, tmp_path: Path, quality: papers.Quality, face: Face
) -> None:
    drawn = papers.letter(quality, face=face)
    (page,) = process(papers.as_pdf([drawn.picture], tmp_path / "a.pdf")).pages
    wrong, length = character_errors(drawn.text, page.text)
    assert wrong / length <= BOUNDS[quality]


def test_the_reference_finds_the_same_words_in_the_same_places(
    process: Process, shared: Path, tmp_path: Path
) -> None:
    scan = shared / "samples/scans/linn.pdf"
    reference = tmp_path / "reference.pdf"
    subprocess.run(
        [
            *(sys.executable, "-m", "ocrmypdf", "-q", "-l", "deu", "-j", "2"),
            *("--pdfa-backend", "internal", str(scan), str(reference)),
        ],
        check=True,
    )
    outcome = process(scan)
    assert outcome.searchable_pdf is not None
    ours, theirs = boxes(outcome.searchable_pdf), boxes(reference)
    matcher = difflib.SequenceMatcher(
        a=[w for w, _ in ours], b=[w for w, _ in theirs], autojunk=False
    )
    assert matcher.ratio() > 0.95
    moved = [
        np.abs(np.subtract(ours[block.a + n][1], theirs[block.b + n][1])).max()
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    ]
    assert np.quantile(moved, 0.95) < 6, "points, on a letter page"
    truth = normalised((shared / "samples/scans/linn.txt").read_text(encoding="utf-8"))
    assert difflib.SequenceMatcher(a=truth, b=normalised(outcome.pages[0].text)).ratio() > 0.9


def boxes(path: Path) -> list[tuple[str, tuple[float, float]]]:
    """Each word of the first page and the place of its first letter."""
    document = pypdfium2.PdfDocument(path)
    page = document[0].get_textpage()
    text = page.get_text_range()
    found = []
    start = 0
    for word in text.split():
        start = text.index(word, start)
        left, bottom, _, _ = page.get_charbox(start, loose=True)
        found.append((word, (left, bottom)))
        start += len(word)
    document.close()
    return found


def test_noise_is_seen_where_it_is() -> None:
    seen = {quality: is_noisy(np.asarray(papers.letter(quality).picture)) for quality in BOUNDS}
    assert seen == {
        papers.Quality.CLEAN: False,
        papers.Quality.SCAN: False,
        papers.Quality.FAX: True,
    }


@pytest.mark.parametrize("skew", [-3.0, -0.6, 0.0, 0.6, 3.0])
def test_skew_is_measured(letter: papers.Drawn, skew: float) -> None:
    crooked = letter.picture.rotate(-skew, Image.Resampling.BILINEAR, fillcolor=255)
    assert skew_of(crooked) == pytest.approx(skew, abs=0.16)


def test_lines_from_top_to_bottom_are_noticed(letter: papers.Drawn) -> None:
    assert not runs_sideways(letter.picture)
    assert runs_sideways(letter.picture.rotate(90, expand=True))


def test_the_median_is_the_median() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (40, 30), dtype=np.uint8)
    window = np.lib.stride_tricks.sliding_window_view(np.pad(grey, 1, mode="edge"), (3, 3))
    assert np.array_equal(without_specks(grey), np.median(window, axis=(2, 3)).astype(np.uint8))


def test_a_coarse_scan_is_enlarged_and_a_good_one_left_alone(letter: papers.Drawn) -> None:
    coarse = letter.picture.resize((827, 1169), Image.Resampling.BOX)
    assert prepare(letter.picture, dpi=200).picture.size == letter.picture.size
    enlarged = prepare(coarse, dpi=100)
    assert 1.5 <= enlarged.picture.width / 827 <= 2.6
    assert enlarged.to_sheet.at(enlarged.picture.width, 0)[0] == pytest.approx(827, abs=1)
    assert stroke_of(np.asarray(letter.picture)) > 3


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_places_in_a_turned_picture_lead_back(turn: int) -> None:
    picture = Image.new("L", (60, 40), 255)
    picture.putpixel((50, 10), 0)
    turned = picture.rotate(-turn, expand=True)
    ((y, x),) = np.argwhere(np.asarray(turned) < 128)
    back = turned_back(turn, width=60, height=40).at(x + 0.5, y + 0.5)
    assert back == pytest.approx((50.5, 10.5))


def test_places_in_a_straightened_picture_lead_back() -> None:
    picture = Image.new("L", (600, 400), 255)
    picture.paste(0, (500, 100, 504, 104))
    straight = picture.rotate(5, Image.Resampling.BILINEAR, fillcolor=255)
    y, x = np.argwhere(np.asarray(straight) < 128).mean(axis=0)
    back = straightened_back(5, width=600, height=400).at(x, y)
    assert back == pytest.approx((501.5, 101.5), abs=1)


def test_maps_are_applied_from_left_to_right() -> None:
    doubled, moved = Plane(2, 0, 0, 2, 0, 0), Plane(1, 0, 0, 1, 10, 0)
    assert doubled.then(moved).at(1, 1) == (12, 2)
    assert moved.then(doubled).at(1, 1) == (22, 2)


def test_the_table_of_tesseract_becomes_lines_and_paragraphs() -> None:
    rows = [
        "level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext",
        "4\t1\t1\t1\t1\t0\t10\t20\t100\t30\t-1\t",
        "5\t1\t1\t1\t1\t1\t10\t20\t40\t30\t90\tZwei",
        "5\t1\t1\t1\t1\t2\t60\t20\t50\t30\t80\tWorte",
        "4\t1\t1\t2\t1\t0\t10\t90\t100\t30\t-1\t",
        "5\t1\t1\t2\t1\t1\t10\t90\t40\t30\t70\tEnde",
        "5\t1\t1\t2\t1\t2\t10\t90\t40\t30\t95\t ",
        "broken",
    ]
    found = read_table("\n".join(rows))
    assert found.text == "Zwei Worte\n\nEnde"
    assert found.lines[0].words[1].left == 60
    assert (found.lines[0].top, found.lines[0].bottom) == (20, 50)
    assert found.confidence == pytest.approx((4 * 90 + 5 * 80 + 4 * 70) / 13, abs=0.1)
    assert Recognised(()).confidence is None
