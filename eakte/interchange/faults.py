"""What is wrong with a package that came from outside or would go there, fault by fault?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte.errors import BadInput, Sentence, Sentences


@dataclass(frozen=True)
class Fault:
    """One fault: a name for programs and one German sentence for people.

    ``about`` is the id of the record or the name of the entry the fault was found at.
    """

    kind: str
    sentence: Sentence
    about: str = ""

    def __str__(self) -> str:
        """Return the sentence."""
        return str(self.sentence)


def fault(kind: str, template: str, *, about: object = "", **values: object) -> Fault:
    """Name a fault; the template is German and filled with the values."""
    return Fault(kind, Sentence(template, **values), str(about))


class BadPackage(BadInput):
    """A package or message cannot be taken or sent; ``faults`` names every fault found."""

    code = "bad-package"
    next_step = (
        "Bitte lassen Sie die Nachricht von der Stelle, die sie erzeugt hat, berichtigen; hier "
        "wurde nichts übernommen, abgegeben oder vernichtet."
    )

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(
            "Das Paket hat Fehler: %(faults)s",
            faults=Sentences(one.sentence for one in self.faults),
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every fault as a German sentence."""
        return tuple(one.sentence for one in self.faults)

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the faults."""
        return frozenset(one.kind for one in self.faults)
