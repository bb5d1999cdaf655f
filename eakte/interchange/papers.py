"""How do the papers look that go with a dossier: cover, table of contents, withdrawal sheet, proof?

They are German, whoever prints them: a German court reads them. Each is a PDF/A-2b.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pikepdf
from fpdf import FPDF
from pikepdf import pdfa

from eakte.fonts import BOLD, PLAIN, fonts
from eakte.interchange.package import Bound, Dispatch, Part, SelectedDocument, SelectedDossier

FLAVOUR = "2b"
MARGIN, LINE, ROW = 14.0, 4.2, 5.4
POINTS_A_MILLIMETRE = 72 / 25.4
# Number, written, received, kind, title, author, folios: together the width of the sheet.
COLUMNS = (9.0, 19.0, 19.0, 32.0, 57.0, 29.0, 17.0)
HEADINGS = ("Nr.", "Datum", "Eingang", "Art", "Titel", "Verfasser", "Bl.")


@dataclass(frozen=True)
class Place:
    """Where in the table of contents a document stands: page from 0, and the box in points."""

    document: Bound
    page: int
    box: tuple[float, float, float, float]


class Sheets(FPDF):
    """A4 sheets in the office's typeface."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_auto_page_break(False)
        folder = fonts()
        self.add_font("sheet", "", str(folder / PLAIN))
        self.add_font("sheet", "B", str(folder / BOLD))
        self.set_title(title)
        self.set_lang("de-DE")
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.across = self.w - 2 * MARGIN

    def paragraph(
        self, text: str, *, size: float = 9, bold: bool = False, after: float = 1.0
    ) -> None:
        """Write a paragraph over the whole width."""
        self.set_font("sheet", "B" if bold else "", size)
        self.set_x(MARGIN)
        self.multi_cell(
            self.across, size * 0.5, _writable(text), new_x="LMARGIN", new_y="NEXT", align="L"
        )
        self.ln(after)

    def cut(self, text: str, width: float) -> str:
        """As much of the text as fits in one line."""
        shown = _writable(text)
        if self.get_string_width(shown) <= width:
            return shown
        low, high = 0, len(shown)
        while low < high:
            middle = (low + high + 1) // 2
            if self.get_string_width(shown[:middle] + "…") <= width:
                low = middle
            else:
                high = middle - 1
        return shown[:low].rstrip() + "…"

    def folded(self, text: str, width: float) -> list[str]:
        """The text in at most two lines; what has no room in them is cut off."""
        shown = _writable(text)
        if self.get_string_width(shown) <= width:
            return [shown]
        first, rest = "", shown.split(" ")
        while rest and self.get_string_width(f"{first} {rest[0]}".strip()) <= width:
            first = f"{first} {rest.pop(0)}".strip()
        if not first:
            return [self.cut(shown, width)]
        return [first, self.cut(" ".join(rest), width)]

    def finish(self, target: Path, *, validate: bool) -> None:
        """Write it as a PDF/A-2b."""
        with _opened(self) as pdf:
            save(pdf, target, validate=validate)


def cover_sheet(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    *,
    court: str,
    documents: int,
    folios: int,
    told: str,
    target: Path,
    validate: bool = True,
) -> None:
    """Write the first sheet: what this is, from whom, to whom; ``told`` is "Teil 1 von 2"."""
    sheet = Sheets("Deckblatt")
    sheet.add_page()
    sheet.paragraph(dispatch.office.name, size=11, after=14)
    sheet.paragraph(court, size=11, after=14)
    sheet.paragraph("Übersendung einer Behördenakte", size=20, bold=True, after=2)
    if told:
        sheet.paragraph(told, size=14, bold=True, after=2)
    sheet.ln(6)
    for label, text in (
        ("Aktenzeichen der Behörde", dossier.reference),
        ("Akte", dossier.title),
        ("Aktenzeichen des Gerichts", dispatch.court_reference or "noch nicht bekannt"),
        ("Verfahren", dispatch.short_title),
        ("Gegenstand", dispatch.about),
        ("Umfang", f"{documents} Dokumente, {folios} Blatt (Bl. 1 bis {folios})"),
        ("", "" if dossier.whole else "Die Akte ist in einer Auswahl beigefügt."),
        ("Rechtsgrundlage", dispatch.legal_ground),
        ("Erstellt", f"{_moment(dispatch)} durch {dispatch.made_by}"),
    ):
        if text:
            sheet.set_font("sheet", "", 10)
            top = sheet.get_y()
            sheet.set_x(MARGIN)
            sheet.cell(58, 6, label)
            sheet.set_xy(MARGIN + 58, top)
            sheet.multi_cell(
                sheet.across - 58, 6, _writable(text), new_x="LMARGIN", new_y="NEXT", align="L"
            )
    sheet.finish(target, validate=validate)


