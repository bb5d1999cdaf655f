"""How is a court told that its message arrived: nachricht.eeb.zuruecklaufend.2200007?

The acknowledgement of receipt is a message of its own (§ 173 Abs. 3 ZPO, § 63 Abs. 2 SGG): it names
the message that it answers and the day on which somebody took it, or says why it cannot be taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from lxml import etree

from eakte.errors import RuleBroken, Sentence
from eakte.interchange.package import Product
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.names import MESSAGE_NAME, allowed
from eakte.interchange.xjustiz.writing import NAMESPACE, XSI, Node
from eakte.interchange.xjustiz.writing_package import Standards
from eakte.interchange.xjustiz.writing_versions import writer_on

ROOT = "nachricht.eeb.zuruecklaufend.2200007"
# The folder in which the mailbox program takes the answer up holds this one file.
FILE_NAME = MESSAGE_NAME
OLD_HEADS = frozenset({"3.5.1"})


class Trouble(StrEnum):
    """Why a service is not acknowledged (code list EEB.StoerungsID 2.1)."""

    NOT_INVOLVED = "not-involved"
    UNCLEAR = "unclear"
    CERTIFICATE = "certificate"


TROUBLE_CODES = {
    Trouble.NOT_INVOLVED: "1",
    Trouble.UNCLEAR: "2",
    Trouble.CERTIFICATE: "3",
}


@dataclass(frozen=True)
class Confirmation:
    """An answer to a court's request: the day of receipt, or the trouble and what it is.

    ``answers`` is the message of the court, ``court`` its code.
    """

    id: UUID
    answers: UUID
    made_at: datetime
    office: str
    our_reference: str
    court: str
    court_reference: str
    product: Product
    received_on: date | None = None
    trouble: Trouble | None = None
    reason: str = ""


@dataclass(frozen=True)
class WrittenConfirmation:
    """The message as UTF-8, and the version in which it is written."""

    version: str
    content: bytes


def write_confirmation(told: Confirmation, standards: Standards) -> WrittenConfirmation:
    """Return the message of the version that is valid on its day; the schema has been asked.

    Raises:
        RuleBroken: naming what stands against it: the court is not in the official list, the
            schema is not there, or the message does not hold to it.
    """
    version = writer_on(told.made_at.date(), standards.lists).version
    against = [standards.lists.check(codes.COURTS, told.court).fault]
    if not standards.schemas.has(version):
        against.append(
            Sentence("Das amtliche Schema von XJustiz %(version)s fehlt.", version=version)
        )
    if reasons := [one for one in against if one is not None]:
        raise RuleBroken("Das Empfangsbekenntnis lässt sich nicht schreiben.", reasons=reasons)
    content = _written(told, version, courts=standards.lists.version(codes.COURTS) or "")
    faults = standards.schemas.faults(content, version)
    if faults:
        raise RuleBroken(
            "Das Empfangsbekenntnis hält das amtliche Schema nicht ein.", reasons=faults
        )
    return WrittenConfirmation(version, content)


def _written(told: Confirmation, version: str, *, courts: str) -> bytes:
    element: etree._Element = etree.Element(
        f"{{{NAMESPACE}}}{ROOT}", nsmap={"xjustiz": NAMESPACE, "xsi": XSI}
    )
    root = Node(element)
    head = root.child("nachrichtenkopf")
    head.element.set("xjustizVersion", version)
    (_old_head if version in OLD_HEADS else _head)(head, told, courts)
    product = head.child("herstellerinformation")
    product.text("nameDesProdukts", told.product.name, "D")
    product.text("herstellerDesProdukts", told.product.maker, "D")
    product.text("version", told.product.version)
    facts = root.child("fachdaten")
    if told.trouble is None:
        facts.day("empfangsbestaetigung", told.received_on)
    else:
        trouble = facts.child("stoerungsmeldung")
        trouble.code("stoerungsID", TROUBLE_CODES[told.trouble])
        trouble.text("stoerungsGrund", told.reason)
    etree.indent(element)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")


def _head(head: Node, told: Confirmation, courts: str) -> None:
    """Type.GDS.Nachrichtenkopf since 3.6."""
    head.exact("erstellungszeitpunkt", told.made_at.isoformat("T", "seconds"))
    sender = head.child("absender")
    partner = sender.child("informationen").child("auswahl_kommunikationspartner")
    partner.text("sonstige", told.office, "D")
    sender.text("aktenzeichen", told.our_reference)
    sender.exact("eigeneNachrichtenID", told.id)
    receiver = head.child("empfaenger")
    partner = receiver.child("informationen").child("auswahl_kommunikationspartner")
    partner.code("gericht", told.court, courts)
    reference = receiver.child("auswahl_aktenzeichen")
    if allowed(told.court_reference):
        reference.text("aktenzeichen.freitext", told.court_reference)
    else:
        reference.exact("aktenzeichen.unbekannt", "true")
    receiver.exact("fremdeNachrichtenID", told.answers)


def _old_head(head: Node, told: Confirmation, courts: str) -> None:
    """Type.GDS.Nachrichtenkopf of 3.5.1."""
    head.text("aktenzeichen.absender", told.our_reference)
    head.text("aktenzeichen.empfaenger", told.court_reference)
    head.exact("erstellungszeitpunkt", told.made_at.isoformat("T", "seconds"))
    head.child("auswahl_absender").text("absender.sonstige", told.office, "D")
    head.child("auswahl_empfaenger").code("empfaenger.gericht", told.court, courts)
    head.exact("eigeneNachrichtenID", told.id)
    head.exact("fremdeNachrichtenID", told.answers)
