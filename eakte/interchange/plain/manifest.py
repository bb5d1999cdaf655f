"""What stands in the list that goes with a dossier to another authority, field by field?

The same list twice: ``manifest.json`` for programs, ``manifest.csv`` for people with a spreadsheet.
``FIELDS`` is what is written, and what the text beside them explains.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eakte.interchange.format import Kept, Shipment
from eakte.interchange.package import Bound, LinkKind, Part

NAME, VERSION = "e-akte-plain", "1"
JSON, CSV, EXPLAINED = "manifest.json", "manifest.csv", "LIESMICH.txt"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
FIELDS: Mapping[str, str] = {
    "number": "laufende Nummer in der Akte, ab 1 ohne Lücke",
    "reference": "Aktenzeichen mit Blattzahlen",
    "id": "Kennung des Dokuments; bleibt in jedem Paket dieselbe",
    "case": "Vorgang, in dem es liegt",
    "title": "Betreff; leer bei einem Fehlblatt",
    "type": "Dokumentart, wie die abgebende Behörde sie nennt",
    "foreign_reference": "Zeichen des Absenders",
    "sender": "Absender",
    "recipient": "Empfänger",
    "written_on": "Datum des Schreibens (JJJJ-MM-TT)",
    "received_on": "eingegangen am",
    "filed_on": "zur Akte genommen am",
    "attachment_of": "Kennung des Dokuments, dessen Anlage es ist",
    "pages": "Seiten",
    "folio_first": "erstes Blatt",
    "folio_last": "letztes Blatt",
    "withheld": "Grund, aus dem ein Fehlblatt an seiner Stelle liegt; sonst leer",
    "version": "Fassung, von 1 an; leer bei der Kopie mit Blattzahlen",
    "what": "copy: Kopie mit Blattzahlen; original: wie es einging; sonst: was daraus entstand",
    "original_name": "Dateiname, unter dem es einging",
    "media_type": "Medientyp",
    "made_at": "Zeitpunkt der Fassung (UTC)",
    "size": "Bytes",
    "file": "Name der Datei in diesem Paket",
    "sha256": "Prüfsumme der Datei",
    "content_sha256": "bei der Kopie: Prüfsumme der Lesefassung ohne Blattzahlen",
}
# Told once for a document; the rest for each of its files.
_OF_DOCUMENT = tuple(FIELDS)[: tuple(FIELDS).index("version")]


def records(
    shipment: Shipment, bound: Sequence[Bound], kept_names: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Return each document with its files; of a withheld one only that it is missing, and why."""
    cases = dict(_cases(shipment.dossier.parts))
    known = {one.id: one.sha256 for one in shipment.dossier.documents()}
    return [
        _of_document(shipment, one, cases)
        | {"files": list(_files(shipment, one, kept_names, known[one.document.id]))}
        for one in bound
    ]


