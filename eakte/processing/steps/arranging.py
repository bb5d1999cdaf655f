"""How are pages of some documents written as others, without touching where they came from?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Page, Pdf

from eakte.model.findings import Kind
from eakte.processing.limits import Limits
from eakte.processing.steps import images, opening
from eakte.processing.steps.document import Tell
from eakte.processing.steps.identify import identify
from eakte.processing.steps.separating import part_name
from eakte.processing.wire import WANTED, source_name


def arrange(folder: Path, *, limits: Limits, tell: Tell) -> int:
    """Write one PDF for each wanted part and return how many; 0 when a source gives no pages.

    The pages stay as they are, pictures and text untouched; only their place and turn change.
    """
    wanted: dict[str, Any] = json.loads((folder / WANTED).read_text("utf-8"))
    parts: list[list[list[int]]] = wanted["parts"]
    try:
        with ExitStack() as opened:
            sources = [
                opened.enter_context(_pages_of(folder, number, name, limits=limits))
                for number, name in enumerate(wanted["names"])
            ]
            return _write(sources, parts, folder=folder, tell=tell)
    except opening.CannotOpen as error:
        tell.note(error.code)
    except images.BadImage as error:
        tell.note(error.code)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError):
        tell.note("damaged")
    return 0


@contextmanager
def _pages_of(folder: Path, number: int, name: str, *, limits: Limits) -> Iterator[Pdf]:
    """The pages of a source: of a PDF itself, of a picture wrapped into one."""
    path = folder / source_name(number)
    if identify(path, name=name).kind is Kind.IMAGE:
        wrapped = folder / f"wrapped-{number}.pdf"
        images.wrap(path, wrapped, most=limits.max_pages, pixels=limits.pixels)
        path = wrapped
    else:
        opening.count_pages(path, most=limits.max_pages)
    with pikepdf.open(path, suppress_warnings=True) as pdf:
        yield pdf


def _write(
    sources: Sequence[Pdf], parts: Sequence[Sequence[Sequence[int]]], *, folder: Path, tell: Tell
) -> int:
    pages = sum(len(part) for part in parts)
    done = 0
    tell.progress("arrange", 0, pages)
    for number, part in enumerate(parts, start=1):
        with Pdf.new() as alone:
            for source, page, turn in part:
                alone.pages.append(sources[source].pages[page - 1])
                taken = alone.pages[-1]
                if turn:
                    taken.rotate(turn, relative=True)
                _unsign(taken)
                done += 1
                tell.progress("arrange", done, pages)
            # The same wish gives the same bytes, however often it is carried out.
            alone.save(folder / part_name(number), deterministic_id=True)
    return len(parts)


def _unsign(page: Page) -> None:
    """Leave what a signature looks like and take its value: over other bytes it proves nothing."""
    for note in page.obj.get("/Annots", []):
        if not isinstance(note, Dictionary):
            continue
        for part in (note, note.get("/Parent")):
            if isinstance(part, Dictionary) and part.get("/FT") == "/Sig" and "/V" in part:
                del part["/V"]
