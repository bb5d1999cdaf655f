"""Which signs of a shown string lie in an area, and how is the string written without them?

A sign that goes leaves its advance behind, so that all others stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Operator

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.redaction.areas import Box, mapped, overlap
from eakte.processing.steps.redaction.fonts import EM, Measure, Sign, Strange, measured

INVISIBLE, FIRST_CLIP = 3, 4
ACROSS, UPRIGHT = 0.15, 0.10
NARROWEST = 200.0


@dataclass(frozen=True)
class Text:
    """The state in which strings are shown; ``font`` is None until one is chosen."""

    font: Measure | None = None
    size: float = 0.0
    between_signs: float = 0.0
    between_words: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    place: Plane = Plane()
    line: Plane = Plane()

    def after(self, operator: str, operands: Sequence[Any], *, fonts: Object | None) -> Text:
        """Return the state after an operator that shows nothing.

        Raises:
            Strange: the font cannot be measured, or text is made a clip.
        """
        if operator == "Tf":
            named = fonts.get(str(operands[0])) if isinstance(fonts, Dictionary) else None
            return replace(self, font=measured(named), size=float(operands[1]))
        if operator == "T*":
            return self.next_line()
        numbers = [float(one) for one in operands]
        if operator == "Tm":
            return replace(self, place=Plane(*numbers), line=Plane(*numbers))
        if operator in ("Td", "TD"):
            moved = Plane(1, 0, 0, 1, *numbers).then(self.line)
            leading = -numbers[1] if operator == "TD" else self.leading
            return replace(self, place=moved, line=moved, leading=leading)
        if operator == "Tr" and int(numbers[0]) >= FIRST_CLIP:
            raise Strange("text-clip")
        return {
            "Tc": lambda: replace(self, between_signs=numbers[0]),
            "Tw": lambda: replace(self, between_words=numbers[0]),
            "Tz": lambda: replace(self, stretch=numbers[0] / 100),
            "TL": lambda: replace(self, leading=numbers[0]),
            "Ts": lambda: replace(self, rise=numbers[0]),
            "Tr": lambda: replace(self, mode=int(numbers[0])),
        }[operator]()

    def next_line(self) -> Text:
        """Return the state at the start of the next line."""
        moved = Plane(1, 0, 0, 1, 0, -self.leading).then(self.line)
        return replace(self, place=moved, line=moved)

    def advanced(self, by: float) -> Text:
        """Return the state further along the line, in units of the text."""
        return replace(self, place=Plane(1, 0, 0, 1, by, 0).then(self.place))


@dataclass(frozen=True)
class Shown:
    """What is written instead, the state after it, and whether signs have gone."""

    kept: list[tuple[Any, Operator]]
    after: Text
    changed: bool


@dataclass(frozen=True)
class _Placed:
    """A sign or a step between signs; ``gone`` once it lies in an area."""

    sign: Sign | None
    step: float
    number: Any = None
    gone: bool = False


def shown(
    text: Text, operands: Sequence[Any], operator: str, *, ctm: Plane, boxes: Sequence[Box]
) -> Shown:
    """Write a string without its signs in the boxes.

    Raises:
        Strange: no font was chosen, or the text has no extent.
    """
    before: list[tuple[Any, Operator]] = []
    if operator == '"':
        words, signs = float(operands[0]), float(operands[1])
        text = replace(text, between_words=words, between_signs=signs)
        before = [([operands[0]], Operator("Tw")), ([operands[1]], Operator("Tc"))]
    if operator in ("'", '"'):
        text = text.next_line()
        before.append(([], Operator("T*")))
    parts = operands[-1].as_list() if operator == "TJ" else [operands[-1]]
    if text.font is None:
        raise Strange("font-missing")
    placed = list(_placed(text, parts, ctm=ctm, boxes=boxes))
    after = text.advanced(sum(one.step for one in placed))
    if not any(one.gone for one in placed):
        return Shown([(list(operands), Operator(operator))], after, False)
    if text.mode == INVISIBLE:
        placed = list(_whole_words(placed))
    if not text.size or not text.stretch:
        raise Strange("text-size")
    row = Array(_rows(placed, unit=text.size * text.stretch / EM))
    return Shown([*before, ([row], Operator("TJ"))], after, True)


def _placed(
    text: Text, parts: Sequence[Any], *, ctm: Plane, boxes: Sequence[Box]
) -> Iterator[_Placed]:
    font = text.font
    if font is None:
        return
    x = 0.0
    to_page = text.place.then(ctm)
    for part in parts:
        if not isinstance(part, pikepdf.String):
            step = -float(part) / EM * text.size * text.stretch
            x += step
            yield _Placed(None, step, number=part)
            continue
        for sign in font.signs(bytes(part)):
            width = sign.width / EM * text.size
            gap = text.between_signs
            if sign.is_space and font.length == 1:
                gap += text.between_words
            step = (width + gap) * text.stretch
            reach = max(sign.width, NARROWEST) / EM * text.size * text.stretch
            box = mapped(
                to_page,
                (
                    x,
                    font.descent / EM * text.size + text.rise,
                    x + reach,
                    font.ascent / EM * text.size + text.rise,
                ),
            )
            yield _Placed(sign, step, gone=any(_lies_in(box, one) for one in boxes))
            x += step


def _lies_in(sign: Box, area: Box) -> bool:
    across, upright = overlap(sign, area)
    width, height = sign[2] - sign[0], sign[3] - sign[1]
    return across > ACROSS * width and upright > UPRIGHT * height


def _whole_words(placed: Sequence[_Placed]) -> Iterator[_Placed]:
    """Of what is not seen whole words go: the places of its signs are only guessed."""
    word: list[_Placed] = []
    for one in placed:
        if one.sign is not None and one.sign.is_space:
            yield from _gone_together(word)
            yield one
            word = []
        else:
            word.append(one)
    yield from _gone_together(word)


def _gone_together(word: Sequence[_Placed]) -> Iterator[_Placed]:
    gone = any(one.gone for one in word)
    for one in word:
        yield replace(one, gone=gone and one.sign is not None)


def _rows(placed: Sequence[_Placed], *, unit: float) -> list[Any]:
    """Strings and steps as TJ takes them."""
    row: list[Any] = []
    string = b""
    skipped = 0.0
    for one in placed:
        if one.sign is not None and not one.gone:
            if skipped:
                row.append(_step(skipped, unit))
                skipped = 0.0
            string += one.sign.code
            continue
        if string:
            row.append(pikepdf.String(string))
            string = b""
        skipped += one.step
    if skipped:
        if string:
            row.append(pikepdf.String(string))
            string = b""
        row.append(_step(skipped, unit))
    if string:
        row.append(pikepdf.String(string))
    return row


def _step(by: float, unit: float) -> Any:
    return round(-by / unit, 3)
