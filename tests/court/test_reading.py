"""Is a message of XJustiz understood in every version, and does nothing else pass for one?"""

from __future__ import annotations

import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from eakte.interchange.xjustiz import package
from eakte.interchange.xjustiz.courts import meanings, newest_list
from eakte.interchange.xjustiz.folder import pack
from eakte.interchange.xjustiz.message import ORIGINAL, SIGNATURE
from eakte.interchange.xjustiz.package import Broken, TooMuch, is_package, read_package, take_out
from eakte.interchange.xjustiz.reading import NotReadable, read_message
from eakte.interchange.xjustiz.sheet import title_of, written_out
from tests.court.messages import BELL, NEW, OLD, SENT, Sent, laid_out, message, stored, zipped

LETTER = b"%PDF-1.7 "
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<x:nachricht.x xmlns:x="http://www.xjustiz.de">&b;</x:nachricht.x>"""
# Each sample with the court or person it is from, whether it asks for an acknowledgement, and how
# many documents and names of stored content it tells.
SAMPLES = {
    "Beispiel_synthetisch1.xml": ("9T0000", True, 3, 3),
    "xjustiz_nachricht_aaz_v3_2.xml": ("B6234", True, 9, 3),
    "xjustiz_nachricht_abs_sonst_v3_2.xml": ("Testsender", False, 1, 2),
    "xjustiz_nachricht_eeb1_v3_2.xml": ("A1001S", True, 1, 2),
    "xjustiz_nachricht_empf_sonst_v3_2.xml": ("Testsender", False, 1, 2),
    "xjustiz_nachricht_kein_eeb_v3_2.xml": ("Testsender", False, 1, 2),
    "xjustiz_nachricht_v3_2.xml": ("Testsender", True, 1, 2),
}


@pytest.mark.parametrize("version", [*OLD, *NEW])
def test_every_version_says_the_same(version: str) -> None:
    read = read_message(message(version))
    assert (read.known, read.version) == (True, version)
    assert (read.sender_code, read.recipient) == ("B6234", "Landratsamt Musterkreis")
    assert (read.theirs, read.ours, read.proceedings) == (
        ("S 3 SB 12/26",),
        ("SBR 1/2026",),
        ("S 3 SB 12/26",),
    )
    assert (read.message_id, read.title) == (BELL, "Muster ./. Landkreis")
    assert [(one.part, one.name, one.born_on) for one in read.parties] == [
        ("101", "Muster, Änne", date(1961, 4, 5))
    ]
    assert [(one.title, one.kind, one.written_on) for one in read.pieces] == [
        ("Richterliche Verfügung", "008", date(2026, 3, 2)),
        ("Gutachten Dr. Bell", "013", date(2026, 2, 20)),
    ]
    assert [(one.role, one.belongs_to) for one in read.pieces[0].stored] == [
        (ORIGINAL, ""),
        (SIGNATURE, SENT[1].name),
    ]
    assert read.wants_confirmation
    assert [one.wants_confirmation for one in read.pieces] == [True, False]
    assert not read_message(message(version, confirmation=False)).wants_confirmation


@pytest.mark.parametrize("version", ["3.5.1", "3.6.2", "3.7.0"])
def test_the_messages_of_these_tests_hold_against_the_official_schema(
    version: str, shared: Path
) -> None:
    folder = shared / "schemas" / "xjustiz" / version / "xsd"
    if not folder.is_dir():
        pytest.skip("the official schemas are not here")
    main = next(folder.glob("xjustiz_0005_nachrichten_*.xsd"))
    schema = etree.XMLSchema(etree.parse(str(main), etree.XMLParser(no_network=True)))
    content = message(version)
    if version == "3.7.0":
        # The schema of the preview still demands the number of its predecessor.
        content = content.replace(b'xjustizVersion="3.7.0"', b'xjustizVersion="3.6.2"')
    schema.assertValid(etree.fromstring(content))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read(name: str, shared: Path) -> None:
    read = read_message((shared / "samples" / "xjustiz" / name).read_bytes())
    sender, confirmation, pieces, names = SAMPLES[name]
    assert (read.sender, read.wants_confirmation, read.known) == (sender, confirmation, True)
    assert (len(read.pieces), len(list(read.names()))) == (pieces, names)


def test_a_dossier_is_read_in_the_order_of_its_numbers(shared: Path) -> None:
    sample = shared / "samples" / "xjustiz" / "Beispiel_synthetisch1.xml"
    read = read_message(sample.read_bytes())
    assert [one.within for one in read.pieces] == [
        ("Akte XYZ", "tns:anzeigename"),
        (),
        ("Akte XYZ",),
    ]
    text = written_out(package.read_alone(sample), {"9T0000": "Testgericht"})
    assert "Absender:                    Testgericht" in text
    assert "Akte XYZ" in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no markup at all",
        b"<a><b></a>",
        b"<nachricht.x/>",
        b'<x:nachricht.x xmlns:x="urn:other"/>',
        BOMB,
        message()[:700],
    ],
    ids=["empty", "text", "broken", "bare", "other", "entities", "cut off"],
)
def test_what_is_no_message_is_not_read_as_one(content: bytes) -> None:
    with pytest.raises(NotReadable):
        read_message(content)


def test_a_version_nobody_knows_yet_is_read_as_far_as_it_says_something() -> None:
    read = read_message(message("3.6.2").replace(b'"3.6.2"', b'"4.1.0"'))
    assert (read.known, read.version, len(read.pieces)) == (False, "4.1.0", 2)


@pytest.mark.parametrize("within", ["", "Nachricht 4711/"])
def test_a_delivery_gives_its_documents_in_the_order_of_the_message(
    tmp_path: Path, within: str
) -> None:
    path = tmp_path / "delivery.zip"
    contents = stored(LETTER)
    path.write_bytes(zipped(contents, within=within))
    assert is_package(path)
    found = read_package(path)
    assert [(one.entry.name, one.title) for one in found.enclosed] == [
        (SENT[1].name, "Richterliche Verfügung"),
        (SENT[1].signature, "Richterliche Verfügung – Signatur"),
        (SENT[0].name, "Gutachten Dr. Bell"),
        ("vhn.xml", "vhn.xml"),
    ]
    assert found.missing == ()
    targets = [tmp_path / str(number) for number in range(len(found.enclosed))]
    take_out(path, found.enclosed, iter(targets))
    assert [one.read_bytes() for one in targets] == [
        contents[one.entry.name] for one in found.enclosed
    ]


def test_what_is_named_but_did_not_come_is_missing(tmp_path: Path) -> None:
    contents = stored(LETTER)
    del contents[SENT[0].name]
    path = tmp_path / "delivery.zip"
    path.write_bytes(zipped(contents))
    assert read_package(path).missing == (SENT[0].name,)


def test_umlauts_are_the_same_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "delivery.zip"
    sent = (Sent(1, "Verfügung.pdf", "Verfügung"),)
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("xjustiz_nachricht.xml", message(sent=sent))
        container.writestr("Verfu\u0308gung.pdf", LETTER)
    assert read_package(path).missing == ()


def test_a_delivery_that_is_too_large_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "delivery.zip"
    path.write_bytes(zipped(stored(LETTER) | {f"{one}.pdf": b"x" for one in range(1300)}))
    with pytest.raises(TooMuch):
        read_package(path)
    content = bytearray(zipped(stored(LETTER)))
    # The directory says how much would come out; 24 bytes into an entry stands its size.
    size = content.rindex(b"PK\x01\x02") + 24
    content[size : size + 4] = struct.pack("<I", 2_000_000_000)
    path.write_bytes(content)
    with pytest.raises(TooMuch):
        read_package(path)


def test_a_damaged_container_is_told_from_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "delivery.zip"
    content = bytearray(zipped({"xjustiz_nachricht.xml": message(), "a.pdf": bytes(5000)}))
    content[70] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(Broken):
        read_package(path)
    path.write_bytes(zipped({"other.xml": b"<a/>"}))
    assert not is_package(path)


def test_the_same_folder_always_becomes_the_same_container(tmp_path: Path) -> None:
    contents = stored(LETTER)
    first = laid_out(tmp_path / "one", contents)
    second = laid_out(tmp_path / "two", dict(reversed(contents.items())))
    packed = []
    for folder in (first, second):
        target = tmp_path / f"{folder.name}.zip"
        pack(list(folder.iterdir()), target, within=folder)
        packed.append(target.read_bytes())
    assert packed[0] == packed[1]
    found = read_package(tmp_path / "one.zip")
    assert len(found.enclosed) == 4


def test_courts_are_named_where_the_office_has_the_list(shared: Path) -> None:
    courts = newest_list(shared / "schemas", "GDS.Gerichte")
    if courts is None:
        pytest.skip("the official code lists are not here")
    read = read_message(message())
    assert title_of(read, meanings(courts)) == (
        "Richterliche Verfügung und 1 weitere (Sozialgericht Karlsruhe)"
    )
    assert title_of(read, {}) == "Richterliche Verfügung und 1 weitere (B6234)"
