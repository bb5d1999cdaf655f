"""What does a message of XJustiz say, whatever its version calls it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

# The versions whose schemas name what is read here; of others is shown what can be found.
VERSIONS = ("2.4", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7")
MESSAGE = "xjustiz_nachricht.xml"
# By which these contents are known here; nobody has registered any.
PACKAGE_TYPE, MESSAGE_TYPE = "application/vnd.xjustiz+zip", "application/vnd.xjustiz+xml"
ORIGINAL, REPRESENTATION, SIGNATURE = "001", "002", "003"

# GDS.Bestandteiltyp 2.4
ROLES = {
    ORIGINAL: "Original",
    REPRESENTATION: "Repräsentat",
    SIGNATURE: "Signatur",
    "004": "signierte Vorversion",
    "006": "Transfervermerk",
    "010": "Prüfvermerk",
    "011": "Vertrauenswürdiger Herkunftsnachweis",
    "012": "Anforderung des Empfangsbekenntnisses",
}
# GDS.Dokumentklasse 1.4, and 002 of earlier lists
CLASSES = {
    "002": "Anlage",
    "003": "Klage / Antrag",
    "006": "Urteil",
    "007": "Beschluss",
    "008": "Verfügung",
    "009": "Vermerk",
    "010": "Protokoll",
    "011": "Fehlblatt",
    "012": "Zustellungsdokument",
    "013": "Gutachten",
    "014": "Technische Information",
    "015": "Schreiben",
    "016": "Antrag (Behörde)",
    "017": "Bescheid",
    "018": "Einspruch / Widerspruch (Behörde)",
    "019": "Einspruchs- / Widerspruchsbescheid",
    "020": "Kostendokument",
    "021": "Gerichtsbescheid",
}
# Of GDS.Rollenbezeichnung 3.6 those that proceedings of social courts know (SGG §§ 54, 69, 73, 75).
PARTS = {
    "025": "Beigeladene(r)",
    "028": "Beklagte(r)",
    "101": "Kläger(in)",
    "132": "Prozessbevollmächtigte(r)",
}


@dataclass(frozen=True)
class Stored:
    """A part of a document as the message names it: original, representation, signature …"""

    name: str
    role: str = ""
    belongs_to: str = ""
    """The name of what a signature was made for."""


@dataclass(frozen=True)
class Piece:
    """A document of the message; ``within`` are the titles of the dossiers and parts around it."""

    id: str
    title: str
    kind: str
    written_on: date | None
    received_on: date | None
    sender: str
    recipient: str
    wants_confirmation: bool
    stored: tuple[Stored, ...]
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Party:
    """Somebody who takes part in the proceedings, as what, and under which reference."""

    part: str
    name: str
    reference: str = ""
    born_on: date | None = None


@dataclass(frozen=True)
class Fault:
    """A fault that an answer names, by the code of GDS.Fehlercodes or EEB.StoerungsID.

    ``handled`` is True where our message is worked on all the same, False where a better one is
    wanted, None where nothing is said of it.
    """

    code: str
    more: str = ""
    handled: bool | None = None


@dataclass(frozen=True)
class Message:
    """A message: from whom, about what, with which documents in the order that it gives them.

    ``theirs`` are the sender's references, ``ours`` those of the recipient as the sender knows
    them, ``proceedings`` those under which the instances keep the case. Courts are named by their
    code where the message says nothing else.
    """

    name: str
    version: str
    sender: str = ""
    sender_code: str = ""
    recipient: str = ""
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    proceedings: tuple[str, ...] = ()
    courts: tuple[str, ...] = ()
    message_id: str = ""
    answers: str = ""
    created_at: datetime | None = None
    product: str = ""
    title: str = ""
    subject: str = ""
    parties: tuple[Party, ...] = ()
    pieces: tuple[Piece, ...] = ()
    wants_confirmation: bool = False
    faults: tuple[Fault, ...] = ()
    """What it finds wrong with a message of ours (0005007, 2200007)."""

    @property
    def known(self) -> bool:
        """Whether its version is one of those that are read."""
        return ".".join(self.version.split(".")[:2]) in VERSIONS

    def names(self) -> Iterator[str]:
        """Yield every name of stored content, in the order of the documents, each once."""
        seen = set()
        for piece in self.pieces:
            for one in piece.stored:
                if one.name and one.name not in seen:
                    seen.add(one.name)
                    yield one.name


def class_of(code: str) -> str:
    """Return the word for a class of documents, empty where it says nothing."""
    return CLASSES.get(code, "")
