"""Which words is a German compound word made of?

No list of compounds and nothing learned from the entries: what is found must depend on the word
alone, or a rebuilt index would find other things, and a document that one may not see would change
what one finds. A word is taken apart where known parts cover it whole (Schwer-behinderten-ausweis);
behind -ungs-, -heits- and their like, where German leaves no doubt (Entlassungs-…); and before a
long known ending, whatever stands in front of it (Wachkoma-patient).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.folding import fold
from search.lexicon import BEFORE, NOUNS, PARTICLES

_NOUNS = frozenset(fold(noun) for noun in NOUNS)
_BEFORE = frozenset(fold(word) for word in BEFORE)
_PARTICLES = frozenset(fold(word) for word in PARTICLES)

_ENDINGS = ("", "s", "es", "e", "n", "en", "er", "ern", "se", "sen", "nen", "innen", "ns")
_LINKS = ("", "s", "es", "n", "en", "er", "e", "ns")

# What may stand at the end -> how long it is without its ending.
_LAST = {noun + end: len(noun) for end in _ENDINGS for noun in sorted(_NOUNS, key=len)}
# What may stand in front -> how much of it is the word, without the linking letters.
_FIRST = {noun + link: len(noun) for link in reversed(_LINKS) for noun in _NOUNS}
_FIRST |= {noun[:-1]: len(noun) - 1 for noun in _NOUNS if noun.endswith("e") and len(noun) > 4}
_FIRST |= {word: len(word) for word in _BEFORE}
_LONGEST_PART = max(map(len, _FIRST))

# What ends so and goes on with s is the first part of a compound, known or not.
_JOINT = re.compile(r"[a-z]{3}(?:ung|heit|keit|schaft|tion|sion|itat|ling)(?=s[a-z]{3})")
# An unknown beginning has a vowel, and is no verb's (mitzu-, ange-).
_WORDLIKE = re.compile("[aeiouy].*(?<!zu)(?<!ge)$")

_SHORTEST = 3
_SURE_ENDING = 6  # letters a known ending must have when what stands before it is unknown
_SURE_START = 4  # letters of the unknown beginning
_JOINED = 3.5  # two or three known parts are better than one long piece before -s-
_UNKNOWN = 6.0  # an unknown piece must never be preferred to known ones
_SHORTEST_COMPOUND = 7
_LONGEST_COMPOUND = 48  # beyond it is noise of text recognition, and splitting costs time


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int  # without the linking letters
    known: bool = True
    joint: bool = False


def compound_parts(word: str) -> tuple[str, ...]:
    """The parts of a folded word, and what neighbouring parts make together; () when it is one.

    >>> compound_parts("schwerbehindertenausweis")
    ('schwer', 'schwerbehinderte', 'behinderte', 'behindertenausweis', 'ausweis')
    """
    if not (_SHORTEST_COMPOUND <= len(word) <= _LONGEST_COMPOUND) or word in _LAST:
        return ()
    pieces = _split(word)
    spans = (
        word[pieces[first].start : pieces[last].end]
        for first in range(len(pieces))
        for last in range(first, len(pieces))
        if last - first + 1 < len(pieces)
    )
    return tuple(dict.fromkeys(span for span in spans if len(span) >= _SHORTEST))


def _split(word: str) -> tuple[_Piece, ...]:
    """The cheapest way to cover the word with parts; () when there is none."""
    joints = [match.end() for match in _JOINT.finditer(word)]
    reached: dict[int, tuple[float, tuple[_Piece, ...]]] = {0: (0.0, ())}
    best: tuple[float, tuple[_Piece, ...]] = (float("inf"), ())
    for start in range(len(word) - _SHORTEST + 1):
        if start not in reached:
            continue
        cost, pieces = reached[start]
        price = _price_of_ending(word[start:], behind=pieces[-1]) if pieces else None
        if price is not None and cost + price < best[0]:
            best = (cost + price, (*pieces, _Piece(start, len(word))))
        for reach, piece, price in _beginnings(word, start=start, joints=joints):
            if reach not in reached or cost + price < reached[reach][0]:
                reached[reach] = (cost + price, (*pieces, piece))
    return best[1]


def _price_of_ending(rest: str, *, behind: _Piece) -> float | None:
    """What it costs to end the word with this; None when it cannot."""
    if rest in _LAST:
        return 1.0 if behind.known or _LAST[rest] >= _SURE_ENDING else None
    return _UNKNOWN if behind.joint else None


def _beginnings(word: str, *, start: int, joints: list[int]) -> Iterator[tuple[int, _Piece, float]]:
    """Every part that can begin here: where the next one begins, the part, its price."""
    last = len(word) - _SHORTEST
    for reach in range(start + _SHORTEST - 1, min(start + _LONGEST_PART, last) + 1):
        length = _FIRST.get(word[start:reach])
        if length is not None:
            yield reach, _Piece(start, start + length), 1.0
    for joint in joints:
        if joint > start + _SHORTEST:
            yield joint + 1, _Piece(start, joint, joint=True), _JOINED
    if start == 0:
        for reach in range(_SURE_START, last + 1):
            unknown = word[:reach]
            if unknown not in _PARTICLES and _WORDLIKE.search(unknown):
                yield reach, _Piece(0, reach, known=False), _UNKNOWN
