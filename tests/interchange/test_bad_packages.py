"""Is every bad package refused with a German sentence, within bounds of memory?"""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from eakte.interchange import zips
from eakte.interchange.faults import BadPackage
from eakte.interchange.xdomea.packages import package_name, read_package, write_package
from eakte.interchange.xdomea.reading import Bounds, read_message
from eakte.interchange.xdomea.records import Decision, Level, Message, Record, Terms, Verdict
from eakte.interchange.xdomea.schemas import Schemas
from tests.interchange.answering import (
    NO_SCHEMAS,
    PROCESS,
    RECORDS,
    T,
    all_decided,
    answer,
    kinds_of,
    xml_of,
)
from tests.interchange.offering import content_of, dossier, head, named, opener


@pytest.fixture(scope="session")
def schemas(shared: Path) -> Schemas:
    return Schemas(shared / "schemas" / "xdomea")


def read(xml: bytes) -> Message:
    return read_message(io.BytesIO(xml))


# What XML may not be


def test_the_pattern_of_the_toolkit_with_the_wrong_code_inside_is_refused(shared: Path) -> None:
    folder = shared / "samples" / "xdomea" / "toolkit-3.0.0"
    wrong = (folder / "xx_Aussonderung.Bewertungsverzeichnis.0502.xml").read_bytes()
    assert kinds_of(lambda: read(wrong)) == {"wrong-code"}
    right = wrong.replace(b"<code>0503<", b"<code>0502<")
    message = read(right)
    assert message.decisions == (
        Decision(UUID("cbdbfccc-72e5-44b2-9e71-937e6f4f8ce9"), Verdict.ARCHIVE),
    )


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda xml: xml.replace(b"?>", b"?>" + ENTITY, 1), "doctype"),
        (lambda xml: xml.replace(b"?>", b"?>" + LAUGHS, 1), "doctype"),
        (lambda xml: xml.replace(b"?>", b"?><!-- x -->\n<?y z?>" + ENTITY, 1), "doctype"),
        (lambda xml: xml.replace(b"?>", b"?><!--" + b"-" * 70000, 1), "no-xml"),
        (lambda xml: xml.decode().encode("utf-16"), "not-utf8"),
        (lambda xml: xml.replace(b"UTF-8", b"utf-7", 1), "not-utf8"),
        (lambda xml: xml.replace(b"UTF-8", b"ISO-8859-1", 1), "not-utf8"),
        (lambda xml: xml[: len(xml) // 2], "no-xml"),
        (lambda xml: b"", "no-xml"),
        (lambda xml: b"PK\x03\x04" + xml, "no-xml"),
        (lambda xml: xml.replace(b"Landratsamt", b"Landrats\xffamt"), "no-xml"),
        (lambda xml: xml.replace(b"schema:3.0.0", b"schema:5.0.0"), "unknown-version"),
        (lambda xml: xml.replace(b"urn:xoev-de:xdomea", b"urn:xoev-de:xfall"), "not-xdomea"),
        (lambda xml: xml.replace(b"verzeichnis.0502", b"verzeichnis.0599"), "unknown-message"),
        (lambda xml: xml.replace(b"<code>A<", b"<code>Z<"), "unknown-code"),
        (lambda xml: xml.replace(str(PROCESS).encode(), b"42"), "bad-value"),
        (lambda xml: xml.replace(b"2026-11-22T", b"2026-02-30T"), "bad-value"),
        (lambda xml: xml.replace(b"Empfangsbestaetigung>1<", b"Empfangsbestaetigung>9<"),
         "bad-value"),
        (lambda xml: xml.replace(b"<xdomea:Kopf ", b"<!--").replace(b"</xdomea:Kopf>", b"-->"),
         "no-head"),
        (lambda xml: xml.replace(b"<xdomea:Kopf ", b"<xdomea:a>" * 300 + b"<xdomea:b "),
         "no-xml"),
    ],
)  # fmt: skip
def test_xml_that_is_not_what_it_should_be_is_refused(
    change: Callable[[bytes], bytes], kind: str
) -> None:
    good = xml_of(answer(T.APPRAISAL, decisions=all_decided()))
    assert read(good).decisions == all_decided()
    bad = change(good)
    assert bad != good
    assert kind in kinds_of(lambda: read(bad))


