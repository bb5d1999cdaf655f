"""How does the cover look of a dossier that goes to a person or to another authority?"""

from __future__ import annotations

from pathlib import Path

from eakte.interchange.format import Shipment
from eakte.interchange.sheets import Sheets

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
    lines = (recipient.name, *recipient.address.splitlines()) if recipient is not None else ()
    for number, line in enumerate(lines, start=1):
        sheet.paragraph(line, size=11, after=14 if number == len(lines) else 1)
    sheet.paragraph(heading, size=20, bold=True, after=8)
    counted = "1 Dokument" if documents == 1 else f"{documents} Dokumente"
    made = dispatch.made_at.strftime("am %d.%m.%Y um %H:%M Uhr")
    for label, text in (
        ("Aktenzeichen", dossier.reference),
        ("Akte", dossier.title),
        ("Nimmt Einsicht als", recipient.role if recipient else ""),
        ("Vollmacht oder Bestellung", recipient.mandate if recipient else ""),
        ("Anlass", dispatch.about),
        ("Umfang", f"{counted}, {folios} Blatt (Bl. 1 bis {folios})"),
        ("Rechtsgrundlage", dispatch.legal_ground),
        ("Erstellt", f"{made} durch {dispatch.made_by}"),
    ):
        if text:
            sheet.paragraph(f"{label}: {text}", size=10, after=2)
    if not dossier.whole:
        sheet.paragraph("Die Akte ist in einer Auswahl beigefügt.", size=10, after=2)
    if dossier.hybrid:
        sheet.paragraph("Ein Teil der Akte liegt nur auf Papier vor.", size=10, after=2)
    for note in notes:
        sheet.paragraph(note, size=10, after=2)
    sheet.finish(target, validate=True)
