"""Which values does the parent take from a child that may have been taken over?

Each function returns the value if it is of the kind it should be, and raises Distrusted otherwise.
"""

from __future__ import annotations

import math
import re
from datetime import date

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LONGEST_WORD, MOST_WORDS = 300, 1200


class Distrusted(Exception):
    """The child said something that it never says by itself."""


def cleaned(text: str) -> str:
    """Text without control signs and broken characters, which databases refuse."""
    return NOT_TEXT.sub(" ", text)


def words(value: object) -> tuple[str, ...]:
    """Several short texts."""
    if not isinstance(value, list) or len(value) > MOST_WORDS:
        raise Distrusted("words")
    return tuple(cleaned(a_string(one, most=LONGEST_WORD)) for one in value)


def a_day(value: object) -> date | None:
    """A day, or nothing."""
    return None if value is None else date.fromisoformat(a_string(value, most=10))


def a_share(value: object) -> float | None:
    """A share of one, or nothing."""
    return None if value is None else a_number(value, most=1)


def page_numbers(value: object, *, most: int) -> tuple[int, ...]:
    """Numbers of pages, counted from 1."""
    if not isinstance(value, list) or len(value) > most:
        raise Distrusted("pages")
    pages = tuple(a_whole(one, most=most) for one in value)
    if 0 in pages:
        raise Distrusted("pages")
    return pages


def a_string(value: object, *, most: int) -> str:
    """A text of at most so many signs."""
    if not isinstance(value, str) or len(value) > most:
        raise Distrusted("string")
    return value


def a_whole(value: object, *, most: int) -> int:
    """A whole number from 0 to the most."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Distrusted("number")
    return value


def a_number(value: object, *, most: float) -> float:
    """A number from 0 to the most."""
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= most:
        raise Distrusted("number")
    return float(value)
