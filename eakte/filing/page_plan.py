"""In which order are pages to lie, and how does a person write that down in one line?

``1-3, 5r | 4`` is two documents: pages 1, 2, 3 and 5, this one turned to the right, then page 4.
With several sources each page bears its letter: ``A1-2, B1``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eakte.errors import BadInput

TURNS = {"": 0, "r": 90, "u": 180, "l": 270}
SIGNS = {turn: sign for sign, turn in TURNS.items()}
LETTERS = "ABCDEFGHIJKLMNOPQRST"
MOST_PARTS, LONGEST_PLAN = 200, 40_000
ENTRY = re.compile(r"([A-Ta-t]?)(\d{1,6})(?:[-–](\d{1,6}))?([rul]?)")


@dataclass(frozen=True)
class Taken:
    """A page of a source, which counts from 0, with its turn clockwise in degrees."""

    source: int
    page: int
    turn: int = 0


Parts = tuple[tuple[Taken, ...], ...]


def as_it_is(pages: Sequence[int]) -> Parts:
    """Return all pages of all sources, one behind the other; ``pages`` is how many each has."""
    return (
        tuple(
            Taken(source, page)
            for source, count in enumerate(pages)
            for page in range(1, count + 1)
        ),
    )


def read_plan(typed: str, pages: Sequence[int]) -> Parts:
    """Return what a person has written down.

    Raises:
        BadInput: it cannot be read, or names what is not there.
    """
    if len(typed) > LONGEST_PLAN:
        raise BadInput("Die Reihenfolge ist zu lang.")
    parts = [_read_part(part, pages) for part in typed.split("|")]
    made = tuple(tuple(part) for part in parts if part)
    refuse_impossible(made, pages)
    return made


def written_plan(parts: Parts, *, sources: int) -> str:
    """Write an order down as `read_plan` reads it, pages that follow one another as a span."""
    return " | ".join(", ".join(_spans(part, lettered=sources > 1)) for part in parts)


def refuse_impossible(parts: Parts, pages: Sequence[int]) -> None:
    """Raise for an order in which a page is missing from its source, or stands twice.

    Raises:
        BadInput: naming the first page that cannot be.
    """
    if not parts or not all(parts):
        raise BadInput("Es muss mindestens eine Seite bleiben, und kein Teil darf leer sein.")
    if len(parts) > MOST_PARTS:
        raise BadInput("Mehr als %(most)s Teile sind nicht möglich.", most=MOST_PARTS)
    seen: set[tuple[int, int]] = set()
    for taken in (taken for part in parts for taken in part):
        if not 0 <= taken.source < len(pages) or not 1 <= taken.page <= pages[taken.source]:
            raise BadInput("Eine Seite %(page)s gibt es nicht.", page=taken.page)
        if taken.turn not in SIGNS:
            raise BadInput("Gedreht wird um 90, 180 oder 270 Grad.")
        if (taken.source, taken.page) in seen:
            raise BadInput("Die Seite %(page)s steht zweimal da.", page=taken.page)
        seen.add((taken.source, taken.page))


def _read_part(typed: str, pages: Sequence[int]) -> list[Taken]:
    taken: list[Taken] = []
    for entry in re.split(r"[,;\s]+", typed.strip()):
        if not entry:
            continue
        read = ENTRY.fullmatch(entry)
        source = LETTERS.index(read[1].upper()) if read and read[1] else 0
        if read is None or source >= len(pages):
            raise BadInput("„%(entry)s“ ist keine Seite.", entry=entry[:20])
        first, last = int(read[2]), int(read[3] or read[2])
        if max(first, last) > pages[source]:
            raise BadInput("Eine Seite %(page)s gibt es nicht.", page=max(first, last))
        step = 1 if last >= first else -1
        turn = TURNS[read[4]]
        taken += [Taken(source, page, turn) for page in range(first, last + step, step)]
    return taken


def _spans(part: Sequence[Taken], *, lettered: bool) -> list[str]:
    spans: list[list[Taken]] = []
    for one in part:
        last = spans[-1][-1] if spans else None
        if last and (last.source, last.page + 1, last.turn) == (one.source, one.page, one.turn):
            spans[-1].append(one)
        else:
            spans.append([one])
    said = []
    for span in spans:
        first, last = span[0], span[-1]
        pages = f"{first.page}" if first is last else f"{first.page}-{last.page}"
        said.append(f"{LETTERS[first.source] if lettered else ''}{pages}{SIGNS[first.turn]}")
    return said
