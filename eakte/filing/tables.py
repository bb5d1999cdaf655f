"""How is a table that an office edits by itself read, with every fault and its line, and written?

Tables are CSV as spreadsheets save them here: separated by semicolons or commas, in UTF-8 with or
without its mark, or in CP1252, which is taken and said.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

MARK = "\ufeff"
LONGEST_TABLE = 2_000_000
YES, NO = "ja", "nein"
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

Value = TypeVar("Value")


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in which line of which table; line 0 means the table as a whole."""

    table: str
    line: int
    sentence: str

    def __str__(self) -> str:
        place = f"{self.table}, Zeile {self.line}" if self.line else self.table
        return f"{place}: {self.sentence}"


@dataclass(frozen=True)
class Line:
    """One line of a table: its number as an editor counts it, and its cells by heading."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, heading: str) -> str:
        """Return a cell without the blanks around it; empty when the column is not there."""
        return self.cells.get(heading, "")


@dataclass
class Table:
    """A table that was read, with what was noticed on the way."""

    name: str
    headings: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def fault(self, line: int, sentence: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.name, line, sentence))

    def has(self, heading: str) -> bool:
        """Say whether there is such a column."""
        return heading in self.headings

    def text(self, line: Line, heading: str, *, most: int, needed: bool = True) -> str:
        """Return a cell as text, noting when it is empty, too long or would act as a formula."""
        typed = line[heading]
        if needed and not typed:
            self.fault(line.number, f"„{heading}“ ist leer.")
        if len(typed) > most:
            self.fault(line.number, f"„{heading}“ hat mehr als {most} Zeichen.")
        if typed[:1] in ("=", "+", "-", "@"):
            self.fault(line.number, f"„{heading}“ beginnt mit einem Rechenzeichen.")
        if any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in typed):
            self.fault(line.number, f"„{heading}“ enthält ein Steuerzeichen.")
        return typed

    def choice(
        self, line: Line, heading: str, words: Mapping[str, Value], *, otherwise: Value
    ) -> Value:
        """Return what a word stands for; ``otherwise`` when the cell is empty or unknown."""
        typed = line[heading]
        if typed and typed not in words:
            known = ", ".join(f"„{word}“" for word in words)
            self.fault(line.number, f"„{heading}“ kennt „{typed}“ nicht; möglich: {known}.")
        return words.get(typed, otherwise)

    def yes(self, line: Line, heading: str) -> bool:
        """Return whether a cell says yes."""
        return self.choice(line, heading, {YES: True, NO: False}, otherwise=False)

    def day(self, line: Line, heading: str) -> date | None:
        """Return the day in a cell, None when it is empty."""
        typed = line[heading]
        if not typed:
            return None
        german = _GERMAN_DAY.fullmatch(typed)
        try:
            if german:
                return date(int(german[3]), int(german[2]), int(german[1]))
            return date.fromisoformat(typed)
        except ValueError:
            self.fault(line.number, f"„{heading}“: „{typed}“ ist kein Datum der Form TT.MM.JJJJ.")
            return None

    def whole_number(self, line: Line, heading: str, *, least: int, most: int) -> int | None:
        """Return the whole number in a cell, None when it is empty or none."""
        typed = line[heading]
        if not typed:
            return None
        if not typed.isdecimal() or len(typed) > 9 or not least <= int(typed) <= most:
            self.fault(
                line.number, f"„{heading}“: „{typed}“ ist keine Zahl von {least} bis {most}."
            )
            return None
        return int(typed)

    def refuse_doubles(self, named: Callable[[Line], str], what: str) -> None:
        """Note every line whose key stands in an earlier line already."""
        first: dict[str, int] = {}
        for line in self.lines:
            key = named(line)
            if key and key in first:
                self.fault(line.number, f"{what} „{key}“ steht schon in Zeile {first[key]}.")
            first.setdefault(key, line.number)


def read_table(
    name: str, content: bytes, *, headings: Sequence[str], needed: Sequence[str]
) -> Table:
    """Read a table; unknown, missing or doubled columns and crooked lines are noted as faults."""
    table = Table(name)
    if len(content) > LONGEST_TABLE:
        table.fault(0, f"Die Tabelle ist größer als {LONGEST_TABLE // 1_000_000} MB.")
        return table
    text = _decoded(table, content)
    if text is None:
        return table
    first = text.split("\n", 1)[0]
    sign = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        table.fault(reader.line_num, f"Die Zeile ist keine Tabellenzeile ({error}).")
        return table
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not filled:
        table.fault(0, "Die Tabelle ist leer.")
        return table
    table.headings = tuple(cell.strip() for cell in filled[0][1])
    _check_headings(table, filled[0][0], headings, needed)
    if table.faults:
        return table
    for number, row in filled[1:]:
        if len(row) != len(table.headings):
            table.fault(number, f"Die Zeile hat {len(row)} Spalten statt {len(table.headings)}.")
            continue
        cells = {head: cell.strip() for head, cell in zip(table.headings, row, strict=True)}
        table.lines.append(Line(number, cells))
    return table


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table so that spreadsheets here open it: UTF-8 with its mark, semicolons, CRLF."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return (MARK + written.getvalue()).encode("utf-8")


def german_day(day: date | None) -> str:
    """Return a day as tables write it, empty when there is none."""
    return f"{day:%d.%m.%Y}" if day else ""


def _decoded(table: Table, content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.fault(0, "Die Tabelle ist in UTF-16; bitte als UTF-8 speichern.")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            table.fault(0, "Die Tabelle ist weder in UTF-8 noch in Windows-1252 (CP1252).")
            return None
        table.remarks.append(
            f"{table.name} ist nicht in UTF-8, sondern wurde als Windows-1252 (CP1252) gelesen. "
            "Bitte prüfen Sie die Umlaute."
        )
    if "\0" in text:
        table.fault(0, "Die Tabelle enthält Nullzeichen und ist wohl keine Textdatei.")
        return None
    return text


def _check_headings(
    table: Table, line: int, headings: Sequence[str], needed: Sequence[str]
) -> None:
    for head in dict.fromkeys(table.headings):
        if head not in headings:
            table.fault(line, f"Die Spalte „{head}“ ist unbekannt.")
        if table.headings.count(head) > 1:
            table.fault(line, f"Die Spalte „{head}“ gibt es mehrmals.")
    for head in needed:
        if head not in table.headings:
            table.fault(line, f"Die Spalte „{head}“ fehlt.")
