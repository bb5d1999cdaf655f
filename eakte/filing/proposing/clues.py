"""What does the text of a document say of where it belongs? Pages and rules in, clues out.

A pure function: it asks nobody, and it says of no dossier whether it exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from eakte.db import folded
from eakte.filing.proposing.names import alike, births_in, names_in
from eakte.filing.proposing.rules import Rules, TypeRule, Where
from eakte.filing.proposing.shapes import Shape

LONGEST_QUOTE = 80
# A letter that names more is a list of some kind and leads nowhere.
MOST = 20
# So far before a reference its label may stand.
LABEL_REACH = 60
# A heading as long as this is known also with one letter misread.
SURE_HEADING = 12
# What a kind of document must gather until it is proposed.
ENOUGH = 3


class Told(StrEnum):
    """What kind of reference was read."""

    OWN = "own"
    FOREIGN = "foreign"
    COURT = "court"


@dataclass(frozen=True)
class Reference:
    """A reference that was read, as it is written; ``labelled`` where its label stands before.

    ``stated`` where the sender's program says it in a field of its own: that is not misread.
    """

    kind: Told
    value: str
    labelled: bool
    page: int
    quote: str
    stated: bool = False


@dataclass(frozen=True)
class Name:
    """Words that stand where a name is expected, folded."""

    words: tuple[str, ...]
    filed: tuple[str, ...]
    page: int
    quote: str


@dataclass(frozen=True)
class Birth:
    """A day that stands where a day of birth is expected."""

    day: date
    page: int
    quote: str


@dataclass(frozen=True)
class TypeClue:
    """Which kind of document it seems to be, and for which procedures that speaks."""

    key: str
    weight: int
    procedures: tuple[str, ...]
    page: int
    quote: str


@dataclass(frozen=True)
class Clues:
    """All that was read."""

    references: tuple[Reference, ...] = ()
    names: tuple[Name, ...] = ()
    births: tuple[Birth, ...] = ()
    kind: TypeClue | None = None

    def kept(self) -> dict[str, Any]:
        """Return the clues as they are kept in a row."""
        told = asdict(self)
        for birth in told["births"]:
            birth["day"] = birth["day"].isoformat()
        return told


def clues_kept(kept: Mapping[str, Any]) -> Clues:
    """Return the clues that a row keeps."""
    kind = kept.get("kind")
    return Clues(
        tuple(
            Reference(**one | {"kind": Told(one["kind"])}) for one in kept.get("references") or ()
        ),
        tuple(
            Name(tuple(one["words"]), tuple(one["filed"]), one["page"], one["quote"])
            for one in kept.get("names") or ()
        ),
        tuple(
            Birth(date.fromisoformat(one["day"]), one["page"], one["quote"])
            for one in kept.get("births") or ()
        ),
        TypeClue(**kind | {"procedures": tuple(kind["procedures"])}) if kind else None,
    )


def clues_in(pages: Sequence[str], rules: Rules, *, own: Iterable[Shape]) -> Clues:
    """Read the text of each page; ``own`` are the forms of the references of the file plan."""
    references: dict[tuple[Told, str], Reference] = {}
    names: dict[tuple[str, ...], Name] = {}
    births: dict[date, Birth] = {}
    shapes = (
        *((Told.OWN, shape) for shape in own),
        *((Told.FOREIGN, shape) for shape in rules.foreign),
        *((Told.COURT, shape) for shape in rules.courts),
    )
    for number, text in enumerate(pages, start=1):
        for reference in _references(text, number, shapes, rules.labels):
            known = references.get((reference.kind, reference.value))
            if known is None or (reference.labelled and not known.labelled):
                references[reference.kind, reference.value] = reference
        for name in names_in(text, rules):
            names.setdefault(
                name.words,
                Name(name.words, name.filed, number, quoted(text, name.start, name.end)),
            )
        for born in births_in(text, rules):
            births.setdefault(born.day, Birth(born.day, number, quoted(text, born.start, born.end)))
    return Clues(
        tuple(references.values())[:MOST],
        tuple(names.values())[:MOST],
        tuple(births.values())[:MOST],
        _kind(pages, rules.types),
    )


def with_stated(
    clues: Clues,
    ours: Iterable[str],
    theirs: Iterable[str],
    rules: Rules,
    *,
    own: Iterable[Shape],
) -> Clues:
    """Add the references that stand in fields of a message; they come before those that were read.

    ``ours`` are references of the office as the sender knows them, ``theirs`` those of a court.
    """
    stated: dict[tuple[Told, str], Reference] = {}
    for kind, told, shapes in (
        (Told.OWN, ours, tuple(own)),
        (Told.COURT, theirs, tuple(rules.courts)),
    ):
        for one in told:
            seen = [sighting.value for shape in shapes for sighting in shape.sightings(one)]
            # A court outside the rules is known by the letters of its reference alone.
            for value in seen or ([one] if kind is Told.COURT else []):
                quote = one[:LONGEST_QUOTE]
                stated.setdefault((kind, value), Reference(kind, value, True, 1, quote, True))
    read = [one for one in clues.references if (one.kind, one.value) not in stated]
    return replace(clues, references=(*stated.values(), *read)[:MOST])


def quoted(text: str, start: int, end: int) -> str:
    """Return the line around a place, at most 80 characters, with the place in it."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    spare = max(0, LONGEST_QUOTE - (end - start) - 2)
    first, last = max(first, start - spare // 2), min(last, end + spare - spare // 2)
    return " ".join(text[first:last].split())[:LONGEST_QUOTE]


def _references(
    text: str, page: int, shapes: Iterable[tuple[Told, Shape]], labels: Sequence[str]
) -> Iterator[Reference]:
    for kind, shape in shapes:
        for seen in shape.sightings(text):
            before = folded(text[max(0, seen.start - LABEL_REACH) : seen.start]).rstrip(" :.–-")
            labelled = any(before.endswith(label.rstrip(" :.–-")) for label in labels)
            # Without a letter of its own it is any number, unless the text says what it is.
            if labelled or not shape.bare:
                quote = quoted(text, seen.start, seen.end)
                yield Reference(kind, seen.value, labelled, page, quote)


def _kind(pages: Sequence[str], rules: Iterable[TypeRule]) -> TypeClue | None:
    """The kind of document for which most speaks, None when nothing does or two do alike."""
    lines = [[(folded(line), line) for line in text.splitlines() if line.strip()] for text in pages]
    plain = [" ".join(line for line, _ in page) for page in lines]
    weights: dict[str, int] = defaultdict(int)
    found: dict[str, tuple[int, TypeRule, int, str]] = {}
    for rule in rules:
        place = _place(rule, lines, plain)
        if place is None:
            continue
        page, quote = place
        weights[rule.type_key] += rule.weight
        strongest = found.get(rule.type_key)
        if strongest is None or rule.weight > strongest[0]:
            found[rule.type_key] = (rule.weight, rule, page, quote)
    ranked = sorted(weights.items(), key=lambda one: -one[1])
    if not ranked or ranked[0][1] < ENOUGH or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    key, weight = ranked[0]
    _, rule, page, quote = found[key]
    return TypeClue(key, weight, rule.procedures, page, quote)


def _place(
    rule: TypeRule, lines: Sequence[Sequence[tuple[str, str]]], plain: Sequence[str]
) -> tuple[int, str] | None:
    """The page and the line on which a rule's words stand where they must."""
    if not plain:
        return None
    if rule.where is Where.HEADING:
        # A heading that is broken over two lines begins on the first of them.
        for (line, written), (following, _) in zip(
            lines[0], [*lines[0][1:], ("", "")], strict=False
        ):
            if _begins(f"{line} {following}", rule.words):
                return 1, " ".join(written.split())[:LONGEST_QUOTE]
        return None
    for page, text in enumerate(plain if rule.where is Where.ANYWHERE else plain[:1], start=1):
        at = text.find(rule.words)
        if at >= 0:
            return page, text[max(0, at - 20) : at + LONGEST_QUOTE - 20].strip()
    return None


def _begins(line: str, words: str) -> bool:
    """Say whether a line begins with these words, whole ones, but for one misread letter."""
    lengths = (len(words), len(words) - 1, len(words) + 1) if len(words) >= SURE_HEADING else ()
    return any(
        alike(line[:length], words) and not line[length : length + 1].isalnum()
        for length in lengths or (len(words),)
    )
