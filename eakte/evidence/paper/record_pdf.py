"""How does the record of destroyed paper look for people? A4 as PDF/A-2b, with every stack.

It says again what the signed record says, in German, and by which digest that is found; only the
signed record itself proves anything. It is drawn anew each time: the same record, the same sheets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from fpdf import FPDF, FontFace
from fpdf.enums import DocumentCompliance, TableBordersLayout, TextEmphasis

from eakte.fonts import BOLD, PLAIN, fonts
from eakte.interchange.drawn import archival

MARGIN, LABEL, LINE, SMALL = 18, 46, 5, 7
WIDTHS = (18, 26, 14, 116)
TITLE = "Nachweis über vernichtetes Papier"


class _Sheet(FPDF):
    """A4 with the number of each page at its foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4", enforce_compliance=DocumentCompliance.PDFA_2B)
        self._foot = foot
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 8)

    def footer(self) -> None:
        """Print what the paper is and which page of it this one is."""
        self.set_y(-MARGIN)
        self.set_font("sheet", "", SMALL)
        self.cell(self.epw - 30, 4, self._foot)
        self.cell(30, 4, f"Seite {self.page_no()} von {{nb}}", align="R")


def record_pdf(signed: bytes) -> bytes:
    """Return the sheets for a signed record.

    Raises:
        PartUnavailable: the fonts it needs are not installed.
    """
    told = json.loads(signed)
    pdf = _Sheet(f"{TITLE} Nr. {told['number']} · {told['office']}")
    folder = fonts()
    pdf.add_font("sheet", "", str(folder / PLAIN))
    pdf.add_font("sheet", "B", str(folder / BOLD))
    pdf.set_title(TITLE)
    pdf.set_lang("de")
    pdf.set_creation_date(datetime.fromisoformat(told["confirmed_at"]))
    pdf.add_page()
    _line(pdf, told["office"], size=10)
    _line(pdf, TITLE, size=18, bold=True)
    pages = sum(one["pages"] or 0 for one in told["stacks"])
    pdf.set_font("sheet", "", 9)
    for label, said in (
        ("Vernichtung", f"Nr. {told['number']}"),
        ("Art und Weise", told["manner"]),
        ("Umfang", f"{_many(len(told['stacks']), 'Stapel', 'Stapel')}, {_pages(pages)}"),
        ("Vorgeschlagen", f"{_moment(told['proposed_at'])}, {told['proposed_by']}"),
        ("Bestätigt", f"{_moment(told['confirmed_at'])}, {told['confirmed_by']}"),
        ("Bemerkung", told["remark"]),
    ):
        if said:
            _fact(pdf, label, said)
    pdf.ln(3)
    _line(pdf, "Stapel", size=12, bold=True)
    _stacks(pdf, told)
    pdf.ln(3)
    pdf.set_font("sheet", "", SMALL)
    pdf.multi_cell(pdf.epw, 3.6, _foot(told, signed), align="L")
    return archival(bytes(pdf.output()), at=datetime.fromisoformat(told["confirmed_at"]))


def _stacks(pdf: FPDF, told: Mapping[str, Any]) -> None:
    pdf.set_font("sheet", "", SMALL)
    with pdf.table(
        col_widths=WIDTHS,
        width=sum(WIDTHS),
        text_align=("LEFT", "LEFT", "RIGHT", "LEFT"),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis=TextEmphasis.B),
        line_height=3.4,
        padding=0.8,
    ) as table:
        table.row(["Stapel", "Karton", "Seiten", "Freigabe und Prüfsummen (SHA-256)"])
        for one in told["stacks"]:
            table.row(
                [
                    f"{one['number']:06d}",
                    one["box"] or "–",
                    str(one["pages"] or "–"),
                    f"freigegeben {_moment(one['released_at'])}\n"
                    f"Stapel {one['sha256']}\nVermerk {one['transfer_note'] or '–'}",
                ]
            )


def _fact(pdf: FPDF, label: str, said: str) -> None:
    top = pdf.get_y()
    pdf.cell(LABEL, LINE, label)
    pdf.set_xy(MARGIN + LABEL, top)
    pdf.multi_cell(pdf.epw - LABEL, LINE, said, align="L", new_x="LMARGIN", new_y="NEXT")


def _line(pdf: FPDF, text: str, *, size: float, bold: bool = False) -> None:
    pdf.set_font("sheet", "B" if bold else "", size)
    pdf.multi_cell(pdf.epw, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _foot(told: Mapping[str, Any], signed: bytes) -> str:
    digest = sha256(signed).hexdigest()
    return (
        f"Lesbare Wiedergabe des Nachweises mit der Prüfsumme (SHA-256) {digest}, unterschrieben "
        f"mit Ed25519, Schlüssel {told['key']}. Geprüft wird der Nachweis in der Form für "
        "Programme: eakte note verify DATEI --key PEM"
    )


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _pages(count: int) -> str:
    return _many(count, "Seite", "Seiten")


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%d.%m.%Y, %H:%M:%S}" if written else "–"
