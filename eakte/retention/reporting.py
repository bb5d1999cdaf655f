"""What has become of the office's records in a calendar year, counted by unit and plan entry?

Counted from the rows, never kept: a report of a past year can be made again, and says then what is
known now. Nothing is counted by person, neither of whom a dossier speaks nor of who works.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, Sentence
from eakte.model.audit_entry import REPORTED, AuditEntry
from eakte.model.clock_standing import CONFIRMED
from eakte.model.log_words import with_words
from eakte.retention.counting import Counted, Figure, PaperFigure, Span, counts_of
from eakte.retention.due import undecided
from eakte.unit_of_work import UnitOfWork

FIRST_YEAR = 1990
FIGURE_WORDS: dict[Figure, Sentence] = {
    Figure.CLOSED: Sentence("geschlossen"),
    Figure.REOPENED: Sentence("wieder geöffnet"),
    Figure.DUE: Sentence("fällig geworden"),
    Figure.HELD: Sentence("im Jahr gesperrt"),
    Figure.STILL_HELD: Sentence("am Stichtag gesperrt"),
    Figure.OFFERED: Sentence("angeboten"),
    Figure.TRANSFERRED: Sentence("abgegeben"),
    Figure.WAIVED: Sentence("vom Archiv freigegeben"),
    Figure.PROPOSED: Sentence("Vernichtung vorgeschlagen"),
    Figure.APPROVED: Sentence("Vernichtung genehmigt"),
    Figure.SPARED: Sentence("davon ausgenommen"),
    Figure.DESTROYED: Sentence("vernichtet"),
}
SCOPE = Sentence(
    "Gezählt sind Akten, die sehen darf, wer den Bericht erstellt; einzeln gesperrte Akten und "
    "Personalakten anderer fehlen."
)
MEANING = Sentence(
    "Geschlossen: im Jahr geschlossen und nicht wieder geöffnet. Fällig geworden: Die Frist war im "
    "Jahr, bis zum Stichtag, zum ersten Mal abgelaufen. Angeboten: ohne aufgegebene Angebote."
)


class ReportPart(StrEnum):
    """Of what a line of the table speaks."""

    DOSSIERS = "dossiers"
    PAPER = "paper"
    RULES = "rules"
    CLOCK = "clock"


@dataclass(frozen=True)
class EntryFigures:
    """The figures of one entry of the plan in one unit; what is not named is none."""

    number: str
    title: str
    figures: dict[Figure, int]


@dataclass(frozen=True)
class UnitFigures:
    """The figures of a unit; ``stacks`` and ``pages`` are of paper that was destroyed."""

    name: str
    entries: tuple[EntryFigures, ...]
    stacks: int = 0
    pages: int = 0

    @property
    def total(self) -> dict[Figure, int]:
        """The sums of the unit."""
        return {
            figure: sum(one.figures.get(figure, 0) for one in self.entries) for figure in Figure
        }


@dataclass(frozen=True)
class OpenRule:
    """An entry of the plan for which nobody has decided how long."""

    number: str
    title: str
    closed: int
    open: int


@dataclass(frozen=True)
class ClockConfirmed:
    """That a person has said, after a doubt, that the clock is right."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class YearReport:
    """A year, as it stands on ``until``: its last day, or today while it is running."""

    office: str
    year: int
    until: date
    made_at: datetime
    units: tuple[UnitFigures, ...]
    open_rules: tuple[OpenRule, ...]
    confirmations: tuple[ClockConfirmed, ...]

    @property
    def total(self) -> dict[Figure, int]:
        """The sums of the office, as far as it is seen."""
        return {figure: sum(one.total[figure] for one in self.units) for figure in Figure}

    @property
    def paper(self) -> tuple[int, int]:
        """How many stacks and pages of paper were destroyed."""
        return sum(one.stacks for one in self.units), sum(one.pages for one in self.units)


@dataclass(frozen=True)
class ReportLine:
    """One figure of a report, for a table: of which part, unit and entry."""

    part: ReportPart
    unit: str
    number: str
    title: str
    what: str
    count: int


