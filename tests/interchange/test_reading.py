"""Are the public samples read, and is what was written read back as it was said?"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from eakte.interchange.xdomea.packages import read_package
from eakte.interchange.xdomea.reading import read_message
from eakte.interchange.xdomea.records import (
    Level,
    Message,
    MessageType,
    Party,
    Record,
    Terms,
    Verdict,
)
from eakte.interchange.xdomea.schemas import Schemas
from eakte.interchange.xdomea.versions import READ, WRITTEN
from tests.interchange.offering import ARCHIVE, OFFICE, document, dossier, head, named, packed

T = MessageType


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    return shared / "samples" / "xdomea"


@pytest.fixture(scope="session")
def schemas(shared: Path) -> Schemas:
    return Schemas(shared / "schemas" / "xdomea")


def test_the_public_offer_is_read_as_a_package(samples: Path, schemas: Schemas) -> None:
    (path,) = samples.glob("*.zip")
    with path.open("rb") as stream:
        arrived = read_package(stream, name=path.name, schemas=schemas)
    head = arrived.message.head
    assert (arrived.checked, head.type, arrived.message.version) == (True, T.OFFER, "3.0.0")
    assert head.process_id == UUID("9a75050f-323a-4e84-94c9-a889aa2b4fe8")
    assert head.receiver.institution == "EmpXdomeaInstitutionName"
    assert head.receiver.key == "LATh" and head.sender.key == ""
    assert head.product.name == "LAThDMeACU-Dummy"
    levels = [record.level for record in arrived.message.everything()]
    assert levels.count(Level.DOSSIER) >= 1 and Level.CASE in levels
    terms = arrived.message.records[0].terms
    assert terms is not None and terms.verdict is Verdict.APPRAISE


def test_the_public_transfer_of_4_0_is_read_with_its_contents(
    samples: Path, schemas: Schemas
) -> None:
    (path,) = (samples / "lavnrw-4.0.0").glob("*.xml")
    with path.open("rb") as stream:
        message = read_message(stream)
    with path.open("rb") as stream:
        assert schemas.faults(stream, message.version) == []
    (outer,) = message.records
    (case,) = outer.parts
    (paper,) = case.parts
    assert (outer.context, case.context) == (True, False)
    assert (case.begins, case.ends) == (date(2024, 1, 1), date(2025, 1, 14))
    assert case.confidentiality == "003"
    (primary,) = paper.primaries()
    assert primary.name == "8bcadd35-d27b-11ef-ab6c-005056871b7c.txt"
    assert primary.sha256.startswith("ebd67985") and primary.format_code == "045"
    assert message.head.message == UUID("95b80307-d19c-11ef-a43a-005056871b7c")


@pytest.mark.parametrize("number", ["0501", "0503"])
def test_the_patterns_of_the_toolkit_are_read(samples: Path, number: str) -> None:
    (path,) = (samples / "toolkit-3.0.0").glob(f"*.{number}.xml")
    with path.open("rb") as stream:
        message = read_message(stream)
    assert message.head.type == number
    levels = [record.level for record in message.everything()]
    expected = {"0501": [Level.DOSSIER, Level.CASE], "0503": [Level.DOCUMENT]}
    assert levels[:2] == expected[number]


def rich(version: str) -> Record:
    """A record that says everything the version can carry."""
    enclosure = document("Anlage", title="Anlage")
    letter = replace(document("Schreiben"), parts=(enclosure,), clerk="Weber")
    inner = dossier("Band", cases=2)
    case = Record(
        named("Teil"),
        Level.CASE,
        title="Teilvorgang",
        terms=Terms(own_verdict="Sammlung"),
        parts=(letter,),
    )
    outer = replace(inner.parts[0], id=named("außen"), parts=(document("vorn"), case))
    whole = dossier(
        "ganz",
        remark="läuft › weiter & <mehr>",
        keeper="Registratur",
        kind="Fallakte",
        terms=Terms(Verdict.ARCHIVE, permanent=True, proposal=Verdict.ARCHIVE),
        parts=(document("lose"), outer, inner),
    )
    return plain(whole, version)


def plain(record: Record, version: str) -> Record:
    """The record without what a version cannot say: hashes and some terms are new in 4.0."""
    terms = record.terms
    if terms and version != "4.0.0":
        terms = replace(terms, proposal_reason="", transfer_ends=None)
    versions = tuple(
        replace(one, primaries=tuple(replace(p, sha256="") for p in one.primaries))
        if version != "4.0.0"
        else one
        for one in record.versions
    )
    parts = tuple(plain(part, version) for part in record.parts)
    return replace(record, terms=terms, versions=versions, parts=parts)


@pytest.mark.parametrize("version", WRITTEN)
def test_what_was_written_is_read_back_unchanged(version: str, schemas: Schemas) -> None:
    said = Message(
        version,
        head(T.OFFER, named("hin und zurück"), remark="Bitte prüfen", receipt_wanted=False),
        letters=(plain(replace(document("Brief"), versions=()), version),),
        records=(rich(version), dossier("zweite", parts=(), terms=Terms(Verdict.DESTROY))),
    )
    name, package = packed(said, schemas)
    heard = read_package(io.BytesIO(package), name=name, schemas=schemas).message
    assert heard.records == said.records
    assert heard.letters == said.letters
    lost = {} if version == "4.0.0" else {"message": None}
    product = replace(said.head.product, maker=said.head.product.maker * (version == "4.0.0"))
    expected = replace(said.head, product=product, archive_marks_wanted=False, **lost)
    assert heard.head == expected
    assert (heard.head.sender, heard.head.receiver) == (OFFICE, ARCHIVE)


IN_2_4 = """<?xml version="1.0" encoding="UTF-8"?>
<x:Aussonderung.{name} xmlns:x="urn:xoev-de:xdomea:schema:2.4.0"><x:Kopf>
<x:ProzessID>9a75050f-323a-4e84-94c9-a889aa2b4fe8</x:ProzessID>
<x:Nachrichtentyp><code>{code}</code></x:Nachrichtentyp>
<x:Erstellungszeitpunkt>2020-07-24T17:21:25</x:Erstellungszeitpunkt>
<x:Absender><x:Behoerdenkennung><x:Kennung><code>7</code></x:Kennung></x:Behoerdenkennung>
</x:Absender><x:Empfaenger/><x:SendendesSystem/>{wish}</x:Kopf>{body}</x:Aussonderung.{name}>"""
RECORD = "<x:ID>cbdbfccc-72e5-44b2-9e71-937e6f4f8ce9</x:ID>"
BODIES = {
    "Bewertungsverzeichnis.0502": f"<x:BewertetesObjekt>{RECORD}<x:Aussonderungsart>"
    "<code>V</code></x:Aussonderungsart></x:BewertetesObjekt>",
    "AussonderungImportBestaetigen.0506": "<x:ErfolgOderMisserfolg><x:Erfolgreich>true"
    f"</x:Erfolgreich><x:Rueckgabeparameter>{RECORD}<x:Archivkennung>A 1</x:Archivkennung>"
    "</x:Rueckgabeparameter></x:ErfolgOderMisserfolg>",
    "Anbieteverzeichnis.0501": f"<x:Schriftgutobjekt><x:Akte><x:Identifikation>{RECORD}"
    "</x:Identifikation><x:ArchivspezifischeMetadaten><x:Aufbewahrungsdauer>10"
    "</x:Aufbewahrungsdauer><x:Aussonderungsart><code>B</code></x:Aussonderungsart>"
    "<x:Aufbewahrungsende>2025</x:Aufbewahrungsende></x:ArchivspezifischeMetadaten>"
    "</x:Akte></x:Schriftgutobjekt>",
}


@pytest.mark.parametrize("name", BODIES)
def test_messages_of_2_4_are_read(schemas: Schemas, name: str) -> None:
    code = name[-4:]
    wish = "" if code == "0506" else "<x:Empfangsbestaetigung>0</x:Empfangsbestaetigung>"
    xml = IN_2_4.format(name=name, code=code, wish=wish, body=BODIES[name]).encode()
    assert schemas.faults(io.BytesIO(xml), "2.4.0") == []
    message = read_message(io.BytesIO(xml))
    assert (message.version, message.head.sender) == ("2.4.0", Party(key="7"))
    if code == "0502":
        assert message.decisions[0].verdict is Verdict.DESTROY
    elif code == "0506":
        assert message.imported and message.results[0].archive_mark == "A 1"
    else:
        assert message.records[0].terms == Terms(
            Verdict.APPRAISE, years=10, retention_ends=date(2025, 12, 31)
        )


def test_every_version_that_is_read_has_its_schema_here(schemas: Schemas) -> None:
    assert [version for version in READ if not schemas.has(version)] == []


def test_formats_are_taken_from_the_official_list(schemas: Schemas) -> None:
    assert schemas.format_for("PDF") == ("018", "")
    assert schemas.format_for("pdf", archival=True) == ("044", "")
    assert schemas.format_for(".docx") == ("035", "")
    assert schemas.format_for("heic") == ("100", "heic")
    assert Schemas(None).format_for("pdf") == ("100", "pdf")


def test_a_message_against_the_schema_is_named(schemas: Schemas, samples: Path) -> None:
    (path,) = (samples / "toolkit-3.0.0").glob("*.0504.xml")
    bad = path.read_bytes().replace(b"ProzessID>", b"ProzessId>")
    (one,) = schemas.faults(io.BytesIO(bad), "3.0.0")
    assert one.kind == "against-schema" and "ProzessId" in str(one) and "Schema" in str(one)
