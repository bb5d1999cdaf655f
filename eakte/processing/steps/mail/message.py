"""What does a message consist of, whatever program wrote it?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError

EARLIEST, LATEST = 1900, 2199
# What the standard library raises, beside its own errors, at heads and parts that nobody foresaw.
BROKEN = (
    *(MessageError, ValueError, LookupError, AttributeError, TypeError),
    *(AssertionError, RecursionError, NotImplementedError),
)


@dataclass(frozen=True)
class Enclosed:
    """What lies in a message; ``inline`` where the text shows it as well."""

    name: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture that the text refers to by its Content-ID."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """A part of the text, in the order of the message; ``markup`` where it is HTML."""

    text: str
    markup: bool = False


@dataclass
class Mail:
    """A message as it was read; ``found`` says what is wrong with it, and how often."""

    sender: str = ""
    recipients: str = ""
    copies: str = ""
    subject: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    bodies: list[Body] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    enclosed: list[Enclosed] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)


def decoded(content: bytes, charset: str | None, found: Counter[str]) -> str:
    """Return text in the encoding it calls itself, or else in one that German offices use.

    A wrong encoding is counted in ``found``.
    """
    return _text(content, charset, found).encode("utf-8", "replace").decode("utf-8")


def _text(content: bytes, charset: str | None, found: Counter[str]) -> str:
    plausible = (charset or "utf-8").strip().strip("\"'")
    try:
        return content.decode(plausible)
    except (LookupError, ValueError, TypeError):
        if charset is not None and plausible.lower() not in ("us-ascii", "ascii"):
            found["mail-charset"] += 1
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def moment(given: datetime | None) -> datetime | None:
    """Return an aware instant of a year in which letters are written, else None."""
    if given is None or not EARLIEST <= given.year <= LATEST:
        return None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
