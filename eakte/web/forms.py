"""What did the form say? Texts, days, numbers and pages, each read once and the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from eakte.db import Page
from eakte.errors import BadInput, ChangedMeanwhile

LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Paging:
    """Where in a list a page stands; ``first`` and ``last`` count rows from 1."""

    number: int
    pages: int
    total: int
    first: int
    last: int


def paging_of(page: Page[Any], per_page: int) -> Paging:
    """Return the numbers under a list."""
    return paging(page.page, page.pages, page.total, per_page, len(page.rows))


def paging(number: int, pages: int, total: int, per_page: int, shown: int) -> Paging:
    """Return the numbers under a list of which ``shown`` rows are on this page."""
    first = (number - 1) * per_page + 1 if shown else 0
    return Paging(number, pages, total, first, max(0, first + shown - 1))


def wanted_page() -> int:
    """Return the page that was asked for, the first when that is no number."""
    typed = request.values.get("seite", "1")
    return min(max(1, int(typed)), LAST_PAGE) if typed.isdecimal() and len(typed) < 10 else 1


def text(name: str, *, most: int = 500) -> str:
    """Return a field of the form without the blanks around it.

    Raises:
        BadInput: it is longer than ``most`` characters.
    """
    typed = request.form.get(name, "").strip()
    if len(typed) > most:
        raise BadInput("Eine Angabe ist zu lang: höchstens %(most)s Zeichen.", most=most)
    return typed


def day(given: Mapping[str, str], name: str) -> date | None:
    """Return a day of the form, None when the field is empty.

    Raises:
        BadInput: it is no day.
    """
    typed = given.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise BadInput("Das ist kein Datum; bitte in der Form TT.MM.JJJJ angeben.") from error


def days_of(
    given: Mapping[str, str], names: tuple[str, ...]
) -> tuple[dict[str, date | None], dict[str, str]]:
    """Return several days of a form, and the sentence for each that is none."""
    days: dict[str, date | None] = {}
    faults: dict[str, BadInput] = {}
    for name in names:
        try:
            days[name] = day(given, name)
        except BadInput as fault:
            faults[name] = fault
    return days, faults_of(faults)


def identifier(typed: str) -> UUID | None:
    """Return the id that was chosen, None when none was or it is none."""
    try:
        return UUID(typed)
    except ValueError:
        return None


def refuse_stale(edits: int) -> None:
    """Refuse a form that was filled in before somebody else saved.

    Raises:
        ChangedMeanwhile: the counter in the form is not the row's.
    """
    typed = request.form.get("edits", "")
    if typed and typed != str(edits):
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")


def faults_of(form_faults: Mapping[str, BadInput]) -> dict[str, str]:
    """Return the sentence for each field that was not understood."""
    return {
        name: f"{_(fault.template) % fault.values if fault.values else _(fault.template)}"
        for name, fault in form_faults.items()
    }
