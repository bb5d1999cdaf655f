"""How wide and how high are the signs of a font, as far as can be told without drawing them?

Only fonts whose codes and widths are beyond doubt are measured. Any other is strange, and a page
with a strange font becomes a picture before anything on it is called removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Object, Stream

EM = 1000.0
USUAL_ASCENT, USUAL_DESCENT = 900.0, -250.0
LOWEST_ASCENT, HIGHEST_ASCENT = 600.0, 1300.0
LOWEST_DESCENT = -600.0
SIMPLE = frozenset({"/Type1", "/TrueType", "/MMType1"})


class Strange(Exception):
    """Nothing can be proved about this part of a page; ``code`` names the part."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Sign:
    """One code of a string: its bytes and its width in thousandths of the size."""

    code: bytes
    width: float

    @property
    def is_space(self) -> bool:
        """Whether words end here, as far as the code tells."""
        return int.from_bytes(self.code, "big") == 0x20


@dataclass(frozen=True)
class Measure:
    """The widths of a font by code, and how far its signs reach, in thousandths of the size."""

    widths: dict[int, float]
    default: float
    length: int
    ascent: float = USUAL_ASCENT
    descent: float = USUAL_DESCENT
    known: bool = field(default=True)

    def signs(self, text: bytes) -> Iterator[Sign]:
        """Take a string apart into its codes."""
        for start in range(0, len(text), self.length):
            code = text[start : start + self.length]
            yield Sign(code, self.widths.get(int.from_bytes(code, "big"), self.default))


def measured(font: Object | None) -> Measure:
    """Measure a font.

    Raises:
        Strange: its codes or widths cannot be told.
    """
    if not isinstance(font, Dictionary):
        raise Strange("font-missing")
    kind = str(font.get("/Subtype"))
    if kind == "/Type0":
        return _composite(font)
    if kind not in SIMPLE:
        raise Strange("font-kind")
    return _simple(font)


def _simple(font: Dictionary) -> Measure:
    widths, first = font.get("/Widths"), font.get("/FirstChar")
    if not isinstance(widths, Array) or not isinstance(first, int):
        raise Strange("font-widths")
    descriptor = font.get("/FontDescriptor")
    missing = _number(descriptor.get("/MissingWidth")) if _is_dictionary(descriptor) else 0.0
    found = {first + place: _number(width) for place, width in enumerate(widths.as_list())}
    return Measure(found, missing, 1, *_reach(descriptor))


def _composite(font: Dictionary) -> Measure:
    # Every other encoding may give codes of several lengths, or write from top to bottom.
    if str(font.get("/Encoding")) != "/Identity-H":
        raise Strange("font-encoding")
    below = font.get("/DescendantFonts")
    inner = below[0] if isinstance(below, Array) and len(below) == 1 else None
    if not isinstance(inner, Dictionary):
        raise Strange("font-missing")
    default = inner.get("/DW")
    return Measure(
        _widths_by_code(inner.get("/W")),
        EM if default is None else _number(default),
        2,
        *_reach(inner.get("/FontDescriptor")),
    )


def _widths_by_code(table: Object | None) -> dict[int, float]:
    found: dict[int, float] = {}
    if table is None:
        return found
    if not isinstance(table, Array):
        raise Strange("font-widths")
    rest = table.as_list()
    place = 0
    while place < len(rest):
        try:
            first, second = int(rest[place]), rest[place + 1]
            if isinstance(second, Array):
                widths = [_number(one) for one in second.as_list()]
                found |= {first + count: width for count, width in enumerate(widths)}
                place += 2
            else:
                width = _number(rest[place + 2])
                found |= dict.fromkeys(range(first, min(int(second), 0xFFFF) + 1), width)
                place += 3
        except (IndexError, TypeError, ValueError) as error:
            raise Strange("font-widths") from error
    return found


def _reach(descriptor: Object | None) -> tuple[float, float]:
    """Ascent and descent, rather too far than too short where the font says nothing sensible."""
    if not isinstance(descriptor, Dictionary):
        return USUAL_ASCENT, USUAL_DESCENT
    ascent = _number(descriptor.get("/Ascent", 0))
    descent = _number(descriptor.get("/Descent", 0))
    if ascent < LOWEST_ASCENT or ascent > HIGHEST_ASCENT:
        ascent = USUAL_ASCENT
    # Some fonts give the descent without its sign.
    descent = -abs(descent)
    if descent < LOWEST_DESCENT:
        descent = USUAL_DESCENT
    return ascent, descent


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # whatever is no number is refused below
    except (TypeError, ValueError) as error:
        raise Strange("font-widths") from error


def _is_dictionary(part: Object | None) -> bool:
    return isinstance(part, (Dictionary, Stream))
