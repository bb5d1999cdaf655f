"""By which rules does a unit check its scans, as its office writes them into a table?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eakte.filing.tables import NO, YES, Line, Table, read_table
from eakte.model.legibility import CheckRules

TABLE = "scannen.csv"
HEADINGS = ("Regel", "Wert")


@dataclass(frozen=True)
class _Number:
    """A rule that is a whole number within bounds."""

    field: str
    least: int
    most: int


NUMBERS: Mapping[str, _Number] = {
    "Prüfanteil in Prozent": _Number("share", 1, 100),
    "Mindestauflösung in dpi": _Number("least_dpi", 72, 1200),
    "Höchste Schräglage in Grad": _Number("most_skew", 1, 45),
    "Höchster Anteil unsicherer Wörter in Prozent": _Number("most_unsure", 1, 100),
    "Höchster Anteil dunkler Fläche in Prozent": _Number("most_dark", 1, 100),
    "Papier bleibt Monate nach der Freigabe": _Number("keep_months", 1, 600),
}
ANSWERS: Mapping[str, str] = {
    "Andere Person prüft": "other_person",
    "Ablage vor der Freigabe": "file_before",
}


# The key of a rule of the catalogue; what it says stands there.
PAPER_RULE, LONGEST_KEY = "Aufbewahrungsregel des Papiers", 40


def read_scan_rules(content: bytes) -> tuple[CheckRules, Table]:
    """Return what a table says; each fault is noted with its line, what is not said is strict."""
    table = read_table(TABLE, content, headings=HEADINGS, needed=HEADINGS)
    table.refuse_doubles(lambda line: line["Regel"], "Die Regel")
    said: dict[str, Any] = {}
    for line in table.lines:
        said |= _said(table, line)
    return replace(CheckRules(), **said), table


def _said(table: Table, line: Line) -> dict[str, Any]:
    rule = line["Regel"]
    if rule in NUMBERS:
        wanted = NUMBERS[rule]
        number = table.whole_number(line, "Wert", least=wanted.least, most=wanted.most)
        if not line["Wert"]:
            table.fault(line.number, "„Wert“ ist leer.")
        return {} if number is None else {wanted.field: number}
    if rule in ANSWERS:
        if not line["Wert"]:
            table.fault(line.number, "„Wert“ ist leer.")
        answer = table.choice(line, "Wert", {YES: True, NO: False}, otherwise=None)
        return {} if answer is None else {ANSWERS[rule]: answer}
    if rule == PAPER_RULE:
        return {"paper_rule": table.text(line, "Wert", most=LONGEST_KEY)}
    known = ", ".join(f"„{one}“" for one in (*NUMBERS, *ANSWERS, PAPER_RULE))
    table.fault(line.number, f"Die Regel „{rule}“ gibt es nicht; möglich: {known}.")
    return {}
