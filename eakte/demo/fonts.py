"""Where are the typefaces that the letters are set in?"""

from __future__ import annotations

import functools
import subprocess  # noqa: S404  # fontconfig is asked, with a list of arguments
from pathlib import Path

from PIL import ImageFont

from eakte.demo.paper import Face
from eakte.errors import PartUnavailable

DPI = 300
FONT_FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/dejavu"),
)
_WITHOUT_REGULAR = (Face.WIDE, Face.BOOK)  # DejaVu's upright files have no suffix


@functools.lru_cache(maxsize=64)
def font(face: Face, points: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The typeface at 300 dpi; raises PartUnavailable when its Debian package is missing."""
    upright = "" if face in _WITHOUT_REGULAR else "-Regular"
    name = f"{face.value}{'-Bold' if bold else upright}.ttf"
    places = [folder / name for folder in FONT_FOLDERS]
    path = next((place for place in places if place.is_file()), None) or _ask_fontconfig(name)
    return ImageFont.truetype(str(path), round(points * DPI / 72))


def _ask_fontconfig(name: str) -> Path:
    """Where fontconfig knows a file of this name."""
    try:
        listing = subprocess.run(
            ["fc-list", "--format=%{file}\n"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        listing = []
    for line in listing:
        if Path(line).name == name:
            return Path(line)
    raise PartUnavailable(
        "Die Schrift %(name)s ist auf diesem Rechner nicht vorhanden.",
        name=name,
        next_step="Bitte installieren Sie die Pakete fonts-liberation und fonts-dejavu-core.",
    )
