"""On which days does the office work?"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import holidays

SATURDAY = 5


class WorkingDays(Protocol):
    """Says of a day why nobody works on it."""

    def rest(self, day: date) -> str:
        """Return the name of what makes a day free of work, empty when it is a working day."""


class GermanWorkingDays:
    """Weekdays without the public holidays of a Land; without one, only those of all Germany."""

    def __init__(self, land: str = "") -> None:
        self._land = land

    def rest(self, day: date) -> str:
        """Return "Samstag", "Sonntag" or the holiday's name, empty on a working day."""
        name = _holidays_of(self._land, day.year).get(day)
        return name or {SATURDAY: "Samstag", SATURDAY + 1: "Sonntag"}.get(day.weekday(), "")


def next_working_day(day: date, days: WorkingDays) -> tuple[date, list[str]]:
    """Return the first working day from ``day`` on, and what lay in between."""
    passed: list[str] = []
    while name := days.rest(day):
        passed.append(name)
        day += timedelta(days=1)
    return day, passed


@lru_cache(maxsize=1024)
def _holidays_of(land: str, year: int) -> dict[date, str]:
    # A copy: the library fills its own object as it is asked, which threads must not share.
    found = holidays.country_holidays("DE", subdiv=land or None, years=year, language="de")
    return {day: str(name) for day, name in found.items()}
