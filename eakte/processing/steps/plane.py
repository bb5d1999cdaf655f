"""How does a point of one picture become a point of another, or of the page it lies on?

Matrices are PDF's: six numbers, points are rows, ``then`` reads from left to right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Plane:
    """The affine map x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def then(self, after: Plane) -> Plane:
        """First this map, then the other."""
        return Plane(
            self.a * after.a + self.b * after.c,
            self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c,
            self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e,
            self.e * after.b + self.f * after.d + after.f,
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where the point comes to lie."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def numbers(self) -> str:
        """The six numbers as PDF writes them."""
        parts = (self.a, self.b, self.c, self.d, self.e, self.f)
        return " ".join(f"{part:.6f}".rstrip("0").rstrip(".") or "0" for part in parts)


def scaled(x: float, y: float) -> Plane:
    """Stretch by a factor each way."""
    return Plane(x, 0, 0, y, 0, 0)


def turned_back(turn: int, *, width: float, height: float) -> Plane:
    """From a picture turned by ``turn`` degrees clockwise back to the one before.

    ``width`` and ``height`` are those of the picture before it was turned; y grows downwards.
    """
    return {
        0: Plane(),
        90: Plane(0, -1, 1, 0, 0, height),
        180: Plane(-1, 0, 0, -1, width, height),
        270: Plane(0, 1, -1, 0, width, 0),
    }[turn % 360]


def straightened_back(degrees: float, *, width: float, height: float) -> Plane:
    """From a picture rotated counter-clockwise by ``degrees`` about its middle back to before."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = width / 2, height / 2
    return Plane(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
