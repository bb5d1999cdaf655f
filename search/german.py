"""Which words stand in a German text, and under which forms are they found?

A *word* is the folded spelling (folding.py). A *form* is what a bare word is found by: the stem of
a word, the stems of the parts of a compound word, a day however it is written. All engines use
these and nothing else, so they cannot disagree.
"""

import re
import threading
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from search.compounds import compound_parts
from search.entry import storable
from search.folding import fold

# Part of every index: change it when the same text would give other words or forms than before.
ANALYSIS = 1

_LETTERS = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*"
# A hyphen at the end of a line joins, unless the next line begins a word of its own: a capital
# (Schwerbehinderten-/Ausweis) or a conjunction (Haupt- und Nebenwohnung).
_LINE_END = r"[-\u00ad\u2010\u00ac]\n[ \t]*(?=[a-zäöüß])(?!(?:und|oder|bzw|sowie|bis|als|wie)\b)"
# A digit within small letters is a misread letter; at their edge it is a number (GdB50).
_MISREAD = r"(?<=[a-zäöüß]{2})[01568](?=[a-zäöüß]{2})"
_WORD = re.compile(rf"{_LETTERS}(?:(?:\u00ad|{_LINE_END}|{_MISREAD}){_LETTERS})*|\d+")

_HYPHEN = re.compile(r"-(?<=[^\W\d_]-)(?=[^\W\d_])")
_HYPHENATED = re.compile(rf"{_LETTERS}(?:-{_LETTERS})+")
_SOFT = re.compile(rf"(?<=[^\W\d_]){_LINE_END}|\u00ad")

_MONTH_NAMES = """
januar februar marz april mai juni juli august september oktober november dezember
"""
_MONTHS = _MONTH_NAMES.split()
_TRAILING = re.compile(r"[ \t]+\n")
_FOUR_DIGITS = re.compile(r"\d{4}")
_DAY = re.compile(
    r"(?<![\d.])(?P<d>\d{1,2})\.[ ]?(?:(?P<m>\d{1,2})\.[ ]?|(?P<name>[^\W\d_]{3,9})[ ]+)"
    r"(?P<y>\d{4})(?!\d)"
    r"|(?<![\d-])(?P<y2>\d{4})-(?P<m2>\d{2})-(?P<d2>\d{2})(?![\d-])"
)

_STOP_WORDS = """
aber als am an auch auf aus bei bis da das dass dem den der des die durch ein eine einem einen
einer eines er es für hat ich ihr ihre im in ist mit nach nicht noch nur oder sein seine sich
sie sind so über um und uns unter von vom vor war wie wir wird zu zum zur
"""
STOP_WORDS = frozenset(map(fold, _STOP_WORDS.split()))

_stemmers = threading.local()  # a stemmer must not be shared by threads


class Token(NamedTuple):  # made by the million, hence no dataclass
    """A word of a text: text[start:end], and how it is spelt when folded."""

    start: int
    end: int
    word: str


@dataclass(frozen=True)
class Extra:
    """A form that a stretch of several words has beside the forms of each of them."""

    start: int
    end: int
    form: str
    part: bool  # it is a part of a longer word


@dataclass(frozen=True)
class Form:
    """A form of one word; `part` when it is only a part of a compound word."""

    text: str
    part: bool


def clean(text: str) -> str:
    """The text as it is kept: composed letters, plain line ends, nothing that cannot be stored."""
    composed = unicodedata.normalize("NFC", text)
    plain = composed.replace("\r\n", "\n").replace("\f", "\n").replace("\0", " ")
    plain = _TRAILING.sub("\n", plain) if " \n" in plain or "\t\n" in plain else plain
    return storable(plain)


def tokens(text: str) -> list[Token]:
    """The words of a cleaned text, in their order; hyphens at the ends of lines are joined."""
    found = []
    for match in _WORD.finditer(text):
        word = fold(match[0])
        if word:
            found.append(Token(match.start(), match.end(), word))
    return found


def joined_lines(text: str) -> str:
    """The text without the hyphens that only the end of a line has brought about."""
    return _SOFT.sub("", text)


def spelt(text: str, wanted: Container[str]) -> list[tuple[int, int, str]]:
    """Where in a cleaned text words are spelt so: start, end, spelling."""
    return [
        (match.start(), match.end(), spelling)
        for match in _WORD.finditer(text)
        if (spelling := match[0]) in wanted
    ]


def spellings(text: str) -> set[str]:
    """The words of a cleaned text as they are spelt there, each once."""
    return set(_WORD.findall(text))


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return [word for word in map(fold, _WORD.findall(text)) if word]


@lru_cache(maxsize=1 << 15)
def forms(word: str) -> tuple[Form, ...]:
    """The forms of a folded word; the first is the word's own."""
    own = stem(word)
    parts = dict.fromkeys(stem(part) for part in compound_parts(word))
    return (Form(own, part=False), *(Form(part, part=True) for part in parts if part != own))


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """The stem of a folded word; always a beginning of it, which passages.py relies on."""
    if len(word) < 4 or word.isdigit():
        return word
    if not hasattr(_stemmers, "german"):
        _stemmers.german = Stemmer.Stemmer("german")
    stemmed: str = _stemmers.german.stemWord(word)
    return stemmed if len(stemmed) >= 2 and word.startswith(stemmed) else word


def extras(text: str) -> Iterator[Extra]:
    """The days of a text, and what its hyphenated words are when written in one."""
    if _FOUR_DIGITS.search(text):
        for match in _DAY.finditer(text):
            day = _day_of(match)
            if day is not None:
                yield Extra(match.start(), match.end(), form_of_day(day), part=False)
    if _HYPHEN.search(text):
        for match in _HYPHENATED.finditer(text):
            for form in forms(fold(match[0])):
                yield Extra(match.start(), match.end(), form.text, part=form.part)


def form_of_day(day: date) -> str:
    """The form under which a day is found, however it is written."""
    return f"@{day.isoformat()}"


def day_in(text: str) -> date | None:
    """The day when the whole text is one (1.2.2024, 2024-02-01, 1. Februar 2024), else None."""
    match = _DAY.fullmatch(text.strip())
    return _day_of(match) if match else None


def _day_of(match: re.Match[str]) -> date | None:
    year = match["y"] or match["y2"]
    month = match["m"] or match["m2"]
    if match["name"]:
        name = fold(match["name"])
        if name not in _MONTHS:
            return None
        month = str(_MONTHS.index(name) + 1)
    try:
        return date(int(year), int(month), int(match["d"] or match["d2"]))
    except ValueError:  # the 31st of February is text, not a day
        return None
