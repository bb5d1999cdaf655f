"""How do the papers, the documents and the list of their digests become one plain package?

Either the whole package stands in the target, or nothing does. What is packed lies flat, under
names that sort as the dossier does.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from eakte.errors import Sentence
from eakte.interchange import zips
from eakte.interchange.assembling import Assembled, assemble, with_links_inside
from eakte.interchange.binding import link_to_files
from eakte.interchange.format import Leaving, LeavingKind, Parcel, Shipment, stem_of
from eakte.interchange.hidden import bared
from eakte.interchange.package import PackageRefused
from eakte.interchange.plain import names
from eakte.interchange.plain.papers import plain_cover

MANIFEST = "MANIFEST.sha256"
UNFINISHED = ".unfertig"
PIECE = 1024 * 1024


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder beside the target that becomes it at the end, or is gone.

    Raises:
        FileExistsError: the target is there already.
    """
    if target.exists():
        raise FileExistsError(target)
    staging = Path(
        tempfile.mkdtemp(prefix=f".{target.name}-", suffix=UNFINISHED, dir=target.parent)
    )
    try:
        yield staging
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def put_together(
    shipment: Shipment,
    staging: Path,
    *,
    heading: str,
    notes: tuple[str, ...],
    told: Callable[[int], None],
) -> Assembled:
    """Write documents and papers into a folder; their names say what they are.

    Raises:
        PackageRefused: with every reason.
    """
    if not shipment.dossier.reference.strip():
        raise PackageRefused(
            "Die Akte kann so nicht übersandt werden.",
            reasons=[Sentence("Die Akte hat kein Aktenzeichen, das sich übermitteln lässt.")],
        )
    with tempfile.TemporaryDirectory(prefix=".bare-", dir=staging.parent) as bare:
        dossier = bared(with_links_inside(shipment.dossier), Path(bare))
        assembled = assemble(
            dossier, shipment.dispatch, folder=staging, named=names.plain_name, told=told
        )
    link_to_files(assembled.contents, assembled.places)
    plain_cover(
        shipment,
        heading,
        documents=len(assembled.bound),
        folios=assembled.bound[-1].folios.last,
        notes=notes,
        target=staging / names.COVER,
    )
    assembled.contents.rename(staging / names.CONTENTS)
    assembled.statement.rename(staging / names.STATEMENT)
    if assembled.whole is not None:
        assembled.whole.rename(staging / names.WHOLE)
    return assembled


def listed(staging: Path) -> str:
    """Name every file with its digest, as sha256sum does; return the digest of that."""
    lines = [f"{digest_of(path)}  {path.name}\n" for path in sorted(staging.iterdir())]
    written = "".join(lines).encode()
    (staging / MANIFEST).write_bytes(written)
    return hashlib.sha256(written).hexdigest()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parcel_of(
    shipment: Shipment, assembled: Assembled, target: Path, *, version: str, sha256: str, name: str
) -> Parcel:
    """Return what was written, with what can be fetched of it: ``name`` begins their names."""
    stem = f"{name}-{stem_of(shipment.dossier.reference)}"
    return Parcel(
        version,
        assembled.bound,
        assembled.hints,
        sha256,
        partial(_leaving, target, stem),
    )


def _leaving(folder: Path, stem: str) -> Iterator[Leaving]:
    inside = sorted(folder.iterdir())
    packed = folder.with_name(f"{folder.name}.zip")
    with packed.open("wb") as target:
        zips.write(target, (zips.Outgoing(path.name, partial(_opened, path)) for path in inside))
    yield Leaving(LeavingKind.PACKAGE, 1, None, f"{stem}.zip", packed, len(inside))
    packed.unlink()
    whole = folder / names.WHOLE
    if whole.exists():
        yield Leaving(LeavingKind.WHOLE, 1, None, f"{stem}-Gesamtakte.pdf", whole, 1)
    yield Leaving(LeavingKind.MANIFEST, 1, None, f"{stem}-Prüfsummen.txt", folder / MANIFEST, 1)


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")
