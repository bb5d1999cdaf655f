"""How does a message begin: who writes to whom, in which proceeding, and what is asked for?"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, UUID, uuid5

from lxml import etree

from eakte.interchange.faults import BadPackage, fault
from eakte.interchange.xdomea.nodes import Node, moment
from eakte.interchange.xdomea.records import Head, MessageType, Party
from eakte.interchange.xdomea.versions import GROUP, MESSAGES, is_fourth, stem

TYPE_LIST = "urn:xoev-de:xdomea:codeliste:nachrichtentyp"
# Whoever sends one of these is answered, if asked for (receipt), and always after a transfer.
ASKS_RECEIPT = frozenset({MessageType.OFFER, MessageType.APPRAISAL, MessageType.TRANSFER})
ANSWERS = frozenset(MessageType) - {MessageType.OFFER, MessageType.TRANSFER}
# The directory in which German offices are found (BehoerdeType of 4.0).
DIRECTORY, DIRECTORY_LIST = "DVDV", "1"


def own_id(head: Head) -> UUID:
    """Return the message's own id; one that was not given follows from proceeding, type, number."""
    return head.message or uuid5(
        NAMESPACE_URL, stem("4.0.0", head.process_id, head.type, head.number)
    )


def write_head(head: Head, version: str) -> Iterator[etree._Element]:
    """Yield the elements with which a message begins.

    Raises:
        BadPackage: an answer of 4.0 does not say what it answers.
    """
    if is_fourth(version):
        yield from _fourth(head, version)
        return
    node = Node.root(version, "Kopf")
    node.text("ProzessID", str(head.process_id))
    node.code("Nachrichtentyp", head.type.value)
    node.text("Erstellungszeitpunkt", moment(head.created_at))
    write_party(node, "Absender", head.sender)
    write_party(node, "Empfaenger", head.receiver)
    system = node.child("SendendesSystem")
    system.text("InstanzID", head.product.instance)
    system.text("Produktname", head.product.name)
    system.text("Version", head.product.version)
    node.text("Hinweis", head.remark)
    _wishes(node, head)
    yield node.element


def _wishes(node: Node, head: Head) -> None:
    if head.type is MessageType.TRANSFER:
        node.flag("Importbestaetigung", True)
        node.flag("RueckmeldungArchivkennung", head.archive_marks_wanted)
    if head.type in ASKS_RECEIPT:
        node.flag("Empfangsbestaetigung", head.receipt_wanted)


def _fourth(head: Head, version: str) -> Iterator[etree._Element]:
    node = Node.root(version, "nachrichtenkopf")
    identity = node.child("identifikation.nachricht")
    identity.plain("nachrichtenUUID", str(own_id(head)))
    kind = etree.SubElement(identity.element, "nachrichtentyp")
    kind.set("listURI", TYPE_LIST)
    kind.set("listVersionID", "3.0")
    etree.SubElement(kind, "code").text = head.type.value
    etree.SubElement(kind, "name").text = f"{GROUP}.{MESSAGES[head.type]}"
    identity.plain("erstellungszeitpunkt", moment(head.created_at))
    write_party(node, "leser", head.receiver)
    write_party(node, "autor", head.sender)
    node.text("ProzessID", str(head.process_id))
    node.text("InstanzID", head.product.instance)
    node.text("Hinweis", head.remark)
    yield node.element
    # What follows the head stands beside it, so each of it is an element of its own.
    rest = Node.root(version, "rest")
    _wishes(rest, head)
    if head.type in ANSWERS:
        if head.answers is None:
            raise BadPackage(
                [fault("answers-nothing", "Die Antwort nennt nicht, auf welche Nachricht.")]
            )
        rest.text("UUIDUrsprungsnachricht", str(head.answers))
    rest.text("LfdNrNachrichtProTyp", str(head.number))
    rest.text("GesamtanzahlNachrichtenProTyp", str(head.total))
    yield from list(rest.element)


def write_party(node: Node, name: str, party: Party) -> None:
    """Append an office or a person as the version names its parts."""
    inside = node.child(name)
    if party.key and node.fourth:
        office = inside.child("Behoerdenkennung")
        directory = office.child("verzeichnisdienst")
        directory.element.set("listVersionID", DIRECTORY_LIST)
        directory.plain("code", DIRECTORY)
        office.text("kennung", party.office_code)
    elif party.key:
        office = inside.child("Behoerdenkennung")
        office.code("Behoerdenschluessel", party.key)
        if party.prefix:
            office.code("Praefix", party.prefix)
    if party.institution or party.institution_short:
        house = inside.child("NameInstitution" if node.fourth else "Institution")
        house.text("Name", party.institution)
        house.text("Kurzbezeichnung", party.institution_short)
    if party.unit:
        unit = "NameOrganisationseinheit" if node.fourth else "Organisationseinheit"
        inside.child(unit).text("Name", party.unit)
    if party.family_name or party.given_name:
        person = inside.child("NameAnsprechpartner" if node.fourth else "Name")
        if party.family_name:
            person.child("Familienname").text("Name", party.family_name)
        if party.given_name:
            person.child("Vorname").text("Name", party.given_name)
