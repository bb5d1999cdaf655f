"""How is one element of a message written: its name, its text, its code?"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from lxml import etree

from eakte.interchange.xdomea.versions import is_fourth, namespace

# What XML 1.0 cannot carry (section 2.2, Char).
UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def speakable(text: str) -> str:
    """Return a text in which U+FFFD stands for every sign that XML cannot carry."""
    return UNSPEAKABLE.sub("\ufffd", text)


def moment(instant: datetime) -> str:
    """Return an instant with milliseconds and time zone, as the head of 4.0 asks for."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Node:
    """An element in the namespace of a version, to which children are appended."""

    def __init__(self, element: etree._Element, version: str) -> None:
        self.element = element
        self.version = version
        self.fourth = is_fourth(version)
        self._space = namespace(version)

    @classmethod
    def root(cls, version: str, name: str) -> Node:
        """Begin an element that has no parent yet."""
        space = namespace(version)
        return cls(etree.Element(f"{{{space}}}{name}", nsmap={"xdomea": space}), version)

    def child(self, name: str) -> Node:
        """Append an element."""
        return Node(etree.SubElement(self.element, f"{{{self._space}}}{name}"), self.version)

    def text(self, name: str, text: str, *, always: bool = False) -> None:
        """Append an element with a text; an empty text is left out, if it may be."""
        if text or always:
            self.child(name).element.text = speakable(text)

    def plain(self, name: str, text: str) -> None:
        """Append an element that stands in no namespace, as XÖV's own kernel has them."""
        etree.SubElement(self.element, name).text = speakable(text)

    def flag(self, name: str, flag: bool) -> None:
        """Append yes or no as 1 or 0: ``Importbestaetigung`` is fixed to the sign 1."""
        self.text(name, "1" if flag else "0")

    def day(self, name: str, day: date | None) -> None:
        """Append a day, if there is one."""
        if day is not None:
            self.text(name, day.isoformat())

    def instant(self, name: str, instant: datetime | None) -> None:
        """Append an instant, if there is one."""
        if instant is not None:
            self.text(name, moment(instant))

    def code(self, name: str, code: str, address: str = "", version: str = "") -> None:
        """Append a code of a list; the code itself stands in no namespace."""
        node = self.child(name)
        if address:
            node.element.set("listURI", address)
        if version:
            node.element.set("listVersionID", version)
        node.plain("code", code)
