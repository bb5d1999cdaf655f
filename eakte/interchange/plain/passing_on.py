"""How is a whole dossier written for another authority, which takes it on (§ 69 SGB X)?

What a person inspects, and a list that a program can read; where the office wants it, every version
and what was made of it go beside the copies, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from eakte.errors import Sentence
from eakte.interchange.assembling import Assembled
from eakte.interchange.format import Parcel, Shipment
from eakte.interchange.package import PackageRefused
from eakte.interchange.plain import manifest, names
from eakte.interchange.plain.papers import PURPOSE
from eakte.interchange.plain.writing import digest_of, listed, parcel_of, put_together, staged

OF_LIST = (
    "manifest.json und manifest.csv nennen jedes Dokument mit allen Angaben und jede Datei mit "
    "ihrer Prüfsumme; LIESMICH.txt erklärt die Felder."
)


class PassingOnFormat:
    """The plain package for another authority."""

    def write(self, shipment: Shipment, target: Path, *, told: Callable[[int], None]) -> Parcel:
        """Write documents, papers, kept versions and the list; see ``OutgoingFormat``."""
        with staged(target) as staging:
            assembled = put_together(
                shipment,
                staging,
                heading="Abgabe einer Behördenakte",
                notes=(OF_LIST, PURPOSE),
                told=told,
            )
            kept_names = _put_kept(shipment, assembled, staging)
            records = manifest.records(shipment, assembled.bound, kept_names)
            (staging / manifest.JSON).write_bytes(manifest.as_json(shipment, records))
            (staging / manifest.CSV).write_bytes(manifest.as_csv(records))
            (staging / manifest.EXPLAINED).write_bytes(manifest.explained(shipment))
            digest = listed(staging)
        return parcel_of(
            shipment, assembled, target, version=manifest.VERSION, sha256=digest, name="Akte"
        )


def _put_kept(shipment: Shipment, assembled: Assembled, staging: Path) -> dict[UUID, str]:
    """Put what was kept beside the copies; return the name of each.

    Raises:
        PackageRefused: a content is not what the house knows it by.
    """
    called: dict[UUID, str] = {}
    for one in assembled.bound:
        if one.document.withheld:
            continue
        for kept in shipment.kept.get(one.document.id, ()):
            name = names.kept_name(
                one.number,
                kept.version,
                kept.what,
                page=kept.page,
                name=kept.name,
                media_type=kept.media_type,
            )
            if kept.path is None or digest_of(kept.path) != kept.sha256:
                changed = "„%(title)s“ hat sich seit der Auswahl geändert."
                raise PackageRefused(
                    "Die Akte kann so nicht übersandt werden.",
                    reasons=[Sentence(changed, title=one.document.title)],
                )
            kept.path.rename(staging / name)
            called[kept.id] = name
    return called
