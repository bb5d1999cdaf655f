"""Which part of a path is left when some areas are emptied?

What lies in an area goes. A rule or a frame that only passes through stays under the box, for it
says nothing; anything else that crosses an edge, a signature for example, is `Strange`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Operator

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.redaction.areas import Box, around, inside, meets
from eakte.processing.steps.redaction.fonts import Strange

BUILDING = frozenset({"m", "l", "c", "v", "y", "re", "h"})
CLIPPING = frozenset({"W", "W*"})
PAINTING = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n"})
MOST_CORNERS = 6
INSIDE_BY = 0.5
STRAIGHT = 0.05


@dataclass
class _Part:
    """One subpath: its operators, its points on the page, and whether it is a plain rule."""

    written: list[tuple[Any, Operator]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    curved: bool = False

    @property
    def box(self) -> Box:
        return around(self.points)

    @property
    def says_nothing(self) -> bool:
        """Whether it is a line or frame along the edges of the page, and not a letter."""
        if self.curved or len(self.points) > MOST_CORNERS:
            return False
        sides = zip(self.points, self.points[1:], strict=False)
        return all(
            abs(x1 - x0) < STRAIGHT or abs(y1 - y0) < STRAIGHT for (x0, y0), (x1, y1) in sides
        )


class Strokes:
    """The path that is being built."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes
        self._parts: list[_Part] = []
        self._clip: str | None = None

    def takes(self, operator: str) -> bool:
        """Whether the operator builds the path or makes it a clip."""
        return operator in BUILDING or operator in CLIPPING

    def add(self, operands: Sequence[Any], operator: str, *, ctm: Plane) -> None:
        """Take in one operator."""
        if operator in CLIPPING:
            self._clip = operator
            return
        numbers = [float(one) for one in operands]
        if operator in ("m", "re") or not self._parts:
            self._parts.append(_Part())
        part = self._parts[-1]
        part.written.append((operands, Operator(operator)))
        if operator == "re":
            x, y, width, height = numbers
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
            part.points += [ctm.at(*corner) for corner in corners]
        else:
            part.points += [
                ctm.at(*numbers[place : place + 2]) for place in range(0, len(numbers) - 1, 2)
            ]
        part.curved |= operator in ("c", "v", "y")

    def painted(self, operands: Sequence[Any], operator: str) -> tuple[list[Any], bool]:
        """End the path; what is left of it, and whether that is less than before.

        Raises:
            Strange: something that may be writing crosses the edge of an area.
        """
        parts, clip = self._parts, self._clip
        self._parts, self._clip = [], None
        kept = []
        for part in parts:
            if (
                not part.points
                or not any(meets(part.box, box) for box in self._boxes)
                or part.says_nothing
                and (clip is not None or not self._hidden(part))
            ):
                kept.append(part)
            elif clip is not None:
                raise Strange("clip")
            elif not self._hidden(part):
                raise Strange("path")
        changed = len(kept) < len(parts)
        if not kept and parts:
            return [], True
        written = [one for part in kept for one in part.written]
        if clip is not None:
            written.append(([], Operator(clip)))
        return [*written, (operands, Operator(operator))], changed

    def unfinished(self) -> list[Any]:
        """What is left of a path that nobody painted: nothing."""
        self._parts = []
        return []

    def _hidden(self, part: _Part) -> bool:
        return any(inside(part.box, box, by=INSIDE_BY) for box in self._boxes)