def table_of_contents(
    dossier: SelectedDossier, bound: Sequence[Bound], *, target: Path, validate: bool = True
) -> list[Place]:
    """Write the table of contents; returns where each document stands in it, for links."""
    sheet = Sheets("Inhaltsverzeichnis")
    by_id = {one.document.id: one for one in bound}
    places: list[Place] = []
    sheet.add_page()
    sheet.paragraph(f"Inhaltsverzeichnis der Akte {dossier.reference}", size=14, bold=True)
    sheet.paragraph(dossier.title, size=9, after=3)
    _headings(sheet)
    for depth, entry in _entries(dossier.parts, 0):
        if sheet.get_y() + 2 * ROW > sheet.h - MARGIN:
            sheet.add_page()
            sheet.set_xy(MARGIN, MARGIN)
            _headings(sheet)
        if isinstance(entry, Part):
            sheet.set_font("sheet", "B", 8)
            sheet.set_x(MARGIN + 3 * depth)
            sheet.cell(
                sheet.across - 3 * depth,
                ROW,
                sheet.cut(_named(entry), sheet.across - 3 * depth - 2),
                new_x="LMARGIN",
                new_y="NEXT",
            )
        else:
            top, page = sheet.get_y(), sheet.page_no() - 1
            _row(sheet, by_id[entry.id])
            places.append(Place(by_id[entry.id], page, _points(sheet, top)))
    sheet.finish(target, validate=validate)
    return places


def statement_of_completeness(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    bound: Sequence[Bound],
    *,
    target: Path,
    validate: bool = True,
) -> None:
    """Write what the package holds: documents, pages, the digest of each, who, when."""
    sheet = Sheets("Vollständigkeitserklärung")
    sheet.add_page()
    sheet.paragraph("Vollständigkeitserklärung", size=16, bold=True, after=3)
    missing = sum(one.document.withheld is not None for one in bound)
    last = bound[-1].folios.last if bound else 0
    what = "Die Akte" if dossier.whole else "Die Auswahl aus der Akte"
    sheet.paragraph(
        f"{what} {dossier.reference} ist mit {_documents(len(bound))} und {last} Blatt (Bl. 1 bis "
        f"{last}) in der Reihenfolge der Akte beigefügt."
        + _missing(missing)
        + ("" if dossier.whole else " Nicht ausgewählte Dokumente sind nicht enthalten."),
        size=10,
        after=2,
    )
    sheet.paragraph(
        "Jede Datei ist an ihrer Prüfsumme (SHA-256) wiederzuerkennen. Die Blattzahlen stehen auf "
        "Kopien; die Originale sind unverändert.",
        size=10,
        after=2,
    )
    sheet.paragraph(
        f"Erstellt {_moment(dispatch)} durch {dispatch.made_by}, {dispatch.office.name}.",
        size=10,
        after=4,
    )
    for one in bound:
        if sheet.get_y() + 2 * LINE > sheet.h - MARGIN:
            sheet.add_page()
            sheet.set_xy(MARGIN, MARGIN)
        sheet.set_font("sheet", "", 7)
        pages = "1 Seite" if one.pages == 1 else f"{one.pages} Seiten"
        for text in (
            f"{one.number} · Bl. {one.folios} · {pages} · {one.path.name}",
            f"SHA-256 {one.sha256}",
        ):
            sheet.cell(
                sheet.across,
                LINE - 0.4,
                sheet.cut(text, sheet.across),
                new_x="LMARGIN",
                new_y="NEXT",
            )
        sheet.ln(0.8)
    sheet.finish(target, validate=validate)


