"""How many characters did a recognition get wrong, measured against the known text?"""

from __future__ import annotations

import unicodedata

import numpy as np


def normalised(text: str) -> str:
    """Composed characters and single blanks: line breaks are the layout's, not the words'."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def character_errors(truth: str, recognised: str) -> tuple[int, int]:
    """Levenshtein distance of both texts and the length of the truth; their ratio is the CER."""
    wanted, got = normalised(truth), normalised(recognised)
    return distance(wanted, got), len(wanted)


def distance(first: str, second: str) -> int:
    """Insertions, deletions and replacements that turn one text into the other.

    Row by row over the whole table (Wagner, Fischer 1974); the dependency along the row is
    resolved by a running minimum, so a row costs a handful of numpy operations.
    """
    if len(first) < len(second):
        first, second = second, first
    if not second:
        return len(first)
    columns = np.array([ord(letter) for letter in second], dtype=np.int32)
    steps = np.arange(len(second) + 1, dtype=np.int32)
    row = steps.copy()
    for number, letter in enumerate(first, start=1):
        best = np.empty_like(row)
        best[0] = number
        np.minimum(row[1:] + 1, row[:-1] + (columns != ord(letter)), out=best[1:])
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])
