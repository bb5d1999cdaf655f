"""How does a picture become a page of a PDF/A, and is what was made one?"""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa
from PIL import Image

from eakte.processing.steps.sheets import Facts

FLAVOUR = "2b"
SMALL = (128, 128)
COLOURLESS = 12


def page_of(
    pdf: Pdf, picture: Image.Image, *, facts: Facts, quality: int, sharp: bool = False
) -> pikepdf.Page:
    """Return a page of the size in ``facts`` that shows nothing but a picture.

    Grey where no colour is seen. ``sharp`` keeps the edges of colours, and of what is black on
    white every pixel.
    """
    grey = picture.convert("L") if _is_grey(picture) else None
    shown = grey or picture.convert("RGB")
    image = Stream(pdf, b"")
    if sharp and grey is not None and _is_two_coloured(grey):
        shown = grey.point(lambda value: 255 if value > 127 else 0).convert("1")
        image.write(zlib.compress(shown.tobytes(), 9), filter=Name.FlateDecode)
    else:
        packed = io.BytesIO()
        shown.save(packed, "JPEG", quality=quality, subsampling=0 if sharp else -1)
        image.write(packed.getvalue(), filter=Name.DCTDecode)
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height = shown.size
    image.ColorSpace = Name.DeviceRGB if grey is None else Name.DeviceGray
    image.BitsPerComponent = 1 if shown.mode == "1" else 8
    content = f"q {facts.width:.4f} 0 0 {facts.height:.4f} 0 0 cm /Im0 Do Q\n".encode()
    return pikepdf.Page(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(facts.width, 4), round(facts.height, 4)]),
                Resources=Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image))),
                Contents=pdf.make_indirect(Stream(pdf, content)),
            )
        )
    )


def saved(pdf: Pdf, target: Path) -> bool:
    """Write a PDF/A and say whether it is one; what is none is not to be used."""
    try:
        pdfa.save(pdf, target, FLAVOUR)
    except pdfa.PdfaError:
        return False
    return True


def is_valid_alone(pdf: Pdf, number: int) -> bool:
    """Whether a page (from 0) would be a valid PDF/A for itself."""
    with Pdf.new() as alone:
        alone.pages.append(pdf.pages[number])
        pdfa.prepare(alone, FLAVOUR)
        return pdfa.check(alone, FLAVOUR).passed


def _is_grey(picture: Image.Image) -> bool:
    """Whether no pixel of a smaller version shows colour worth keeping."""
    small = picture.convert("RGB").resize(SMALL, Image.Resampling.BOX).convert("HSV")
    (_, most) = small.getchannel("S").getextrema()
    return isinstance(most, (int, float)) and most < COLOURLESS


def _is_two_coloured(picture: Image.Image) -> bool:
    counted = picture.histogram()
    return sum(counted[:8]) + sum(counted[248:]) > 0.998 * sum(counted)
