"""How are pixels taken out of a picture in a PDF, whatever it was packed with?

The picture is unpacked, painted over and packed anew, its masks as well: of the old pixels in the
area nothing is left, neither in the picture nor in what says where it shines through.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Name, Pdf, PdfImage, Stream
from PIL import Image, ImageDraw

from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps.plane import Plane
from eakte.processing.steps.redaction.areas import Box
from eakte.processing.steps.redaction.fonts import Strange

JPEG_QUALITY = 92
MARGIN = 1.5
OPAQUE = 255
UNKNOWN_KEYS = ("/SMaskInData", "/Alternates", "/OPI")
CHANNELS = {"1": 1, "L": 1, "RGB": 3}
FAULTS = (
    *(pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(NotImplementedError, OSError, RuntimeError, zlib.error),
)


def painted(pdf: Pdf, image: Stream, *, place: Plane, boxes: Sequence[Box], pixels: int) -> Stream:
    """Return a copy of the picture without what lies in the boxes; ``place`` puts it on the page.

    Raises:
        Strange: it is of a kind that cannot be painted over for certain.
    """
    size = _size(image, pixels=pixels)
    if any(key in image for key in UNKNOWN_KEYS) or image.get("/ImageMask", False):
        raise Strange("picture-kind")
    shape = _shapes(place, boxes)
    try:
        picture = _unpacked(image)
        copy = _packed(pdf, image, _painted(picture, shape, size, ink=0))
        for key in ("/SMask", "/Mask"):
            mask = image.get(key)
            if mask is None:
                continue
            if not isinstance(mask, Stream) or "/Matte" in mask:
                raise Strange("picture-mask")
            copy[key] = _mask(pdf, mask, shape, soft=key == "/SMask", pixels=pixels)
    except FAULTS as error:
        must_not_be_to_blame(error)
        raise Strange("picture-unreadable") from error
    return copy


def _size(image: Stream, *, pixels: int) -> tuple[int, int]:
    width, height = image.get("/Width"), image.get("/Height")
    if not isinstance(width, int) or not isinstance(height, int) or width < 1 or height < 1:
        raise Strange("picture-size")
    if width * height > pixels:
        raise Strange("picture-size")
    return width, height


def _unpacked(image: Stream) -> Image.Image:
    filters = image.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
    if "/JBIG2Decode" in names:
        # Its decoder is a program of its own, which not every machine has.
        raise Strange("picture-kind")
    decode = image.get("/Decode")
    if decode is not None and [float(one) for one in decode] not in ([0, 1], [0, 1] * 3):
        raise Strange("picture-decode")
    picture = PdfImage(image).as_pil_image()
    if picture.mode == "P":
        picture = picture.convert("RGB")
    if picture.mode not in CHANNELS:
        raise Strange("picture-colours")
    return picture


def _mask(
    pdf: Pdf,
    mask: Stream,
    shape: Sequence[Sequence[tuple[float, float]]],
    *,
    soft: bool,
    pixels: int,
) -> Stream:
    """The mask, opaque in the boxes: it has edges of its own, which may draw letters."""
    size = _size(mask, pixels=pixels)
    if soft:
        return _packed(pdf, mask, _painted(_unpacked(mask).convert("L"), shape, size, ink=OPAQUE))
    if [float(one) for one in mask.get("/Decode", Array([0, 1]))] != [0, 1]:
        raise Strange("picture-mask")
    plain = Stream(pdf, b"")
    rows = Image.frombytes("1", size, _bits(mask))
    painted_rows = _painted(rows, shape, size, ink=0)
    plain.write(painted_rows.tobytes())
    for key in ("/Type", "/Subtype", "/Width", "/Height", "/ImageMask", "/BitsPerComponent"):
        if key in mask:
            plain[key] = mask[key]
    return plain


def _bits(mask: Stream) -> bytes:
    packed = mask.read_bytes()
    width, height = int(mask["/Width"]), int(mask["/Height"])
    if len(packed) < (width + 7) // 8 * height:
        raise Strange("picture-mask")
    return packed


def _shapes(place: Plane, boxes: Sequence[Box]) -> list[list[tuple[float, float]]]:
    """The boxes as corners in the unit square of the picture, y downwards.

    Raises:
        Strange: the picture has no extent.
    """
    determinant = place.a * place.d - place.b * place.c
    if abs(determinant) < 1e-9:
        raise Strange("picture-place")
    shapes = []
    for left, bottom, right, top in boxes:
        corners = []
        for x, y in ((left, bottom), (right, bottom), (right, top), (left, top)):
            dx, dy = x - place.e, y - place.f
            u = (place.d * dx - place.c * dy) / determinant
            v = (place.a * dy - place.b * dx) / determinant
            corners.append((u, 1 - v))
        shapes.append(corners)
    return shapes


def _painted(
    picture: Image.Image,
    shapes: Sequence[Sequence[tuple[float, float]]],
    size: tuple[int, int],
    *,
    ink: int,
) -> Image.Image:
    if picture.size != size:
        raise Strange("picture-size")
    result = picture.copy()
    # A comment would be packed with the pixels again.
    result.info.clear()
    brush = ImageDraw.Draw(result)
    colour: int | tuple[int, int, int] = (ink,) * 3 if result.mode == "RGB" else ink
    width, height = size
    for shape in shapes:
        corners = [(u * width, v * height) for u, v in shape]
        across = [x for x, _ in corners]
        down = [y for _, y in corners]
        upright = all(
            min(abs(x - min(across)), abs(x - max(across))) < 0.01 for x in across
        ) and all(min(abs(y - min(down)), abs(y - max(down))) < 0.01 for y in down)
        if upright:
            brush.rectangle(
                (
                    max(-MARGIN, min(across)) - MARGIN,
                    max(-MARGIN, min(down)) - MARGIN,
                    min(width + MARGIN, max(across)) + MARGIN,
                    min(height + MARGIN, max(down)) + MARGIN,
                ),
                fill=colour,
            )
        else:
            brush.polygon(corners, fill=colour, outline=colour, width=3)
    return result


def _packed(pdf: Pdf, original: Stream, picture: Image.Image) -> Stream:
    copy = Stream(pdf, b"")
    filters = original.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
    if "/DCTDecode" in names and picture.mode in ("L", "RGB"):
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        copy.write(packed.getvalue(), filter=Name.DCTDecode)
    else:
        copy.write(zlib.compress(picture.tobytes(), 6), filter=Name.FlateDecode)
    copy.Type, copy.Subtype = Name.XObject, Name.Image
    copy.Width, copy.Height = picture.size
    copy.BitsPerComponent = 1 if picture.mode == "1" else 8
    copy.ColorSpace = _colours(original, picture)
    for key in ("/Interpolate", "/Intent"):
        if key in original:
            copy[key] = original[key]
    return copy


def _colours(original: Stream, picture: Image.Image) -> pikepdf.Object:
    """The colour space of before, where it still fits the pixels."""
    before = original.get("/ColorSpace")
    channels = CHANNELS[picture.mode]
    if (
        isinstance(before, Array)
        and str(before[0]) == "/ICCBased"
        and int(before[1].get("/N", 0)) == channels
    ):
        return before
    return Name.DeviceGray if channels == 1 else Name.DeviceRGB
