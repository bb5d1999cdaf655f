"""What became of the records in a year: on the page, as a PDF and as a table."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from eakte.errors import BadInput
from eakte.retention.report_pdf import report_pdf
from eakte.retention.reporting import FIGURE_WORDS, export_report, year_report, years_of
from eakte.web.errors import in_words
from eakte.web.per_request import current_work, writes
from eakte.web.report_table import table_of_report
from eakte.web.streaming import disposition

pages = Blueprint("reporting", __name__, url_prefix="/aussonderung/bericht")


@pages.get("")
def show() -> ResponseReturnValue:
    """Show a year, this one where none is asked for."""
    work = current_work()
    report = year_report(work, asked_year(work.clock.today().year))
    return render_template(
        "retention_report.html",
        report=report,
        years=[(str(one), str(one)) for one in years_of(work)],
        form={"jahr": str(report.year)},
        words=[(figure, in_words(words)) for figure, words in FIGURE_WORDS.items()],
    )


@pages.get("/pdf")
@writes
def page() -> ResponseReturnValue:
    """Hand out a year as a PDF."""
    work = current_work()
    report = export_report(work, asked_year(work.clock.today().year), form="pdf")
    return _handed(report_pdf(report), "application/pdf", f"Jahresbericht {report.year}.pdf")


@pages.get("/tabelle")
@writes
def table() -> ResponseReturnValue:
    """Hand out the same figures as a table."""
    work = current_work()
    report = export_report(work, asked_year(work.clock.today().year), form="csv")
    return _handed(table_of_report(report), "text/csv", f"Jahresbericht {report.year}.csv")


def asked_year(this: int) -> int:
    """Return the year of the address.

    Raises:
        BadInput: it is no number of a year.
    """
    typed = request.args.get("jahr", "").strip()
    if not typed:
        return this
    if len(typed) != 4 or not typed.isascii() or not typed.isdecimal():
        raise BadInput("Bitte geben Sie ein Jahr mit vier Ziffern an.", field="jahr")
    return int(typed)


def _handed(content: bytes, media_type: str, name: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = disposition(name, inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