def withdrawal_sheets(
    dossier: SelectedDossier, withheld: Sequence[tuple[SelectedDocument, Path]]
) -> None:
    """Write the sheet of each withheld document to its path: only why, and how many pages.

    The checker reads them when they have been stamped.
    """
    if not withheld:
        return
    sheet = Sheets("Fehlblatt")
    for document, _ in withheld:
        sheet.add_page()
        sheet.ln(40)
        sheet.paragraph("Fehlblatt", size=28, bold=True, after=6)
        sheet.paragraph(f"Akte {dossier.reference}", size=12, after=6)
        pages = "1 Seite" if document.pages == 1 else f"{document.pages} Seiten"
        sheet.paragraph(
            f"An dieser Stelle der Akte liegt ein Dokument mit {pages}.", size=12, after=4
        )
        if document.withheld is not None:
            sheet.paragraph(
                f"Es wird nicht übersandt: {document.withheld.reason}", size=12, after=4
            )
            if document.withheld.legal_ground:
                sheet.paragraph(f"Rechtsgrundlage: {document.withheld.legal_ground}", size=12)
    with _opened(sheet) as pdf:
        for number, (_, path) in enumerate(withheld):
            with pikepdf.Pdf.new() as alone:
                alone.pages.append(pdf.pages[number])
                save(alone, path, validate=False)


def save(pdf: pikepdf.Pdf, target: Path, *, validate: bool) -> None:
    """Write a PDF/A-2b; without ``validate`` the checker does not read what was written.

    Raises:
        pdfa.PdfaError: the checker does not approve.
    """
    if validate:
        pdfa.save(pdf, target, FLAVOUR)
    else:
        pdfa.prepare(pdf, FLAVOUR)
        pdf.save(target, **pdfa.resolve_save_kwargs(FLAVOUR))


def _opened(sheet: FPDF) -> pikepdf.Pdf:
    pdf = pikepdf.open(io.BytesIO(bytes(sheet.output())))
    # PDF/A-2 6.6.1: nothing happens by itself when a file is opened.
    if "/OpenAction" in pdf.Root:
        del pdf.Root["/OpenAction"]
    return pdf


def _documents(number: int) -> str:
    return "1 Dokument" if number == 1 else f"{number} Dokumenten"


def _missing(number: int) -> str:
    if number == 1:
        return " An Stelle eines Dokuments liegt ein Fehlblatt."
    return f" An Stelle von {number} Dokumenten liegen Fehlblätter." if number else ""


def _headings(sheet: Sheets) -> None:
    sheet.set_font("sheet", "B", 8)
    for width, heading in zip(COLUMNS, HEADINGS, strict=True):
        sheet.cell(width, ROW, heading, border="B")
    sheet.ln(ROW)


def _row(sheet: Sheets, bound: Bound) -> None:
    document = bound.document
    hidden = document.withheld is not None
    sheet.set_font("sheet", "", 8)
    said = (
        str(bound.number),
        "" if hidden else _day(document.written_on),
        "" if hidden else _day(document.received_on),
        "" if hidden else document.kind,
        bound.title,
        "" if hidden else document.sender,
        str(bound.folios),
    )
    rows = [sheet.folded(text, width - 2) for width, text in zip(COLUMNS, said, strict=True)]
    top, height = sheet.get_y(), max(len(lines) for lines in rows)
    left = MARGIN
    for width, lines in zip(COLUMNS, rows, strict=True):
        for number, text in enumerate(lines):
            sheet.set_xy(left, top + 0.7 + number * LINE)
            sheet.cell(width, LINE, text)
        left += width
    sheet.set_xy(MARGIN, top + 1.4 + height * LINE)


def _entries(parts: Sequence[Part], depth: int) -> Iterator[tuple[int, Part | SelectedDocument]]:
    for part in parts:
        yield depth, part
        yield from _entries(part.parts, depth + 1)
        for document in part.documents:
            yield depth, document


def _named(part: Part) -> str:
    return f"{part.title} ({part.reference})" if part.reference else part.title


def _points(sheet: FPDF, top: float) -> tuple[float, float, float, float]:
    left, right = MARGIN, MARGIN + sum(COLUMNS)
    return (
        round(left * POINTS_A_MILLIMETRE, 2),
        round((sheet.h - sheet.get_y()) * POINTS_A_MILLIMETRE, 2),
        round(right * POINTS_A_MILLIMETRE, 2),
        round((sheet.h - top) * POINTS_A_MILLIMETRE, 2),
    )


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


def _moment(dispatch: Dispatch) -> str:
    return dispatch.made_at.strftime("am %d.%m.%Y um %H:%M Uhr")


def _writable(text: str) -> str:
    """Without what would change how the rest is read, or has no place on a line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
