"""By which rules of a unit is a document recognised? A table that its office edits.

Nothing here names a word of a unit: which signs courts use, what a kind of document says of itself
and where names stand is what the table says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from eakte.db import folded
from eakte.filing.proposing.shapes import RULE_WORDS, Shape, rule_shape
from eakte.filing.tables import Line, Table, read_table

TABLE = "erkennung.csv"
HEADINGS = ("Regel", "Muster", "Ergibt", "Gewicht", "Wo", "Verfahren")
NEEDED = ("Regel", "Muster")
MOST_RULES = 2000


class Kind(StrEnum):
    """What a line of the table is for."""

    LABEL = "Zeichen nach"
    FOREIGN = "Fremdes Zeichen"
    COURT = "Gerichtszeichen"
    TYPE = "Dokumentart"
    NAME = "Name nach"
    BIRTH = "Geboren nach"
    NO_NAME = "Kein Name"


class Where(StrEnum):
    """Where the words of a kind of document must stand."""

    HEADING = "Zeile"  # at the beginning of a line of the first page
    FIRST_PAGE = "Seite 1"
    ANYWHERE = "überall"


@dataclass(frozen=True)
class TypeRule:
    """Words that speak for a kind of document, and how much; below 0 they speak against it."""

    words: str
    type_key: str
    weight: int
    where: Where
    procedures: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """The rules of a unit; words are folded, as they are compared."""

    labels: tuple[str, ...] = ()
    foreign: tuple[Shape, ...] = ()
    courts: tuple[Shape, ...] = ()
    types: tuple[TypeRule, ...] = ()
    names_after: tuple[str, ...] = ()
    births_after: tuple[str, ...] = ()
    no_names: frozenset[str] = frozenset()

    def with_(self, other: Rules) -> Rules:
        """Return the rules of two units together."""
        return Rules(
            self.labels + other.labels,
            self.foreign + other.foreign,
            self.courts + other.courts,
            self.types + other.types,
            self.names_after + other.names_after,
            self.births_after + other.births_after,
            self.no_names | other.no_names,
        )


@dataclass
class _Gathered:
    words: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    types: list[TypeRule] = field(default_factory=list)


def read_rules(
    content: bytes,
    *,
    types: Collection[str] | None = None,
    procedures: Collection[str] | None = None,
) -> tuple[Rules, Table]:
    """Read the table; each fault is noted in it with its line.

    ``types`` and ``procedures`` are the keys that may be named; None when that was checked before.
    """
    table = read_table(TABLE, content, headings=HEADINGS, needed=NEEDED)
    kinds = {kind.value: kind for kind in Kind}
    gathered = _Gathered()
    if len(table.lines) > MOST_RULES:
        table.fault(0, f"Die Tabelle hat mehr als {MOST_RULES} Regeln.")
        return Rules(), table
    for line in table.lines:
        kind = table.choice(line, "Regel", kinds, otherwise=None)
        if not line["Regel"]:
            table.fault(line.number, "„Regel“ ist leer.")
        words = table.text(line, "Muster", most=120)
        if kind is None or not words:
            continue
        if kind is Kind.TYPE:
            gathered.types.append(_type_rule(table, line, types, procedures))
            continue
        for heading in ("Ergibt", "Gewicht", "Wo", "Verfahren"):
            if line[heading]:
                table.fault(line.number, f"„{heading}“ gehört nur zu „{Kind.TYPE.value}“.")
        if kind in (Kind.FOREIGN, Kind.COURT):
            for sentence in _shape_faults(words):
                table.fault(line.number, sentence)
        gathered.words[kind].append(words)
    if table.faults:
        return Rules(), table
    of = gathered.words
    return (
        Rules(
            labels=tuple(folded(words) for words in of[Kind.LABEL]),
            foreign=tuple(rule_shape(words) for words in of[Kind.FOREIGN]),
            courts=tuple(rule_shape(words) for words in of[Kind.COURT]),
            types=tuple(gathered.types),
            names_after=tuple(of[Kind.NAME]),
            births_after=tuple(of[Kind.BIRTH]),
            no_names=frozenset(folded(words) for words in of[Kind.NO_NAME]),
        ),
        table,
    )


def table_text(content: bytes) -> str:
    """Return the table as it is kept; it was read before, so it is in one of the two codes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def version_of(tables: Sequence[str]) -> str:
    """Return a short digest by which one edition of the rules is told from the next."""
    return hashlib.sha256("\0".join(tables).encode()).hexdigest()[:16]


def _type_rule(
    table: Table,
    line: Line,
    types: Collection[str] | None,
    procedures: Collection[str] | None,
) -> TypeRule:
    key = table.text(line, "Ergibt", most=60)
    if types is not None and key and key not in types:
        table.fault(line.number, f"Die Dokumentart „{key}“ steht nicht in dokumenttypen.csv.")
    told = line["Gewicht"]
    weight = 1
    if re.fullmatch(r"-?\d{1,2}", told) and int(told):
        weight = int(told)
    elif told:
        table.fault(line.number, f"„Gewicht“: „{told}“ ist keine Zahl von -99 bis 99 außer 0.")
    wanted = tuple(part.strip() for part in line["Verfahren"].split("|") if part.strip())
    for one in wanted:
        if procedures is not None and one not in procedures:
            table.fault(line.number, f"Das Verfahren „{one}“ steht nicht in verfahren.csv.")
    places = {where.value: where for where in Where}
    where = table.choice(line, "Wo", places, otherwise=Where.ANYWHERE)
    return TypeRule(folded(line["Muster"]), key, weight, where, wanted)


def _shape_faults(pattern: str) -> list[str]:
    faults = []
    rest = RULE_WORDS.sub("", pattern)
    if set(rest) & set("{}"):
        faults.append(
            f"Das Muster „{pattern}“ kennt nur die Platzhalter {{zahl}}, {{jahr}}, {{buchstabe}}."
        )
    if "{zahl}" not in pattern:
        faults.append(f"Das Muster „{pattern}“ braucht mindestens eine {{zahl}}.")
    if re.search(r"\{zahl\}(?:\{zahl\}|\{jahr\})|\{jahr\}\{zahl\}", pattern):
        faults.append(f"Im Muster „{pattern}“ stehen zwei Zahlen ohne Trennzeichen beieinander.")
    if sum(sign.isalpha() for sign in rest) < 1:
        faults.append(f"Das Muster „{pattern}“ enthält keinen Buchstaben und träfe jede Zahl.")
    return faults
