"""Which documents does a scanned stack consist of, and how is each written without the others?"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pikepdf
from pikepdf import Pdf

from eakte.model.findings import Flag, Kind, Part, Rules, Sheet, parted
from eakte.processing.limits import Limits
from eakte.processing.steps import images, opening
from eakte.processing.steps.document import WORKING, Tell, look
from eakte.processing.steps.marks import (
    MARK_DPI,
    bears_patch_t,
    bears_traces,
    codes_of,
    dark_share,
    is_blank,
)
from eakte.processing.steps.preparation import skew_of
from eakte.processing.steps.sheets import Plan, Sheets, UnreadablePage

# What a rewritten PDF would lose stays whole.
KEEPS_TOGETHER = frozenset({Flag.SIGNED, Flag.ENCRYPTED})


class TellOfStack(Tell, Protocol):
    """What is said of a stack beside what is said of a document."""

    def sheet(self, sheet: Sheet) -> None:
        """What one page of the stack bears."""

    def part(self, part: Part) -> None:
        """Which pages belong together."""


def part_name(number: int) -> str:
    """The name of a part's PDF, counted from 1."""
    return f"part-{number:05d}.pdf"


def separate(
    path: Path, *, name: str, folder: Path, limits: Limits, rules: Rules, tell: TellOfStack
) -> int:
    """Tell of every page and part of a stack, write the parts, and return how many were written.

    None is written where the whole stack is one document as it came: then its bytes are the best.
    """
    identity = look(path, name=name, limits=limits, tell=tell)
    if identity.code is not None or identity.kind not in {Kind.PDF, Kind.IMAGE}:
        return 0
    working = folder / WORKING
    try:
        if identity.kind is Kind.IMAGE:
            pages = images.wrap(path, working, most=limits.max_pages, pixels=limits.pixels).pages
            source, flags = working, frozenset[Flag]()
        else:
            opened = opening.make_safe_copy(
                path, working, most_pages=limits.max_pages, pixels=limits.pixels
            )
            pages, flags, source = opened.pages, opened.flags, path
    except (opening.CannotOpen, images.BadImage):
        # What is wrong is said of the document that the stack becomes.
        return 0
    sheets = _look_at_sheets(working, pages, limits=limits, tell=tell)
    parts = parted(sheets, rules)
    whole = len(parts) == 1 and parts[0].pages == tuple(range(1, pages + 1))
    if whole or flags & KEEPS_TOGETHER:
        tell.part(Part(tuple(range(1, pages + 1)), parts[0].opened_by if parts else None))
        return 0
    for part in parts:
        tell.part(part)
    try:
        return _write(source, folder, parts, tell=tell)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError):
        # The working copy was just written by us and can be read, whatever the original is like.
        return _write(working, folder, parts, tell=tell)


def _look_at_sheets(
    working: Path, pages: int, *, limits: Limits, tell: TellOfStack
) -> Sequence[Sheet]:
    found: list[Sheet] = []
    tell.progress("separate", 0, pages)
    with Sheets(working, pixels=limits.pixels) as sheets, ThreadPoolExecutor(limits.jobs) as pool:
        for sheet in pool.map(lambda number: _look_at(sheets, number), range(pages)):
            tell.sheet(sheet)
            found.append(sheet)
            tell.progress("separate", len(found), pages)
    return found


def _look_at(sheets: Sheets, number: int) -> Sheet:
    try:
        facts = sheets.facts(number)
        picture = sheets.grey(number, facts, dpi=MARK_DPI)
    except UnreadablePage:
        return Sheet(number + 1, readable=False)
    dpi = picture.width * 72 / facts.width
    blank = facts.plan in {Plan.BLANK, Plan.RECOGNISE} and is_blank(picture, dpi=dpi)
    if blank:
        return Sheet(
            number + 1,
            blank=True,
            dpi=_whole(facts.dpi),
            dark=dark_share(picture),
            traces=bears_traces(picture, dpi=dpi),
        )
    codes = codes_of(picture)
    return Sheet(
        number + 1,
        codes=codes,
        patch_t=bears_patch_t(picture, dpi=dpi),
        dpi=_whole(facts.dpi),
        skew=round(skew_of(picture), 2),
        dark=dark_share(picture),
    )


def _whole(dpi: float | None) -> int | None:
    return None if dpi is None else round(dpi)


def _write(source: Path, folder: Path, parts: Sequence[Part], *, tell: TellOfStack) -> int:
    """Write each part as a PDF of its own; its pictures stay as the scanner made them."""
    with pikepdf.open(source, suppress_warnings=True) as stack:
        for number, part in enumerate(parts, start=1):
            with Pdf.new() as alone:
                for page in part.pages:
                    alone.pages.append(stack.pages[page - 1])
                # The same stack gives the same bytes, however often it is separated.
                alone.save(folder / part_name(number), deterministic_id=True)
            tell.progress("assemble", number, len(parts))
    return len(parts)
