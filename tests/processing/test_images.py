"""Do pictures become pages without losing what they show?"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from eakte.processing.steps import images
from eakte.processing.steps.images import BadImage
from tests.processing import papers

HUGE_BITMAP = b"BM" + struct.pack("<IIIIiiHH", 100, 0, 54, 40, 90_000, 90_000, 1, 24) + bytes(24)
MOST = {"most": 100, "pixels": 50_000_000}


def grey(seed: int, size: tuple[int, int] = (200, 300)) -> Image.Image:
    dice = np.random.default_rng(seed)
    small = dice.integers(0, 256, (size[1] // 10, size[0] // 10), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def shown(path: Path) -> list[np.ndarray]:
    """The picture on each page, decoded."""
    with pikepdf.open(path) as pdf:
        return [
            np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("L"))
            for page in pdf.pages
            for image in page.get_images().values()
        ]


def test_a_jpeg_and_a_png_keep_their_pixels(tmp_path: Path) -> None:
    for form in ("JPEG", "PNG"):
        path = tmp_path / f"a.{form}"
        grey(1).save(path, form)
        images.wrap(path, tmp_path / "b.pdf", **MOST)
        with Image.open(path) as before:
            assert np.array_equal(shown(tmp_path / "b.pdf")[0], np.asarray(before))


def test_a_jpeg_is_taken_byte_for_byte(tmp_path: Path) -> None:
    grey(1).save(tmp_path / "a.jpg", quality=50)
    images.wrap(tmp_path / "a.jpg", tmp_path / "b.pdf", **MOST)
    assert papers.images_of(tmp_path / "b.pdf") == [(tmp_path / "a.jpg").read_bytes()]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "packbits"])
def test_a_tiff_without_loss_keeps_its_pixels(tmp_path: Path, compression: str) -> None:
    first, *more = [grey(seed) for seed in range(3)]
    first.save(tmp_path / "a.tif", save_all=True, append_images=more, compression=compression)
    assert images.wrap(tmp_path / "a.tif", tmp_path / "b.pdf", **MOST).pages == 3
    for page, seed in zip(shown(tmp_path / "b.pdf"), range(3), strict=True):
        assert np.array_equal(page, np.asarray(grey(seed)))


def test_a_fax_in_black_and_white_stays_so(tmp_path: Path) -> None:
    page = grey(1).convert("1")
    page.save(tmp_path / "a.tif", compression="group4", dpi=(204, 196))
    images.wrap(tmp_path / "a.tif", tmp_path / "b.pdf", **MOST)
    assert np.array_equal(shown(tmp_path / "b.pdf")[0], np.asarray(page.convert("L")))
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert image.BitsPerComponent == 1
        assert float(pdf.pages[0].mediabox[2]) == pytest.approx(200 * 72 / 204, abs=0.1)


def test_a_jpeg_inside_a_tiff_is_taken_out_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    grey(1).save(path, compression="jpeg", quality=60, dpi=(300, 300), tiffinfo={278: 10_000})
    with Image.open(path) as before:
        seen = np.asarray(before.convert("L"))
    images.wrap(path, tmp_path / "b.pdf", **MOST)
    assert np.array_equal(shown(tmp_path / "b.pdf")[0], seen)
    assert (tmp_path / "b.pdf").stat().st_size < path.stat().st_size + 2000
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert float(pdf.pages[0].mediabox[2]) == pytest.approx(48, abs=0.1)


def test_jpeg_in_many_strips_is_drawn_anew_and_close_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    grey(1).save(path, compression="jpeg", quality=60, tiffinfo={278: 16})
    images.wrap(path, tmp_path / "b.pdf", **MOST)
    with Image.open(path) as before:
        difference = shown(tmp_path / "b.pdf")[0].astype(int) - np.asarray(before.convert("L"))
    assert np.abs(difference).mean() < 2


def test_many_pages_are_written_in_batches(tmp_path: Path) -> None:
    first, *more = [Image.new("1", (80, 80), 1) for _ in range(70)]
    first.save(tmp_path / "a.tif", save_all=True, append_images=more, compression="group4")
    assert images.wrap(tmp_path / "a.tif", tmp_path / "b.pdf", **MOST).pages == 70
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert len(pdf.pages) == 70
    assert {path.name for path in tmp_path.iterdir()} == {"a.tif", "b.pdf"}


@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((2480, 3508), (300, 300), (595, 842)),
        ((2480, 3508), None, (595, 842)),
        ((3508, 2480), None, (842, 595)),
        ((2480, 3508), (72, 72), (595, 842)),
        ((1728, 1078), (204, 98), (610, 792)),
        ((3000, 500), None, (842, 140)),
    ],
)
def test_pages_have_a_sensible_size(
    tmp_path: Path,
    size: tuple[int, int],
    dpi: tuple[int, int] | None,
    points: tuple[int, int],
) -> None:
    how = {"dpi": dpi} if dpi else {}
    Image.new("1", size, 1).save(tmp_path / "a.tif", compression="group4", **how)
    images.wrap(tmp_path / "a.tif", tmp_path / "b.pdf", **MOST)
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == list(points)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow says so before it gives up
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"II*\0\x08\0\0\0\0\0", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "damaged"),
        (
            b"BM" + struct.pack("<IIIIiiHH", 100, 0, 54, 40, 90_000, 90_000, 1, 24) + bytes(24),
            "too-large-image",
        ),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(BadImage) as raised:
        images.wrap(path, tmp_path / "b.pdf", **MOST)
    assert raised.value.code == code


def test_transparency_becomes_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.save(tmp_path / "a.png")
    images.wrap(tmp_path / "a.png", tmp_path / "b.pdf", **MOST)
    assert shown(tmp_path / "b.pdf")[0].min() == 255


def test_of_an_animation_the_first_picture_is_the_page(tmp_path: Path) -> None:
    stream = io.BytesIO()
    grey(1).save(stream, "GIF", save_all=True, append_images=[grey(2)])
    (tmp_path / "a.gif").write_bytes(stream.getvalue())
    assert images.wrap(tmp_path / "a.gif", tmp_path / "b.pdf", **MOST).pages == 1
