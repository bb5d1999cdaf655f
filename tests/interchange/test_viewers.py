"""What two public viewers of courts read of a package, field by field."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eakte.interchange.package import Bound, Dispatch
from eakte.interchange.xjustiz.codes import DOCUMENT_CLASSES, CodeLists
from eakte.interchange.xjustiz.names import allowed
from eakte.interchange.xjustiz.writing import CLASS_CODES
from eakte.interchange.xjustiz.writing_package import Standards, WrittenPackage
from tests.interchange.conftest import message_of


@pytest.fixture(scope="session")
def viewer() -> None:
    if importlib.util.find_spec("xjustiz2pdf") is None:
        pytest.skip("the viewer is not installed: pip install --no-deps xjustiz2pdf")


def test_xjustiz2pdf_lists_what_was_sent(package: WrittenPackage, viewer: None) -> None:
    parser = importlib.import_module("xjustiz2pdf.parser").AktenParser()

    def leaves(node: Any) -> Iterator[tuple[str, str, str, str]]:
        for one in node.children:
            if one.is_doc():
                yield one.anzeigename, one.date_iso, one.file_path, one.bestandteil_code
            else:
                yield from leaves(one)

    listed = [
        one for one in leaves(parser.parse(str(message_of(package)))) if "0000_" not in one[2]
    ]
    assert listed == [
        (
            shown(one),
            None
            if one.document.withheld or one.document.filed_on is None
            else one.document.filed_on.isoformat(),
            one.path.name,
            "001",
        )
        for one in package.bound
    ]


def shown(bound: Bound) -> str:
    return allowed(f"{bound.title} (Bl. {bound.folios})")


OPENED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from parsers import xjustizParser
message = getattr(xjustizParser, sys.argv[2])(sys.argv[3])
def rows(dossiers):
    for one in dossiers.values():
        yield from rows(one["teilakten"])
        yield from one["dokumente"].values()
print(json.dumps({
    "documents": list(rows(message.schriftgutobjekte["akten"])),
    "beside": list(message.schriftgutobjekte["dokumente"].values()),
    "court": message.empfaenger, "office": message.absender,
    "parties": message.grunddaten["beteiligung"],
}))
"""


def test_open_xjv_reads_every_field_as_it_was_meant(
    package: WrittenPackage, standards: Standards, dispatch: Dispatch
) -> None:
    found = importlib.util.find_spec("openXJV")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the viewer is not installed: pip install --no-deps openXJV")
    place = Path(found.submodule_search_locations[0]) / "bin" / "openxjv"
    # It has no reader of its own for 3.7 yet; the message differs by nothing that it reads.
    reader = {"3.5.1": "parser351", "3.6.2": "parser362", "3.7.0": "parser362"}[package.version]
    read = json.loads(
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", OPENED, place, reader, message_of(package)],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
    )
    assert read["court"]["name"] == "Sozialgericht München"
    assert read["court"]["aktenzeichen"] in ("S 12 SB 34/26", ["S 12 SB 34/26"])
    assert read["office"]["name"] == dispatch.office.name
    roles = [one["rolle"][0]["rollenbezeichnung"] for one in read["parties"]]
    assert roles == ["Kläger(in)", "Beklagte(r)", "Prozessbevollmächtigte(r)"]
    assert len(read["beside"]) == 4
    assert [as_read(one) for one in read["documents"]] == [
        as_sent(one, standards.lists) for one in package.bound
    ]


def as_read(row: dict[str, object]) -> tuple[object, ...]:
    stored = row["dateien"]
    links = row["verweise"]
    assert isinstance(stored, list) and isinstance(links, list)
    return (
        row["id"],
        row["anzeigename"],
        row["dokumentklasse"],
        row["datumDesSchreibens"],
        str(row["posteingangsdatum"])[:10],
        row["veraktungsdatum"],
        row["scanDatum"],
        row["absenderAnzeigename"],
        row["adressatAnzeigename"],
        row["akteneinsicht"],
        row["fremdesGeschaeftszeichen"],
        [one["dateiname"] for one in stored],
        len(links),
    )


def as_sent(bound: Bound, lists: CodeLists) -> tuple[object, ...]:
    one = bound.document
    hidden = one.withheld is not None
    code = "011" if hidden else CLASS_CODES[one.document_class]
    replaced = one.scan is not None and one.scan.replaces_paper and not hidden
    return (
        str(one.id),
        shown(bound),
        lists.meaning(DOCUMENT_CLASSES, code),
        "" if hidden else str(one.written_on),
        "" if hidden else str(one.received_on),
        "" if hidden else str(one.filed_on),
        str(one.scan.on) if replaced and one.scan else "",
        "" if hidden else one.sender,
        "" if hidden else one.recipient,
        "" if one.inspection_allowed else "false",
        "" if hidden else one.foreign_reference,
        [bound.path.name],
        0 if hidden else len(one.links),
    )
