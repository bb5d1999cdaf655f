"""How is a dossier written for somebody who may inspect it (§ 25 SGB X, Art. 15 DSGVO, § 120 SGG)?

Single PDFs with folio numbers, the papers about them, and all of it as one PDF; nothing that only a
program reads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eakte.interchange.format import Parcel, Shipment
from eakte.interchange.plain.papers import PURPOSE
from eakte.interchange.plain.writing import listed, parcel_of, put_together, staged

VERSION = "1"
OF_SHEETS = (
    "Wo ein Fehlblatt liegt, bleibt ein Dokument hier; der Grund steht darauf. Entwürfe und "
    "Arbeiten zu ihrer Vorbereitung sind nicht dabei (§ 25 Abs. 1 Satz 2 SGB X)."
)


class InspectionFormat:
    """The plain package for a person or a lawyer."""

    def write(self, shipment: Shipment, target: Path, *, told: Callable[[int], None]) -> Parcel:
        """Write documents and papers; see ``OutgoingFormat``."""
        with staged(target) as staging:
            assembled = put_together(
                shipment,
                staging,
                heading="Akteneinsicht",
                notes=(OF_SHEETS, PURPOSE),
                told=told,
            )
            digest = listed(staging)
        return parcel_of(
            shipment, assembled, target, version=VERSION, sha256=digest, name="Akteneinsicht"
        )
