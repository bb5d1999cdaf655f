"""What does an office document carry that would act by itself, and is it locked by a password?

Everything is read from the containers themselves, before any program opens the document: macros,
fields that start programs (DDE), and whatever a reader's program would fetch from elsewhere. What
is found is told; nothing of it is ever run or fetched here.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import olefile
from lxml import etree

from eakte.model.findings import Flag
from eakte.processing.machine import must_not_be_to_blame

LARGEST_PART = 32 * 1024 * 1024
MOST_PARTS = 4096
LARGEST_STREAM = 64 * 1024 * 1024
FAULTS = (
    *(zipfile.BadZipFile, etree.LxmlError, OSError, ValueError, RuntimeError, EOFError),
    *(NotImplementedError, KeyError, IndexError, TypeError, AttributeError, struct.error),
)
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
HREF = "{http://www.w3.org/1999/xlink}href"
# What a person has to click on first is no danger; the rest is fetched when the document opens.
ONLY_WHEN_CLICKED = ("/hyperlink",)
LINKS_TO_CLICK = frozenset({"a", "bookmark"})
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\|\.\./)", re.IGNORECASE)
HARMLESS_SCHEME = re.compile(r"^\s*(?:data:|#|vnd\.sun\.star\.script:)", re.IGNORECASE)
DDE = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)
INCLUDES = re.compile(r"\bINCLUDE(?:PICTURE|TEXT)\b|\bLINK\s+\w+\.", re.IGNORECASE)
VBA = frozenset({"_vba_project", "_vba_project_cur", "macros", "vba"})
RTF_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)
RTF_OUTSIDE = re.compile(
    rb"\\\*?\\?template\b|\\objautlink|\\objlink|INCLUDE(?:PICTURE|TEXT)", re.IGNORECASE
)
RTF_OBJECT = re.compile(rb"\\obj(?:data|emb|ocx)\b", re.IGNORECASE)
BOUND_SHEET, FILE_PASS, MACRO_SHEET = 0x85, 0x2F, 1


@dataclass(frozen=True)
class Inspected:
    """What was found: flags, and codes of what a person has to know; ``locked`` by a password."""

    flags: frozenset[Flag] = frozenset()
    codes: tuple[str, ...] = ()
    locked: bool = False


class _Found:
    def __init__(self) -> None:
        self.macros = self.outside = self.dde = self.objects = self.locked = False

    def told(self) -> Inspected:
        flags: set[Flag] = set()
        if self.macros or self.dde:
            flags.add(Flag.MACROS)
        if self.outside or self.dde:
            flags.add(Flag.LINKS)
        if self.objects:
            flags.add(Flag.ATTACHMENTS)
        codes = [
            code
            for code, found in (
                ("macros", self.macros),
                ("dde", self.dde),
                ("external-links", self.outside),
            )
            if found
        ]
        return Inspected(frozenset(flags), tuple(codes), self.locked)


def inspect(path: Path) -> Inspected:
    """Look through an office document of any kind; what cannot be read tells nothing."""
    found = _Found()
    with path.open("rb") as stream:
        head = stream.read(8)
    try:
        if head.startswith(b"PK"):
            _in_zip(path, found)
        elif olefile.isOleFile(str(path)):
            _in_ole(path, found)
        elif head.startswith(b"{\\rt"):
            _in_rtf(path, found)
    except FAULTS as error:
        must_not_be_to_blame(error)
        # What was found so far stands; whether the document is whole shows when it is converted.
        return found.told()
    return found.told()


def _in_zip(path: Path, found: _Found) -> None:
    with zipfile.ZipFile(path) as container:
        names = container.namelist()[:MOST_PARTS]
        low = [name.lower() for name in names]
        found.macros |= any(
            name.endswith(("vbaproject.bin", "vbadata.xml"))
            or name.startswith(("basic/", "scripts/", "xl/macrosheets/"))
            for name in low
        )
        found.objects |= any("/embeddings/" in name or name.startswith("object ") for name in low)
        for name in names:
            if name.endswith(".rels"):
                _in_relationships(_tree(container, name), found)
            elif name in ("content.xml", "styles.xml", "settings.xml", "META-INF/manifest.xml"):
                _in_open_document(_tree(container, name), found)
            elif name.lower().endswith(".xml") and name.startswith(("word/", "xl/", "ppt/")):
                _in_open_xml(_tree(container, name), found)


def _tree(container: zipfile.ZipFile, name: str) -> etree._Element | None:
    if container.getinfo(name).file_size > LARGEST_PART:
        return None
    with container.open(name) as part:
        read = part.read(LARGEST_PART)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        return etree.fromstring(read, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _elements(tree: etree._Element | None) -> Iterator[etree._Element]:
    for element in tree.iter() if tree is not None else ():
        if isinstance(element.tag, str):
            yield element


def _in_relationships(tree: etree._Element | None, found: _Found) -> None:
    for element in _elements(tree):
        outside = element.get("TargetMode", "").lower() == "external"
        clicked = element.get("Type", "").endswith(ONLY_WHEN_CLICKED)
        found.outside |= element.tag == RELATIONSHIP and outside and not clicked


def _in_open_xml(tree: etree._Element | None, found: _Found) -> None:
    words = []
    for element in _elements(tree):
        name = etree.QName(element).localname
        if name == "instrText":
            words.append(element.text or "")
        elif name == "fldSimple":
            words += [str(told) for key, told in element.items() if str(key).endswith("instr")]
        elif name in ("ddeLink", "ddeItem"):
            found.dde = True
    # A field's words may be spread over many pieces of text.
    told = "".join(words)
    found.dde |= bool(DDE.search(told))
    found.outside |= bool(INCLUDES.search(told))


def _in_open_document(tree: etree._Element | None, found: _Found) -> None:
    for element in _elements(tree):
        name = etree.QName(element).localname
        if name == "encryption-data":
            found.locked = True
        elif name in ("dde-source", "dde-connection-decl"):
            found.dde = True
        elif name == "event-listener":
            found.macros = True
        href = element.get(HREF, "")
        if name not in LINKS_TO_CLICK and OUTSIDE.match(href) and not HARMLESS_SCHEME.match(href):
            found.outside = True


def _in_ole(path: Path, found: _Found) -> None:
    with olefile.OleFileIO(str(path)) as container:
        names = {part.lower() for entry in container.listdir(storages=True) for part in entry}
        found.locked |= "encryptedpackage" in names
        found.macros |= bool(names & VBA)
        found.objects |= "objectpool" in names
        if container.exists("WordDocument"):
            _in_word(_stream(container, "WordDocument"), found)
        for book in ("Workbook", "Book"):
            if container.exists(book):
                _in_workbook(_stream(container, book), found)
        found.locked |= "encryptedsummary" in names


def _stream(container: olefile.OleFileIO, name: str) -> bytes:
    return bytes(container.openstream(name).read(LARGEST_STREAM))


def _in_word(read: bytes, found: _Found) -> None:
    """[MS-DOC] 2.5.2: the flag fEncrypted in the FIB; fields stand in the text as they are."""
    if len(read) > 12 and struct.unpack("<H", read[10:12])[0] & 0x0100:
        found.locked = True
        return
    for text in (read.decode("latin-1"), read.decode("utf-16-le", "ignore")):
        found.dde |= bool(re.search(r"\x13\s*DDE(?:AUTO)?\b", text, re.IGNORECASE))
        found.outside |= bool(re.search(r"\x13\s*INCLUDE(?:PICTURE|TEXT)\b", text, re.IGNORECASE))


def _in_workbook(read: bytes, found: _Found) -> None:
    """[MS-XLS] 2.4.28 and 2.4.117: the kind of each sheet, and whether the rest is encrypted."""
    place = 0
    while place + 4 <= len(read):
        kind, size = struct.unpack("<HH", read[place : place + 4])
        body = read[place + 4 : place + 4 + size]
        if kind == FILE_PASS:
            found.locked = True
            return
        if kind == BOUND_SHEET and len(body) > 5 and body[5] == MACRO_SHEET:
            found.macros = True
        place += 4 + size


def _in_rtf(path: Path, found: _Found) -> None:
    with path.open("rb") as stream:
        read = stream.read(LARGEST_STREAM)
    found.dde |= bool(RTF_DDE.search(read))
    found.outside |= bool(RTF_OUTSIDE.search(read))
    found.objects |= bool(RTF_OBJECT.search(read))
