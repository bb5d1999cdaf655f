"""What day is it, and what instant? One place, so that thirty years can pass in a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Europe/Berlin")


class Clock(Protocol):
    """Tells the instant (aware, UTC) and the calendar day of the office."""

    def now(self) -> datetime:
        """Return the instant, aware and in UTC."""

    def today(self) -> date:
        """Return the calendar day in the office."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the instant, aware and in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the calendar day in the office, which may be another one than in UTC."""
        return self.now().astimezone(OFFICE_ZONE).date()


@dataclass
class SetClock:
    """A clock that stands still until it is moved: for tests and for looking ahead."""

    instant: datetime = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant

    def today(self) -> date:
        """Return the calendar day in the office."""
        return self.instant.astimezone(OFFICE_ZONE).date()

    def move(self, span: timedelta) -> None:
        """Move the clock by ``span``, which may be negative."""
        self.instant += span
