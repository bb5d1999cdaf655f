"""How does a program see what paper becomes due, and get the yearly report?"""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from eakte.evidence.paper.due import due_papers
from eakte.retention.report_pdf import report_pdf
from eakte.retention.reporting import export_report
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas_checks import PapersOut, paper_out
from eakte.web.api.schemas_reporting import PaperDueIn, YearReportOut, report_out
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import disposition

reporting = APIBlueprint("api_reporting", __name__, url_prefix="/api/v1", tag="Aufbewahrung")


@reporting.get("/retention/paper")
@reporting.input(PaperDueIn, location="query", arg_name="asked")
@reporting.output(PapersOut)
@reporting.doc(summary="Welches Papier fällig wird", security=LOCKED, responses=[403])
def paper_due(asked: PaperDueIn) -> PapersOut:
    """List the paper of released stacks by the day on which it may go."""
    found = due_papers(current_work(), asked.which, page=asked.page)
    return PapersOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        papers=[paper_out(one) for one in found.rows],
    )


@reporting.get("/retention/reports/<int:year>")
@reporting.output(YearReportOut)
@reporting.doc(summary="Der Jahresbericht in Zahlen", security=LOCKED, responses=[403])
@writes
def show(year: int) -> YearReportOut:
    """Count a calendar year by unit and entry of the plan; never by person."""
    return report_out(export_report(current_work(), year, form="json"))


@reporting.get("/retention/reports/<int:year>/report.pdf")
@reporting.doc(summary="Der Jahresbericht als PDF", security=LOCKED, responses=[403])
@writes
def page(year: int) -> Response:
    """Hand out the same on sheets for people (PDF/A-2b, German)."""
    report = export_report(current_work(), year, form="pdf")
    answer = Response(report_pdf(report), mimetype="application/pdf")
    name = f"Jahresbericht {report.year}.pdf"
    answer.headers["Content-Disposition"] = disposition(name, inline=True)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
