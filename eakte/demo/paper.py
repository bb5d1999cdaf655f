"""What is a sender's paper, and which shapes of text stand on it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How a block of text stands on the paper; the value is its mark in a template."""

    PARAGRAPH = ""
    HEADING = "# "
    SUBJECT = "! "
    INDENTED = "> "
    BULLET = "* "
    RIGHT = "~ "
    CENTRED = "^ "
    SMALL = "% "
    LINES = "| "
    FIELD = "= "
    SIGNATURE = "@sign "
    RULE = "@rule"
    PAGE = "@page"


@dataclass(frozen=True)
class Block:
    """One block: ``rows`` are set below each other, each row wrapped where it falls."""

    shape: Shape
    rows: tuple[str, ...] = ()


class Face(StrEnum):
    """The typefaces that Debian's fonts-liberation and fonts-dejavu-core bring."""

    SANS = "LiberationSans"
    SERIF = "LiberationSerif"
    TYPEWRITER = "LiberationMono"
    WIDE = "DejaVuSans"
    BOOK = "DejaVuSerif"


@dataclass(frozen=True)
class Paper:
    """What a sender's paper looks like before a letter is written on it; sizes in points."""

    face: Face
    points: float = 11
    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    crest: bool = False
    centred: bool = False
    leading: float = 1.22


_MARKED = tuple(shape for shape in Shape if shape is not Shape.PARAGRAPH)
_SINGLE = (Shape.PAGE, Shape.RULE, Shape.FIELD, Shape.SIGNATURE)


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read a filled template: blank lines part the blocks, the first characters name the shape."""
    blocks: list[Block] = []
    for chunk in text.split("\n\n"):
        rows = [row.strip() for row in chunk.split("\n") if row.strip()]
        blocks.extend(_blocks_of_rows(rows))
    return tuple(blocks)


def _blocks_of_rows(rows: Sequence[str]) -> list[Block]:
    """Neighbouring rows of one shape form one block; plain rows flow into one paragraph."""
    blocks: list[Block] = []
    for row in rows:
        shape = next((mark for mark in _MARKED if f"{row} ".startswith(mark.value)), None)
        words = " ".join(row[len(shape.value) if shape else 0 :].split())
        kind = shape or Shape.PARAGRAPH
        last = blocks[-1] if blocks else None
        if last is not None and last.shape is kind and kind not in _SINGLE:
            flowing = kind is Shape.PARAGRAPH
            joined = (f"{last.rows[-1]} {words}",) if flowing else (*last.rows, words)
            blocks[-1] = Block(kind, joined)
        else:
            blocks.append(Block(kind, (words,) if words else ()))
    return blocks
