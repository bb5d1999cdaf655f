"""Where does every line of a letter stand, and so: which words are on which A4 page?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import ImageFont

from eakte.demo.fonts import DPI, font
from eakte.demo.paper import Block, Face, Paper, Shape

WIDTH, HEIGHT = 2480, 3508
LEFT, RIGHT = 295, 236
_BINDING = "\u00a0"
TOP, BOTTOM = 236, 3508 - 300


@dataclass(frozen=True)
class Run:
    """Words in one typeface; ``x``/``y`` is the left end of the baseline in pixels at 300 dpi."""

    x: int
    y: int
    words: str
    face: Face
    points: float
    bold: bool = False
    stamped: bool = False


@dataclass(frozen=True)
class Rule:
    """A printed line from ``x`` to ``end`` at height ``y``."""

    x: int
    end: int
    y: int
    thick: int = 2


@dataclass(frozen=True)
class Sheet:
    """One page as printed: what to draw, and its text in reading order."""

    runs: tuple[Run, ...]
    rules: tuple[Rule, ...]
    signatures: tuple[tuple[int, int, str], ...]
    crest: tuple[int, int] | None
    text: str


def wrap(words: str, width: float, typeface: ImageFont.FreeTypeFont) -> list[str]:
    """Break a row at its spaces so that every line fits into ``width`` pixels."""
    lines: list[str] = []
    line = ""
    for word in _bound(words).split(" "):
        longer = f"{line} {word}" if line else word
        if line and typeface.getlength(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [one.replace(_BINDING, " ") for one in ([*lines, line] if line else lines)]


def _bound(words: str) -> str:
    """Keep "§ 152" and its like on one line."""
    for sign in ("§", "Abs.", "Nr.", "Dr."):
        words = words.replace(f"{sign} ", f"{sign}{_BINDING}")
    return words


@dataclass
class _Galley:
    """The page being filled."""

    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    signatures: list[tuple[int, int, str]] = field(default_factory=list)
    crest: tuple[int, int] | None = None
    rows: list[str] = field(default_factory=list)


class _Setter:
    """Sets blocks one below the other and begins a new page where one is full."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.galleys = [_Galley()]
        self.y = TOP
        self.size = paper.points * DPI / 72

    @property
    def page(self) -> _Galley:
        return self.galleys[-1]

    def turn(self) -> None:
        """Begin the next page."""
        self.galleys.append(_Galley())
        self.y = TOP

    def room_for(self, height: float) -> None:
        if self.y + height > BOTTOM:
            self.turn()

    def line(
        self,
        words: str,
        *,
        x: int = LEFT,
        points: float | None = None,
        bold: bool = False,
        centred: bool = False,
        flush_right: bool = False,
        face: Face | None = None,
        stamped: bool = False,
    ) -> None:
        """Set one line that is known to fit and go on below it."""
        size = points or self.paper.points
        step = size * DPI / 72 * self.paper.leading
        self.room_for(step)
        typeface = font(face or self.paper.face, size, bold=bold)
        if centred:
            x = round((WIDTH - typeface.getlength(words)) / 2)
        elif flush_right:
            x = round(WIDTH - RIGHT - typeface.getlength(words))
        self.y += round(step)
        run = Run(x, self.y, words, face or self.paper.face, size, bold, stamped)
        self.page.runs.append(run)
        self.page.rows.append(words)

    def flow(
        self,
        words: str,
        *,
        indent: int = 0,
        points: float | None = None,
        bold: bool = False,
        centred: bool = False,
        flush_right: bool = False,
    ) -> None:
        """Set a row over as many lines as it needs."""
        size = points or self.paper.points
        typeface = font(self.paper.face, size, bold=bold)
        for line in wrap(words, WIDTH - RIGHT - LEFT - indent, typeface):
            self.line(
                line,
                x=LEFT + indent,
                points=size,
                bold=bold,
                centred=centred,
                flush_right=flush_right,
            )

    def gap(self, ems: float) -> None:
        if self.y > TOP:
            self.y += round(self.size * ems)

    def rule(self, *, thick: int = 2) -> None:
        self.page.rules.append(Rule(LEFT, WIDTH - RIGHT, self.y + 14, thick))
        self.y += 14 + thick

    def letterhead(self, stamp: Sequence[str]) -> None:
        """What stands above the letter: our stamp and the sender's head."""
        self.y = 150
        for row in stamp:
            self.line(row, face=Face.SANS, points=11, bold=True, x=LEFT + 330, stamped=True)
        self.y = 372 if stamp else 200
        if self.paper.crest:
            self.page.crest = (WIDTH - RIGHT - 145, self.y + 20)
        for number, row in enumerate(self.paper.head):
            self.line(
                row,
                points=self.paper.points + (2.5 if number == 0 else -1),
                bold=number == 0,
                centred=self.paper.centred,
            )
        if self.paper.head:
            self.rule(thick=3)
            self.y += 50

    def block(self, block: Block) -> None:
        """Set one block in its shape."""
        shape, rows = block.shape, block.rows
        if shape is Shape.PAGE:
            self.turn()
        elif shape is Shape.RULE:
            self.rule()
            self.gap(0.5)
        elif shape is Shape.FIELD:
            self.form_field(rows[0])
        elif shape is Shape.SIGNATURE:
            self.signature(rows[0])
        elif shape in (Shape.HEADING, Shape.SUBJECT):
            self.gap(0.4)
            self.room_for(self.size * 6)
            for row in rows:
                larger = 1.5 if shape is Shape.HEADING else 0
                self.flow(row, points=self.paper.points + larger, bold=True)
            self.gap(0.45)
        else:
            self.rows(shape, rows)
            self.gap(0.55)

    def rows(self, shape: Shape, rows: Sequence[str]) -> None:
        if len(rows) == 1 and shape is Shape.PARAGRAPH:
            self.room_for(self.size * self.paper.leading * 2)
        for row in rows:
            if shape is Shape.BULLET:
                self.flow(f"- {row}", indent=60)
            elif shape is Shape.SMALL:
                self.flow(row, points=9)
            else:
                self.flow(
                    row,
                    indent=110 if shape is Shape.INDENTED else 0,
                    centred=shape is Shape.CENTRED,
                    flush_right=shape is Shape.RIGHT,
                )

    def form_field(self, row: str) -> None:
        """A printed label and what a person typed after it, above a thin rule."""
        label, _, filled = row.partition(": ")
        printed = font(self.paper.face, self.paper.points)
        typed = font(Face.TYPEWRITER, self.paper.points)
        start = LEFT + round(printed.getlength(f"{label}:  "))
        first, *more = wrap(filled, WIDTH - RIGHT - start, typed) or [""]
        self.room_for(self.size * 2)
        self.y += round(self.size * 1.45)
        self.page.runs.append(Run(LEFT, self.y, f"{label}:", self.paper.face, self.paper.points))
        self.page.runs.append(Run(start, self.y, first, Face.TYPEWRITER, self.paper.points))
        self.page.rows.append(f"{label}: {first}".strip())
        for line in wrap(" ".join(more), WIDTH - RIGHT - LEFT, typed):
            self.line(line, face=Face.TYPEWRITER)
        self.rule(thick=1)

    def signature(self, row: str) -> None:
        """Room for the pen, then the printed names below it."""
        names = [name for name in row.split("|") if name]
        self.room_for(self.size * (len(names) + 4.5))
        self.gap(0.5)
        self.page.signatures.append((LEFT + 20, self.y, " ".join(names)))
        self.y += round(self.size * 3.6)
        for name in names:
            self.line(name)
        self.gap(0.6)

    def margins(self, fax_line: str) -> None:
        """What stands around the text: the fax machine's line, small print, page numbers."""
        for number, galley in enumerate(self.galleys, start=1):
            if fax_line:
                row = f"{fax_line} S. {number:02}/{len(self.galleys):02}"
                galley.runs.append(Run(200, 100, row, Face.TYPEWRITER, 9))
                galley.rows.insert(0, row)
            small = font(Face.SANS, 8)
            y = BOTTOM + 50
            for row in self.paper.foot if number == 1 else ():
                y += 40
                x = round((WIDTH - small.getlength(row)) / 2)
                galley.runs.append(Run(x, y, row, Face.SANS, 8))
                galley.rows.append(row)
            if len(self.galleys) > 1:
                row = f"Seite {number} von {len(self.galleys)}"
                x = round(WIDTH - RIGHT - font(self.paper.face, 9).getlength(row))
                galley.runs.append(Run(x, y + 60, row, self.paper.face, 9))
                galley.rows.append(row)


def _height_to_signature(blocks: Sequence[Block]) -> float:
    """How much room the end of a letter takes, in ems, so that no signature stands alone."""
    height = 0.0
    for block in blocks:
        if block.shape is Shape.PAGE:
            return 0.0
        if block.shape is Shape.SIGNATURE:
            return height + 9.0
        height += 0.8 + sum(1.3 * (1 + len(row) // 80) for row in block.rows)
    return 0.0


def set_pages(
    paper: Paper, blocks: Sequence[Block], *, fax_line: str = "", stamp: Sequence[str] = ()
) -> tuple[Sheet, ...]:
    """Set a letter on as many A4 pages as it needs, in one column from top to bottom."""
    setter = _Setter(paper)
    setter.letterhead(stamp)
    for number, block in enumerate(blocks):
        setter.room_for(setter.size * _height_to_signature(blocks[number : number + 4]))
        setter.block(block)
    setter.margins(fax_line)
    return tuple(
        Sheet(
            tuple(galley.runs),
            tuple(galley.rules),
            tuple(galley.signatures),
            galley.crest,
            "\n".join(galley.rows),
        )
        for galley in setter.galleys
    )
