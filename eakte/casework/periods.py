"""When does a period of the law begin and end, and by which paragraphs?

Counting follows § 26 SGB X with §§ 187 and 188 BGB, which § 64 SGG, § 57 VwGO and § 222 ZPO repeat
for their courts: the day of the event does not count; a period of months ends on the day that has
the same number; what would end on a Saturday, Sunday or holiday ends on the next working day.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from eakte.casework.working_days import WorkingDays, next_working_day
from eakte.model.catalogue import DeadlineStart, DeadlineUnit

COUNTING = "§ 26 Abs. 1 SGB X, §§ 187 Abs. 1, 188 BGB"
SHIFTING = "§ 26 Abs. 3 SGB X"
WEEKDAYS = (
    "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag",
)  # fmt: skip
_ONE = {
    DeadlineUnit.DAYS: ("einem Tag", "{} Tagen"),
    DeadlineUnit.WEEKS: ("einer Woche", "{} Wochen"),
    DeadlineUnit.MONTHS: ("einem Monat", "{} Monaten"),
    DeadlineUnit.YEARS: ("einem Jahr", "{} Jahren"),
}


@dataclass(frozen=True)
class Period:
    """What a rule of the law says: how long, from which event on, and how that is counted."""

    start: DeadlineStart
    amount: int
    unit: DeadlineUnit
    fiction_days: int = 0
    fiction_basis: str = ""
    counting_basis: str = ""


@dataclass(frozen=True)
class Computed:
    """A period with its days: the event that counts, the first and the last day, and why."""

    event_on: date
    begins_on: date
    ends_on: date
    sentence: str


def compute(
    period: Period, event_on: date, days: WorkingDays, *, arrived_on: date | None = None
) -> Computed:
    """Return when a period runs that an event on ``event_on`` sets going.

    A notice given to the post counts as notified on the day of the fiction, whatever day that is;
    when it demonstrably arrived later (``arrived_on``), on that day (§ 37 Abs. 2 SGB X).
    """
    known, told = _notified(period, event_on, arrived_on)
    begins = known + timedelta(days=1)
    counted = last_day(known, period.amount, period.unit)
    ends, passed = next_working_day(counted, days)
    basis = period.counting_basis or COUNTING
    told += (
        f" Die Frist von {length(period.amount, period.unit)} beginnt am {german(begins)} "
        f"und endet am {german(counted)} ({basis})."
    )
    if passed:
        shifted = period.counting_basis or SHIFTING
        told += (
            f" Das ist kein Werktag ({', '.join(dict.fromkeys(passed))}); "
            f"sie endet deshalb am {german(ends)} ({shifted})."
        )
    return Computed(known, begins, ends, told)


def last_day(event: date, amount: int, unit: DeadlineUnit) -> date:
    """Return the last day of a period by the calendar alone (§ 188 BGB).

    Where the last month lacks the day, the period ends with the month (§ 188 Abs. 3 BGB).
    """
    match unit:
        case DeadlineUnit.DAYS:
            return event + timedelta(days=amount)
        case DeadlineUnit.WEEKS:
            return event + timedelta(weeks=amount)
        case DeadlineUnit.MONTHS:
            return _months_later(event, amount)
        case DeadlineUnit.YEARS:
            return _months_later(event, 12 * amount)


def length(amount: int, unit: DeadlineUnit) -> str:
    """Return how long a period is, as it stands after "von": "einem Monat", "3 Wochen"."""
    one, many = _ONE[unit]
    return one if amount == 1 else many.format(amount)


def german(day: date) -> str:
    """Return a day with its weekday: "Montag, 02.11.2026"."""
    return f"{WEEKDAYS[day.weekday()]}, {day:%d.%m.%Y}"


def _notified(period: Period, event_on: date, arrived_on: date | None) -> tuple[date, str]:
    """The day that counts as the event, and how it was found."""
    match period.start:
        case DeadlineStart.NOTIFIED:
            return event_on, f"Bekannt gegeben am {german(event_on)}."
        case DeadlineStart.RECEIVED:
            return event_on, f"Eingegangen am {german(event_on)}."
        case DeadlineStart.POSTED:
            fiction = event_on + timedelta(days=period.fiction_days)
            posted = f"Zur Post gegeben am {german(event_on)}"
            basis = f" ({period.fiction_basis})" if period.fiction_basis else ""
            if arrived_on is not None and arrived_on > fiction:
                return arrived_on, (
                    f"{posted}, aber erst am {german(arrived_on)} zugegangen und damit bekannt "
                    f"gegeben{basis}."
                )
            return fiction, (
                f"{posted}; gilt am {period.fiction_days}. Tag danach, {german(fiction)}, "
                f"als bekannt gegeben{basis}."
            )


def _months_later(event: date, months: int) -> date:
    whole = event.year * 12 + event.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(event.day, calendar.monthrange(year, month)[1]))
