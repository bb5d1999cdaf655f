"""Each rule that no schema knows finds what breaks it; letters, names, lists and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from eakte.errors import BadInput
from eakte.interchange.package import Dispatch, SelectedDossier
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists, take_list
from eakte.interchange.xjustiz.message import Fault
from eakte.interchange.xjustiz.names import LONGEST_NAME, MESSAGE_NAME, allowed, file_name
from eakte.interchange.xjustiz.reading import read_message
from eakte.interchange.xjustiz.rules import Limits, Sent, examine
from eakte.interchange.xjustiz.writing_package import Standards, write_court_package
from tests.answers import ACKNOWLEDGED, CONFIRMED, FAULTY, NOT_ACKNOWLEDGED, answered

XJ = "{http://www.xjustiz.de}"
Element = etree._Element


@pytest.fixture(scope="module")
def sent(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    standards: Standards,
    tmp_path_factory: pytest.TempPathFactory,
) -> Sent:
    target = tmp_path_factory.mktemp("rules") / "package"
    package = write_court_package(
        dispatch,
        dossier,
        target,
        standards=standards,
        day=date(2026, 1, 1),
        with_whole=False,
        validate=False,
    )
    folder = package.messages[0].folder
    sizes = {one.name: one.stat().st_size for one in folder.iterdir() if one.name != MESSAGE_NAME}
    return Sent((folder / MESSAGE_NAME).read_bytes(), sizes)


def broken(sent: Sent, how: Callable[[Element], object]) -> Sent:
    root = etree.fromstring(sent.message)
    how(root)
    return Sent(etree.tostring(root), sent.sizes)


def documents(root: Element) -> list[Element]:
    return list(root.iter(f"{XJ}dokument"))


def give(root: Element, path: str, text: str) -> None:
    found = root.find(path)
    assert found is not None, path
    found.text = text


def add(parent: Element | None, name: str, **texts: str) -> Element:
    assert parent is not None
    made = etree.SubElement(parent, f"{XJ}{name}")
    for below, text in texts.items():
        etree.SubElement(made, f"{XJ}{below}").text = text
    return made


def second_original(root: Element) -> None:
    facts = documents(root)[0].find(f"{XJ}xjustiz.fachspezifischeDaten")
    stored = add(facts, "datei", dateiname=documents(root)[1].findtext(f".//{XJ}dateiname", ""))
    etree.SubElement(add(stored, "bestandteil"), "code").text = "001"


def lone_signature(root: Element) -> None:
    code = documents(root)[0].find(f".//{XJ}bestandteil/code")
    assert code is not None
    code.text = "003"


def renumbered(root: Element) -> None:
    give(documents(root)[1], f"{XJ}identifikation/{XJ}nummerImUebergeordnetenContainer", "7")


def numbered_twice(root: Element) -> None:
    give(documents(root)[1], f"{XJ}identifikation/{XJ}nummerImUebergeordnetenContainer", "1")


def links_nowhere(root: Element) -> None:
    give(root, f".//{XJ}bezugsdokument/{XJ}ref.sgo", str(uuid4()))


def links_to_itself(root: Element) -> None:
    linking = next(one for one in documents(root) if one.find(f".//{XJ}verweis") is not None)
    own = linking.findtext(f"{XJ}identifikation/{XJ}id", "")
    give(linking, f".//{XJ}bezugsdokument/{XJ}ref.sgo", own)


def same_identity(root: Element) -> None:
    first = documents(root)[0].findtext(f"{XJ}identifikation/{XJ}id", "")
    give(documents(root)[3], f"{XJ}identifikation/{XJ}id", first)


def without_court(root: Element) -> None:
    for one in list(root.iter(f"{XJ}auswahl_empfaenger", f"{XJ}empfaenger")):
        (parent,) = one.iterancestors(f"{XJ}nachrichtenkopf")
        parent.remove(one)


def without_reference(root: Element) -> None:
    for one in list(root.iter(f"{XJ}aktenzeichen.absender")):
        (parent,) = one.iterancestors(f"{XJ}nachrichtenkopf")
        parent.remove(one)


VIOLATIONS: dict[str, Callable[[Element], object]] = {
    "sind nicht lückenlos ab 1: 1, 7": renumbered,
    "sind nicht lückenlos ab 1: 1, 1": numbered_twice,
    "hat mehr als ein Original": second_original,
    "nennt nicht, welche Datei des Dokuments sie unterschreibt": lone_signature,
    "verweist auf ein Dokument, das nicht dabei ist": links_nowhere,
    "verweist auf sich selbst": links_to_itself,
    "kommt mehrfach vor": same_identity,
    "Es ist kein Gericht angegeben": without_court,
    "Das Aktenzeichen des Absenders fehlt": without_reference,
    "Das Anschreiben steht nicht unter den Dokumenten": lambda root: give(
        root, f".//{XJ}anschreiben/{XJ}ref.sgo", str(uuid4())
    ),
    "Die Rollennummer 9 ist nicht vergeben": lambda root: give(
        root, f".//{XJ}ref.rollennummer", "9"
    ),
    "dürfen nur Gerichte untereinander verwenden": lambda root: add(
        documents(root)[0], "justizinterneDaten"
    ),
    "ist nicht bekannt": lambda root: root[0].set("xjustizVersion", "3.9.9"),
    "steht nicht in der Codeliste GDS.Dokumentklasse 1.4": lambda root: give(
        root, f".//{XJ}dokumentklasse/code", "002"
    ),
    "steht nicht in der Codeliste GDS.Aktentyp": lambda root: give(
        root, f".//{XJ}aktentyp/code", "099"
    ),
    "fehlt im Paket": lambda root: give(root, f".//{XJ}dateiname", "Anderes.pdf"),
    "enthält Zeichen, die nicht erlaubt sind": lambda root: give(
        root, f".//{XJ}dateiname", "../Anderes Stück.pdf"
    ),
    "hat 90 Zeichen; erlaubt sind 84": lambda root: give(
        root, f".//{XJ}dateiname", "x" * 86 + ".pdf"
    ),
    "darf nicht „xjustiz_nachricht.xml“ heißen": lambda root: give(
        root, f".//{XJ}dateiname", MESSAGE_NAME
    ),
    "steht nicht in der Nachricht": lambda root: give(root, f".//{XJ}dateiname", "Weg.pdf"),
}


def test_what_was_written_breaks_no_rule(sent: Sent, standards: Standards) -> None:
    assert examine([sent], standards.lists).faults == ()


@pytest.mark.parametrize("sentence", VIOLATIONS)
def test_a_broken_rule_is_named(sent: Sent, standards: Standards, sentence: str) -> None:
    verdict = examine([broken(sent, VIOLATIONS[sentence])], standards.lists)
    assert any(sentence in fault for fault in verdict.faults), verdict.faults


def test_limits_dispatch_and_form_are_checked_too(sent: Sent, standards: Standards) -> None:
    lists = standards.lists
    assert len(examine([sent], lists, limits=Limits(files=3, size=10)).faults) == 2
    assert examine([sent], lists, limits=None).faults == ()
    twice = examine([sent, sent], lists).faults
    assert any("Zwei Nachrichten haben dieselbe Kennung" in fault for fault in twice)
    assert examine([Sent(b"<a", {})], lists).faults == ("Nachricht 1 ist kein XML.",)
    empty = Sent(sent.message, dict.fromkeys(sent.sizes, 0))
    assert any(fault.endswith("ist leer.") for fault in examine([empty], lists).faults)


@pytest.fixture(scope="module")
def norm(shared: Path) -> dict[str, re.Pattern[str]]:
    """The patterns of the official schema."""
    path = shared / "schemas" / "xjustiz" / "3.6.2" / "xsd" / "din-norm-91379-datatypes.xsd"
    return {
        str(one.getparent().getparent().get("name"))[-1]: re.compile(str(one.get("value")))  # type: ignore[union-attr]  # always inside
        for one in etree.parse(path).iter("{http://www.w3.org/2001/XMLSchema}pattern")
    }


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60), kind=st.sampled_from("ABCD"))
def test_what_may_be_written_holds_to_the_norm(
    norm: dict[str, re.Pattern[str]], text: str, kind: str
) -> None:
    shown = allowed(text, kind)
    assert norm[kind].fullmatch(shown), (text, shown)
    assert allowed(shown, kind) == shown


def test_names_keep_their_letters() -> None:
    assert allowed("Łukasz Çelik-Đurić, ẞ, Nguyễn", "C") == "Łukasz Çelik-Đurić, ẞ, Nguyễn"
    assert allowed("M\u0302 K\u0331", "A") == "M\u0302 Ḵ"
    assert allowed("„Süd“ – ‚neu‘ …", "C") == "\"Süd\" - 'neu' ..."
    assert allowed("a\u202eb\u200bc\x00d", "C") == "abcd"


@settings(max_examples=300, deadline=None)
@given(
    title=st.text(max_size=400),
    number=st.integers(0, 99_999),
    identity=st.uuids(),
    other=st.uuids(),
)
def test_any_title_becomes_an_allowed_name_of_its_own(
    title: str, number: int, identity: UUID, other: UUID
) -> None:
    name = file_name(number, title, identity)
    assert len(name) <= LONGEST_NAME and str(identity) in name
    assert re.fullmatch(r"[A-Za-zÄÖÜäöüß0-9_-]+\.pdf", name)
    assert identity == other or name.casefold() != file_name(number, title, other).casefold()


def test_a_downloaded_list_is_taken_in_both_forms(shared: Path, tmp_path: Path) -> None:
    published = shared / "schemas" / "xjustiz" / "codelists" / "GDS.Gerichte_3.7.json"
    taken = take_list(published, tmp_path)
    assert (taken.name, taken.version, len(taken.meanings)) == ("gds.gerichte", "3.7", 2752)
    (tmp_path / "newer.xml").write_text(GENERICODE, "utf-8")
    newer = take_list(tmp_path / "newer.xml", tmp_path)
    assert (newer.name, newer.version) == ("gds.gerichte", "3.10")
    lists = CodeLists(tmp_path)
    assert lists.version(codes.COURTS) == "3.10"
    assert lists.courts("münchen sozial") == [("D6260", "Sozialgericht München")]
    assert lists.check(codes.COURTS, "D6260", version="3.7").fault is None
    assert lists.check(codes.COURTS, "A2000R").fault is not None


GENERICODE = """<?xml version="1.0"?>
<CodeList xmlns="http://docs.oasis-open.org/codelist/ns/genericode/1.0/">
 <Identification><ShortName>GDS.Gerichte</ShortName><Version>3.10</Version>
  <CanonicalUri>urn:xoev-de:xjustiz:codeliste:gds.gerichte</CanonicalUri></Identification>
 <ColumnSet><Column Id="code" Use="required"/><Column Id="wert" Use="optional"/>
  <Key Id="k"><ColumnRef Ref="code"/></Key></ColumnSet>
 <SimpleCodeList>
  <Row><Value ColumnRef="code"><SimpleValue>D6260</SimpleValue></Value>
   <Value ColumnRef="wert"><SimpleValue>Sozialgericht München</SimpleValue></Value></Row>
  <Row><Value ColumnRef="code"><SimpleValue>D1</SimpleValue></Value>
   <Value ColumnRef="wert"><SimpleValue>aufgelöst-Sozialgericht München</SimpleValue></Value></Row>
 </SimpleCodeList></CodeList>
