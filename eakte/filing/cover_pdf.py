"""How does a cover sheet look on paper, so that any scanner can read it at any angle?

The code stands twice on the sheet, large and with much correction, so that a fold, a stamp or a
crooked feed costs one of them at most.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from fpdf import FPDF

from eakte.fonts import BOLD, PLAIN, fonts

CODE_MILLIMETRES, MARGIN = 62, 20
LONGEST_LINE = 90


@dataclass(frozen=True)
class Printed:
    """What a cover sheet shows, in the language of whoever prints it."""

    code: str
    heading: str
    reference: str
    lines: Sequence[str]
    hint: str
    foot: str


def cover_pdf(sheets: Sequence[Printed]) -> bytes:
    """Return a PDF with one page of A4 for each cover sheet.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title(sheets[0].heading if sheets else "")
    for sheet in sheets:
        _draw(pdf, sheet)
    return bytes(pdf.output())


def _draw(pdf: FPDF, sheet: Printed) -> None:
    pdf.add_page()
    width = pdf.w - 2 * MARGIN
    picture = _picture(sheet.code)
    middle = (pdf.w - CODE_MILLIMETRES) / 2
    pdf.image(picture, x=middle, y=MARGIN, w=CODE_MILLIMETRES, h=CODE_MILLIMETRES)
    picture.seek(0)
    bottom = pdf.h - MARGIN - 12 - CODE_MILLIMETRES
    pdf.image(picture, x=middle, y=bottom, w=CODE_MILLIMETRES, h=CODE_MILLIMETRES)
    pdf.set_xy(MARGIN, MARGIN + CODE_MILLIMETRES + 8)
    for text, style, size in (
        (sheet.heading, "", 14),
        (sheet.reference, "B", 26),
        *((line[:LONGEST_LINE], "", 14) for line in sheet.lines if line),
    ):
        pdf.set_font("sheet", style, size)
        pdf.multi_cell(width, size * 0.55, text, align="C", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)
        pdf.set_x(MARGIN)
    pdf.set_font("sheet", "", 11)
    pdf.multi_cell(width, 6, sheet.hint, align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_xy(MARGIN, pdf.h - MARGIN - 4)
    pdf.set_font("sheet", "", 8)
    pdf.cell(width, 4, sheet.foot[:160], align="C")


def _picture(code: str) -> io.BytesIO:
    drawn = io.BytesIO()
    segno.make_qr(code, error="q", boost_error=True).save(drawn, kind="png", scale=12, border=4)
    drawn.seek(0)
    return drawn
