"""Which codes stand in the official lists, and in which version of them does an office have them?

The lists belong to their publishers (XRepository) and are not part of the program. An office
downloads them once and hands each to ``take_list``; they then lie in a folder, one file a version.
"""

from __future__ import annotations

import functools
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from eakte.errors import BadInput, Sentence

COURTS = "gds.gerichte"
DOCUMENT_CLASSES = "gds.dokumentklasse"
EVENTS = "gds.ereignis"
FIELDS_OF_LAW = "gds.sachgebiet"
ROLES = "gds.rollenbezeichnung"
DOSSIER_KINDS = "gds.aktentyp"
PART_KINDS = "gds.teilaktentyp"
COMPONENTS = "gds.bestandteiltyp"
LINKS = "gds.verweistyp"
REFERENCE_KINDS = "gds.aktenzeichenart"
FAULTS = "gds.fehlercodes"

# The versions that were valid when this was written: what a message says of its lists where the
# office has none. Courts are left out, because nobody knows their codes by heart.
KNOWN_VERSIONS = {
    DOCUMENT_CLASSES: "1.4",
    EVENTS: "1.13",
    FIELDS_OF_LAW: "2.5",
    ROLES: "3.6",
    FAULTS: "1.0",
}
KENNUNG = "urn:xoev-de:xjustiz:codeliste:"
LARGEST_LIST = 64 * 1024 * 1024
# Courts that no longer exist stay in the list under such a name.
DISSOLVED = re.compile(r"^\s*aufgelöst", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9.\-]{1,80}")
_VERSION = re.compile(r"[0-9A-Za-z.\-]{1,20}")


@dataclass(frozen=True)
class CodeList:
    """One version of one official list: its codes and what each of them means."""

    name: str
    version: str
    meanings: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Checked:
    """Whether a code may be used: ``fault`` stands against it, ``hint`` only has to be said."""

    fault: Sentence | None = None
    hint: Sentence | None = None


class CodeLists:
    """The official lists of one folder, whatever versions lie there.

    Raises:
        BadInput: a file in the folder is no code list.
    """

    def __init__(self, folder: Path | None) -> None:
        self._lists: dict[str, dict[str, CodeList]] = {}
        for path in sorted(folder.glob("*.json")) if folder and folder.is_dir() else ():
            known = _read_json(path, path.stat().st_mtime_ns)
            self._lists.setdefault(known.name, {})[known.version] = known

    def newest(self, name: str) -> CodeList | None:
        """The newest version of a list, or None where the folder has none."""
        versions = self._lists.get(name, {})
        return versions[max(versions, key=_as_numbers)] if versions else None

    def version(self, name: str) -> str | None:
        """Which version a message names where the schema leaves it open."""
        newest = self.newest(name)
        return newest.version if newest else KNOWN_VERSIONS.get(name)

    def meaning(self, name: str, code: str) -> str:
        """What a code means in the newest version; the code itself where nobody knows."""
        newest = self.newest(name)
        return newest.meanings.get(code, code) if newest else code

    def check(self, name: str, code: str, *, version: str | None = None) -> Checked:
        """Say whether a code stands in the list, in this version where it is asked for."""
        known = self._lists.get(name, {}).get(version or "") or self.newest(name)
        if known is None:
            missing = Sentence("Die amtliche Codeliste %(list)s fehlt.", list=told(name))
            return Checked(fault=missing) if name == COURTS else Checked(hint=missing)
        hint = None
        if version and known.version != version:
            hint = Sentence(
                "Die Codeliste %(list)s %(wanted)s fehlt; geprüft wurde gegen %(known)s.",
                list=told(name),
                wanted=version,
                known=known.version,
            )
        if code not in known.meanings:
            return Checked(
                hint=hint,
                fault=Sentence(
                    "„%(code)s“ steht nicht in der Codeliste %(list)s %(version)s.",
                    code=code,
                    list=told(name),
                    version=known.version,
                ),
            )
        if name == COURTS and DISSOLVED.match(known.meanings[code]):
            return Checked(
                hint=hint,
                fault=Sentence(
                    "Das Gericht %(code)s gibt es nicht mehr: %(name)s.",
                    code=code,
                    name=known.meanings[code],
                ),
            )
        return Checked(hint=hint)

    def courts(self, words: str = "") -> Sequence[tuple[str, str]]:
        """Existing courts whose name has all these words: code and name, sorted by name."""
        known = self.newest(COURTS)
        wanted = words.casefold().split()
        return sorted(
            (
                (code, name)
                for code, name in (known.meanings.items() if known else ())
                if not DISSOLVED.match(name) and all(word in name.casefold() for word in wanted)
            ),
            key=lambda pair: (pair[1].casefold(), pair[0]),
        )