def test_more_than_a_message_ever_says_is_refused_without_being_held() -> None:
    start = xml_of(answer(T.APPRAISAL, decisions=all_decided()))

    class Endless:
        """A message that goes on for 200 MB."""

        given = 0

        def read(self, count: int = -1, /) -> bytes:
            if not self.given:
                self.given = len(start)
                return start.replace(b"</xdomea:Aussonderung.Bewertungsverzeichnis.0502>", b"")
            self.given += count
            return b"<x/>" * (count // 4) if self.given < 200 * 1024**2 else b""

    for bounds in (Bounds(bytes=1024**2), Bounds(elements=50_000)):
        endless = Endless()
        assert kinds_of(lambda: read_message(endless, bounds=bounds)) == {"too-large"}  # noqa: B023  # called in the same turn
        assert endless.given < 2 * 1024**2


def test_a_record_that_never_ends_is_refused() -> None:
    deep = b"<xdomea:Bemerkung/>" * 3000
    xml = xml_of(Message("3.0.0", head(T.OFFER, PROCESS), records=RECORDS))
    xml = xml.replace(b"<xdomea:Betreff>", deep + b"<xdomea:Betreff>", 1)
    assert read(xml).records
    small = Bounds(elements_at_once=3000)
    assert kinds_of(lambda: read_message(io.BytesIO(xml), bounds=small)) == {"too-large"}
    few = Bounds(records=3)
    assert kinds_of(lambda: read_message(io.BytesIO(xml), bounds=few)) == {"too-large"}


# What a package may not be


def zipped(*entries: tuple[str, bytes], of: Message | None = None) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        if of is not None:
            archive.writestr(package_name(of).replace(".zip", ".xml"), xml_of(of))
        for name, content in entries:
            archive.writestr(name, content)
    target.seek(0)
    return target


def opens(stream: io.BytesIO, **more: object) -> frozenset[str]:
    return kinds_of(lambda: read_package(stream, schemas=NO_SCHEMAS, **more))  # type: ignore[arg-type]  # the limits go through


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../passwd", "name-leads-out"),
        ("..\\passwd", "name-leads-out"),
        ("/etc/passwd", "name-leads-out"),
        ("C:passwd", "name-leads-out"),
        ("ordner/datei.pdf", "folder"),
        ("a\u202egpj.exe", "name-unreadable"),
        ("zeile\nzwei", "name-unreadable"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, kind: str) -> None:
    good = answer(T.APPRAISAL, decisions=all_decided())
    assert opens(zipped((name, b"x"), of=good)) == {kind}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_doubled_names_are_refused_also_when_only_the_case_differs() -> None:
    good = answer(T.APPRAISAL, decisions=all_decided())
    assert opens(zipped(("a.pdf", b"1"), ("a.pdf", b"2"), of=good)) == {"doubled-name"}
    assert opens(zipped(("a.pdf", b"1"), ("A.PDF", b"2"), of=good)) == {"doubled-name"}


def test_names_in_latin_1_are_refused() -> None:
    stream = zipped(("Bescheid fuer Mueller.pdf", b"x"))
    raw = stream.getvalue().replace(b"Mueller", b"M\xfcller ")
    assert opens(io.BytesIO(raw)) == {"name-not-utf8"}


def directory_of(count: int) -> io.BytesIO:
    """A ZIP that consists of nothing but its directory: its entries are never reached."""
    entries = b"".join(
        struct.pack(
            "<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 6, *[0] * 4, 0, 0
        )
        + b"%06d" % place
        for place in range(count)
    )
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, min(count, 65535), min(count, 65535), len(entries), 0, 0
    )
    return io.BytesIO(entries + end)


def test_a_hundred_thousand_entries_are_refused_early() -> None:
    with zips.opened(directory_of(1000)) as package:
        assert len(package.names) == 1000
    many = directory_of(100_000)
    assert opens(many) == {"too-many-entries"}
    tracemalloc.start()
    # A directory that is longer than any is not even read.
    assert opens(many, limits=zips.Limits(entries=1000)) == {"too-many-entries"}
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * 1024**2


