"""What may a child say about a redaction, and what does the parent take of it?"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

# What a child can be asked to do.
REDACT, PROVE, SEEK, SUSPECT = "redact", "prove", "seek", "suspect"
CODE = re.compile(r"[a-z][a-z-]{1,39}")
MOST_FINDINGS, MOST_PLACES, LONGEST_TEXT, LARGEST_PAGE = 20_000, 20_000, 300, 1_000_000
LARGEST_SIDE = 1e6
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class RedactionFinding:
    """A code with the page (from 1) it is about, 0 for the whole document."""

    code: str
    page: int = 0


@dataclass(frozen=True)
class Place:
    """A word and where it stands, in points from the upper left corner of the page as shown."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float


def finding_said(said: dict[str, object], *, before: int) -> RedactionFinding:
    """Take a finding.

    Raises:
        ValueError: it is none, or there are too many.
    """
    code = said["code"]
    if before >= MOST_FINDINGS or not isinstance(code, str) or not CODE.fullmatch(code):
        raise ValueError("finding")
    return RedactionFinding(code, _page(said["page"]))


def place_said(said: dict[str, object], *, before: int) -> Place:
    """Take a place.

    Raises:
        ValueError: it is none, or there are too many.
    """
    text, box = said["text"], said["box"]
    if before >= MOST_PLACES or not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ValueError("place")
    if not isinstance(box, list) or len(box) != 4:  # noqa: PLR2004  # the sides of a rectangle
        raise ValueError("place")
    left, top, right, bottom = (_side(one) for one in box)
    return Place(_page(said["page"]), CONTROL.sub(" ", text), left, top, right, bottom)


def _page(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_PAGE:
        raise ValueError("page")
    return value


def _side(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("place")
    if not 0 <= value <= LARGEST_SIDE:
        raise ValueError("place")
    return float(value)
