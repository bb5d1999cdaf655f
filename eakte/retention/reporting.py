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

from sqlalchemy import func, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.errors import BadInput, Sentence
from eakte.model.audit_entry import REPORTED, AuditEntry
from eakte.model.batch import Batch
from eakte.model.department import Department
from eakte.model.file_plan import PlanEntry
from eakte.model.paper import DestroyedPaper, Destruction, DestructionState
from eakte.retention.counting import Figure, Span, counts_of
from eakte.retention.due import undecided
from eakte.unit_of_work import UnitOfWork

CLOCK_CONFIRMED = "clock.confirmed"
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
    counted: dict[UUID, dict[str, dict[Figure, int]]] = {}
    for unit_id, number, figure, count in counts_of(work, span):
        counted.setdefault(unit_id, {}).setdefault(number, {})[figure] = count
    paper = _paper(work, span)
    names = {
        one.id: one.name
        for one in work.session.scalars(
            select(Department).where(Department.id.in_({*counted, *paper}))
        )
    }
    titles = _titles(work, {number for entries in counted.values() for number in entries})
    return tuple(
        UnitFigures(
            names[unit_id],
            tuple(
                EntryFigures(number, titles.get(number, ""), figures)
                for number, figures in sorted(counted.get(unit_id, {}).items())
            ),
            *paper.get(unit_id, (0, 0)),
        )
        for unit_id in sorted(names, key=lambda one: (names[one], one))
    )


def _titles(work: UnitOfWork, numbers: set[str]) -> dict[str, str]:
    """What each entry is called; of several with one number, the newest."""
    rows = work.session.execute(
        select(PlanEntry.number, PlanEntry.title)
        .where(PlanEntry.number.in_(numbers))
        .order_by(PlanEntry.valid_from)
    )
    return {number: title for number, title in rows}


def _paper(work: UnitOfWork, span: Span) -> dict[UUID, tuple[int, int]]:
    rows = work.session.execute(
        select(Batch.department_id, func.count(), func.coalesce(func.sum(Batch.pages), 0))
        .join(DestroyedPaper, DestroyedPaper.batch_id == Batch.id)
        .join(Destruction, Destruction.id == DestroyedPaper.destruction_id)
        .where(
            Destruction.state == DestructionState.CONFIRMED,
            span.holds(Destruction.decided_at),
            visible(work.actor, Action.SEE_BATCH, Batch),
        )
        .group_by(Batch.department_id)
    )
    return {unit_id: (stacks, pages or 0) for unit_id, stacks, pages in rows}


def _confirmations(work: UnitOfWork, span: Span) -> tuple[ClockConfirmed, ...]:
    rows = work.session.execute(
        select(AuditEntry.at, AuditEntry.details)
        .where(REPORTED, AuditEntry.act == CLOCK_CONFIRMED, span.holds(AuditEntry.at))
        .order_by(AuditEntry.sequence)
    )
    return tuple(ClockConfirmed(at, str(told.get("reason", ""))) for at, told in rows)