def test_bombs_and_encrypted_or_broken_entries_are_refused() -> None:
    good = answer(T.APPRAISAL, decisions=all_decided())
    assert opens(zipped(("b.pdf", bytes(300 * 1024**2)), of=good)) == {"bomb"}
    small = zips.Limits(one=1000, total=1500)
    assert opens(zipped(("b.pdf", bytes(1001)), of=good), limits=small) >= {"too-large"}
    stream = bytearray(zipped(of=good).getvalue())
    locked = bytes(stream).replace(
        b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0"
    )
    assert locked != bytes(stream)
    assert opens(io.BytesIO(locked)) == {"encrypted"}
    stream[200] ^= 0xFF
    assert opens(io.BytesIO(bytes(stream))) == {"damaged"}
    assert opens(io.BytesIO(bytes(stream[: len(stream) // 2]))) == {"no-zip"}
    assert opens(io.BytesIO(b"")) == {"no-zip"}


def test_a_package_in_which_anything_is_changed_is_read_or_refused_and_never_fails() -> None:
    said = answer(T.APPRAISAL, decisions=all_decided())
    good, xml = zipped(of=said).getvalue(), xml_of(said)
    chance = random.Random(6)  # noqa: S311  # the same changes in every run, no secret
    refused = 0
    for _ in range(400):
        for whole, opening in (
            (good, lambda raw: read_package(io.BytesIO(raw), schemas=NO_SCHEMAS)),
            (xml, read),
        ):
            raw = bytearray(whole)
            for _ in range(chance.choice([1, 1, 3])):
                place = chance.randrange(len(raw))
                raw[place : place + chance.choice([1, 1, 4])] = chance.randbytes(
                    chance.choice([0, 1, 1, 4])
                )
            try:
                opening(bytes(raw))
            except BadPackage as error:
                assert error.faults
                refused += 1
    assert refused > 300


def test_a_package_without_or_with_two_messages_or_another_name_is_refused() -> None:
    good = answer(T.APPRAISAL, decisions=all_decided())
    assert opens(zipped(("a.pdf", b"x"))) == {"not-one-message"}
    other = f"{uuid4()}_0502.xml"
    assert opens(zipped((other, b"<x/>"), of=good)) == {"not-one-message"}
    assert opens(zipped(of=good), name=f"{uuid4()}_0502.zip") == {"name-differs"}
    assert opens(zipped(of=good), name=f"{PROCESS}_0506.zip") == {"name-differs"}
    assert opens(zipped(of=good), name="antwort.zip") == {"name-unknown"}
    assert read_package(zipped(of=good), name=f"{PROCESS}_0502.zip", schemas=NO_SCHEMAS)
    assert opens(zipped(("x.pdf", b"x"), of=good)) == {"content-surplus"}


def test_without_the_schemas_nothing_says_that_it_was_checked() -> None:
    target = io.BytesIO()
    offer = Message("3.0.0", head(T.OFFER, PROCESS), records=RECORDS)
    assert not write_package(target, offer, {}, schemas=NO_SCHEMAS).checked
    assert not read_package(target, schemas=NO_SCHEMAS).checked


# What must not leave


def leaves(records: tuple[Record, ...], schemas: Schemas, version: str = "3.0.0") -> frozenset[str]:
    message = Message(version, head(T.TRANSFER, PROCESS), records=records)
    contents = {one.name: opener(content_of(one.name)) for one in message.primaries()}
    return kinds_of(lambda: write_package(io.BytesIO(), message, contents, schemas=schemas))


def test_what_no_schema_forbids_does_not_leave_all_the_same(schemas: Schemas) -> None:
    worthy = Terms(Verdict.ARCHIVE)
    one = dossier("1", terms=worthy, parts=())
    paper = Record(named("d"), Level.DOCUMENT, title="leer")
    assert leaves((replace(one, terms=None),), schemas) == {"no-verdict"}
    assert leaves((replace(one, terms=Terms(Verdict.APPRAISE)),), schemas) == {"not-worthy"}
    assert leaves((replace(one, parts=(paper,)),), schemas) == {"no-content"}
    assert leaves((one, one), schemas) == {"doubled-record"}
    assert leaves((replace(one, medium="009"),), schemas) == {"unknown-code"}
    assert leaves((paper,), schemas, "4.0.0") >= {"document-on-top"}
    assert leaves((), schemas) == {"nothing-inside"}
    deep = replace(one, id=uuid4())
    for _ in range(5):
        deep = replace(one, id=uuid4(), parts=(deep,))
    assert leaves((deep,), schemas) == {"too-deep"}
    swapped = Record(uuid4(), Level.CASE, terms=worthy, parts=(one,))
    assert "wrong-place" in leaves((swapped,), schemas)


def test_contents_have_to_be_there_and_what_they_were(schemas: Schemas) -> None:
    worthy = Terms(Verdict.ARCHIVE)
    one = dossier("1", terms=worthy)
    one = replace(one, parts=tuple(replace(part, terms=worthy) for part in one.parts))
    message = Message("4.0.0", head(T.TRANSFER, PROCESS), records=(one,))
    (name,) = (primary.name for primary in message.primaries())
    for contents, kind in (
        ({}, "content-missing"),
        ({name: opener(content_of(name)), "mehr.pdf": opener(b"")}, "content-surplus"),
        ({name: opener(b"anders")}, "not-the-same-bytes"),
    ):
        found = kinds_of(
            lambda have=contents: write_package(io.BytesIO(), message, have, schemas=schemas)
        )
        assert found == {kind}
    document = one.parts[0].parts[0]
    primary = replace(document.versions[0].primaries[0], name=f"{document.id}.pdf", sha256="")
    versions = (replace(document.versions[0], primaries=(primary,)),)
    part = replace(one.parts[0], parts=(replace(document, versions=versions),))
    assert leaves((replace(one, parts=(part,)),), schemas) == {"content-named-as-record"}


def test_signs_that_xml_cannot_carry_do_not_stop_a_disposal(schemas: Schemas) -> None:
    odd = dossier("1", title="Befund \x0b mit \ud800 Zeichen", parts=())
    target = io.BytesIO()
    offer = Message("3.0.0", head(T.OFFER, PROCESS), records=(odd,))
    assert write_package(target, offer, {}, schemas=schemas).checked
    read_back = read_package(target, schemas=schemas).message
    assert read_back.records[0].title == "Befund \ufffd mit \ufffd Zeichen"
