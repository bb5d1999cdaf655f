"""How does a template become the text of one letter: who writes to whom about what, and when?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from eakte.demo.ailments import Ailment
from eakte.demo.chance import Dice, dice_for
from eakte.demo.people import Doctor, House, Lawyer, Person

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
    "Oktober", "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True)
class Clerk:
    """Who writes for the office; the room is the extension too."""

    name: str
    room: int


@dataclass(frozen=True)
class Facts:
    """What the letters of one procedure say; a date that lies ahead is the planned one."""

    person: Person
    reference: str
    procedure: str
    clerk: Clerk
    rated: tuple[Ailment, ...]
    doctors: tuple[Doctor, ...]
    gp: Doctor
    clinic: House
    total: int
    asked: str
    marks: str
    applied: date
    decided: date
    objected: date
    rejected: date
    sued: date
    earlier: int = 0
    earlier_on: date = date(2020, 1, 1)
    course: bool = False
    refused: bool = False
    lawyer: Lawyer | None = None
    docket: str = ""
    officer: str = "Dr. med. Mechthild Ostermann"
    head: str = "Dr. jur. Albrecht Feldkamp"

    @property
    def received(self) -> date:
        """The working day on which the application came in."""
        return working_day(self.applied + timedelta(days=2))

    @property
    def healing(self) -> bool:
        """Whether a date of re-examination follows from the leading disorder."""
        return self.rated[0].healing

    def dated(self, **days: date) -> Facts:
        """The same facts with other days."""
        return replace(self, **days)  # type: ignore[arg-type]  # only fields that are dates


def long(day: date) -> str:
    """A date in a sentence: 3. März 2026."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def short(day: date) -> str:
    """A date in a form: 03.03.2026."""
    return day.strftime("%d.%m.%Y")


def month(day: date) -> str:
    """A month: März 2026."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def working_day(day: date) -> date:
    """The day itself, or the next one on which offices and practices work."""
    while day.weekday() >= 5 or day in _holidays(day.year):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    """The public holidays of all of Germany."""
    fixed = ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31))
    moving = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension, Whit Monday
    easter = _easter(year)
    return frozenset(
        [date(year, month, day) for month, day in fixed]
        + [easter + timedelta(days=days) for days in moving]
    )


def _easter(year: int) -> date:
    """Easter Sunday by Gauss' rule, as corrected by Lichtenberg (1997)."""
    century = year // 100
    secular = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    solar = 2 - (3 * century + 3) // 4
    moon = (19 * (year % 19) + secular) % 30
    correction = (moon + (year % 19) // 11) // 29
    border = 21 + moon - correction
    first_sunday = 7 - (year + year // 4 + solar) % 7
    return date(year, 3, 1) + timedelta(days=border + 7 - (border - first_sunday) % 7 - 1)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("eakte.demo", "texts"),
        autoescape=select_autoescape(default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write(template: str, facts: Facts, *, on: date, about: int, seed: str) -> str:
    """Fill a template; ``about`` says which of the person's disorders (and doctors) it concerns.

    The same arguments give the same words.
    """
    words = _vocabulary(facts.person) | _choices(dice_for(seed))
    histories = {one.history for one in facts.rated}

    def text(block: str) -> str:
        # A history is the same in every report; what was measured is not.
        same = _choices(dice_for(f"{facts.person.name}/{block}")) if block in histories else {}
        return _templates().from_string(block).render(words | same)

    words |= {
        "f": facts,
        "p": facts.person,
        "clerk": facts.clerk,
        "lawyer": facts.lawyer,
        "r": facts.rated[about],
        "doctor": facts.doctors[about],
        "on": on,
        "text": text,
        "long": long,
        "short": short,
        "month": month,
        "later": _later,
        "min": min,
    }
    return _templates().get_template(f"{template}.txt").render(words)


def _choices(dice: Dice) -> dict[str, Any]:
    """The two words with which a template varies: a number, and one of several texts."""

    def pick(*choices: str) -> str:
        return dice.choice(choices)

    def number(low: int, high: int) -> int:
        return dice.randint(low, high)

    return {"n": number, "pick": pick}


def _later(day: date, days: int) -> date:
    return working_day(day + timedelta(days=days))


def _vocabulary(person: Person) -> dict[str, Any]:
    """How a report speaks of this patient."""
    if person.woman:
        return {
            "Der_Patient": "Die Patientin",
            "der_Patient": "die Patientin",
            "des_Patienten": "der Patientin",
            "dem_Patienten": "der Patientin",
            "den_Patienten": "die Patientin",
            "er": "sie",
            "Er": "Sie",
        }
    return {
        "Der_Patient": "Der Patient",
        "der_Patient": "der Patient",
        "des_Patienten": "des Patienten",
        "dem_Patienten": "dem Patienten",
        "den_Patienten": "den Patienten",
        "er": "er",
        "Er": "Er",
    }
