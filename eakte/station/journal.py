"""What has the station taken up, how far is each, and which running number comes next?

Every line is forced to disk before the next step is taken, so that a station that was killed goes
on where it stood.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS delivery (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, state TEXT NOT NULL, number INTEGER, upload TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0,
    said TEXT NOT NULL DEFAULT '', taken_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_state ON delivery (state);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


class State(StrEnum):
    """How far a document is; only the last two are ends."""

    TAKEN = "taken"
    UNDERWAY = "underway"
    RECEIPTED = "receipted"
    REFUSING = "refusing"
    DELIVERED = "delivered"
    REFUSED = "refused"


ENDS = (State.DELIVERED, State.REFUSED)


@dataclass(frozen=True)
class Line:
    """One document in the journal; ``said`` is what was last answered."""

    key: str
    name: str
    size: int
    changed_ns: int
    sha256: str
    state: State
    number: int | None
    upload: str
    tries: int
    next_try: float
    said: str
    taken_at: float

    @property
    def receipt_name(self) -> str:
        """What its receipt is called."""
        return f"{self.number or 0:06d}-{self.key}.json"


class Journal:
    """The journal of one station, a small SQLite file."""

    def __init__(self, path: Path) -> None:
        """Open the journal, making it when there is none."""
        self._rows = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._rows.execute("PRAGMA synchronous = FULL")
        self._rows.executescript(TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def take(
        self, key: str, *, name: str, size: int, changed_ns: int, sha256: str, at: float
    ) -> None:
        """Note a document whose copy is safe."""
        self._rows.execute(
            "INSERT INTO delivery (key, name, size, changed_ns, sha256, state, taken_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, name, size, changed_ns, sha256, State.TAKEN, at),
        )

    def drop(self, key: str) -> None:
        """Forget a document of which the office has never heard."""
        self._rows.execute("DELETE FROM delivery WHERE key = ? AND tries = 0", (key,))

    def set_state(self, key: str, state: State, *, said: str = "") -> None:
        """Note how far a document is."""
        self._rows.execute(
            "UPDATE delivery SET state = ?, said = ? WHERE key = ?", (state, said, key)
        )

    def set_upload(self, key: str, address: str) -> None:
        """Note under which address the office keeps the parts of a document."""
        self._rows.execute("UPDATE delivery SET upload = ? WHERE key = ?", (address, key))

    def begin_try(self, key: str) -> None:
        """Note before the first byte leaves that the office may now have heard of a document."""
        self._rows.execute(
            "UPDATE delivery SET state = ?, tries = tries + 1 WHERE key = ?",
            (State.UNDERWAY, key),
        )

    def put_off(self, key: str, *, until: float, said: str) -> None:
        """Note why a try failed and when the next one comes."""
        self._rows.execute(
            "UPDATE delivery SET next_try = ?, said = ? WHERE key = ?", (until, said, key)
        )

    def hurry(self) -> None:
        """Let every next try come at once: whoever starts the program does not want to wait."""
        self._rows.execute("UPDATE delivery SET next_try = 0")

    def last_number(self) -> int | None:
        """Return the last running number that was given, None in a new journal."""
        found = self._rows.execute("SELECT last FROM counter WHERE name = 'number'").fetchone()
        return int(found[0]) if found else None

    def begin_numbers(self, last: int) -> None:
        """Give numbers after this one, and after every one that was given before."""
        self._rows.execute(
            "INSERT INTO counter VALUES ('number', ?) "
            "ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
            (last,),
        )

    def give_number(self, key: str) -> None:
        """Give a document the next running number; both are noted in one step."""
        with self._rows:
            self._rows.execute("BEGIN IMMEDIATE")
            self._rows.execute("UPDATE counter SET last = last + 1 WHERE name = 'number'")
            self._rows.execute(
                "UPDATE delivery SET number = (SELECT last FROM counter WHERE name = 'number') "
                "WHERE key = ?",
                (key,),
            )

    def line(self, key: str) -> Line:
        """Return one document."""
        (line,) = self._lines("WHERE key = ?", key)
        return line

    def in_state(self, *states: State) -> list[Line]:
        """Return the documents that are so far, the oldest first."""
        marks = ", ".join("?" * len(states))
        return list(self._lines(f"WHERE state IN ({marks}) ORDER BY taken_at, rowid", *states))

    def everything(self) -> list[Line]:
        """Return every document, the oldest first."""
        return list(self._lines("ORDER BY taken_at, rowid"))

    def _lines(self, condition: str, *values: object) -> Iterator[Line]:
        fields = ", ".join(Line.__dataclass_fields__)
        for row in self._rows.execute(f"SELECT {fields} FROM delivery {condition}", values):  # noqa: S608  # own words only
            told = dict(zip(Line.__dataclass_fields__, row, strict=True))
            yield Line(**told | {"state": State(told["state"])})
