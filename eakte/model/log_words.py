"""What did people write in their own words beside an entry of the log, as long as it may be kept?

The log is chained and outlives what people are entitled to have forgotten. So it keeps a digest of
such words and nothing else; the words lie here and go with what they are about. With the salt, that
goes with them, nobody finds them again by trying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from secrets import token_hex
from typing import Any

from sqlalchemy import BigInteger, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.db import Base

# The details of entries in which people write what they like, or name somebody.
IN_WORDS = frozenset({"reason", "verdict", "recipient"})
SALT_BYTES = 16
DIGEST = "words"


class LogWords(Base):
    """One detail of one entry of the log, in words."""

    __tablename__ = "log_words"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    said: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))

    @property
    def digest(self) -> str:
        """What the log keeps of it."""
        return hashlib.sha256(f"{self.salt}{self.said}".encode()).hexdigest()


def taken_out(details: Mapping[str, Any]) -> tuple[dict[str, Any], list[LogWords]]:
    """Return the details as the log keeps them, and the words that go beside; no sequence yet."""
    kept, beside = dict(details), []
    for name in sorted(IN_WORDS & details.keys()):
        said = details[name]
        if not isinstance(said, str) or not said:
            continue
        words = LogWords(name=name, said=said, salt=token_hex(SALT_BYTES))
        kept[name] = {DIGEST: words.digest}
        beside.append(words)
    return kept, beside


def with_words(
    session: Session, entries: Mapping[int, Mapping[str, Any]]
) -> dict[int, dict[str, Any]]:
    """Return the details of these entries with what was said in words, as far as it is kept.

    Words that are no longer those of the log are left out; so are those that are gone.
    """
    told = {sequence: dict(details) for sequence, details in entries.items()}
    asked = [
        sequence
        for sequence, details in told.items()
        if any(_is_digest(value) for value in details.values())
    ]
    if asked:
        for one in session.scalars(select(LogWords).where(LogWords.sequence.in_(asked))):
            if told[one.sequence].get(one.name) == {DIGEST: one.digest}:
                told[one.sequence][one.name] = one.said
    return {
        sequence: {name: value for name, value in details.items() if not _is_digest(value)}
        for sequence, details in told.items()
    }


def altered_words(session: Session, entries: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """Name the entries whose words are others than those that were written."""
    kept: Collection[LogWords] = session.scalars(
        select(LogWords).where(LogWords.sequence.in_(list(entries)))
    ).all()
    return sorted(
        {
            one.sequence
            for one in kept
            if entries[one.sequence].get(one.name) != {DIGEST: one.digest}
        }
    )


def _is_digest(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {DIGEST}
