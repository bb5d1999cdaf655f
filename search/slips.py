"""Which other spellings come from typing too fast or from misread paper?"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

# What text recognition takes for one another and what is more than one edit apart. Spellings are
# folded: ß is ss here, ü is u.
_LOOK_ALIKE = (
    ("rn", "m"),
    ("nn", "m"),
    ("in", "m"),
    ("ni", "m"),
    ("cl", "d"),
    ("li", "h"),
    ("ii", "u"),
    ("ri", "n"),
    ("vv", "w"),
    ("lc", "k"),
    ("ss", "b"),
    ("ck", "d"),
)


def slips(word: str) -> frozenset[str]:
    """The spellings with two neighbouring letters changed about, or one look-alike taken.

    One edit (a letter more, less or another) is not among them: the engines find those.
    """
    return frozenset(_slips(word)) - {word}


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for one, other in _LOOK_ALIKE:
        yield from _replaced(word, one, other)
        yield from _replaced(word, other, one)


def _replaced(word: str, old: str, new: str) -> Iterator[str]:
    at = word.find(old)
    while at >= 0:
        yield word[:at] + new + word[at + len(old) :]
        at = word.find(old, at + 1)


@lru_cache(maxsize=1024)
def unchanged_pieces(word: str, edits: int) -> tuple[str, ...]:
    """Pieces of the word one of which so many edits leave as it was: one more than edits."""
    cuts = [len(word) * n // (edits + 1) for n in range(edits + 2)]
    return tuple(word[start:end] for start, end in pairwise(cuts))


def within(word: str, other: str, *, edits: int) -> bool:
    """Whether one becomes the other by at most so many letters put in, left out or replaced."""
    if abs(len(word) - len(other)) > edits:
        return False
    if not any(piece in other for piece in unchanged_pieces(word, edits)):
        return False
    above = list(range(len(other) + 1))
    for row, letter in enumerate(word, start=1):
        here = [row]
        for column, its in enumerate(other, start=1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != its)))
        if min(here) > edits:
            return False
        above = here
    return above[-1] <= edits
