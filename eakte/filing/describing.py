"""What is said of a document, and may it be said?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, Sentence, Sentences
from eakte.filing.revising import refuse_if_filed_away
from eakte.filing.saying import UNSAID, Said, emptied
from eakte.history import change
from eakte.model.document import Direction, Document
from eakte.unit_of_work import UnitOfWork

LONGEST = {
    "title": 300,
    "document_type": 100,
    "sender": 200,
    "recipient": 200,
    "foreign_reference": 100,
    "disputed_note": 500,
}
# What may be emptied although its column keeps a text.
EMPTIED = tuple(LONGEST.keys() - {"title"})
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Description(Said):
    """What a person says of a document; ``UNSAID`` leaves what is there, None empties it.

    ``from_doctor`` and ``disputed`` are the marks of § 76 and § 84 SGB X.
    """

    title: str = UNSAID
    document_type: str | None = UNSAID
    direction: Direction = UNSAID
    letter_date: date | None = UNSAID
    received_on: date = UNSAID
    sender: str | None = UNSAID
    recipient: str | None = UNSAID
    foreign_reference: str | None = UNSAID
    inspection_allowed: bool = UNSAID
    from_doctor: bool = UNSAID
    disputed: bool = UNSAID
    disputed_note: str | None = UNSAID


def describe(work: UnitOfWork, document: Document, said: Description) -> bool:
    """Write down what is said of a document; returns whether anything differs.

    Raises:
        BadInput: naming every value that cannot be.
        DossierClosed: it lies in a dossier that takes no change any more.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    refuse_if_filed_away(document)
    wanted = emptied(said.said(), EMPTIED)
    for name, most in LONGEST.items():
        if name in wanted:
            wanted[name] = " ".join(wanted[name].split())[:most]
    _refuse_impossible(work, document, wanted)
    act = "document.described"
    return change(work, document, kind="document", act=act, wanted=wanted) is not None


def _refuse_impossible(work: UnitOfWork, document: Document, wanted: dict[str, object]) -> None:
    today = work.clock.today()
    faults: list[str] = []
    if wanted.get("title") == "":
        faults.append(Sentence("Der Titel darf nicht leer sein."))
    for name, meant in (
        ("letter_date", Sentence("Das Datum des Schreibens")),
        ("received_on", Sentence("Das Eingangsdatum")),
    ):
        day = wanted.get(name)
        if isinstance(day, date) and day > today:
            faults.append(Sentence("%(meant)s liegt in der Zukunft.", meant=meant))
        if isinstance(day, date) and day < EARLIEST:
            faults.append(Sentence("%(meant)s liegt zu weit zurück.", meant=meant))
    disputed = wanted.get("disputed", document.disputed)
    if disputed and not wanted.get("disputed_note", document.disputed_note):
        faults.append(Sentence("Bitte geben Sie an, was an dem Schreiben bestritten wird."))
    if faults:
        raise BadInput("%(faults)s", faults=Sentences(faults))
