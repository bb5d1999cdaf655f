"""The yearly report as a table for a spreadsheet: one figure a line."""

from __future__ import annotations

from flask_babel import gettext as _

from eakte.filing.tables import german_day, write_table
from eakte.retention.reporting import ReportPart, YearReport, lines_of
from eakte.retrieval.prepared.writing import harmless
from eakte.web.errors import in_words


def table_of_report(report: YearReport) -> bytes:
    """Write every figure with its unit and its entry of the plan."""
    headings = (
        *(_("Jahr"), _("Stichtag"), _("Teil"), _("Sachgebiet")),
        *(_("Aktenplan"), _("Titel"), _("Angabe"), _("Anzahl")),
    )
    parts = {
        ReportPart.DOSSIERS: _("Akten"),
        ReportPart.PAPER: _("Papier"),
        ReportPart.RULES: _("Noch zu entscheiden"),
        ReportPart.CLOCK: _("Uhr"),
    }
    return write_table(
        headings,
        (
            [
                str(report.year),
                german_day(report.until),
                parts[one.part],
                harmless(one.unit),
                harmless(one.number),
                harmless(one.title),
                in_words(one.what),
                str(one.count),
            ]
            for one in lines_of(report)
        ),
    )
