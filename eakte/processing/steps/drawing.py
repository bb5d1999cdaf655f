"""How does a page of a stack look to whoever checks the scan?

It is drawn in its own colours and large enough to read small print, from the stack as delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from eakte.model.findings import Kind
from eakte.processing.limits import Limits
from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps import images, opening
from eakte.processing.steps.document import WORKING, Tell, look
from eakte.processing.steps.sheets import Sheets, UnreadablePage

CHECK_DPI = 150
CHECK_QUALITY = 75
LONGEST_SIDE = 4000


def sheet_name(number: int) -> str:
    """The name of the picture of a page, counted from 1."""
    return f"sheet-{number:05d}.webp"


def draw(
    path: Path, *, name: str, folder: Path, limits: Limits, pages: Sequence[int], tell: Tell
) -> list[int]:
    """Draw these pages (from 1) into ``folder``; returns which ones could be."""
    identity = look(path, name=name, limits=limits, tell=tell)
    if identity.code is not None or identity.kind not in {Kind.PDF, Kind.IMAGE}:
        return []
    working = folder / WORKING
    try:
        if identity.kind is Kind.IMAGE:
            images.wrap(path, working, most=limits.max_pages, pixels=limits.pixels)
        else:
            opening.make_safe_copy(path, working, most_pages=limits.max_pages, pixels=limits.pixels)
        return _draw(working, folder, limits=limits, pages=pages, tell=tell)
    except (opening.CannotOpen, images.BadImage, UnreadablePage):
        return []


def _draw(
    working: Path, folder: Path, *, limits: Limits, pages: Sequence[int], tell: Tell
) -> list[int]:
    drawn: list[int] = []
    tell.progress("draw", 0, len(pages))
    with Sheets(working, pixels=limits.pixels) as sheets:
        for count, page in enumerate(pages, start=1):
            try:
                picture = sheets.drawing(page - 1, sheets.facts(page - 1), dpi=CHECK_DPI)
                _write(picture, folder / sheet_name(page))
            except (UnreadablePage, ValueError, OSError) as error:
                must_not_be_to_blame(error)
                continue
            finally:
                tell.progress("draw", count, len(pages))
            drawn.append(page)
    return drawn


def _write(picture: Image.Image, path: Path) -> None:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.save(path, "WEBP", quality=CHECK_QUALITY, method=2)
