"""Which few letters does a folio stamp need, cut out of the typeface of the house?"""

from __future__ import annotations

import functools
import io

from fontTools import subset
from fontTools.ttLib import TTFont

from eakte.fonts import BOLD, fonts
from eakte.interchange.stamping import Face

LETTERS = "Bl. 0123456789"


@functools.cache
def stamp_face() -> Face:
    """Return the letters, cut out once in the life of the program.

    Raises:
        PartUnavailable: the typeface is not installed.
    """
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "name", "post", "gasp", "OS/2"]
    with TTFont(fonts() / BOLD, lazy=True) as font:
        scale = 1000 / font["head"].unitsPerEm
        glyphs, advances = font.getBestCmap(), font["hmtx"]
        widths = {
            ord(letter): round(advances[glyphs[ord(letter)]][0] * scale) for letter in LETTERS
        }
        head, across = font["head"], font["hhea"]
        box = tuple(round(one * scale) for one in (head.xMin, head.yMin, head.xMax, head.yMax))
        ascent, descent = round(across.ascent * scale), round(across.descent * scale)
        cutting = subset.Subsetter(options)
        cutting.populate(text=LETTERS)
        cutting.subset(font)
        written = io.BytesIO()
        font.save(written)
    (left, low, right, high) = box
    return Face(written.getvalue(), widths, (left, low, right, high), ascent, descent)
