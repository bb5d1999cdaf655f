"""Where are the typefaces that the program's own papers are set in?"""

from __future__ import annotations

from pathlib import Path

from eakte.errors import PartUnavailable

FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/TTF"),
)
PLAIN, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"


def fonts() -> Path:
    """Return the folder where both lie.

    Raises:
        PartUnavailable: they are not installed.
    """
    for folder in FOLDERS:
        if (folder / PLAIN).exists() and (folder / BOLD).exists():
            return folder
    raise PartUnavailable(
        "Die Schriften für Inhaltsverzeichnis und Blattzahlen fehlen.",
        next_step="Bitte installieren Sie das Paket fonts-dejavu-core.",
    )
