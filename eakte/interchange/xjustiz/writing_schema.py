"""Does a message hold to the official schema of its version?

All versions share one namespace, so the schema is chosen by the version that the message names.
The schemas belong to their publisher and lie in a folder: ``<folder>/<version>/xsd/*.xsd``.
"""

from __future__ import annotations

import threading
from pathlib import Path

from lxml import etree

from eakte.errors import Sentence

MAIN_SCHEMA = "xjustiz_0005_nachrichten_*.xsd"
# Messages of other modules than the first stand in schemas of their own.
SCHEMAS_OF = {"nachricht.eeb.zuruecklaufend.2200007": "xjustiz_2200_eeb_*.xsd"}
MOST_TOLD = 20
XSD = "{http://www.w3.org/2001/XMLSchema}"


def parser() -> etree.XMLParser:
    """A reader that fetches nothing and resolves no entity."""
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)


class Schemas:
    """The official schemas in one folder; each version is read once and kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: dict[Path, etree.XMLSchema] = {}
        self._numbers: dict[str, str] = {}
        self._reading = threading.Lock()

    def has(self, version: str) -> bool:
        """Whether the schema of a version is there."""
        return self._main(version) is not None

    def faults(self, message: bytes, version: str) -> list[Sentence] | None:
        """What the schema has against a message; None where there is no schema to ask."""
        root = etree.fromstring(message, parser())
        module = SCHEMAS_OF.get(etree.QName(root).localname, MAIN_SCHEMA)
        schema = self._schema(version, module)
        if schema is None:
            return None
        head = root.find("{http://www.xjustiz.de}nachrichtenkopf")
        if head is not None and head.get("xjustizVersion") == version:
            head.set("xjustizVersion", self.names_itself(version))
        if schema.validate(root):
            return []
        return [
            Sentence("Zeile %(line)s: %(fault)s", line=told.line, fault=told.message)
            for told in list(schema.error_log)[:MOST_TOLD]  # type: ignore[call-overload]  # can be walked
        ]

    def names_itself(self, version: str) -> str:
        """Which number the schema of a version demands in a message.

        A schema that was published ahead of its day may still demand that of its predecessor: the
        one of 3.7.0 does. Such a message bears its own number and is checked but for that.
        """
        main = self._main(version)
        if main is None:
            return version
        if version not in self._numbers:
            fixed = (
                one.get("fixed")
                for path in sorted(main.parent.glob("xjustiz_0000_grunddatensatz_*.xsd"))
                for one in etree.parse(path, parser()).iter(f"{XSD}attribute")
                if one.get("name") == "xjustizVersion"
            )
            self._numbers[version] = next(fixed, None) or version
        return self._numbers[version]

    def _main(self, version: str, module: str = MAIN_SCHEMA) -> Path | None:
        if self._folder is None:
            return None
        return next(iter(sorted((self._folder / version / "xsd").glob(module))), None)

    def _schema(self, version: str, module: str) -> etree.XMLSchema | None:
        main = self._main(version, module)
        if main is None:
            return None
        with self._reading:
            if main not in self._read:
                self._read[main] = etree.XMLSchema(etree.parse(main, parser()))
            return self._read[main]
