"""What is said of a document, and may it be said?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
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
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Description:
    """What a person says of a document; None leaves what is there.

    ``from_doctor`` and ``disputed`` are the marks of § 76 and § 84 SGB X.
    """

    title: str | None = None
    document_type: str | None = None
    direction: Direction | None = None
    letter_date: date | None = None
    received_on: date | None = None
    sender: str | None = None
    recipient: str | None = None
    foreign_reference: str | None = None
    inspection_allowed: bool | None = None
    from_doctor: bool | None = None
    disputed: bool | None = None
    disputed_note: str | None = None


def describe(work: UnitOfWork, document: Document, said: Description) -> bool:
    """Write down what is said of a document; returns whether anything differs.

    Raises:
        BadInput: naming every value that cannot be.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    wanted = {name: value for name, value in vars(said).items() if value is not None}
    for name, most in LONGEST.items():
        if name in wanted:
            wanted[name] = " ".join(wanted[name].split())[:most]
    if wanted.get("document_type") == "" and document.document_type:
        # An empty field of a form does not take away what somebody has named.
        del wanted["document_type"]
    _refuse_impossible(work, document, wanted)
    act = "document.described"
    return change(work, document, kind="document", act=act, wanted=wanted) is not None


def _refuse_impossible(work: UnitOfWork, document: Document, wanted: dict[str, object]) -> None:
    today = work.clock.today()
    faults = []
    if wanted.get("title") == "":
        faults.append("Der Titel darf nicht leer sein.")
    for name, meant in (
        ("letter_date", "Das Datum des Schreibens"),
        ("received_on", "Das Eingangsdatum"),
    ):
        day = wanted.get(name)
        if isinstance(day, date) and day > today:
            faults.append(f"{meant} liegt in der Zukunft.")
        if isinstance(day, date) and day < EARLIEST:
            faults.append(f"{meant} liegt zu weit zurück.")
    disputed = wanted.get("disputed", document.disputed)
    if disputed and not wanted.get("disputed_note", document.disputed_note):
        faults.append("Bitte geben Sie an, was an dem Schreiben bestritten wird.")
    if faults:
        raise BadInput("%(faults)s", faults=" ".join(faults))
