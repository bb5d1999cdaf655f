"""How do pictures become a PDF with one page each, without losing a pixel where that is possible?

JPEG and PNG are wrapped as they are, pages of a TIFF are packed anew without loss; what PDF/A
cannot hold (transparency, CMYK, 16 bit, HEIC and the like) is drawn anew.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import img2pdf
import numpy as np
import pi_heif
import pikepdf
from pikepdf import Pdf
from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError

from eakte.processing.machine import must_not_be_to_blame

POINTS = 72
A4_SHORT, A4_LONG = 595.28, 841.89
SENSIBLE_DPI = (100, 2400)
LONGEST_POINTS = 20 * POINTS
PDF_LONGEST, PDF_SHORTEST = 14_000, 10
WRAPPED = frozenset({"JPEG", "PNG", "MPO"})
WRAPPED_MODES = frozenset({"1", "L", "RGB", "P"})
LOSSY = frozenset({"JPEG", "MPO", "HEIF", "AVIF", "WEBP"})
QUALITY = 92
BATCH = 32
STRIP_STARTS, STRIP_SIZES, PHOTOMETRIC, ORIENTATION, JPEG_TABLES = 273, 279, 262, 274, 347
JPEG_START, JPEG_END, JFIF = b"\xff\xd8", b"\xff\xd9", b"\xff\xe0"

pi_heif.register_heif_opener()
warnings.simplefilter("error", Image.DecompressionBombWarning)


class BadImage(Exception):
    """The picture gives no page; ``code`` names the problem."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Wrapped:
    """What came of it: the number of pages, and the codes of what a person should know."""

    pages: int
    codes: tuple[str, ...] = ()


def count_frames(path: Path, *, most: int, pixels: int) -> int:
    """Count the pages of a picture from its headers, without decoding.

    Raises:
        BadImage: not a picture, too large or with too many pages.
    """
    with _opened(path, pixels=pixels) as image:
        return _frames(image, most=most)


def wrap(path: Path, target: Path, *, most: int, pixels: int) -> Wrapped:
    """Write a PDF with one page for each picture in the file.

    Raises:
        BadImage: damaged from the start, too large or with too many pages.
    """
    codes: set[str] = set()
    with _opened(path, pixels=pixels) as image:
        _frames(image, most=most)
        if _is_wrappable(image, codes=codes) and _wrapped(path, target):
            return Wrapped(1)
    with _opened(path, pixels=pixels) as image:
        pages = _write_in_batches(_pages(image, path, pixels=pixels, codes=codes), target)
    if not pages:
        raise BadImage("damaged")
    return Wrapped(pages, tuple(sorted(codes)))


def _wrapped(path: Path, target: Path) -> bool:
    try:
        _write(target, [str(path)])
    except (img2pdf.ImageOpenError, img2pdf.AlphaChannelError, img2pdf.JpegColorspaceError):
        return False
    except (img2pdf.PdfTooLargeError, NotImplementedError, OSError, ValueError, TypeError) as error:
        must_not_be_to_blame(error)
        return False
    return True


def _pages(image: Image.Image, path: Path, *, pixels: int, codes: set[str]) -> Iterator[bytes]:
    """Each picture of the file in a form that can be wrapped; one at a time in memory."""
    for frame in _each(image):
        if frame.width * frame.height > pixels:
            raise BadImage("too-large-image")
        yield _jpeg_inside_tiff(frame, path) or _drawn_anew(frame, codes=codes)


def _write_in_batches(pages: Iterator[bytes], target: Path) -> int:
    """Write pages as a PDF without holding more than a batch of them; returns their number."""
    batches: list[Path] = []
    count = 0
    while batch := list(itertools.islice(pages, BATCH)):
        batches.append(target.with_name(f"batch-{len(batches):05d}.pdf"))
        _write(batches[-1], batch)
        count += len(batch)
    if len(batches) == 1:
        batches[0].replace(target)
    elif batches:
        with Pdf.new() as whole, contextlib.ExitStack() as opened:
            for batch_path in batches:
                whole.pages.extend(opened.enter_context(pikepdf.open(batch_path)).pages)
            whole.save(target)
        for batch_path in batches:
            batch_path.unlink()
    return count


def _opened(path: Path, *, pixels: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        image = Image.open(path)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage("too-large-image") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError) as error:
        must_not_be_to_blame(error)
        raise BadImage("damaged") from error
    if image.width * image.height > pixels:
        raise BadImage("too-large-image")
    return image


def _frames(image: Image.Image, *, most: int) -> int:
    """Count by going from one to the next, so that a circle of pages comes to an end."""
    if image.format not in ("TIFF", "GIF", "WEBP"):
        return 1
    if image.format != "TIFF":
        return 1  # of an animation the first picture is the page
    frames = 1
    while frames <= most:
        try:
            image.seek(frames)
        except (EOFError, OSError, ValueError, SyntaxError, TypeError, KeyError) as error:
            must_not_be_to_blame(error)
            image.seek(0)
            return frames
        frames += 1
    raise BadImage("too-many-pages")


def _each(image: Image.Image) -> Iterator[Image.Image]:
    if image.format != "TIFF":
        yield image
        return
    try:
        yield from ImageSequence.Iterator(image)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError) as error:
        must_not_be_to_blame(error)
        return  # what follows a broken page cannot be reached