def told(name: str) -> str:
    """What people call a list: gds.gerichte is GDS.Gerichte."""
    return ".".join(
        word.upper() if word == "gds" else word[:1].upper() + word[1:] for word in name.split(".")
    )


def take_list(source: Path, folder: Path) -> CodeList:
    """Put a downloaded list (XRepository's JSON or genericode) into the folder; returns it.

    A list that was there in the same version is replaced. Nothing is written unless the whole
    list was read.

    Raises:
        BadInput: the file is no code list of XJustiz.
    """
    if source.stat().st_size > LARGEST_LIST:
        raise _no_list(source)
    content = source.read_bytes()
    taken = (
        _from_xml(content, source) if content.lstrip()[:1] == b"<" else _from_json(content, source)
    )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".new", delete=False) as writing:
        json.dump(
            {
                "metadaten": {"kennungInhalt": KENNUNG + taken.name, "version": taken.version},
                "spalten": [{"spaltennameTechnisch": "code"}, {"spaltennameTechnisch": "wert"}],
                "daten": [[code, meaning] for code, meaning in taken.meanings.items()],
            },
            writing,
            ensure_ascii=False,
        )
        writing.flush()
        os.fsync(writing.fileno())
    Path(writing.name).replace(folder / f"{taken.name}_{taken.version}.json")
    return taken


@functools.lru_cache(maxsize=256)
def _read_json(path: Path, changed_at: int) -> CodeList:
    """Read a list once for as long as its file stays the same."""
    del changed_at
    return _from_json(path.read_bytes(), path)


def _from_json(content: bytes, source: Path) -> CodeList:
    try:
        whole = json.loads(content)
        facts, rows = whole["metadaten"], whole["daten"]
        columns = [column.get("spaltennameTechnisch", "") for column in whole["spalten"]]
        at = next((place for place, name in enumerate(columns) if name.casefold() == "code"), 0)
        meaning = next((place for place in range(len(columns)) if place != at), at)
        return _made(
            facts["kennungInhalt"],
            str(facts["version"]),
            {str(row[at]).strip(): str(row[meaning] or "").strip() for row in rows if row[at]},
            source,
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _no_list(source) from error


def _from_xml(content: bytes, source: Path) -> CodeList:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
        uri = root.findtext(".//{*}Identification/{*}CanonicalUri")
        version = root.findtext(".//{*}Identification/{*}Version")
        columns = [str(column.get("Id")) for column in root.iter("{*}Column")]
        key = root.find(".//{*}Key/{*}ColumnRef")
        at = str(key.get("Ref")) if key is not None else columns[0]
        meaning = next((name for name in columns if name != at), at)
        meanings = {}
        for row in root.iter("{*}Row"):
            values = {
                str(value.get("ColumnRef")): (value.findtext("{*}SimpleValue") or "").strip()
                for value in row.iter("{*}Value")
            }
            meanings[values[at]] = values.get(meaning, "")
        return _made(str(uri), str(version), meanings, source)
    except (etree.XMLSyntaxError, KeyError, IndexError) as error:
        raise _no_list(source) from error


def _made(uri: str, version: str, meanings: Mapping[str, str], source: Path) -> CodeList:
    name = uri.removeprefix(KENNUNG)
    named = uri.startswith(KENNUNG) and _NAME.fullmatch(name) and _VERSION.fullmatch(version)
    if not named or not meanings:
        raise _no_list(source)
    return CodeList(name, version, dict(meanings))


def _no_list(source: Path) -> BadInput:
    return BadInput(
        "„%(name)s“ ist keine Codeliste von XJustiz.",
        name=source.name,
        next_step="Bitte laden Sie die Liste aus dem XRepository herunter (JSON oder Genericode).",
    )


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
