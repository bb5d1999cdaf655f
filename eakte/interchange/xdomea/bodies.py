"""What does a message say about its records: what they are, what was decided, what became?"""

from __future__ import annotations

from uuid import UUID

from eakte.interchange.faults import fault
from eakte.interchange.xdomea.fields import Found, Reader
from eakte.interchange.xdomea.records import (
    Decision,
    Event,
    Imported,
    Level,
    Party,
    Primary,
    Record,
    Terms,
    Verdict,
    Version,
)

LEVELS = {
    "Akte": Level.DOSSIER,
    "Teilakte": Level.DOSSIER,
    "Vorgang": Level.CASE,
    "Teilvorgang": Level.CASE,
    "Dokument": Level.DOCUMENT,
    "DokumentMitSchriftstueck": Level.DOCUMENT,
    "Schriftstueck": Level.DOCUMENT,
    "Anlage": Level.DOCUMENT,
    "Anschreiben": Level.DOCUMENT,
}
CODES = frozenset(verdict.value for verdict in Verdict)
NOBODY = UUID(int=0)
# Deeper than any schema's example; the reader must not be driven into the ground.
BOTTOM = 50


def party_in(found: Found) -> Party:
    """Return an office or a person as any version writes it."""
    office = found.first("Behoerdenkennung")
    # Called Kennung in 2.4.
    key = office.code("Behoerdenschluessel") or office.code("Kennung")
    prefix = office.code("Praefix")
    if code := office.text("kennung"):
        prefix, _, key = code.rpartition(":")
    house = found.first("Institution")
    house = house if house.node is not None else found.first("NameInstitution")
    person = found.first("Name")
    person = person if person.node is not None else found.first("NameAnsprechpartner")
    return Party(
        institution=house.text("Name"),
        institution_short=house.text("Kurzbezeichnung"),
        unit=found.text("Organisationseinheit", "Name")
        or found.text("NameOrganisationseinheit", "Name"),
        family_name=person.text("Familienname", "Name"),
        given_name=person.text("Vorname", "Name"),
        key=key,
        prefix=prefix,
    )


def record_of(reader: Reader, found: Found, depth: int = 1) -> Record:
    """Return a record with everything in it, from any version."""
    reader.seen += 1
    level = LEVELS.get(found.name)
    # In 4.0 an enclosure or a letter holds the document one deeper.
    if found.name in ("Anlage", "Anschreiben") and found.first("Identifikation").node is None:
        found = next(found.children("Dokument", "DokumentMitSchriftstueck"), found)
    identity = found.first("Identifikation")
    own = identity.text("ID") or identity.text("xdomeaUUID")
    reader.about(own)
    if level is None:
        reader.faults.append(
            fault("unknown-record", "„%(name)s“ ist kein Schriftgutobjekt.", name=found.name[:60])
        )
    record = reader.id_of(own, "ID") or NOBODY
    general = found.first("AllgemeineMetadaten")
    place = general.first("Aktenplaneinheit")
    runs = found.first("Laufzeit")
    closed = found.text("ZdA")
    context = found.text("Kontextobjekt")
    return Record(
        id=record,
        level=level or Level.DOCUMENT,
        title=general.text("Betreff"),
        reference=general.text("Kennzeichen"),
        number=_position(identity.text("NummerImUebergeordnetenContainer")),
        lead=general.text("Federfuehrung"),
        keeper=general.text("Aktenfuehrung"),
        confidentiality=general.code("Vertraulichkeitsstufe")
        or general.code("Geheimhaltung", "Geheimhaltungsgrad"),
        remark=general.text("Bemerkung"),
        medium=general.code("Medium"),
        plan_reference=place.text("Kennzeichen"),
        plan_title=place.text("Inhaltsangabe"),
        terms=_terms(reader, found),
        kind=found.text("Typ"),
        begins=reader.day(runs.text("Beginn"), "Laufzeit/Beginn"),
        ends=reader.day(runs.text("Ende"), "Laufzeit/Ende"),
        closed=reader.flag(closed, "ZdA") if closed else None,
        closed_on=reader.day(found.text("ZdADatum"), "ZdADatum"),
        dossier_title=found.text("Aktenbetreff"),
        foreign_reference=found.text("FremdesGeschaeftszeichen"),
        received_on=reader.day(found.text("Posteingangsdatum"), "Posteingangsdatum"),
        sent_on=reader.day(found.text("Postausgangsdatum"), "Postausgangsdatum"),
        written_on=reader.day(found.text("DatumDesSchreibens"), "DatumDesSchreibens"),
        clerk=found.text("Bearbeiter"),
        context=reader.flag(context, "Kontextobjekt") if context else False,
        history=tuple(_history(reader, found)),
        parties=tuple(party_in(one) for one in found.children("Kontakt", "WeitererKontakt")),
        versions=tuple(_version(reader, one) for one in found.children("Version")),
        parts=_parts(reader, found, depth),
    )


