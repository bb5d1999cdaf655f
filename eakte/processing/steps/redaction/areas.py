"""Which part of a page is meant: as a reader sees it, and in the page's own coordinates?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.sheets import Facts, to_page

Box = tuple[float, float, float, float]
"""Left, bottom, right, top; y grows upwards."""


@dataclass(frozen=True)
class Area:
    """A rectangle on a page (from 1), in points from the upper left corner of what is shown.

    What is shown is the page after its crop box and its turn.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


def areas_of(told: Sequence[Sequence[float]]) -> tuple[Area, ...]:
    """Read areas as they travel: five numbers each.

    Raises:
        ValueError: an area is turned inside out or empty.
    """
    areas = tuple(Area(int(one[0]), *(float(side) for side in one[1:5])) for one in told)
    if any(one.left >= one.right or one.top >= one.bottom for one in areas):
        raise ValueError("an area without an extent")
    return areas


def in_page(area: Area, facts: Facts) -> Box:
    """Where the area lies in the page's own coordinates."""
    place = to_page(facts, size=(max(1, round(facts.width)), max(1, round(facts.height))))
    # to_page scales pixels; for points the picture has exactly the size of the page.
    x, y = max(1, round(facts.width)) / facts.width, max(1, round(facts.height)) / facts.height
    corners = [
        place.at(left * x, top * y)
        for left in (area.left, area.right)
        for top in (area.top, area.bottom)
    ]
    return around(corners)


def as_shown(box: Box, facts: Facts) -> Box:
    """Where a box of the page lies for a reader: left, top, right, bottom, y growing downwards."""
    left, bottom, right, top = facts.box
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        corners.append(
            {
                0: (x - left, top - y),
                90: (y - bottom, x - left),
                180: (right - x, y - bottom),
                270: (top - y, right - x),
            }[facts.rotation]
        )
    return around(corners)


def around(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest box around these points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def mapped(plane: Plane, box: Box) -> Box:
    """The box around what a box becomes."""
    left, bottom, right, top = box
    return around(plane.at(x, y) for x in (left, right) for y in (bottom, top))


def overlap(one: Box, other: Box) -> tuple[float, float]:
    """How wide and how high the part is that both share; 0 where they do not meet."""
    return (
        max(0.0, min(one[2], other[2]) - max(one[0], other[0])),
        max(0.0, min(one[3], other[3]) - max(one[1], other[1])),
    )


def meets(one: Box, other: Box) -> bool:
    """Whether both share more than an edge; what has no extent counts as a hair."""
    hair = 0.01
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > -hair
        and min(one[3], other[3]) - max(one[1], other[1]) > -hair
    )


def inside(one: Box, other: Box, *, by: float = 0.0) -> bool:
    """Whether the first lies in the second, which is taken larger ``by`` so much on all sides."""
    return (
        one[0] >= other[0] - by
        and one[1] >= other[1] - by
        and one[2] <= other[2] + by
        and one[3] <= other[3] + by
    )


def grown(box: Box, by: float) -> Box:
    """The box, larger on all sides."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
