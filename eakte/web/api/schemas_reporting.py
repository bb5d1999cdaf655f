"""What do programs receive of a yearly report?"""

from __future__ import annotations

from datetime import date

from eakte.evidence.paper.due import PaperDue
from eakte.retention.reporting import ReportPart, YearReport, lines_of
from eakte.web.api.schemas import Model, PageIn
from eakte.web.errors import in_words


class PaperDueIn(PageIn):
    """Welches Papier einer Seite der Liste."""

    which: PaperDue = PaperDue.DUE


class ReportLineOut(Model):
    """Eine Zahl des Jahresberichts; was null ist, fehlt."""

    part: ReportPart
    department: str
    plan_number: str
    title: str
    what: str
    count: int


class YearReportOut(Model):
    """Ein Jahr der Schriftgutverwaltung bis zum Stichtag ``until``."""

    year: int
    until: date
    lines: list[ReportLineOut]


def report_out(report: YearReport) -> YearReportOut:
    """Return a report as programs receive it."""
    return YearReportOut(
        year=report.year,
        until=report.until,
        lines=[
            ReportLineOut(
                part=one.part,
                department=one.unit,
                plan_number=one.number,
                title=one.title,
                what=in_words(one.what),
                count=one.count,
            )
            for one in lines_of(report)
        ],
    )