def as_json(shipment: Shipment, told: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the list for programs, in UTF-8."""
    dispatch, dossier, recipient = shipment.dispatch, shipment.dossier, shipment.recipient
    head = {
        "format": NAME,
        "format_version": VERSION,
        "package": str(dispatch.id),
        "made_at": _said(dispatch.made_at),
        "made_by": dispatch.made_by,
        "office": dispatch.office.name,
        "recipient": recipient.name if recipient else "",
        "legal_ground": dispatch.legal_ground,
        "dossier": {
            "id": str(dossier.id),
            "reference": dossier.reference,
            "title": dossier.title,
            "whole": dossier.whole,
            "partly_on_paper": dossier.hybrid,
        },
        "documents": list(told),
    }
    return (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()


def as_csv(told: Sequence[Mapping[str, Any]]) -> bytes:
    """Return one line a file, for a spreadsheet; no cell acts as a formula (CWE-1236)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(FIELDS)
    for document in told:
        for one in document["files"]:
            line = {**document, **one}
            writer.writerow([_harmless(line.get(name)) for name in FIELDS])
    # The mark at the beginning tells a spreadsheet that this is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def explained(shipment: Shipment) -> bytes:
    """Return the text that says what lies in the package and what each field means."""
    lines = [
        f"Akte {shipment.dossier.reference}, {shipment.dispatch.office.name}",
        "",
        f"Format {NAME}, Fassung {VERSION}. Alle Dateien liegen nebeneinander:",
        "",
        "0000_Deckblatt.pdf, 0000_Inhaltsverzeichnis.pdf, 0000_Vollständigkeitserklärung.pdf",
        "0000_Gesamtakte.pdf    alle Dokumente in einem PDF, mit Lesezeichen",
        "NNNN_Titel.pdf         je Dokument die Lesefassung mit Blattzahlen",
        "NNNN.vF_…              je Fassung F, unverändert, was aufbewahrt wurde (wenn gewünscht)",
        "manifest.json          alle Angaben: je Dokument ein Eintrag, darin „files“",
        "manifest.csv           dieselben Angaben, je Datei eine Zeile (UTF-8, Semikolon)",
        "MANIFEST.sha256        Prüfsumme jeder Datei; zu prüfen mit: sha256sum -c MANIFEST.sha256",
        "",
        "Felder:",
        "",
    ]
    lines += [f"  {name:<18} {meaning}" for name, meaning in FIELDS.items()]
    return ("\n".join(lines) + "\n").encode()


def _cases(parts: Sequence[Part]) -> Iterator[tuple[UUID, str]]:
    for part in parts:
        yield from _cases(part.parts)
        for document in part.documents:
            yield document.id, part.title


def _of_document(shipment: Shipment, one: Bound, cases: Mapping[UUID, str]) -> dict[str, Any]:
    of = one.document
    told: dict[str, Any] = dict.fromkeys(_OF_DOCUMENT, "")
    told |= {
        "number": one.number,
        "reference": f"{shipment.dossier.reference} Bl. {one.folios}",
        "id": str(of.id),
        "case": cases[of.id],
        "pages": of.pages,
        "folio_first": one.folios.first,
        "folio_last": one.folios.last,
    }
    if of.withheld is not None:
        return told | {"withheld": of.withheld.reason}
    above = next((link.to for link in of.links if link.kind is LinkKind.ATTACHMENT), None)
    return told | {
        "title": of.title,
        "type": of.kind,
        "foreign_reference": of.foreign_reference,
        "sender": of.sender,
        "recipient": of.recipient,
        "written_on": _said(of.written_on),
        "received_on": _said(of.received_on),
        "filed_on": _said(of.filed_on),
        "attachment_of": str(above) if above else "",
    }


def _files(
    shipment: Shipment, one: Bound, kept_names: Mapping[UUID, str], known: str
) -> Iterator[dict[str, Any]]:
    yield {
        "version": "",
        "what": "copy",
        "original_name": "",
        "media_type": "application/pdf",
        "made_at": _said(shipment.dispatch.made_at),
        "size": one.size,
        "file": one.path.name,
        "sha256": one.sha256,
        "content_sha256": known,
    }
    for kept in _kept(shipment, one):
        yield {
            "version": kept.version,
            "what": kept.what,
            "original_name": kept.name,
            "media_type": kept.media_type,
            "made_at": _said(kept.made_at),
            "size": kept.size,
            "file": kept_names[kept.id],
            "sha256": kept.sha256,
            "content_sha256": "",
        }


def _kept(shipment: Shipment, one: Bound) -> tuple[Kept, ...]:
    return () if one.document.withheld else shipment.kept.get(one.document.id, ())


def _said(at: date | datetime | None) -> str:
    return at.isoformat() if at else ""


def _harmless(value: object) -> str:
    cell = " ".join(str("" if value is None else value).split())
    return f"'{cell}" if cell.startswith(FORMULA) else cell
