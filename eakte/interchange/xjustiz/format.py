"""How is a package for a court written, by the same door as every other package?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eakte.interchange.carrier import write_image
from eakte.interchange.format import Leaving, LeavingKind, Parcel, Shipment, stem_of
from eakte.interchange.xjustiz.rules import Limits
from eakte.interchange.xjustiz.writing_package import (
    MANIFEST,
    Standards,
    WrittenPackage,
    write_court_package,
    zip_message,
)


@dataclass(frozen=True)
class XJustizFormat:
    """The version that is valid on ``day``, checked against what the publishers gave out.

    ``limits`` are those of one message; without them all goes on a disk (§ 3 ERVV).
    """

    standards: Standards
    day: date
    limits: Limits | None

    def write(self, shipment: Shipment, target: Path, *, told: Callable[[int], None]) -> Parcel:
        """Write messages, documents and papers; see ``write_court_package``."""
        package = write_court_package(
            shipment.dispatch,
            shipment.dossier,
            target,
            standards=self.standards,
            day=self.day,
            limits=self.limits,
            told=told,
        )
        stem = stem_of(shipment.dossier.reference)
        return Parcel(
            package.version,
            package.bound,
            package.hints,
            package.sha256,
            lambda: _leaving(package, stem, carrier=self.limits is None),
        )


def _leaving(package: WrittenPackage, stem: str, *, carrier: bool) -> Iterator[Leaving]:
    for message in package.messages:
        packed = package.folder.with_name(f"message-{message.part}.zip")
        zip_message(message, packed)
        of = f"-Teil-{message.part}-von-{message.parts}" if message.parts > 1 else ""
        name = f"Akte-{stem}{of}.zip"
        yield Leaving(LeavingKind.MESSAGE, message.part, message.id, name, packed, message.files)
        packed.unlink()
    if carrier:
        image = package.folder.with_name("carrier.iso")
        write_image(package.folder, image, label=stem)
        yield Leaving(LeavingKind.CARRIER, 1, None, f"Akte-{stem}.iso", image, 1)
        image.unlink()
    if package.whole is not None and package.whole.parent == package.folder:
        name = f"Akte-{stem}-Gesamtakte.pdf"
        yield Leaving(LeavingKind.WHOLE, 1, None, name, package.whole, 1)
    name = f"Akte-{stem}-Prüfsummen.txt"
    yield Leaving(LeavingKind.MANIFEST, 1, None, name, package.folder / MANIFEST, 1)
