"""Where do the official code lists lie, and what do their codes mean?

They belong to the standard's owners and come with no release of this program: an office keeps them
in a folder, and without them codes are shown as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

LISTS = Path("xjustiz", "codelists")
COURTS = "GDS.Gerichte"
VERSION = re.compile(r"_(\d+)\.(\d+)\.json$")


def newest_list(schemas: Path, name: str) -> Path | None:
    """Return the newest edition of a code list in the folder of the office, None without any."""
    found = [
        (int(version[1]), int(version[2]), path)
        for path in (schemas / LISTS).glob(f"{name}_*.json")
        if (version := VERSION.search(path.name))
    ]
    return max(found)[2] if found else None


def meanings(path: Path) -> Mapping[str, str]:
    """Return the word for each code of a list; empty where it cannot be read as one."""
    try:
        rows = json.loads(path.read_bytes())["daten"]
        return {str(row[0]): " ".join(str(row[1]).split()) for row in rows}
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return {}
