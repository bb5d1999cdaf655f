"""Does a message keep to the official schema of its version, as far as the schemas are here?"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import IO

from lxml import etree

from eakte.interchange.faults import Fault, fault

MAIN = "xdomea-Nachrichten-AussonderungDurchfuehren.xsd"
LISTS = "code_lists"
OTHER_FORMAT = "100"
# Two entries of the list share an ending; the one for archives is meant for PDF/A.
ARCHIVAL = "Archival"


class _Nearby(etree.Resolver):
    """Finds a schema by its name in a folder, whatever address it is imported from."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._paths = {path.name: path for path in sorted(folder.rglob("*.xsd"))}

    def resolve(self, system_url: str, public_id: str, context: object = None) -> object:
        path = self._paths.get(system_url.rsplit("/", 1)[-1])
        # An import that is not here is answered with nothing: the compiler then names it.
        if path is None:
            return self.resolve_empty(context)  # type: ignore[attr-defined]  # stubs lack it
        return self.resolve_filename(str(path), context)  # type: ignore[attr-defined]  # stubs lack it


class Schemas:
    """The official schemas and code lists in a folder: ``<folder>/<version>/xsd/…``.

    Where the folder or a version is missing, nothing is checked, and ``has`` says so: whoever
    sends a message has to tell that it was not checked.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._compiled: dict[str, etree.XMLSchema] = {}
        self._lists: dict[tuple[str, str], dict[str, str]] = {}
        self._lock = threading.Lock()

    def has(self, version: str) -> bool:
        """Say whether messages of a version can be checked here."""
        return self._main(version) is not None

    def _main(self, version: str) -> Path | None:
        if self._folder is None:
            return None
        path = self._folder / version / "xsd" / MAIN
        return path if path.is_file() else None

    def _schema(self, version: str) -> etree.XMLSchema | None:
        main = self._main(version)
        if main is None:
            return None
        if version not in self._compiled:
            parser = etree.XMLParser(no_network=True, load_dtd=False)
            parser.resolvers.add(_Nearby(main.parent.parent))
            self._compiled[version] = etree.XMLSchema(etree.parse(str(main), parser))
        return self._compiled[version]

    def faults(self, stream: IO[bytes], version: str) -> list[Fault]:
        """Return what the schema has against a message; nothing if there is no schema.

        The message is looked at piece by piece; only its first fault is named.
        """
        with self._lock:
            schema = self._schema(version)
            if schema is None:
                return []
            try:
                walk = etree.iterparse(
                    stream,
                    events=("start", "end"),
                    schema=schema,
                    resolve_entities=False,
                    no_network=True,
                    huge_tree=False,
                )
                depth = 0
                for event, node in walk:
                    depth += 1 if event == "start" else -1
                    if event == "end" and depth == 1:
                        node.clear()
            except etree.XMLSyntaxError as error:
                return [
                    fault(
                        "against-schema",
                        "Das amtliche Schema von xdomea %(version)s lehnt die Nachricht ab: "
                        "%(why)s",
                        version=version,
                        why=str(error).replace("{urn:xoev-de:xdomea:schema:" + version + "}", "")[
                            :300
                        ],
                    )
                ]
            return []

    def codes(self, version: str, name: str) -> dict[str, str]:
        """Return a code list as code -> description; empty if it is not here.

        Args:
            version: a version of the standard; one without lists of its own has those of 3.0.0.
            name: the list's name, such as ``Dateiformat``.
        """
        if (version, name) not in self._lists:
            self._lists[version, name] = self._read_list(version, name)
        return self._lists[version, name]

    def _read_list(self, version: str, name: str) -> dict[str, str]:
        if self._folder is None:
            return {}
        for tried in (version, "3.0.0"):
            for path in sorted((self._folder / tried / LISTS).glob(f"{name}_*.xml")):
                return _rows(path)
        return {}

    def format_for(self, ending: str, *, archival: bool = False) -> tuple[str, str]:
        """Return the code of a format by the ending of its names, and its name if it has no code.

        Args:
            ending: without the dot, such as ``pdf``.
            archival: it is PDF/A.
        """
        wanted = ending.lower().lstrip(".")
        matching = {
            code: said
            for code, said in self.codes("3.0.0", "Dateiformat").items()
            if said.split(" - ")[0].strip() == wanted
        }
        for code, said in sorted(matching.items()):
            if (ARCHIVAL in said) == archival:
                return code, ""
        if matching:
            return min(matching), ""
        return OTHER_FORMAT, wanted or "ohne Endung"


def _rows(path: Path) -> dict[str, str]:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    codes = {}
    for row in etree.parse(str(path), parser).iter("Row"):
        texts = [value.findtext("SimpleValue") or "" for value in row.iter("Value")]
        if len(texts) > 1:
            # Some descriptions of the official list begin or end with a blank.
            codes[texts[0].strip()] = " ".join(texts[1].split())
    return codes
