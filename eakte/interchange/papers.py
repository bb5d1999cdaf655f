"""How do the papers look that go with a dossier: cover, table of contents, withdrawal sheet, proof?

They are German, whoever prints them: a German court reads them. Each is a PDF/A-2b by how it is
made, so the checker does not read them again for every package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pikepdf import Pdf

from eakte.interchange.package import Bound, Dispatch, Part, SelectedDocument, SelectedDossier
from eakte.interchange.sheets import HEIGHT, MARGIN, POINTS_A_MILLIMETRE, Sheets, save

LINE, ROW, SMALL = 4.2, 5.4, 8.0
# Number, written, received, kind, title, author, folios: together the width of the sheet.
COLUMNS = (9.0, 19.0, 19.0, 32.0, 57.0, 29.0, 17.0)
HEADINGS = ("Nr.", "Datum", "Eingang", "Art", "Titel", "Verfasser", "Bl.")


@dataclass(frozen=True)
class Place:
    """Where in the table of contents a document stands: page from 0, and the box in points."""

    document: Bound
    page: int
    box: tuple[float, float, float, float]


def cover_sheet(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    *,
    court: str,
    documents: int,
    folios: int,
    told: str,
    target: Path,
) -> None:
    """Write the first sheet: what this is, from whom, to whom; ``told`` is "Teil 1 von 2"."""
    sheet = Sheets("Deckblatt")
    sheet.add_page()
    sheet.paragraph(dispatch.office.name, size=11, after=14)
    sheet.paragraph(court, size=11, after=14)
    sheet.paragraph("Übersendung einer Behördenakte", size=20, bold=True, after=2)
    if told:
        sheet.paragraph(told, size=14, bold=True, after=2)
    sheet.y += 6
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
            sheet.labelled(label, text)
    sheet.finish(target)


def table_of_contents(
    dossier: SelectedDossier, bound: Sequence[Bound], *, target: Path
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
        if not sheet.has_room(2 * ROW):
            sheet.add_page()
            _headings(sheet)
        if isinstance(entry, Part):
            left, room = MARGIN + 3 * depth, sheet.across - 3 * depth - 2
            shown = sheet.cut(_named(entry), room, size=SMALL, bold=True)
            sheet.print(shown, x=left, y=sheet.y + 1.2, size=SMALL, bold=True)
            sheet.y += ROW
        else:
            top = sheet.y
            _row(sheet, by_id[entry.id])
            places.append(Place(by_id[entry.id], sheet.page, _points(top, sheet.y)))
    sheet.finish(target)
    return places


def statement_of_completeness(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    bound: Sequence[Bound],
    *,
    target: Path,
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
        if not sheet.has_room(2 * LINE):
            sheet.add_page()
        pages = "1 Seite" if one.pages == 1 else f"{one.pages} Seiten"
        for text in (
            f"{one.number} · Bl. {one.folios} · {pages} · {one.path.name}",
            f"SHA-256 {one.sha256}",
        ):
            sheet.print(sheet.cut(text, sheet.across, size=7), x=MARGIN, y=sheet.y, size=7)
            sheet.y += LINE - 0.4
        sheet.y += 0.8
    sheet.finish(target)


def withdrawal_sheets(
    dossier: SelectedDossier, withheld: Sequence[tuple[SelectedDocument, Path]]
) -> None:
    """Write the sheet of each withheld document to its path: only why, and how many pages.

    The checker reads them when they have been stamped, if it reads anything.
    """
    if not withheld:
        return
    sheet = Sheets("Fehlblatt")
    for document, _ in withheld:
        sheet.add_page()
        sheet.y += 40
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
    with sheet.opened() as pdf:
        for number, (_, path) in enumerate(withheld):
            with Pdf.new() as alone:
                alone.pages.append(pdf.pages[number])
                save(alone, path, validate=False)


def _documents(number: int) -> str:
    return "1 Dokument" if number == 1 else f"{number} Dokumenten"


def _missing(number: int) -> str:
    if number == 1:
        return " An Stelle eines Dokuments liegt ein Fehlblatt."
    return f" An Stelle von {number} Dokumenten liegen Fehlblätter." if number else ""


def _headings(sheet: Sheets) -> None:
    left = MARGIN
    for width, heading in zip(COLUMNS, HEADINGS, strict=True):
        sheet.print(heading, x=left, y=sheet.y + 1.2, size=SMALL, bold=True)
        left += width
    sheet.y += ROW
    sheet.rule(MARGIN, left, sheet.y)


def _row(sheet: Sheets, bound: Bound) -> None:
    document = bound.document
    hidden = document.withheld is not None
    said = (
        str(bound.number),
        "" if hidden else _day(document.written_on),
        "" if hidden else _day(document.received_on),
        "" if hidden else document.kind,
        bound.title,
        "" if hidden else document.sender,
        str(bound.folios),
    )
    cells = [
        sheet.folded(text, width - 2, size=SMALL) for width, text in zip(COLUMNS, said, strict=True)
    ]
    top, height, left = sheet.y, max(len(lines) for lines in cells), MARGIN
    for width, lines in zip(COLUMNS, cells, strict=True):
        for number, text in enumerate(lines):
            sheet.print(text, x=left, y=top + 1.3 + number * LINE, size=SMALL)
        left += width
    sheet.y = top + 1.4 + height * LINE


def _entries(parts: Sequence[Part], depth: int) -> Iterator[tuple[int, Part | SelectedDocument]]:
    for part in parts:
        yield depth, part
        yield from _entries(part.parts, depth + 1)
        for document in part.documents:
            yield depth, document


def _named(part: Part) -> str:
    return f"{part.title} ({part.reference})" if part.reference else part.title


def _points(top: float, bottom: float) -> tuple[float, float, float, float]:
    left, right = MARGIN, MARGIN + sum(COLUMNS)
    return (
        round(left * POINTS_A_MILLIMETRE, 2),
        round((HEIGHT - bottom) * POINTS_A_MILLIMETRE, 2),
        round(right * POINTS_A_MILLIMETRE, 2),
        round((HEIGHT - top) * POINTS_A_MILLIMETRE, 2),
    )


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


def _moment(dispatch: Dispatch) -> str:
    return dispatch.made_at.strftime("am %d.%m.%Y um %H:%M Uhr")
