"""From what a message says to its XML, in the words of its version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from eakte.interchange.faults import BadPackage, fault
from eakte.interchange.xdomea.heads import write_head, write_party
from eakte.interchange.xdomea.nodes import Node
from eakte.interchange.xdomea.records import (
    Decision,
    Imported,
    Level,
    Message,
    MessageType,
    Primary,
    Record,
    Terms,
    Version,
)
from eakte.interchange.xdomea.versions import WRITTEN, element, exists_in, is_fourth, namespace

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
LISTS = "urn:xoev-de:xdomea:codeliste:"
HASHES = "urn:xoev-de:kosit:codeliste:xta.serviceprofile.kryptographische-algorithmen"
# An archive does not fetch it; it names the schema, as the public samples of 4.0 do.
SCHEMA = "xdomea-Nachrichten-AussonderungDurchfuehren.xsd"


def write_message(message: Message, target: BinaryIO) -> None:
    """Write a message as XML in UTF-8, record by record, so that memory does not grow with it.

    Signs that XML cannot carry are written as U+FFFD. Nothing is checked here but that the version
    has the message: see ``rules`` and ``schemas``.

    Raises:
        BadPackage: the version is not written here, or does not have this message.
    """
    version, kind = message.version, message.head.type
    if version not in WRITTEN or not exists_in(kind, version):
        raise BadPackage(
            [
                fault(
                    "version-without-message",
                    "Die Nachricht %(type)s kann in xdomea %(version)s nicht geschrieben werden.",
                    type=kind.value,
                    version=version,
                )
            ]
        )
    xmlns = namespace(version)
    attributes = {f"{{{INSTANCE}}}schemaLocation": f"{xmlns} {SCHEMA}"}
    if is_fourth(version):
        product = message.head.product
        attributes |= {"produkt": product.name, "produkthersteller": product.maker}
        if product.version:
            attributes["produktversion"] = product.version
        attributes |= {"standard": "xdomea", "version": version}
    with etree.xmlfile(target, encoding="UTF-8") as out:
        out.write_declaration(standalone=None)
        spaces = {"xdomea": xmlns, "xsi": INSTANCE}
        with out.element(f"{{{xmlns}}}{element(kind)}", attributes, nsmap=spaces):
            for node in _parts(message):
                out.write(node)


def _parts(message: Message) -> Iterator[etree._Element]:
    version, head = message.version, message.head
    yield from write_head(head, version)
    for letter in message.letters:
        place = Node.root(version, "rest")
        if place.fourth:
            write_record(place.child("Anschreiben"), letter, "Dokument")
        else:
            write_record(place, letter, "Anschreiben")
        yield from list(place.element)
    for record in message.records:
        wrapper = Node.root(version, "Schriftgutobjekt")
        write_record(wrapper, record)
        yield wrapper.element
    for decision in message.decisions:
        yield _decision(decision, version)
    if head.type is MessageType.TRANSFER_IMPORTED:
        if is_fourth(version):
            whole = Node.root(version, "ErfolgOderMisserfolg")
            _success(whole, bool(message.imported), message.errors)
            yield whole.element
        for result in message.results:
            yield _result(result, version)


def write_record(parent: Node, record: Record, name: str = "") -> None:
    """Append a record with all its parts in the order the schema of the version wants."""
    node = parent.child(name or record.level.value)
    _identity(node, record)
    if record.level is Level.DOCUMENT:
        _document(node, record)
        return
    if node.fourth:
        node.flag("Kontextobjekt", record.context)
    _general(node, record)
    if record.terms is not None:
        _terms(node, record.terms)
    if record.level is Level.CASE:
        node.text("Aktenbetreff", record.dossier_title)
        node.text("Typ", record.kind)
        _closing(node, record)
        _running(node, record)
        _history(node, record)
        for part in record.parts:
            if part.level is Level.DOCUMENT:
                _place_document(node, part)
        _contacts(node, record)
        for part in record.parts:
            if part.level is Level.CASE:
                write_record(node, part, "Teilvorgang")
        return
    node.text("Typ", record.kind)
    _running(node, record)
    _history(node, record)
    if record.parts:
        inside = node.child("Akteninhalt")
        for level, called in (
            (Level.DOCUMENT, ""),
            (Level.CASE, "Vorgang"),
            (Level.DOSSIER, "Teilakte"),
        ):
            for part in record.parts:
                if part.level is not level:
                    continue
                if level is Level.DOCUMENT:
                    _place_document(inside, part)
                else:
                    write_record(inside, part, called)
    _contacts(node, record)
    _closing(node, record)


def _place_document(parent: Node, record: Record) -> None:
    if parent.fourth:
        parent = parent.child("DokumentOderDokumentMitSchriftstueck")
    write_record(parent, record, "Dokument")


def _identity(node: Node, record: Record) -> None:
    identity = node.child("Identifikation")
    identity.text("xdomeaUUID" if node.fourth else "ID", str(record.id))
    if record.number is not None:
        identity.text("NummerImUebergeordnetenContainer", str(record.number))


def _general(node: Node, record: Record) -> None:
    general = node.child("AllgemeineMetadaten")
    general.text("Betreff", record.title)
    general.text("Kennzeichen", record.reference)
    general.text("Federfuehrung", record.lead)
    general.text("Aktenfuehrung", record.keeper)
    if record.confidentiality and node.fourth:
        secrecy = general.child("Geheimhaltung")
        secrecy.code(
            "Geheimhaltungsgrad", record.confidentiality, LISTS + "vertraulichkeitsstufe", "1.0"
        )
    elif record.confidentiality:
        general.code(
            "Vertraulichkeitsstufe", record.confidentiality, LISTS + "vertraulichkeitsstufe", "1.0"
        )
    general.text("Bemerkung", record.remark)
    if record.medium:
        general.code("Medium", record.medium, LISTS + "medium", "1.0")
    if record.plan_reference or record.plan_title:
        place = general.child("Aktenplaneinheit")
        place.text("Kennzeichen", record.plan_reference)
        place.text("Inhaltsangabe", record.plan_title)


def _terms(node: Node, terms: Terms) -> None:
    called = "Aussonderungsmetadaten" if node.fourth else "ArchivspezifischeMetadaten"
    inside = node.child(called)
    if terms.permanent:
        inside.child("Aufbewahrungsdauer").flag("Unbefristet", True)
    elif terms.years is not None:
        inside.child("Aufbewahrungsdauer").text("AnzahlJahre", str(terms.years))
    if terms.verdict is not None or terms.own_verdict:
        _verdict(inside, terms.verdict.value if terms.verdict else "", terms.own_verdict)
    inside.text("Kennung", terms.mark)
    if terms.proposal is not None:
        inside.code(
            "Bewertungsvorschlag", terms.proposal.value, LISTS + "bewertungsvorschlag", "1.0"
        )
    if node.fourth:
        inside.text("BewertungsvorschlagBegruendung", terms.proposal_reason)
    inside.day("Aufbewahrungsende", terms.retention_ends)
    if node.fourth:
        inside.day("Transferfristende", terms.transfer_ends)


def _verdict(node: Node, code: str, own: str) -> None:
    choice = node.child("Aussonderungsart")
    if code:
        choice.code("Aussonderungsart", code, LISTS + "aussonderungsart", "1.0")
    else:
        choice.text("AussonderungsartKonfigurierbar", own)


def _running(node: Node, record: Record) -> None:
    if record.begins or record.ends:
        inside = node.child("Laufzeit")
        inside.day("Beginn", record.begins)
        inside.day("Ende", record.ends)


def _closing(node: Node, record: Record) -> None:
    if record.closed is not None:
        node.flag("ZdA", record.closed)
    node.day("ZdADatum", record.closed_on)


def _contacts(node: Node, record: Record) -> None:
    for party in record.parties:
        write_party(node, "Kontakt", party)


def _history(node: Node, record: Record) -> None:
    for event in record.history:
        line = node.child("HistorienProtokollInformation")
        line.text("MetadatumName", event.field)
        line.text("MetadatumAlterWert", event.before)
        line.text("MetadatumNeuerWert", event.after)
        line.text("Akteur", event.actor, always=True)
        line.instant("DatumUhrzeit", event.at)
        line.text("Bemerkung", event.remark)
        line.text("Aktion", event.action, always=True)


def _document(node: Node, record: Record) -> None:
    _general(node, record)
    node.text("FremdesGeschaeftszeichen", record.foreign_reference)
    node.day("Posteingangsdatum", record.received_on)
    node.day("Postausgangsdatum", record.sent_on)
    node.day("DatumDesSchreibens", record.written_on)
    node.text("Bearbeiter", record.clerk)
    node.text("Typ", record.kind)
    _history(node, record)
    # Up to 3.1 the versions stand before the enclosures, from 4.0 behind all that is common.
    if not node.fourth:
        _versions(node, record.versions)
    for part in record.parts:
        if node.fourth:
            write_record(node.child("Anlage"), part, "Dokument")
        else:
            write_record(node, part, "Anlage")
    for party in record.parties:
        write_party(node, "WeitererKontakt", party)
    if node.fourth:
        _versions(node, record.versions)


def _versions(node: Node, versions: tuple[Version, ...]) -> None:
    for version in versions:
        one = node.child("Version")
        one.text("Nummer", version.number, always=True)
        for primary in version.primaries:
            _primary(one, primary)


def _primary(node: Node, primary: Primary) -> None:
    shape = node.child("Format")
    # The list of formats is 2.0 in version 4.0 (LAV NRW's example); its codes are those of 1.0.
    shape.code("Name", primary.format_code, LISTS + "dateiformat", "2.0" if node.fourth else "1.0")
    shape.text("SonstigerName", primary.format_name)
    shape.text("Version", primary.format_version, always=True)
    content = shape.child("Primaerdokument")
    content.text("Dateiname", primary.name)
    content.text("DateinameOriginal", primary.original_name)
    content.text("Ersteller", primary.author)
    content.instant("DatumUhrzeit", primary.created_at)
    if node.fourth and primary.sha256:
        digest = content.child("Hash")
        digest.text("Wert", primary.sha256)
        digest.code("Algorithmus", "SHA-256", HASHES, "1.0.0")


def _decision(decision: Decision, version: str) -> etree._Element:
    fourth = is_fourth(version)
    node = Node.root(version, "BewertetesSGO" if fourth else "BewertetesObjekt")
    node.text("xdomeaUUID" if fourth else "ID", str(decision.record))
    _verdict(node, decision.verdict.value if decision.verdict else "", decision.own_verdict)
    return node.element


def _result(result: Imported, version: str) -> etree._Element:
    node = Node.root(version, "AusgesondertesSGO")
    if is_fourth(version):
        node.text("xdomeaUUID", str(result.record))
        _success(node.child("ErfolgOderMisserfolg"), result.done, result.errors)
    else:
        node.text("IDSGO", str(result.record))
        _success(node, result.done, result.errors)
    node.text("Archivkennung", result.archive_mark)
    return node.element


def _success(node: Node, done: bool, errors: tuple[str, ...]) -> None:
    node.flag("Erfolgreich", done)
    for error in errors:
        node.text("Fehlermeldung", error, always=True)
