"""What must be true of an entry of the file plan, whoever writes it and by whichever way?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from eakte.errors import Sentence
from eakte.filing.references import pattern_faults
from eakte.model.file_plan import ALWAYS, Access

_NUMBER = re.compile(r"[0-9A-Za-zÄÖÜäöü](?:[0-9A-Za-zÄÖÜäöü./ -]*[0-9A-Za-zÄÖÜäöü])?")
LONGEST = {"number": 40, "title": 200, "prefix": 20, "pattern": 80}


@dataclass(frozen=True)
class EntryFields:
    """An entry as people write it: unit, rule and the entry above it by their keys.

    ``valid_from`` None means from now on or, for a number that is new, since ever.
    """

    number: str
    title: str
    parent: str = ""
    unit: str = ""
    takes_dossiers: bool = False
    prefix: str = ""
    pattern: str = ""
    rule: str = ""
    access: Access = Access.UNIT
    one_a_person: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


# By which words people are told of a field.
GERMAN = {
    "number": "Nummer",
    "title": "Titel",
    "parent": "Übergeordnet",
    "unit": "Sachgebiet",
    "takes_dossiers": "Akten",
    "prefix": "Kürzel",
    "pattern": "Muster",
    "rule": "Aufbewahrung",
    "access": "Zugang",
    "one_a_person": "Eine je Person",
    "valid_from": "Gültig ab",
    "valid_until": "Gültig bis",
}


def entry_faults(fields: EntryFields) -> list[tuple[str, str]]:
    """Name everything that is wrong with an entry by itself: (field, German sentence)."""
    faults: list[tuple[str, str]] = []
    if not fields.number:
        faults.append(("number", Sentence("Die Nummer ist leer.")))
    elif not _NUMBER.fullmatch(fields.number):
        faults.append(
            (
                "number",
                Sentence(
                    "Die Nummer „%(number)s“ enthält unerlaubte Zeichen.", number=fields.number
                ),
            )
        )
    if not fields.title:
        faults.append(("title", Sentence("Der Titel ist leer.")))
    for name, most in LONGEST.items():
        typed = getattr(fields, name)
        if len(typed) > most:
            faults.append(
                (
                    name,
                    Sentence(
                        "„%(heading)s“ hat mehr als %(most)s Zeichen.",
                        heading=Sentence(GERMAN[name]),
                        most=most,
                    ),
                )
            )
        if typed[:1] in ("=", "+", "-", "@"):
            faults.append(
                (
                    name,
                    Sentence(
                        "„%(heading)s“ beginnt mit einem Rechenzeichen.",
                        heading=Sentence(GERMAN[name]),
                    ),
                )
            )
    if fields.takes_dossiers and not fields.unit:
        faults.append(
            ("unit", Sentence("Wo Akten geführt werden, braucht der Eintrag ein Sachgebiet."))
        )
    if fields.takes_dossiers or fields.pattern:
        faults.extend(
            ("pattern", sentence)
            for sentence in pattern_faults(fields.pattern, plan=fields.number, prefix=fields.prefix)
        )
    if fields.one_a_person and not fields.takes_dossiers:
        faults.append(
            ("one_a_person", Sentence("„Eine je Person“ gilt nur, wo Akten geführt werden."))
        )
    if fields.valid_until and fields.valid_until < (fields.valid_from or ALWAYS):
        faults.append(("valid_until", Sentence("Die Gültigkeit endet, bevor sie beginnt.")))
    return faults


def loops(parents: dict[str, str]) -> list[list[str]]:
    """Name every circle of numbers that stand below one another, each beginning at its least."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        number = start
        while number and number in parents and number not in done and number not in path:
            path.append(number)
            number = parents[number]
        if number in path:
            circle = path[path.index(number) :]
            least = circle.index(min(circle))
            found.append(circle[least:] + circle[:least])
        done.update(path)
    return found


def counted(number: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that orders numbers as people count: 2 before 10, digits before letters."""
    parts = re.split(r"[.\-/ ]", number)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
