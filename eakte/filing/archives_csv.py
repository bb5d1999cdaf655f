"""How does an office write into tables with which archives it deals, and what they want?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eakte.filing.tables import NO, YES, Line, Table, read_table
from eakte.interchange.xdomea.versions import WRITTEN, is_fourth
from eakte.model.appraisal import CatalogueRule, Kind
from eakte.model.archive import FOUR_STEPS, TWO_STEPS
from eakte.model.periods import Disposal

ARCHIVES, CATALOGUE = "archive.csv", "bewertung.csv"
NEEDED = ("Schlüssel", "Name", "Fassung", "Antwort in Tagen")
MORE = (
    *("Behördenkennung", "Präfix", "Eigene Kennung", "Eigenes Präfix", "Schritte"),
    *("Akten je Nachricht", "Originale"),
)
OF_CATALOGUE = ("Archiv", "Regel", "Wert", "Bewertung")
KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
STEPS = {"4": FOUR_STEPS, "2": TWO_STEPS}
KINDS = {
    "Anfangsbuchstaben": Kind.INITIAL,
    "jede n-te": Kind.EVERY_NTH,
    "Geburtsjahr": Kind.BIRTH_YEAR,
    "Gericht": Kind.COURT_CASE,
    "alle übrigen": Kind.EVERYTHING,
}
VERDICTS = {"A": Disposal.ARCHIVE, "B": Disposal.APPRAISE, "V": Disposal.DESTROY}
MOST_PER_MESSAGE, MOST_DAYS, LATEST_YEAR = 100_000, 3650, 2200
NTH = re.compile(r"(\d{1,6})(?:\s*\+\s*(\d{1,6}))?")


@dataclass(frozen=True)
class SaidArchive:
    """A line of the archives, with the rules of its catalogue."""

    key: str
    name: str
    code: str
    prefix: str
    office_code: str
    office_prefix: str
    version: str
    steps: int
    per_message: int
    originals: bool
    answer_days: int
    catalogue: tuple[CatalogueRule, ...] = ()


def read_archives(contents: Mapping[str, bytes]) -> tuple[list[SaidArchive] | None, list[Table]]:
    """Return the archives that the tables name; each fault is noted in its table with its line.

    None where there is no table of archives: then nothing is said of them.
    """
    if ARCHIVES not in contents:
        table = Table(CATALOGUE)
        if CATALOGUE in contents:
            table.fault(0, f"Bewertungsregeln gehören zu Archiven; {ARCHIVES} fehlt.")
        return None, [table]
    archives = read_table(ARCHIVES, contents[ARCHIVES], headings=(*NEEDED, *MORE), needed=NEEDED)
    archives.refuse_doubles(lambda line: line["Schlüssel"], "Der Schlüssel")
    archives.refuse_doubles(lambda line: line["Name"], "Das Archiv")
    said = [_archive(archives, line) for line in archives.lines]
    catalogue = Table(CATALOGUE)
    if CATALOGUE in contents:
        catalogue = read_table(
            CATALOGUE,
            contents[CATALOGUE],
            headings=(*OF_CATALOGUE, "Grundlage"),
            needed=OF_CATALOGUE,
        )
    rules = _catalogues(catalogue, [one.key for one in said])
    return [replace(one, catalogue=tuple(rules.get(one.key, ()))) for one in said], [
        archives,
        catalogue,
    ]


def _archive(table: Table, line: Line) -> SaidArchive:
    key = table.text(line, "Schlüssel", most=40)
    if key and not KEY.fullmatch(key):
        table.fault(
            line.number, f"Der Schlüssel „{key}“ braucht Kleinbuchstaben, Ziffern und Striche."
        )
    if not line["Fassung"]:
        table.fault(line.number, "„Fassung“ ist leer.")
    version = table.choice(line, "Fassung", {one: one for one in WRITTEN}, otherwise=WRITTEN[-1])
    per_message = (
        table.whole_number(line, "Akten je Nachricht", least=1, most=MOST_PER_MESSAGE) or 0
    )
    if per_message and not is_fourth(version):
        table.fault(
            line.number, "Bis xdomea 3.1 gibt es je Aussonderung nur eine Nachricht jeder Art."
        )
    days = table.whole_number(line, "Antwort in Tagen", least=1, most=MOST_DAYS)
    if not line["Antwort in Tagen"]:
        table.fault(line.number, "„Antwort in Tagen“ ist leer.")
    return SaidArchive(
        key=key,
        name=table.text(line, "Name", most=200),
        code=table.text(line, "Behördenkennung", most=60, needed=False),
        prefix=table.text(line, "Präfix", most=20, needed=False),
        office_code=table.text(line, "Eigene Kennung", most=60, needed=False),
        office_prefix=table.text(line, "Eigenes Präfix", most=20, needed=False),
        version=version,
        steps=table.choice(line, "Schritte", STEPS, otherwise=FOUR_STEPS),
        per_message=per_message,
        originals=table.yes(line, "Originale"),
        answer_days=days or 1,
    )


def _catalogues(table: Table, keys: Sequence[str]) -> dict[str, list[CatalogueRule]]:
    found: dict[str, list[CatalogueRule]] = {}
    for line in table.lines:
        key = table.text(line, "Archiv", most=40)
        if key and key not in keys:
            table.fault(line.number, f"Das Archiv „{key}“ steht nicht in {ARCHIVES}.")
        rule = _rule(table, line)
        if rule is None:
            continue
        if any(one.kind is Kind.EVERYTHING for one in found.get(key, ())):
            table.fault(line.number, "Nach „alle übrigen“ kommt keine Regel mehr an die Reihe.")
        found.setdefault(key, []).append(rule)
    return found


def _rule(table: Table, line: Line) -> CatalogueRule | None:
    for heading in ("Regel", "Bewertung"):
        if not line[heading]:
            table.fault(line.number, f"„{heading}“ ist leer.")
    kind = table.choice(line, "Regel", dict[str, Kind | None](KINDS), otherwise=None)
    verdict = table.choice(line, "Bewertung", dict[str, Disposal | None](VERDICTS), otherwise=None)
    basis = table.text(line, "Grundlage", most=200, needed=False)
    if kind is None or verdict is None:
        return None
    letters: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    nth, offset, court = 0, 0, True
    typed = line["Wert"]
    match kind:
        case Kind.INITIAL:
            letters = tuple(filter(None, (one.strip() for one in typed.split("|"))))
        case Kind.EVERY_NTH:
            found = NTH.fullmatch(typed)
            nth, offset = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        case Kind.BIRTH_YEAR:
            parts = [one.strip() for one in typed.split("|") if one.strip()]
            if all(one.isdecimal() and _is_year(int(one)) for one in parts):
                years = tuple(map(int, parts))
        case Kind.COURT_CASE:
            court = table.choice(line, "Wert", {YES: True, NO: False}, otherwise=True)
        case _ if typed:
            table.fault(line.number, "„alle übrigen“ hat keinen Wert.")
    try:
        return CatalogueRule(kind, verdict, letters, nth, offset, years, court, basis)
    except ValueError:
        table.fault(
            line.number,
            f"Die Regel „{line['Regel']}“ sagt so nichts: Buchstaben wie „D|O|T“, Zahlen wie "
            "„10“ oder „10+3“, Jahre wie „1950|1955“ oder letzte Ziffern wie „0|5“; entscheiden "
            "muss sie A oder V.",
        )
        return None


def _is_year(number: int) -> bool:
    return number < 10 or 1800 <= number <= LATEST_YEAR
