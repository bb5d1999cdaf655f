"""How does a signed proof look on paper? What every sheet shares: page, lines, facts, PDF/A-2b."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

import pikepdf
from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from pikepdf import pdfa

from eakte.fonts import BOLD, PLAIN, fonts

MARGIN, LABEL, LINE = 18, 46, 5
LONGEST = 300


def new_sheet(title: str, *, at: datetime) -> FPDF:
    """Return a page of A4 on which nothing stands yet.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    pdf = FPDF(format="A4", enforce_compliance=DocumentCompliance.PDFA_2B)
    pdf.set_auto_page_break(False)
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title(title)
    pdf.set_lang("de")
    pdf.set_creation_date(at)
    pdf.add_page()
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_xy(MARGIN, MARGIN)
    return pdf


def head(pdf: FPDF, office: str, title: str, said: str) -> None:
    """Write by whom it is, what it is, and one paragraph about it."""
    line(pdf, office, size=10)
    line(pdf, title, size=18, style="B")
    pdf.set_font("sheet", "", 9)
    pdf.multi_cell(width(pdf), 4.4, said, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def write_facts(pdf: FPDF, facts: Iterable[tuple[str, str]]) -> None:
    """Write labels with what there is to say of each."""
    for label, said in facts:
        top = pdf.get_y()
        pdf.cell(LABEL, LINE, label)
        pdf.set_xy(MARGIN + LABEL, top)
        pdf.multi_cell(
            width(pdf) - LABEL, LINE, short(said), align="L", new_x="LMARGIN", new_y="NEXT"
        )


def foot(pdf: FPDF, said: str) -> None:
    """Write what stands at the lower end."""
    pdf.set_xy(MARGIN, pdf.h - MARGIN - 16)
    pdf.set_font("sheet", "", 7)
    pdf.multi_cell(width(pdf), 3.6, said, align="L")


def line(pdf: FPDF, text: str, *, size: int, style: str = "", before: float = 0) -> None:
    """Write a line of its own."""
    pdf.ln(before)
    pdf.set_font("sheet", style, size)
    pdf.multi_cell(width(pdf), size * 0.5, text[:120], new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def archival(pdf: FPDF) -> bytes:
    """Return the page as PDF/A-2b that was checked; nothing else leaves."""
    kept = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(pdf.output()))) as drawn:
        # How a page opens is nobody's business but the reader's.
        del drawn.Root["/OpenAction"]
        pdfa.save(drawn, kept, "2b")
    return kept.getvalue()


def width(pdf: FPDF) -> float:
    """Return how wide a line is."""
    return float(pdf.w - 2 * MARGIN)


def moment(written: str) -> str:
    """Return an instant as it is read."""
    return f"{datetime.fromisoformat(written):%d.%m.%Y, %H:%M:%S}" if written else "–"


def short(said: str) -> str:
    """Return something no longer than there is room for."""
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