"""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"<a/>",
        b"\xff\xfe",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        json.dumps(
            {
                "metadaten": {"kennungInhalt": codes.KENNUNG + "../x", "version": "1"},
                "spalten": [{"spaltennameTechnisch": "code"}],
                "daten": [["1"]],
            }
        ).encode(),
    ],
)
def test_what_is_no_list_is_not_taken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "source").write_bytes(content)
    with pytest.raises(BadInput, match="keine Codeliste"):
        take_list(tmp_path / "source", tmp_path / "lists")
    assert not (tmp_path / "lists").exists()


@pytest.mark.parametrize("answer", [CONFIRMED, FAULTY, ACKNOWLEDGED, NOT_ACKNOWLEDGED])
@pytest.mark.parametrize("version", ["3.6.2", "3.7.0"])
def test_the_answers_of_these_tests_are_real_ones(
    answer: str, version: str, shared: Path, standards: Standards
) -> None:
    content = answered(answer, version=version).encode()
    kind = "2200_eeb" if "2200007" in answer else "0005_nachrichten"
    (main,) = (shared / "schemas" / "xjustiz" / version / "xsd").glob(f"xjustiz_{kind}_*.xsd")
    root = etree.fromstring(content)
    root[0].set("xjustizVersion", standards.schemas.names_itself(version))
    schema = etree.XMLSchema(etree.parse(main))
    assert schema.validate(root), schema.error_log


def test_a_confirmation_names_the_message_it_confirms() -> None:
    read = read_message(answered(CONFIRMED).encode())
    assert read.answers == "22222222-2222-4222-8222-222222222222"
    assert (read.sender_code, read.theirs, read.ours, read.faults) == (
        "D6260",
        ("S 12 SB 34/26",),
        ("SBR 12/2026",),
        (),
    )
    assert read.created_at == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_an_error_message_names_every_fault_and_what_to_do() -> None:
    read = read_message(answered(FAULTY).encode())
    assert read.faults == (Fault("004", "Zeile 3", False), Fault("007", "", True))
    other = re.sub(r"x:fehlercode\b", "x:vag.fehler", FAULTY)
    assert read_message(other.encode()).faults[0].code == "vag.fehler 004"
    assert read_message(answered(NOT_ACKNOWLEDGED).encode()).faults == (
        Fault("1", "Anlage fehlt", False),
    )