def _is_wrappable(image: Image.Image, *, codes: set[str]) -> bool:
    """Whether the bytes can be taken as they are; notes a picture that breaks off."""
    if image.format not in WRAPPED or image.mode not in WRAPPED_MODES:
        return False
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        must_not_be_to_blame(error)
        codes.add("cut-off")
        return False
    return "transparency" not in image.info


def _jpeg_inside_tiff(frame: Image.Image, path: Path) -> bytes | None:
    """The JPEG that a scanner put into a TIFF as one piece, taken out as it is."""
    tags = getattr(frame, "tag_v2", None)
    if frame.format != "TIFF" or tags is None or frame.info.get("compression") != "jpeg":
        return None
    starts, sizes = tags.get(STRIP_STARTS, ()), tags.get(STRIP_SIZES, ())
    if len(starts) != 1 or len(sizes) != 1 or tags.get(ORIENTATION, 1) != 1:
        return None
    if (frame.mode, tags.get(PHOTOMETRIC)) not in (("L", 1), ("RGB", 6)):
        return None
    with path.open("rb") as stream:
        stream.seek(starts[0])
        strip = stream.read(sizes[0])
    tables = tags.get(JPEG_TABLES, b"")
    if strip[:2] != JPEG_START or not strip.rstrip(b"\0").endswith(JPEG_END):
        return None
    whole = JPEG_START + tables[2:-2] + strip[2:] if tables else strip
    try:
        with Image.open(io.BytesIO(whole)) as taken:
            taken.load()
            if taken.size != frame.size or taken.mode != frame.mode:
                return None
    except (OSError, ValueError, SyntaxError):
        return None
    return _with_dpi(whole, _declared_dpi(frame))


def _with_dpi(jpeg: bytes, dpi: tuple[float, float]) -> bytes:
    """The same JPEG with a header that names its resolution."""
    across, down = (min(max(round(one), 0), 65535) for one in dpi)
    if not across or not down or jpeg[2:4] == JFIF:
        return jpeg
    header = struct.pack(">2sH5sBBBHHBB", JFIF, 16, b"JFIF\0", 1, 1, 1, across, down, 0, 0)
    return jpeg[:2] + header + jpeg[2:]


def _drawn_anew(frame: Image.Image, *, codes: set[str]) -> bytes:
    """The picture in a form that PDF/A holds: on white, grey or sRGB, 8 bit.

    Without loss, except where it came with losses already: then as a JPEG of high quality.
    """
    dpi = _declared_dpi(frame)
    lossy = frame.format in LOSSY or frame.info.get("compression") == "jpeg"
    plain = _plain(ImageOps.exif_transpose(_loaded(frame, codes=codes)))
    stream = io.BytesIO()
    if plain.mode == "1":
        plain.save(stream, "TIFF", compression="group4", dpi=dpi if all(dpi) else None)
    elif lossy:
        plain.save(stream, "JPEG", quality=QUALITY, dpi=dpi)
    else:
        plain.save(stream, "PNG", dpi=dpi, compress_level=4)
    return stream.getvalue()


def _loaded(frame: Image.Image, *, codes: set[str]) -> Image.Image:
    """The decoded picture; as much of it as there is where it breaks off."""
    try:
        frame.load()
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        must_not_be_to_blame(error)
        codes.add("cut-off")
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            frame.load()
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            must_not_be_to_blame(error)
            raise BadImage("damaged") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    return frame


def _plain(frame: Image.Image) -> Image.Image:
    if frame.mode in ("1", "L", "RGB"):
        return frame if "transparency" not in frame.info else _on_white(frame)
    if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        tones = np.asarray(frame).astype(np.float64)
        most = 65535.0 if tones.max(initial=0) > 255 else 255.0
        return Image.fromarray((tones.clip(0, most) * (255.0 / most)).astype(np.uint8))
    if frame.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in frame.info:
        return _on_white(frame)
    return frame.convert("RGB")


def _on_white(frame: Image.Image) -> Image.Image:
    seen = frame.convert("RGBA")
    paper = Image.new("RGBA", seen.size, (255, 255, 255, 255))
    return Image.alpha_composite(paper, seen).convert("RGB")


def _declared_dpi(frame: Image.Image) -> tuple[float, float]:
    dpi = frame.info.get("dpi", (0, 0))
    try:
        return float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 0.0, 0.0


def _write(target: Path, pages: list[str] | list[bytes]) -> None:
    with target.open("wb") as stream:
        img2pdf.convert(
            pages,
            outputstream=stream,
            layout_fun=_layout,
            rotation=img2pdf.Rotation.ifvalid,
            engine=img2pdf.Engine.internal,
            nodate=True,
        )


def _layout(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float, float, float]:
    """Page and picture size in points: by the declared resolution, or to fit A4."""
    low, high = SENSIBLE_DPI
    across, down = width * POINTS / max(dpi[0], 1), height * POINTS / max(dpi[1], 1)
    if not (low <= dpi[0] <= high and 48 <= dpi[1] <= high) or max(across, down) > LONGEST_POINTS:
        factor = min(A4_SHORT / min(width, height), A4_LONG / max(width, height))
        across, down = width * factor, height * factor
    factor = min(1.0, PDF_LONGEST / max(across, down))
    across, down = max(across * factor, PDF_SHORTEST), max(down * factor, PDF_SHORTEST)
    return across, down, across, down