def _position(text: str) -> int | None:
    # Up to 2.4 the place in the container is free text; only a number means something here.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _parts(reader: Reader, found: Found, depth: int) -> tuple[Record, ...]:
    if depth >= BOTTOM:
        reader.faults.append(fault("too-deep", "Die Objekte sind zu tief ineinander geschachtelt."))
        return ()
    parts: list[Record] = []
    for inside in (found.first("Akteninhalt"), found):
        for child in inside.children(
            "DokumentOderDokumentMitSchriftstueck",
            *("Dokument", "Vorgang", "Teilakte", "Teilvorgang", "Anlage", "Schriftstueck"),
        ):
            if child.name == "DokumentOderDokumentMitSchriftstueck":
                child = next(child.children("Dokument", "DokumentMitSchriftstueck"), child)
            parts.append(record_of(reader, child, depth + 1))
    return tuple(parts)


def _terms(reader: Reader, found: Found) -> Terms | None:
    terms = found.first("ArchivspezifischeMetadaten")
    terms = terms if terms.node is not None else found.first("Aussonderungsmetadaten")
    if terms.node is None:
        return None
    lasts = terms.first("Aufbewahrungsdauer")
    verdict, own = _verdict(reader, terms.first("Aussonderungsart"))
    proposal = terms.code("Bewertungsvorschlag")
    return Terms(
        verdict=verdict,
        own_verdict=own,
        # Up to 2.4 the number stands in the element itself.
        years=reader.number(lasts.text("AnzahlJahre") or lasts.own_text, "Aufbewahrungsdauer"),
        permanent=lasts.text("Unbefristet") in ("1", "true"),
        mark=terms.text("Kennung"),
        proposal=_code(reader, proposal, "Bewertungsvorschlag") if proposal else None,
        proposal_reason=terms.text("BewertungsvorschlagBegruendung"),
        retention_ends=reader.day(terms.text("Aufbewahrungsende"), "Aufbewahrungsende"),
        transfer_ends=reader.day(terms.text("Transferfristende"), "Transferfristende"),
    )


def _verdict(reader: Reader, found: Found) -> tuple[Verdict | None, str]:
    own = found.text("AussonderungsartKonfigurierbar")
    # Up to 2.4 the code stands one element higher.
    code = found.code("Aussonderungsart") or found.text("code")
    return (_code(reader, code, "Aussonderungsart") if code else None), own


def _code(reader: Reader, code: str, field: str) -> Verdict | None:
    if code in CODES:
        return Verdict(code)
    reader.faults.append(
        fault(
            "unknown-code",
            "„%(code)s“ steht nicht in der Codeliste „%(field)s“.",
            code=code[:20],
            field=field,
        )
    )
    return None


def _history(reader: Reader, found: Found) -> list[Event]:
    events = []
    for line in found.children("HistorienProtokollInformation"):
        at = reader.instant(line.text("DatumUhrzeit"), "DatumUhrzeit")
        if at is not None:
            events.append(
                Event(
                    actor=line.text("Akteur"),
                    at=at,
                    action=line.text("Aktion"),
                    field=line.text("MetadatumName"),
                    before=line.text("MetadatumAlterWert"),
                    after=line.text("MetadatumNeuerWert"),
                    remark=line.text("Bemerkung"),
                )
            )
    return events


def _version(reader: Reader, found: Found) -> Version:
    primaries = []
    for shape in found.children("Format"):
        content = shape.first("Primaerdokument")
        primaries.append(
            Primary(
                name=content.text("Dateiname"),
                format_code=shape.code("Name"),
                format_name=shape.text("SonstigerName"),
                format_version=shape.text("Version"),
                original_name=content.text("DateinameOriginal"),
                author=content.text("Ersteller"),
                created_at=reader.instant(content.text("DatumUhrzeit"), "DatumUhrzeit"),
                sha256=_sha256(content.first("Hash")),
            )
        )
    return Version(found.text("Nummer"), tuple(primaries))


def _sha256(found: Found) -> str:
    # Other algorithms are allowed; what cannot be compared is not compared.
    named = found.code("Algorithmus").upper().replace("-", "")
    return found.text("Wert").lower() if named == "SHA256" else ""


def decision_of(reader: Reader, found: Found) -> Decision:
    """Return what the archive decided on one record."""
    own = found.text("ID") or found.text("xdomeaUUID")
    reader.about(own)
    verdict, word = _verdict(reader, found.first("Aussonderungsart"))
    return Decision(reader.id_of(own, "ID") or NOBODY, verdict, word)


def result_of(reader: Reader, found: Found) -> Imported:
    """Return what became of one record in the archive."""
    own = found.text("IDSGO") or found.text("xdomeaUUID")
    reader.about(own)
    success = found.first("ErfolgOderMisserfolg")
    success = success if success.node is not None else found
    return Imported(
        record=reader.id_of(own, "IDSGO") or NOBODY,
        done=reader.flag(success.text("Erfolgreich"), "Erfolgreich"),
        errors=tuple(one.own_text for one in success.children("Fehlermeldung")),
        archive_mark=found.text("Archivkennung"),
    )


def whole_result(reader: Reader, found: Found) -> tuple[bool, tuple[str, ...], list[Imported]]:
    """Return the archive's word on a whole transfer, and up to 2.4 the marks it gave."""
    done = reader.flag(found.text("Erfolgreich"), "Erfolgreich")
    errors = tuple(one.own_text for one in found.children("Fehlermeldung"))
    marks = [
        Imported(
            reader.id_of(one.text("ID"), "ID") or NOBODY,
            done=done,
            archive_mark=one.text("Archivkennung"),
        )
        for one in found.children("Rueckgabeparameter")
    ]
    return done, errors, marks
