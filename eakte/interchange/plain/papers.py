"""How does the cover look of a dossier that goes to a person or to another authority?"""

from __future__ import annotations

from pathlib import Path

from eakte.interchange.format import Shipment
from eakte.interchange.papers import MARGIN, Sheets

LABEL, LINE = 58.0, 6.0
PURPOSE = (
    "Diese Sozialdaten dürfen nur zu dem Zweck verarbeitet werden, zu dem sie übermittelt werden "
    "(§ 78 SGB X)."
)


def plain_cover(
    shipment: Shipment,
    heading: str,
    *,
    documents: int,
    folios: int,
    notes: tuple[str, ...],
    target: Path,
) -> None:
    """Write the first sheet: what this is, from whom, to whom, on what ground; a PDF/A-2b."""
    dispatch, dossier, recipient = shipment.dispatch, shipment.dossier, shipment.recipient
    sheet = Sheets("Deckblatt")
    sheet.add_page()
    sheet.paragraph(dispatch.office.name, size=11, after=14)
    if recipient is not None:
        for line in (recipient.name, *recipient.address.splitlines()):
            sheet.paragraph(line, size=11, after=1)
    sheet.ln(12)
    sheet.paragraph(heading, size=20, bold=True, after=8)
    made = dispatch.made_at.strftime("am %d.%m.%Y um %H:%M Uhr")
    for label, text in (
        ("Aktenzeichen", dossier.reference),
        ("Akte", dossier.title),
        ("Empfangen als", recipient.role if recipient else ""),
        ("Vollmacht", recipient.mandate if recipient else ""),
        ("Anlass", dispatch.about),
        ("Umfang", f"{documents} Dokumente, {folios} Blatt (Bl. 1 bis {folios})"),
        ("", "" if dossier.whole else "Die Akte ist in einer Auswahl beigefügt."),
        ("", "Ein Teil der Akte liegt nur auf Papier vor." if dossier.hybrid else ""),
        ("Rechtsgrundlage", dispatch.legal_ground),
        ("Erstellt", f"{made} durch {dispatch.made_by}"),
    ):
        if text:
            _row(sheet, label, text)
    sheet.ln(6)
    for note in notes:
        sheet.paragraph(note, size=10, after=3)
    sheet.finish(target, validate=True)


def _row(sheet: Sheets, label: str, text: str) -> None:
    sheet.set_font("sheet", "", 10)
    top = sheet.get_y()
    sheet.set_x(MARGIN)
    sheet.cell(LABEL, LINE, label)
    sheet.set_xy(MARGIN + LABEL, top)
    # Line breaks and marks that change the direction would change how the rest is read.
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    sheet.multi_cell(sheet.across - LABEL, LINE, shown, new_x="LMARGIN", new_y="NEXT", align="L")
