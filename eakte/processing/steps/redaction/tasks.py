"""What does the shut-in child do about redaction: take out, prove, look for words, suspect?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pikepdf
import pypdfium2

from eakte.processing.distrust import LONGEST_WORD
from eakte.processing.limits import Limits
from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.redaction_words import PROVE, REDACT, SEEK, SUSPECT
from eakte.processing.steps import opening
from eakte.processing.steps.archival import NoReadingCopy
from eakte.processing.steps.redaction.areas import areas_of, as_shown
from eakte.processing.steps.redaction.fonts import Strange
from eakte.processing.steps.redaction.proving import failing_pages, proved
from eakte.processing.steps.redaction.removing import write_without
from eakte.processing.steps.redaction.suspecting import suspected
from eakte.processing.steps.redaction.words import words_of
from eakte.processing.steps.separating import part_name
from eakte.processing.steps.sheets import Sheets, UnreadablePage
from eakte.processing.wire import WANTED, Word, source_name

TASKS = frozenset({REDACT, PROVE, SEEK, SUSPECT})
MOST_PLACES = 20_000
FAULTS = (
    *(pikepdf.PdfError, pypdfium2.PdfiumError, UnreadablePage, NoReadingCopy, Strange),
    *(ValueError, TypeError, KeyError, IndexError),
)


class Say(Protocol):
    """Where everything is told."""

    def send(self, word: Word, **values: object) -> None:
        """A message."""

    def note(self, code: str, pages: tuple[int, ...] = ()) -> None:
        """A problem, with the pages it concerns."""

    def progress(self, step: str, done: int, of: int) -> None:
        """How far a step has come."""


def run(task: str, folder: Path, *, limits: Limits, tell: Say) -> int:
    """Do one of the tasks; returns how many documents were written."""
    wanted: dict[str, Any] = json.loads((folder / WANTED).read_text("utf-8"))
    path = folder / source_name(0)
    try:
        if task == REDACT:
            _redact(path, folder, wanted["areas"], limits=limits, tell=tell)
            return 1
        if task == PROVE:
            _prove(path, folder, wanted["areas"], limits=limits, tell=tell)
        elif task == SEEK:
            _seek(path, wanted, limits=limits, tell=tell)
        else:
            opening.count_pages(path, most=limits.max_pages)
            _tell(suspected(path, pixels=limits.pixels, done=_shown(tell)), tell)
    except opening.CannotOpen as error:
        tell.note(error.code)
    except FAULTS as error:
        must_not_be_to_blame(error)
        tell.note("damaged")
    return 0


def _redact(
    path: Path, folder: Path, told: Sequence[Sequence[float]], *, limits: Limits, tell: Say
) -> None:
    """Take out, look at it, and turn what does not hold into pictures."""
    areas = areas_of(told)
    working, target = folder / "working.pdf", folder / part_name(1)
    opening.make_safe_copy(path, working, most_pages=limits.max_pages, pixels=limits.pixels)
    done = _shown(tell)
    removed = write_without(working, target, areas=areas, pixels=limits.pixels, done=done)
    found = proved(working, target, areas=areas, pixels=limits.pixels, done=done)
    failing = [page for page in failing_pages(found) if page not in removed.pictures]
    if failing:
        pictures = removed.pictures | dict.fromkeys(failing, "unproved")
        removed = write_without(
            working, target, areas=areas, pixels=limits.pixels, done=done, as_pictures=pictures
        )
    for page, code in sorted(removed.pictures.items()):
        tell.send(Word.FINDING, code=code, page=page)


def _prove(
    path: Path, folder: Path, told: Sequence[Sequence[float]], *, limits: Limits, tell: Say
) -> None:
    areas = areas_of(told)
    working = folder / "working.pdf"
    opening.make_safe_copy(path, working, most_pages=limits.max_pages, pixels=limits.pixels)
    copy = folder / source_name(1)
    found = proved(working, copy, areas=areas, pixels=limits.pixels, done=_shown(tell))
    _tell(found, tell)


def _seek(path: Path, wanted: dict[str, Any], *, limits: Limits, tell: Say) -> None:
    """Tell where words stand: all of some pages, or every place of a phrase."""
    opening.count_pages(path, most=limits.max_pages)
    phrase = [one for one in wanted["phrase"].split() if _plain(one)]
    told = 0
    with pypdfium2.PdfDocument(path) as document, Sheets(path, pixels=limits.pixels) as sheets:
        pages = wanted["pages"] or range(1, len(document) + 1)
        for number in pages:
            facts = sheets.facts(number - 1)
            words = words_of(document[number - 1])
            chosen = _places(words, phrase) if phrase else words
            for word in chosen:
                if told >= MOST_PLACES:
                    return
                told += 1
                box = [round(max(side, 0.0), 2) for side in as_shown(word.box, facts)]
                tell.send(Word.PLACE, page=number, text=word.text[:LONGEST_WORD], box=box)


def _places(words: Sequence[Any], phrase: Sequence[str]) -> Iterator[Any]:
    for start in range(len(words) - len(phrase) + 1):
        there = words[start : start + len(phrase)]
        if all(_is_meant(word.text, one) for word, one in zip(there, phrase, strict=True)):
            yield from there


def _is_meant(text: str, wanted: str) -> bool:
    """Whether a word is the one that was asked for; a star stands for any ending.

    What is joined by a hyphen is asked for by its parts as well.
    """
    plain = _plain(wanted)
    for part in (_plain(text), *(_plain(one) for one in text.replace("/", "-").split("-"))):
        if part == plain or (wanted.endswith("*") and part.startswith(plain)):
            return True
    return False


def _plain(text: str) -> str:
    kept = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return "".join(kept.split())


def _tell(found: Sequence[Any], tell: Say) -> None:
    for one in found:
        tell.send(Word.FINDING, code=one.code, page=one.page)


def _shown(tell: Say) -> Any:
    return lambda done, of: tell.progress("redact", done, of)
