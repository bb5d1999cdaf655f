"""How does the yearly report look on paper? A4 across, as PDF/A-2b whose text can be searched.

It is German, whoever prints it: it goes to the head of the office, to archives and auditors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fpdf import FPDF, FontFace
from fpdf.enums import DocumentCompliance, TableBordersLayout, TextEmphasis

from eakte.clock import OFFICE_ZONE
from eakte.fonts import BOLD, PLAIN, fonts
from eakte.interchange.drawn import archival
from eakte.retention.counting import Figure
from eakte.retention.reporting import (
    FIGURE_WORDS,
    MEANING,
    SCOPE,
    UnitFigures,
    YearReport,
)

MARGIN, LINE, SMALL, HEADINGS = 14, 4.4, 7, 6
# The entry of the plan has what is left of the width.
FIGURE_WIDTH = 19.2
NONE = "–"


class _Sheet(FPDF):
    """A4 across with the number of each page at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(
            orientation="landscape", format="A4", enforce_compliance=DocumentCompliance.PDFA_2B
        )
        self._foot = foot
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)

    def footer(self) -> None:
        """Print what the paper is and which page of it this one is."""
        self.set_y(-MARGIN)
        self.set_font("sheet", "", SMALL)
        self.cell(self.epw - 30, 4, self._foot)
        self.cell(30, 4, f"Seite {self.page_no()} von {{nb}}", align="R")


def report_pdf(report: YearReport) -> bytes:
    """Return the report as a PDF/A-2b.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    title = f"Jahresbericht der Schriftgutverwaltung {report.year}"
    made = report.made_at.astimezone(OFFICE_ZONE)
    pdf = _Sheet(f"{title} · {report.office} · Stand {report.until:%d.%m.%Y}")
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title(title)
    pdf.set_lang("de")
    pdf.set_creation_date(made)
    pdf.add_page()
    _text(pdf, report.office, size=10)
    _text(pdf, title, size=18, bold=True)
    _text(
        pdf,
        f"Stichtag {report.until:%d.%m.%Y}, erstellt am {made:%d.%m.%Y um %H:%M} Uhr. {SCOPE}",
        size=8.5,
    )
    _text(pdf, MEANING, size=8.5)
    _heading(pdf, "Alle Sachgebiete")
    _figures(pdf, [(unit.name, unit.total) for unit in report.units], report.total, "Sachgebiet")
    for unit in report.units:
        if unit.entries:
            _unit(pdf, unit)
    _rest(pdf, report)
    return archival(bytes(pdf.output()), at=report.made_at)


def _unit(pdf: FPDF, unit: UnitFigures) -> None:
    _heading(pdf, unit.name)
    rows = [(f"{one.number} {one.title}", one.figures) for one in unit.entries]
    _figures(pdf, rows, unit.total, "Eintrag im Aktenplan")


def _figures(
    pdf: FPDF,
    rows: Sequence[tuple[str, Mapping[Figure, int]]],
    total: Mapping[Figure, int],
    what: str,
) -> None:
    if not rows:
        _text(pdf, "Im Berichtsjahr gibt es nichts zu berichten.", size=9)
        return
    widths = (pdf.epw - FIGURE_WIDTH * len(Figure), *(FIGURE_WIDTH,) * len(Figure))
    lines = [
        [what, *(FIGURE_WORDS[figure] for figure in Figure)],
        *([name, *_numbers(figures)] for name, figures in rows),
    ]
    _table(pdf, lines, widths, last=["Summe", *_numbers(total)] if len(rows) > 1 else None)


def _numbers(figures: Mapping[Figure, int]) -> list[str]:
    return [_number(figures.get(figure, 0)) for figure in Figure]


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".") if count else NONE


def _rest(pdf: FPDF, report: YearReport) -> None:
    stacks, pages = report.paper
    _heading(pdf, "Vernichtetes Papier gescannter Stapel")
    if stacks:
        rows = [
            [one.name, _number(one.stacks), _number(one.pages)]
            for one in report.units
            if one.stacks
        ]
        total = ["Summe", _number(stacks), _number(pages)]
        _table(
            pdf,
            [["Sachgebiet", "Stapel", "Seiten"], *rows],
            (110, 30, 30),
            last=total if len(rows) > 1 else None,
        )
    else:
        _text(pdf, "Es wurde kein Papier vernichtet.", size=9)
    made = report.made_at.astimezone(OFFICE_ZONE)
    _heading(pdf, f"Noch nicht entschiedene Fristen (Stand {made:%d.%m.%Y})")
    if report.open_rules:
        undecided = [
            [f"{one.number} {one.title}", _number(one.closed), _number(one.open)]
            for one in report.open_rules
        ]
        headings = ["Eintrag im Aktenplan", "geschlossene Akten", "offene Akten"]
        _table(pdf, [headings, *undecided], (170, 40, 40))
    else:
        _text(pdf, "Für alle Einträge des Aktenplans ist entschieden.", size=9)
    _heading(pdf, "Bestätigungen der Uhr")
    if report.confirmations:
        confirmed = [
            [f"{one.at.astimezone(OFFICE_ZONE):%d.%m.%Y, %H:%M}", one.reason]
            for one in report.confirmations
        ]
        _table(pdf, [["Zeitpunkt", "Begründung"], *confirmed], (40, 210), numbers=False)
    else:
        _text(
            pdf,
            "Die Uhr gab keinen Anlass zu Zweifeln, die eine Person hätte ausräumen müssen.",
            size=9,
        )


def _table(
    pdf: FPDF,
    lines: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    last: Sequence[str] | None = None,
    numbers: bool = True,
) -> None:
    """Print lines below a line of headings, which stands again on every page."""
    pdf.set_font("sheet", "", SMALL)
    bold = FontFace(emphasis=TextEmphasis.B)
    with pdf.table(
        col_widths=tuple(widths),
        # What is added up may be wider than the sheet by a hair.
        width=min(sum(widths), pdf.epw),
        align="LEFT",
        text_align=("LEFT", *("RIGHT" if numbers else "LEFT",) * (len(widths) - 1)),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis=TextEmphasis.NONE, size_pt=HEADINGS),
        line_height=3.6,
        padding=0.7,
    ) as table:
        for line in lines:
            table.row([str(cell) for cell in line])
        if last is not None:
            table.row([str(cell) for cell in last], style=bold)
    pdf.ln(1)


def _heading(pdf: FPDF, text: str) -> None:
    # A heading stays with what it heads.
    if pdf.will_page_break(34):
        pdf.add_page()
    pdf.ln(2.5)
    _text(pdf, text, size=11, bold=True)


def _text(pdf: FPDF, text: str, *, size: float, bold: bool = False) -> None:
    pdf.set_font("sheet", "B" if bold else "", size)
    pdf.multi_cell(
        pdf.epw, max(LINE * 0.8, size * 0.5), text, align="L", new_x="LMARGIN", new_y="NEXT"
    )
    pdf.ln(0.8)
