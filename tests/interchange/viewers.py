"""What two public viewers of courts read of messages, and what they should."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eakte.interchange.package import Bound
from eakte.interchange.xjustiz.codes import DOCUMENT_CLASSES, CodeLists
from eakte.interchange.xjustiz.names import allowed
from eakte.interchange.xjustiz.writing import CLASS_CODES

# It has no reader of its own for 3.7 yet; the message differs by nothing that it reads.
READERS = {"3.5.1": "parser351", "3.6.2": "parser362", "3.7.0": "parser362"}
OPENED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from parsers import xjustizParser
def rows(dossiers):
    for one in dossiers.values():
        yield from rows(one["teilakten"])
        yield from one["dokumente"].values()
read = []
for path in sys.argv[3:]:
    message = getattr(xjustizParser, sys.argv[2])(path)
    read.append({
        "documents": list(rows(message.schriftgutobjekte["akten"])),
        "beside": list(message.schriftgutobjekte["dokumente"].values()),
        "court": message.empfaenger, "office": message.absender,
        "parties": message.grunddaten["beteiligung"],
    })
print(json.dumps(read))
"""


def xjustiz2pdf_lists(message: Path) -> list[tuple[str, str | None, str, str]]:
    """Name, day, file and kind of each document of the dossier, as xjustiz2pdf lists them."""
    if importlib.util.find_spec("xjustiz2pdf") is None:
        pytest.skip("the viewer is not installed: pip install --no-deps xjustiz2pdf")
    parser = importlib.import_module("xjustiz2pdf.parser").AktenParser()

    def leaves(node: Any) -> Iterator[tuple[str, str | None, str, str]]:
        for one in node.children:
            if one.is_doc():
                yield one.anzeigename, one.date_iso, one.file_path, one.bestandteil_code
            else:
                yield from leaves(one)

    listed = leaves(parser.parse(str(message)))
    return [one for one in listed if not one[2].startswith("0000_")]


def listed_as(bound: Bound) -> tuple[str, str | None, str, str]:
    """What xjustiz2pdf should list."""
    filed = None if bound.document.withheld else bound.document.filed_on
    return shown(bound), filed.isoformat() if filed else None, bound.path.name, "001"


def open_xjv_reads(messages: Sequence[Path], version: str) -> list[dict[str, Any]]:
    """What openXJV reads of each message."""
    found = importlib.util.find_spec("openXJV")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the viewer is not installed: pip install --no-deps openXJV")
    place = Path(found.submodule_search_locations[0]) / "bin" / "openxjv"
    command = [sys.executable, "-W", "ignore", "-c", OPENED, place, READERS[version], *messages]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


def shown(bound: Bound) -> str:
    return allowed(f"{bound.title} (Bl. {bound.folios})")


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
        "" if hidden else str(one.written_on or ""),
        "" if hidden else str(one.received_on or ""),
        "" if hidden else str(one.filed_on or ""),
        str(one.scan.on) if replaced and one.scan else "",
        "" if hidden else one.sender,
        "" if hidden else one.recipient,
        "" if one.inspection_allowed else "false",
        "" if hidden else one.foreign_reference,
        [bound.path.name],
        0 if hidden else len(one.links),
    )
