"""How does the receipt of a stack look on paper? One page of A4, however large the stack was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF

from eakte.fonts import BOLD, PLAIN, fonts

MARGIN, LABEL, LINE = 18, 46, 5.2
# What no longer fits on the page stands in the receipt for programs.
MOST_LINES = 22


@dataclass(frozen=True)
class PrintedReceipt:
    """What the receipt shows, in the language of whoever prints it.

    ``facts`` are pairs of a label and what is so; ``ways`` one line for each part of the stack,
    of which ``more`` says, when they are too many, that they are.
    """

    heading: str
    office: str
    facts: Sequence[tuple[str, str]]
    ways_heading: str
    ways: Sequence[str]
    more: str
    foot: str


def receipt_pdf(receipt: PrintedReceipt) -> bytes:
    """Return a PDF of exactly one page.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title(receipt.heading)
    pdf.add_page()
    width = pdf.w - 2 * MARGIN
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_xy(MARGIN, MARGIN)
    _line(pdf, receipt.office, size=10, width=width)
    _line(pdf, receipt.heading, size=18, width=width, style="B")
    pdf.ln(3)
    for label, said in receipt.facts:
        top = pdf.get_y()
        pdf.set_font("sheet", "", 9)
        pdf.cell(LABEL, LINE, label)
        pdf.set_xy(MARGIN + LABEL, top)
        pdf.set_font("sheet", "", 9)
        pdf.multi_cell(width - LABEL, LINE, _shortened(said), new_x="LMARGIN", new_y="NEXT")
    if receipt.ways:
        pdf.ln(4)
        _line(pdf, receipt.ways_heading, size=12, width=width, style="B")
        room = int((pdf.h - MARGIN - 24 - pdf.get_y()) / LINE) - 1
        most = max(1, min(MOST_LINES, room))
        shown = list(receipt.ways[:most])
        for way in [*shown, *([receipt.more] if len(receipt.ways) > most else [])]:
            pdf.set_font("sheet", "", 9)
            pdf.cell(width, LINE, way[:105], new_x="LMARGIN", new_y="NEXT")
    pdf.set_xy(MARGIN, pdf.h - MARGIN - 16)
    pdf.set_font("sheet", "", 7)
    pdf.multi_cell(width, 3.6, receipt.foot)
    return bytes(pdf.output())


def _line(pdf: FPDF, text: str, *, size: int, width: float, style: str = "") -> None:
    pdf.set_font("sheet", style, size)
    pdf.multi_cell(width, size * 0.5, text[:120], new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _shortened(said: str) -> str:
    return said if len(said) <= 300 else f"{said[:299]}…"
