"""How are areas of a document blackened, and how is it proved, without trusting the document?

Each is done by a shut-in child of its own: the one that proves has not made what it looks at.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eakte.errors import Sentence
from eakte.model.findings import Problem, Redaction
from eakte.processing.cell import Ending
from eakte.processing.orders import Order, ShowProgress
from eakte.processing.problems import problem
from eakte.processing.redaction_words import (
    PROVE,
    REDACT,
    SEEK,
    SUSPECT,
    Place,
    RedactionFinding,
)
from eakte.processing.sandbox import Sandbox
from eakte.processing.wire import Account

log = logging.getLogger(__name__)

Areas = Sequence[tuple[int, float, float, float, float]]
# What a check can find, in words.
FINDINGS: dict[str, Sentence] = {
    "pages-differ": Sentence("Die Seiten sind nicht dieselben wie im Original."),
    "text-left": Sentence("In einer Stelle steht noch Text."),
    "text-left-second": Sentence("In einer Stelle findet ein zweites Programm noch Text."),
    "not-black": Sentence("Eine Stelle ist nicht durchgehend schwarz."),
    "hidden-below": Sentence("Unter einer schwarzen Fläche liegt noch etwas."),
    "outside-changed": Sentence("Außerhalb der Stellen sieht die Seite anders aus."),
    "word-left": Sentence("Ein geschwärztes Wort steht noch an anderer Stelle in der Datei."),
    "earlier-revision": Sentence("Die Datei enthält eine frühere Fassung ihrer selbst."),
    "outline": Sentence("Die Datei enthält ein Inhaltsverzeichnis oder Sprungziele."),
    "outline-tells": Sentence("Das Inhaltsverzeichnis nennt Wörter, die nicht zu sehen sind."),
    "structure": Sentence("Die Datei enthält Ersatztexte ihrer Gliederung."),
    "notes": Sentence("Die Datei enthält Kommentare oder Formularfelder."),
    "active": Sentence("Die Datei enthält Programmcode."),
    "attachment": Sentence("Die Datei enthält Anhänge."),
    "private-notes": Sentence("Die Datei enthält Notizen eines Programms."),
    "not-applied": Sentence("Eine Schwärzung ist nur vorgemerkt und nicht ausgeführt."),
    "text-covered": Sentence("Text ist nur verdeckt und lässt sich herauskopieren."),
    "picture-covered": Sentence("Ein Bild oder eine Zeichnung ist nur überdeckt."),
}
# Somebody waits before the screen.
SEEK_SECONDS = 60.0


@dataclass(frozen=True)
class Blackened:
    """The copy, or why there is none; ``pictures`` are its pages that had to become one."""

    path: Path | None
    pictures: tuple[RedactionFinding, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class Checked:
    """What speaks against a copy; where it could not be looked at, there is a problem."""

    findings: tuple[RedactionFinding, ...] = ()
    problem: Problem | None = None

    @property
    def good(self) -> bool:
        """Whether it was looked at and nothing speaks against it."""
        return not self.findings and self.problem is None


def blacken(
    sandbox: Sandbox, path: Path, *, areas: Areas, folder: Path, progress: ShowProgress
) -> Blackened:
    """Write a copy without what lies in the areas into ``folder``; never raises for any content.

    Raises:
        PartUnavailable: no child can be started, or the disk is full or broken.
    """
    account, ending = sandbox.run(
        Order(
            REDACT,
            [path],
            name=path.name,
            into=folder,
            wanted=Redaction(areas=tuple(areas), parts=(1,)),
            progress=progress,
        )
    )
    fault = _fault(account, ending)
    if fault is not None or not account.written_parts:
        return Blackened(None, problem=fault or problem("damaged"))
    return Blackened(folder / "part-00001.pdf", tuple(account.findings))


def prove(
    sandbox: Sandbox, original: Path, copy: Path, *, areas: Areas, progress: ShowProgress
) -> Checked:
    """Say what speaks against the copy of an original; never raises for any content.

    Raises:
        PartUnavailable: no child can be started, or the disk is full or broken.
    """
    account, ending = sandbox.run(
        Order(
            PROVE,
            [original, copy],
            name=original.name,
            wanted=Redaction(areas=tuple(areas)),
            seconds=sandbox.limits.document_seconds,
            progress=progress,
        )
    )
    return Checked(tuple(account.findings), _fault(account, ending))


def check_redacted(sandbox: Sandbox, path: Path) -> Checked:
    """Say what in a document of unknown origin is only covered; never raises for any content.

    Raises:
        PartUnavailable: no child can be started, or the disk is full or broken.
    """
    account, ending = sandbox.run(
        Order(
            SUSPECT,
            [path],
            name=path.name,
            wanted=Redaction(),
            seconds=sandbox.limits.document_seconds,
        )
    )
    return Checked(tuple(account.findings), _fault(account, ending))


def seek(
    sandbox: Sandbox, path: Path, *, phrase: str = "", pages: Sequence[int] = ()
) -> tuple[Place, ...]:
    """Return where a phrase stands in a document, or without one all words of some pages.

    Never raises for any content: of a document that cannot be read there are no places.

    Raises:
        PartUnavailable: no child can be started, or the disk is full or broken.
    """
    account, ending = sandbox.run(
        Order(
            SEEK,
            [path],
            name=path.name,
            wanted=Redaction(phrase=phrase, pages=tuple(pages)),
            seconds=SEEK_SECONDS,
        )
    )
    return tuple(account.places) if _fault(account, ending) is None else ()


def _fault(account: Account, ending: Ending) -> Problem | None:
    if ending is not Ending.DONE:
        if account.fault:
            log.warning("Schwärzung abgebrochen: %s", account.fault)
        return problem(ending.code)
    return next(iter(account.problems), None)
