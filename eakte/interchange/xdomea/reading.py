"""From the XML of a message to what it says, or to a list of what is wrong with it.

Only XML in UTF-8 without a document type is read; nothing is ever fetched. A message is read
record by record, and what was read is dropped, so that memory grows with what it says and not with
its XML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Protocol

from lxml import etree

from eakte.interchange.faults import BadPackage, Fault, fault
from eakte.interchange.xdomea.bodies import (
    decision_of,
    party_in,
    record_of,
    result_of,
    whole_result,
)
from eakte.interchange.xdomea.fields import Found, Reader, tag_of
from eakte.interchange.xdomea.records import (
    Decision,
    Head,
    Imported,
    Message,
    MessageType,
    Product,
    Record,
)
from eakte.interchange.xdomea.versions import (
    NAMESPACE,
    READ,
    element,
    exists_in,
    is_fourth,
)

BEGINNING = 64 * 1024
PIECE = 256 * 1024
PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|\s)*", re.DOTALL)
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
ELEMENT = re.compile(rb"<[A-Za-z_:\x80-\xff]")
BOM = b"\xef\xbb\xbf"
# What is read as soon as it has ended, and then dropped.
UNITS = frozenset(
    {
        *("Kopf", "nachrichtenkopf", "Schriftgutobjekt", "Anschreiben", "Aktenplan"),
        *("BewertetesObjekt", "BewertetesSGO", "AusgesondertesSGO", "ErfolgOderMisserfolg"),
        *("Importbestaetigung", "RueckmeldungArchivkennung", "Empfangsbestaetigung"),
        *("UUIDUrsprungsnachricht", "LfdNrNachrichtProTyp", "GesamtanzahlNachrichtenProTyp"),
    }
)


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, count: int = -1, /) -> bytes:
        """Return at most so many bytes."""


@dataclass(frozen=True)
class Bounds:
    """How much one message may say; ``elements_at_once`` is how much one record may."""

    bytes: int = 512 * 1024 * 1024
    elements: int = 5_000_000
    elements_at_once: int = 500_000
    records: int = 500_000
    faults: int = 50


class _Checked:
    """The bytes of a message, no more of them than the bounds allow."""

    def __init__(self, head: bytes, stream: Readable, longest: int) -> None:
        self._head, self._stream, self._left = head, stream, longest

    def read(self, count: int = -1) -> bytes:
        count = PIECE if count is None or count < 0 else count
        piece, self._head = self._head[:count], self._head[count:]
        piece = piece or self._stream.read(count)
        self._left -= len(piece)
        if self._left < 0:
            raise _alone("too-large", "Die Nachricht ist größer, als eine Nachricht sein darf.")
        return piece


def _alone(kind: str, template: str, **values: object) -> BadPackage:
    return BadPackage([fault(kind, template, **values)])


def read_message(stream: Readable, *, bounds: Bounds | None = None) -> Message:
    """Return what a message of a disposal says, in any of the versions 2.4 to 4.0.

    The message is read as far as it goes and every fault is collected. That it keeps to the schema
    is for ``schemas`` to say, and that it makes sense for ``rules`` and ``proceedings``.

    Raises:
        BadPackage: no XML, another encoding, a document type, an unknown version or message, the
            code of another message inside, no valid ids or dates, or more than the bounds allow.
    """
    bounds = bounds or Bounds()
    begun = _beginning(stream)
    walk = _Walk(bounds)
    try:
        units = etree.iterparse(
            _Checked(begun, stream, bounds.bytes),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, node in units:
            walk.see(event, node)
    except etree.XMLSyntaxError as error:
        raise _alone(
            "no-xml", "Die Nachricht ist kein fehlerfreies XML (%(why)s).", why=str(error)[:200]
        ) from error
    return walk.message()


def _beginning(stream: Readable) -> bytes:
    """Return the first bytes, after seeing that no trick stands before the message."""
    head = b""
    while len(head) < BEGINNING and (piece := stream.read(BEGINNING - len(head))):
        head += piece
    plain = head.removeprefix(BOM)
    declared = DECLARED.match(plain)
    if b"\0" in plain or (declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii")):
        raise _alone("not-utf8", "Die Nachricht ist nicht in UTF-8 geschrieben (XÖV-Regel).")
    prolog = PROLOG.match(plain)
    rest = plain[prolog.end() :] if prolog else plain
    if not ELEMENT.match(rest):
        if rest[:9].upper() == b"<!DOCTYPE":
            raise _alone(
                "doctype",
                "Die Nachricht enthält eine Dokumenttyp-Deklaration (DOCTYPE); so ließe sich "
                "Fremdes nachladen, deshalb wird sie nicht gelesen.",
            )
        raise _alone("no-xml", "Die Nachricht ist kein fehlerfreies XML (%(why)s).", why="Anfang")
    return head


class _Walk:
    """What has been read of a message so far."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._depth = 0
        self._count = 0
        self._at_once = 0
        self._records_seen = 0
        self._version = ""
        self._type: MessageType | None = None
        self._head: Head | None = None
        self._faults: list[Fault] = []
        self._letters: list[Record] = []
        self._records: list[Record] = []
        self._decisions: list[Decision] = []
        self._results: list[Imported] = []
        self._imported: bool | None = None
        self._errors: tuple[str, ...] = ()
        self._beside: dict[str, str] = {}
        self._attributes: dict[str, str] = {}

    def see(self, event: str, node: etree._Element) -> None:
        if event == "start":
            self._depth += 1
            self._count += 1
            self._at_once += 1
            too_many = self._at_once > self._bounds.elements_at_once
            if too_many or self._count > self._bounds.elements:
                raise _alone("too-large", "Die Nachricht enthält mehr Angaben, als eine darf.")
            if self._depth == 1:
                self._root(node)
            return
        self._depth -= 1
        if self._depth != 1:
            return
        self._at_once = 0
        name = tag_of(node)[1]
        if name in UNITS:
            self._unit(name, Found(node, self._version))
        # What was read is dropped, and so are the elements before it.
        node.clear()
        while node.getprevious() is not None:
            del node.getparent()[0]  # type: ignore[union-attr]  # at depth 1 there is a parent
        if len(self._faults) > self._bounds.faults:
            raise BadPackage(self._faults[: self._bounds.faults])

    def _root(self, node: etree._Element) -> None:
        space, called = tag_of(node)
        if not space.startswith(NAMESPACE):
            raise _alone("not-xdomea", "Das XML ist keine Nachricht nach xdomea.")
        self._version = space.removeprefix(NAMESPACE)
        if self._version not in READ:
            raise _alone(
                "unknown-version",
                "Die Nachricht ist in xdomea %(version)s geschrieben; gelesen werden %(known)s.",
                version=self._version[:20],
                known=", ".join(READ),
            )
        self._attributes = {str(key): str(text) for key, text in node.attrib.items()}
        for kind in MessageType:
            if called == element(kind) and exists_in(kind, self._version):
                self._type = kind
                return
        raise _alone(
            "unknown-message",
            "„%(name)s“ ist in xdomea %(version)s keine Nachricht, die hier gelesen wird.",
            name=called[:80],
            version=self._version,
        )

    def _unit(self, name: str, found: Found) -> None:
        reader = Reader(self._faults)
        match name:
            case "Kopf" | "nachrichtenkopf":
                self._head = self._read_head(reader, found)
            case "Schriftgutobjekt":
                for inside in found.children():
                    self._records.append(record_of(reader, inside))
                self._records_seen += reader.seen
                if self._records_seen > self._bounds.records:
                    raise _alone("too-large", "Die Nachricht nennt mehr Objekte, als eine darf.")
            case "Anschreiben":
                self._letters.append(record_of(reader, found))
            case "BewertetesObjekt" | "BewertetesSGO":
                self._decisions.append(decision_of(reader, found))
            case "AusgesondertesSGO":
                self._results.append(result_of(reader, found))
            case "ErfolgOderMisserfolg":
                self._imported, self._errors, marks = whole_result(reader, found)
                self._results += marks
            case _:
                self._beside[name] = found.own_text

    def _read_head(self, reader: Reader, found: Found) -> Head | None:
        fourth = is_fourth(self._version)
        identity = found.first("identifikation.nachricht") if fourth else found
        code = identity.code("nachrichtentyp" if fourth else "Nachrichtentyp")
        if self._type is None:
            return None
        if code != self._type:
            self._faults.append(
                fault(
                    "wrong-code",
                    "Die Nachricht heißt %(name)s, trägt aber innen die Nummer „%(code)s“.",
                    name=element(self._type),
                    code=code[:20],
                )
            )
        system = found.first("SendendesSystem")
        process_id = reader.id_of(found.text("ProzessID"), "ProzessID")
        created = reader.instant(
            identity.text("erstellungszeitpunkt" if fourth else "Erstellungszeitpunkt"),
            "Erstellungszeitpunkt",
        )
        if process_id is None or created is None:
            return None
        own = identity.text("nachrichtenUUID")
        wished = found.text("Empfangsbestaetigung")
        marks = found.text("RueckmeldungArchivkennung")
        return Head(
            process_id=process_id,
            type=self._type,
            created_at=created,
            sender=party_in(found.first("autor" if fourth else "Absender")),
            receiver=party_in(found.first("leser" if fourth else "Empfaenger")),
            product=Product(
                name=self._attributes.get("produkt", "") or system.text("Produktname"),
                maker=self._attributes.get("produkthersteller", ""),
                version=self._attributes.get("produktversion", "") or system.text("Version"),
                instance=found.text("InstanzID") or system.text("InstanzID"),
            ),
            remark=found.text("Hinweis"),
            receipt_wanted=reader.flag(wished, "Empfangsbestaetigung") if wished else False,
            archive_marks_wanted=reader.flag(marks, "RueckmeldungArchivkennung")
            if marks
            else False,
            message=reader.id_of(own, "nachrichtenUUID") if fourth else None,
        )

    def message(self) -> Message:
        """Return what was read.

        Raises:
            BadPackage: with every fault that was found on the way.
        """
        reader = Reader(self._faults)
        head = self._head
        if head is None and not self._faults:
            self._faults.append(fault("no-head", "Die Nachricht hat keinen Kopf."))
        if head is not None and is_fourth(self._version):
            beside = self._beside
            answers = beside.get("UUIDUrsprungsnachricht", "")
            wished = beside.get("Empfangsbestaetigung", "")
            marks = beside.get("RueckmeldungArchivkennung", "")
            head = replace(
                head,
                answers=reader.id_of(answers, "UUIDUrsprungsnachricht") if answers else None,
                number=reader.number(beside.get("LfdNrNachrichtProTyp", ""), "LfdNr") or 1,
                total=reader.number(beside.get("GesamtanzahlNachrichtenProTyp", ""), "Zahl") or 1,
                receipt_wanted=reader.flag(wished, "Empfangsbestaetigung") if wished else False,
                archive_marks_wanted=reader.flag(marks, "RueckmeldungArchivkennung")
                if marks
                else False,
            )
        if self._faults or head is None:
            raise BadPackage(self._faults)
        return Message(
            version=self._version,
            head=head,
            letters=tuple(self._letters),
            records=tuple(self._records),
            decisions=tuple(self._decisions),
            results=tuple(self._results),
            imported=self._imported,
            errors=self._errors,
        )
