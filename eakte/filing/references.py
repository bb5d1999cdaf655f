"""How is a reference put together, and why can no two openings ever get the same one?

A pattern names exactly one running number that touches neither a digit nor another placeholder.
Whatever else is rendered, folded as references are compared, is the scope in which the number is
counted: equal rests share one counter, so equal references would need the same number twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from eakte.db import folded
from eakte.errors import Sentence

USUAL = "{prefix} {number}/{year}"
LONGEST = 60
LARGEST = 999_999_999
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"number(?::0([1-9]))?")
_KNOWN = ("plan", "prefix", "year", "letter")
_MARK = "\x01"  # stands where the running number will


@dataclass(frozen=True)
class Rest:
    """Everything of a reference but its running number; ``scope`` names the counter."""

    before: str
    after: str
    width: int

    @property
    def scope(self) -> str:
        """The name of the counter: references are compared folded, so it is folded too."""
        return "reference:" + folded(f"{self.before}#{self.after}")

    def reference(self, number: int) -> str:
        """Return the reference with its running number."""
        return f"{self.before}{number:0{self.width}d}{self.after}"


def rest_of(pattern: str, *, plan: str, prefix: str, year: int, letter: str) -> Rest:
    """Fill in everything but the running number; the pattern must be free of faults."""
    values = {"plan": plan, "prefix": prefix, "year": f"{year:04d}", "letter": letter}
    width = 1

    def fill(found: re.Match[str]) -> str:
        nonlocal width
        number = _NUMBER.fullmatch(found[1])
        if number is None:
            return values[found[1]]
        width = int(number[1] or 1)
        return _MARK

    written = " ".join(_PLACEHOLDER.sub(fill, pattern or USUAL).split())
    before, after = written.split(_MARK)
    return Rest(before, after, width)


def uses_letter(pattern: str) -> bool:
    """Say whether a reference needs the first letter of a person's name."""
    return "{letter}" in pattern


def pattern_faults(pattern: str, *, plan: str, prefix: str) -> list[str]:
    """Name everything that speaks against a pattern, in German; empty when it is sound."""
    pattern = pattern or USUAL
    names = _PLACEHOLDER.findall(pattern)
    faults: list[str] = [
        Sentence("Das Muster kennt „{%(name)s}“ nicht.", name=name)
        for name in names
        if name not in _KNOWN and not _NUMBER.fullmatch(name)
    ]
    if set(_PLACEHOLDER.sub("", pattern)) & set("{}"):
        faults.append(Sentence("Das Muster enthält eine einzelne geschweifte Klammer."))
    counted = [name for name in names if _NUMBER.fullmatch(name)]
    if len(counted) != 1:
        faults.append(
            Sentence(
                "Das Muster braucht genau eine laufende Nummer {number}, es hat %(found)s.",
                found=len(counted) or Sentence("keine"),
            )
        )
    if re.search(r"[\d}]\{number|\{number[^{}]*\}[\d{]", pattern):
        faults.append(
            Sentence("Neben {number} darf keine Ziffer und kein anderer Platzhalter stehen.")
        )
    if any(ord(sign) < 0x20 for sign in pattern):
        faults.append(Sentence("Das Muster enthält ein Steuerzeichen."))
    if "{prefix}" in pattern and not prefix:
        faults.append(Sentence("Das Muster verlangt ein Kürzel, der Eintrag hat keines."))
    if faults:
        return faults
    longest = rest_of(pattern, plan=plan, prefix=prefix, year=9999, letter="W")
    written = longest.reference(LARGEST)
    if max(len(written), len(folded(written))) > LONGEST:
        faults.append(
            Sentence("Das Aktenzeichen würde länger als %(longest)s Zeichen.", longest=LONGEST)
        )
    return faults


@dataclass(frozen=True)
class Numbered:
    """An entry of the plan as far as its references go."""

    plan: str
    prefix: str
    pattern: str


def confusions(entries: Sequence[Numbered]) -> list[tuple[Numbered, Numbered]]:
    """Name pairs of entries that could one day give the same reference by different counters.

    "1/2026" may be the first of 2026 or, the other way round, number 2026 of year 1.
    """
    seen: dict[str, tuple[int, Numbered]] = {}
    found: list[tuple[Numbered, Numbered]] = []
    for entry in entries:
        for shape, place in _shapes(entry):
            known = seen.setdefault(shape, (place, entry))
            if known[0] != place and (known[1], entry) not in found:
                found.append((known[1], entry))
    return found


def _shapes(entry: Numbered) -> Iterable[tuple[str, int]]:
    """The reference with every run of digits as one, and which of them is the number."""
    letters = ascii_uppercase if uses_letter(entry.pattern) else "A"
    for letter in letters:
        rest = rest_of(
            entry.pattern, plan=entry.plan, prefix=entry.prefix, year=2026, letter=letter
        )
        before = re.sub(r"\d+", "0", folded(rest.before + "|")[:-1])
        after = re.sub(r"\d+", "0", folded("|" + rest.after)[1:])
        yield f"{before}0{after}", before.count("0")
