"""Where do the fonts of printed sheets lie?"""

from __future__ import annotations

from pathlib import Path

from eakte.errors import PartUnavailable

FONTS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/TTF"),
)
PLAIN, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"


def fonts() -> Path:
    """Return where the fonts of printed sheets lie.

    Raises:
        PartUnavailable: they are not installed.
    """
    for folder in FONTS:
        if (folder / PLAIN).exists() and (folder / BOLD).exists():
            return folder
    raise PartUnavailable(
        "Die Schriften für gedruckte Blätter fehlen.",
        next_step="Bitte installieren Sie das Paket fonts-dejavu-core.",
    )
