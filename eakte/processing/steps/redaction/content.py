"""How are text, lines and pictures in some areas taken out of what a page draws?

The stream is read as a viewer reads it, every operator with the state it acts in. Whatever cannot
be followed with certainty is `Strange`, and the page becomes a picture instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInlineImage, Dictionary, Name, Object, Operator, Pdf, Stream

from eakte.processing.steps.plane import Plane
from eakte.processing.steps.redaction.areas import Box, mapped, meets
from eakte.processing.steps.redaction.fonts import Strange
from eakte.processing.steps.redaction.pictures import painted
from eakte.processing.steps.redaction.strokes import PAINTING, Strokes
from eakte.processing.steps.redaction.writing import Text, shown

DEEPEST = 8
UNIT: Box = (0.0, 0.0, 1.0, 1.0)
MESHES = (4, 5, 6, 7)
# What only names a part of the page; the names may say again what was taken out.
MARKERS = frozenset({"BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"})
PASSED = frozenset(
    {"w", "J", "j", "M", "d", "ri", "i", "CS", "cs", "SC", "SCN", "sc", "scn", "G", "g"}
    | {"RG", "rg", "K", "k"}
)
WHERE_TEXT_GOES = frozenset({"Td", "TD", "Tm", "T*"})
SHOWS = frozenset({"Tj", "TJ", "'", '"'})
HOW_TEXT_LOOKS = frozenset({"Tc", "Tw", "Tz", "TL", "Tf", "Tr", "Ts"})
KEPT_OF_FORM = ("/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Group")

Instruction = tuple[Any, Operator]


@dataclass
class Emptied:
    """What a page or form draws after the areas were emptied; the names of what it still uses."""

    stream: bytes
    resources: Dictionary
    changed: bool


@dataclass
class _Reader:
    """One content stream on its way through the operators."""

    pdf: Pdf
    resources: Dictionary
    boxes: Sequence[Box]
    pixels: int
    depth: int
    ctm: Plane
    text: Text = field(default_factory=Text)
    changed: bool = False

    def __post_init__(self) -> None:
        self.saved: list[tuple[Plane, Text]] = []
        self.strokes = Strokes(self.boxes)
        self.written: list[Instruction] = []
        self.pictures: dict[str, Object] = {}
        self.used: set[str] = set()

    def read(self, stream: Object) -> None:
        for instruction in pikepdf.parse_content_stream(stream):
            if isinstance(instruction, ContentStreamInlineImage):
                if self._meets(mapped(self.ctm, UNIT)):
                    raise Strange("picture-inline")
                self.written.append((instruction.operands, instruction.operator))
                continue
            self._take(list(instruction.operands), str(instruction.operator))
        self.written += self.strokes.unfinished()
        self.written += [([], Operator("Q")) for _ in self.saved]

    def _take(self, operands: list[Any], operator: str) -> None:
        if operator in MARKERS:
            self.changed = True
        elif operator in HOW_TEXT_LOOKS or operator in WHERE_TEXT_GOES:
            self.text = self.text.after(operator, operands, fonts=self.resources.get("/Font"))
            self._keep(operands, operator)
        elif operator in SHOWS:
            self._show(operands, operator)
        elif self.strokes.takes(operator):
            self.strokes.add(operands, operator, ctm=self.ctm)
        elif operator in PAINTING:
            kept, changed = self.strokes.painted(operands, operator)
            self.written += kept
            self.changed |= changed
        elif operator == "Do":
            self._draw(operands)
        elif operator in PASSED:
            self._keep(operands, operator)
        else:
            self._state(operands, operator)

    def _state(self, operands: list[Any], operator: str) -> None:
        if operator == "q":
            self.saved.append((self.ctm, replace(self.text)))
        elif operator == "Q":
            if not self.saved:
                return
            self.ctm, self.text = self.saved.pop()
        elif operator == "cm":
            self.ctm = Plane(*(float(one) for one in operands)).then(self.ctm)
        elif operator in ("BT", "ET"):
            self.text = replace(self.text, place=Plane(), line=Plane())
        elif operator == "gs":
            self._graphics(operands)
        elif operator == "sh":
            shading = _entry(self.resources, "/Shading", operands)
            kind = shading.get("/ShadingType") if isinstance(shading, Dictionary | Stream) else None
            if kind in MESHES:
                raise Strange("shading")
        else:
            raise Strange("operator")
        self._keep(operands, operator)

    def _graphics(self, operands: list[Any]) -> None:
        state = _entry(self.resources, "/ExtGState", operands)
        if not isinstance(state, Dictionary) or "/Font" in state:
            raise Strange("graphics-state")
        if isinstance(state.get("/SMask"), Dictionary):
            # A mask is a drawing of its own, which may hold the very words.
            raise Strange("graphics-mask")

    def _show(self, operands: list[Any], operator: str) -> None:
        done = shown(self.text, operands, operator, ctm=self.ctm, boxes=self.boxes)
        self.text = done.after
        self.written += done.kept
        self.changed |= done.changed

    def _draw(self, operands: list[Any]) -> None:
        name = str(operands[0])
        thing = _entry(self.resources, "/XObject", operands)
        if not isinstance(thing, Stream):
            self.changed = True
            return
        kind = str(thing.get("/Subtype"))
        if kind == "/Image":
            made = self._picture(thing)
        elif kind == "/Form":
            made = self._form(thing)
        else:
            raise Strange("drawing")
        if made is not None:
            name = f"/Eakte{len(self.pictures)}R"
            self.pictures[name] = made
            self.changed = True
        self.used.add(name)
        self._keep([Name(name)], "Do")

    def _picture(self, image: Stream) -> Stream | None:
        if not self._meets(mapped(self.ctm, UNIT)):
            return None
        return painted(self.pdf, image, place=self.ctm, boxes=self.boxes, pixels=self.pixels)

    def _form(self, form: Stream) -> Stream | None:
        matrix = form.get("/Matrix")
        inner = self.ctm
        if isinstance(matrix, Array):
            inner = Plane(*(float(one) for one in matrix.as_list())).then(self.ctm)
        if self.depth >= DEEPEST:
            raise Strange("too-deep")
        own = form.get("/Resources")
        resources = own if isinstance(own, Dictionary) else self.resources
        emptied = _emptied(
            self.pdf,
            form,
            resources,
            ctm=inner,
            boxes=self.boxes,
            pixels=self.pixels,
            depth=self.depth + 1,
            text=replace(self.text),
        )
        if not emptied.changed and isinstance(own, Dictionary):
            return None
        # What lends the resources of the page would miss those that the page no longer needs.
        copy = Stream(self.pdf, emptied.stream)
        for key in KEPT_OF_FORM:
            if key in form:
                copy[key] = form[key]
        copy.Resources = emptied.resources
        return self.pdf.make_indirect(copy)

    def _meets(self, box: Box) -> bool:
        return any(meets(box, one) for one in self.boxes)

    def _keep(self, operands: list[Any], operator: str) -> None:
        self.written.append((operands, Operator(operator)))


def emptied(pdf: Pdf, page: pikepdf.Page, *, boxes: Sequence[Box], pixels: int) -> Emptied:
    """Return what the page draws without what lies in the boxes, in its own coordinates.

    Raises:
        Strange: something on the page cannot be followed with certainty.
    """
    found = page.obj.get("/Resources")
    resources = found if isinstance(found, Dictionary) else Dictionary()
    if _draws_with_patterns(resources):
        raise Strange("pattern")
    return _emptied(
        pdf, page.obj, resources, ctm=Plane(), boxes=boxes, pixels=pixels, depth=0, text=Text()
    )


def _emptied(
    pdf: Pdf,
    holder: Object,
    resources: Dictionary,
    *,
    ctm: Plane,
    boxes: Sequence[Box],
    pixels: int,
    depth: int,
    text: Text,
) -> Emptied:
    reader = _Reader(pdf, resources, boxes, pixels, depth, ctm, text)
    try:
        reader.read(holder)
        stream = pikepdf.unparse_content_stream(reader.written)
    except (ValueError, TypeError, KeyError, IndexError, pikepdf.PdfError) as error:
        raise Strange("unreadable") from error
    if depth and _draws_with_patterns(resources):
        raise Strange("pattern")
    return Emptied(stream, _pruned(resources, reader.pictures, reader.used), reader.changed)


def _pruned(resources: Dictionary, made: dict[str, Object], used: set[str]) -> Dictionary:
    """The resources with the new pictures, without those that nothing draws any more."""
    fresh = Dictionary(dict(resources.items()))
    before = resources.get("/XObject")
    kept = {
        name: thing
        for name, thing in (before.items() if isinstance(before, Dictionary) else ())
        if name in used
    }
    fresh["/XObject"] = Dictionary(kept | made)
    for key in ("/Properties", "/ProcSet"):
        if key in fresh:
            del fresh[key]
    return fresh


def _draws_with_patterns(resources: Dictionary) -> bool:
    """Whether anything may be filled with a drawing of its own."""
    patterns = resources.get("/Pattern")
    if not isinstance(patterns, Dictionary):
        return False
    return any(
        isinstance(one, Stream) or one.get("/PatternType") == 1
        for one in patterns.as_dict().values()
    )


def _entry(resources: Dictionary, kind: str, operands: Sequence[Any]) -> Object | None:
    named = resources.get(kind)
    return named.get(str(operands[0])) if isinstance(named, Dictionary) and operands else None