def year_report(work: UnitOfWork, year: int) -> YearReport:
    """Count a calendar year of what the actor may see.

    Raises:
        BadInput: the year has not begun, or nobody kept records here then.
    """
    require(work, Action.SEE_RETENTION)
    today = work.clock.today()
    if not FIRST_YEAR <= year <= today.year:
        raise BadInput(
            "Einen Bericht gibt es für die Jahre von %(first)s bis %(last)s.",
            field="year",
            first=FIRST_YEAR,
            last=today.year,
        )
    span = Span(year, min(date(year, 12, 31), today))
    return YearReport(
        office=work.settings.office_name,
        year=year,
        until=span.until,
        made_at=work.clock.now(),
        units=_units(work, span),
        open_rules=tuple(
            OpenRule(one.entry.number, one.entry.title, one.closed, one.open)
            for one in undecided(work)
        ),
        confirmations=_confirmations(work, span),
    )


def export_report(work: UnitOfWork, year: int, *, form: str) -> YearReport:
    """Count a year to hand it out; that it went out is noted.

    Raises:
        BadInput: the year has not begun, or nobody kept records here then.
    """
    require(work, Action.SEE_RETENTION)
    report = year_report(work, year)
    what = f"report {year} {form}"
    audit.note(work, "retention.exported", kind="retention", subject=None, what=what)
    return report


def lines_of(report: YearReport) -> Iterator[ReportLine]:
    """Return every figure of a report that is not nought, as lines of one table."""
    for unit in report.units:
        for entry in unit.entries:
            for figure in Figure:
                if entry.figures.get(figure):
                    yield ReportLine(
                        ReportPart.DOSSIERS,
                        unit.name,
                        entry.number,
                        entry.title,
                        FIGURE_WORDS[figure],
                        entry.figures[figure],
                    )
        if unit.stacks:
            stacks, pages = Sentence("vernichtete Stapel"), Sentence("vernichtete Seiten")
            yield ReportLine(ReportPart.PAPER, unit.name, "", "", stacks, unit.stacks)
            yield ReportLine(ReportPart.PAPER, unit.name, "", "", pages, unit.pages)
    for rule in report.open_rules:
        closed, still = Sentence("geschlossene Akten"), Sentence("offene Akten")
        yield ReportLine(ReportPart.RULES, "", rule.number, rule.title, closed, rule.closed)
        yield ReportLine(ReportPart.RULES, "", rule.number, rule.title, still, rule.open)
    confirmed = Sentence("Bestätigungen der Uhr")
    yield ReportLine(ReportPart.CLOCK, "", "", "", confirmed, len(report.confirmations))


def years_of(work: UnitOfWork) -> Sequence[int]:
    """Return the years a report is offered for, this one first."""
    require(work, Action.SEE_RETENTION)
    this = work.clock.today().year
    return range(this, this - 10, -1)


def _units(work: UnitOfWork, span: Span) -> tuple[UnitFigures, ...]:
    by_unit: dict[tuple[str, UUID], list[Counted]] = {}
    for one in counts_of(work, span):
        by_unit.setdefault((one.unit, one.unit_id), []).append(one)
    return tuple(
        UnitFigures(
            name,
            _entries(counted),
            stacks=sum(one.count for one in counted if one.what is PaperFigure.STACKS),
            pages=sum(one.count for one in counted if one.what is PaperFigure.PAGES),
        )
        for (name, _), counted in sorted(by_unit.items())
    )


def _entries(counted: Sequence[Counted]) -> tuple[EntryFigures, ...]:
    figures: dict[tuple[str, str], dict[Figure, int]] = {}
    for one in counted:
        if isinstance(one.what, Figure):
            figures.setdefault((one.number, one.title), {})[one.what] = one.count
    return tuple(
        EntryFigures(number, title, found) for (number, title), found in sorted(figures.items())
    )


def _confirmations(work: UnitOfWork, span: Span) -> tuple[ClockConfirmed, ...]:
    entries = work.session.scalars(
        select(AuditEntry)
        .where(REPORTED, AuditEntry.act == CONFIRMED, span.holds(AuditEntry.at))
        .order_by(AuditEntry.sequence)
    ).all()
    told = with_words(work.session, {one.sequence: one.details for one in entries})
    return tuple(
        ClockConfirmed(one.at, str(told[one.sequence].get("reason", ""))) for one in entries
    )
