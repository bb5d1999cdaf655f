"""Where does a text name a person, and on which day were they born? As far as its rules know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from eakte.db import folded
from eakte.filing.proposing.rules import Rules
from eakte.filing.proposing.shapes import FIGURE, FIRST_YEAR, figures

MOST_WORDS = 4
MONTHS = (
    *("januar", "februar", "maerz", "april", "mai", "juni", "juli", "august"),
    *("september", "oktober", "november", "dezember"),
)
# Small words inside a name, and what stands before one without being part of it.
PARTICLES = frozenset(
    {"von", "vom", "van", "de", "del", "da", "zu", "zum", "zur", "der", "den", "el"}
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’‐-])*\.?")
_DAY = re.compile(
    rf"({FIGURE}\s?{FIGURE}?)\s?[.,]\s*(?:({FIGURE}\s?{FIGURE}?)\s?[.,]|([^\W\d_]{{3,9}}))\s*"
    rf"({FIGURE}\s?{FIGURE}\s?{FIGURE}\s?{FIGURE})(?![0-9])"
)


@dataclass(frozen=True)
class NameSeen:
    """The words of a name; ``filed`` are the ways in which it may stand on a dossier."""

    words: tuple[str, ...]
    filed: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class BirthSeen:
    """A day of birth and where it stands."""

    day: date
    start: int
    end: int


def names_in(text: str, rules: Rules) -> Iterator[NameSeen]:
    """Find names behind the words of the rules, and before a day of birth."""
    for label in _labels(rules.names_after).finditer(text) if rules.names_after else ():
        yield from _behind(text, label.end(), rules.no_names)
    for label in _labels(rules.births_after).finditer(text) if rules.births_after else ():
        yield from _in_front(text, label.start(), rules.no_names)


def births_in(text: str, rules: Rules) -> Iterator[BirthSeen]:
    """Find days of birth behind the words of the rules."""
    for label in _labels(rules.births_after).finditer(text) if rules.births_after else ():
        # Nothing but what a form prints between a field and its entry.
        gap = re.compile(r"[\s:.,*\-–_|]{0,12}").match(text, label.end())
        found = _DAY.match(text, gap.end() if gap else label.end())
        day = day_of(found) if found else None
        if found is not None and day is not None:
            yield BirthSeen(day, label.start(), found.end())


def day_of(found: re.Match[str]) -> date | None:
    """Return the day that was read, None when there is no such day."""
    month = found[2] and figures(found[2])
    if found[3]:
        named = folded(found[3])
        month = next((str(at) for at, one in enumerate(MONTHS, 1) if alike(one, named)), None)
    day, year = figures(found[1]), figures(found[4])
    if not month or not all(part.isdecimal() for part in (day, month, year)):
        return None
    try:
        return date(int(year), int(month), int(day)) if int(year) >= FIRST_YEAR else None
    except ValueError:
        return None


def alike(one: str, other: str) -> bool:
    """Say whether two folded words are the same but for one letter; short ones must be the same.

    The dots of an umlaut are easily lost and are no letter.
    """
    return _nearly(one, other) or _nearly(_without_dots(one), _without_dots(other))


def _without_dots(word: str) -> str:
    for written in ("ae", "oe", "ue"):
        word = word.replace(written, written[0])
    return word


def _nearly(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((at for at, sign in enumerate(one) if sign != other[at]), len(one))
    rest = one[at + 1 :] if len(one) == len(other) else one[at:]
    return rest == other[at + 1 :]


@lru_cache(maxsize=64)
def _labels(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the labels, the longest first, whatever stands for the blanks in them."""
    said = sorted(labels, key=len, reverse=True)
    choices = (r"\s+".join(re.escape(word) for word in one.split()) for one in said)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(choices)})(?![^\W_])", re.IGNORECASE)


def _behind(text: str, at: int, none: frozenset[str]) -> Iterator[NameSeen]:
    """The name behind a label: on the same line, or on the next when the line ends there."""
    gap = re.compile(r"[ \t:]*(?:\n[ \t]*)?").match(text, at)
    start = gap.end() if gap else at
    # What fills a field of a form is a name also where its capital was not seen.
    field = ":" in text[at:start]
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end]
    words: list[str] = []
    place = comma = 0
    for found in _WORD.finditer(line):
        between = line[place : found.start()]
        if between.strip(" \t,") or (words and between.count(",") > 1):
            break
        word = found[0]
        if word.endswith("."):  # a title: Dr., Prof.
            if words:
                break
            place = found.end()
            continue
        plain = folded(word)
        capital = word[0].isupper() or plain in PARTICLES or (field and not words)
        if plain in none or not capital:
            break
        if words and "," in between:
            if comma:
                break
            comma = len(words)
        words.append(plain)
        place = found.end()
        if len(words) == MOST_WORDS:
            break
    if words:
        yield _name(tuple(words), comma, start, start + place)


def _in_front(text: str, at: int, none: frozenset[str]) -> Iterator[NameSeen]:
    """The name before a label, also over the end of a line."""
    reach = max(0, at - 80)
    before = text[reach:at].rstrip(" \t\n,;(*")
    words: list[str] = []
    first = last = len(before)
    for found in reversed(list(_WORD.finditer(before))):
        word, plain = found[0], folded(found[0])
        if before[found.end() : first].strip(" \t\n") or word.endswith("."):
            break
        if plain in none or not (word[0].isupper() or plain in PARTICLES):
            break
        words.insert(0, plain)
        first = found.start()
        if len(words) == MOST_WORDS:
            break
    if words:
        yield _name(tuple(words), 0, reach + first, reach + last)


def _name(words: tuple[str, ...], comma: int, start: int, end: int) -> NameSeen:
    """A name with the ways in which a dossier may bear it: surname, comma, given names."""
    if comma:
        return NameSeen(
            words, (f"{' '.join(words[:comma])}, {' '.join(words[comma:])}",), start, end
        )
    filed = tuple(
        f"{' '.join(words[-size:])}, {' '.join(words[:-size])}"
        for size in (1, 2)
        if len(words) > size
    )
    return NameSeen(words, filed, start, end)
