"""How is a reference found in a text that a machine has read, whatever it mistook?

A shape is made from a pattern: what is printed letter by letter, and places for numbers, years and
letters. It forgives what recognition confuses (O and 0, l and 1, S and 5), blanks that came in
between, hyphens that got lost, and the end of a line; what it found it gives back as the office
writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eakte.filing.references import USUAL

# What is read for a figure, and which one it then was.
MISREAD = {
    **dict.fromkeys("OoQ", "0"),
    **dict.fromkeys("lI|!", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("Ss", "5"),
    "B": "8",
}
FIGURE = "[0-9OoQlI|!ZzSsB]"
# What is read for a letter.
LETTERS = {
    "B": "B8",
    "D": "D0",
    "G": "G6",
    "I": "I1l|",
    "L": "L1I|",
    "O": "O0Q",
    "Q": "QO0",
    "S": "S5$",
    "Z": "Z2",
}
BEFORE, AFTER = r"(?<![0-9A-Za-zÄÖÜäöüß])", r"(?![0-9A-Za-zÄÖÜäöüß])"
SEPARATORS = {"/": r"\s*[/\\⁄]\s*", "-": r"\s*[-‐‑–—_\u00ad]?\s*", ".": r"\s*[.,·]?\s*"}
PLAN_WORDS = re.compile(r"\{([^{}]*)\}")
RULE_WORDS = re.compile(r"\{(zahl|jahr|buchstabe)\}")
FIRST_YEAR, LAST_YEAR = 1900, 2100

Fill = Callable[[str], str | None]


@dataclass(frozen=True)
class Sighting:
    """A reference that was read: as the office writes it, and where it stands in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Shape:
    """One form of references; ``bare`` when it holds no letter by which it could be known."""

    pattern: re.Pattern[str]
    parts: tuple[str | Fill, ...]
    bare: bool

    def sightings(self, text: str) -> Iterator[Sighting]:
        """Find every reference of this form."""
        for found in self.pattern.finditer(text):
            value = self._written(found)
            if value is not None:
                yield Sighting(value, found.start(), found.end())

    def _written(self, found: re.Match[str]) -> str | None:
        groups = iter(found.groups())
        written = []
        for part in self.parts:
            one = part if isinstance(part, str) else part(next(groups))
            if one is None:
                return None
            written.append(one)
        return " ".join("".join(written).split())


def figures(read: str) -> str:
    """Return a number as it was before it was misread, without blanks."""
    return "".join(MISREAD.get(sign, sign) for sign in read if not sign.isspace())


@lru_cache(maxsize=512)
def plan_shape(pattern: str, plan: str, prefix: str) -> Shape:
    """Return the form of the references of an entry of the file plan."""
    values = {"plan": plan, "prefix": prefix}
    parts: list[tuple[str, str]] = []
    for text, name in _cut(PLAN_WORDS, pattern or USUAL):
        parts.append(("text", text))
        if name in values:
            parts.append(("text", values[name]))
        elif name is not None:
            parts.append((name.split(":")[0], name.partition(":0")[2]))
    return _shape(parts, whole_year=True)


@lru_cache(maxsize=512)
def rule_shape(pattern: str) -> Shape:
    """Return the form of references that a rule names: {zahl}, {jahr} and {buchstabe}."""
    parts: list[tuple[str, str]] = []
    meant = {"zahl": "digits", "jahr": "year", "buchstabe": "letter"}
    for text, name in _cut(RULE_WORDS, pattern):
        parts.append(("text", text))
        if name is not None:
            parts.append((meant[name], ""))
    return _shape(parts, whole_year=False)


def _cut(words: re.Pattern[str], pattern: str) -> Iterator[tuple[str, str | None]]:
    """The text before each placeholder with its name, and what stands behind the last one."""
    at = 0
    for found in words.finditer(pattern):
        yield pattern[at : found.start()], found[1]
        at = found.end()
    yield pattern[at:], None


def _shape(parts: Sequence[tuple[str, str]], *, whole_year: bool) -> Shape:
    looked: list[str] = []
    written: list[str | Fill] = []
    parts = [part for part in parts if part != ("text", "")]
    for place, (kind, told) in enumerate(parts):
        if kind == "text":
            looked.append("".join(_sign(sign) for sign in told))
            written.append(told)
            continue
        # Blanks within a number are forgiven where something follows that ends it.
        blanks = r"\s?" if place + 1 < len(parts) else ""
        if kind == "year":
            looked.append(rf"({FIGURE}{blanks}{FIGURE}(?:\s?{FIGURE}\s?{FIGURE})?)")
            written.append(_whole_year if whole_year else _year)
        elif kind == "letter":
            looked.append("([A-ZÄÖÜ])")
            written.append(str)
        else:
            looked.append(rf"({FIGURE}(?:{blanks}{FIGURE}){{0,8}})")
            written.append(_number(int(told or 1)) if kind == "number" else _digits)
    letters = sum(sign.isalpha() for kind, told in parts if kind == "text" for sign in told)
    return Shape(re.compile(BEFORE + "".join(looked) + AFTER), tuple(written), letters < 2)


def _sign(sign: str) -> str:
    if sign.isspace():
        return r"\s*"
    if sign in SEPARATORS:
        return SEPARATORS[sign]
    if sign.isdigit():
        return f"[{sign}{''.join(read for read, meant in MISREAD.items() if meant == sign)}]"
    if sign.isalpha():
        # One blank may have come between two letters; the case is not always seen.
        return rf"[{re.escape(sign + sign.lower() + LETTERS.get(sign, ''))}]\s?"
    return re.escape(sign)


def _digits(read: str) -> str | None:
    number = figures(read)
    return number if number.isdecimal() else None


def _number(width: int) -> Fill:
    def fill(read: str) -> str | None:
        number = figures(read)
        return f"{int(number):0{width}d}" if number.isdecimal() else None

    return fill


def _year(read: str) -> str | None:
    year = figures(read)
    if not year.isdecimal() or (len(year) == 4 and not FIRST_YEAR <= int(year) <= LAST_YEAR):
        return None
    return year


def _whole_year(read: str) -> str | None:
    year = _year(read)
    return f"20{year}" if year is not None and len(year) == 2 else year
