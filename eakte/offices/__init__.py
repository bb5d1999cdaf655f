"""Which departments come along as files that an office copies, edits and loads?"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def shipped() -> list[Path]:
    """Return the folder of every department that comes along, by name."""
    return sorted(toml.parent for toml in FOLDER.glob("*/sachgebiet.toml"))
