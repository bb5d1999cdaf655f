"""What stands in an element, and is it what it should be?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from lxml import etree

from eakte.interchange.faults import Fault, fault
from eakte.interchange.xdomea.versions import ID

UUID_SHAPE = re.compile(ID)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:Z|[+-]\d{2}:\d{2})?")
YEAR = re.compile(r"(\d{4})(?:Z|[+-]\d{2}:\d{2})?")
FRACTION = re.compile(r"(?<=:\d{2})\.(\d+)")


def tag_of(node: etree._Element) -> tuple[str, str]:
    """Return the namespace and the name of an element.

    A prefix that was never declared stays a part of the name; lxml's own QName refuses it.
    """
    space, _, name = str(node.tag).rpartition("}")
    return space.removeprefix("{"), name


class Found:
    """An element that was found, or not; what is not there is empty."""

    def __init__(self, node: etree._Element | None, version: str) -> None:
        self.node = node
        self.version = version

    @property
    def name(self) -> str:
        """The element's name without its namespace."""
        return "" if self.node is None else tag_of(self.node)[1]

    @property
    def own_text(self) -> str:
        """The element's text."""
        return "" if self.node is None else (self.node.text or "").strip()

    def children(self, *names: str) -> Iterator[Found]:
        """Yield the elements right below, all or those of some names."""
        if self.node is None:
            return
        for child in self.node:
            if isinstance(child.tag, str):
                one = Found(child, self.version)
                if not names or one.name in names:
                    yield one

    def first(self, *path: str) -> Found:
        """Return the element at the end of a path of names."""
        found = self
        for name in path:
            found = next(found.children(name), Found(None, self.version))
        return found

    def text(self, *path: str) -> str:
        """Return the text at the end of a path; empty if it is not there."""
        return self.first(*path).own_text

    def code(self, *path: str) -> str:
        """Return the code at the end of a path; empty if it is not there."""
        return self.first(*path).text("code")


class Reader:
    """Turns texts into values and writes down which could not be turned."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        self.seen = 0
        self._about = ""

    def about(self, name: str) -> None:
        """Say of which record the next values are."""
        self._about = name

    def _bad(self, field: str, text: str) -> None:
        self.faults.append(
            fault(
                "bad-value",
                "„%(text)s“ ist für „%(field)s“ keine gültige Angabe.",
                text=text[:80],
                field=field,
                about=self._about,
            )
        )

    def id_of(self, text: str, field: str) -> UUID | None:
        """Return an id; none that is valid is a fault."""
        if not UUID_SHAPE.fullmatch(text):
            self._bad(field, text)
            return None
        return UUID(text)

    def day(self, text: str, field: str) -> date | None:
        """Return a day, the time zone left aside; of a year alone its last day (2.4)."""
        if not text:
            return None
        try:
            if year := YEAR.fullmatch(text):
                return date(int(year[1]), 12, 31)
            if parts := DAY.fullmatch(text):
                return date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:  # the 30th of February, the year 0
            self._bad(field, text)
            return None
        self._bad(field, text)
        return None

    def instant(self, text: str, field: str) -> datetime | None:
        """Return an instant; one without a time zone is taken as UTC."""
        if not text:
            return None
        # The language reads at most six digits after the second, XML writes as many as it likes.
        shortened = FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text)
        try:
            instant = datetime.fromisoformat(shortened)
            return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self._bad(field, text)
            return None

    def flag(self, text: str, field: str) -> bool:
        """Return yes or no."""
        if text in ("1", "true"):
            return True
        if text not in ("0", "false"):
            self._bad(field, text)
        return False

    def number(self, text: str, field: str) -> int | None:
        """Return a number that counts something; empty is none."""
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            self._bad(field, text)
            return None
        return int(text)
