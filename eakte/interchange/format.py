"""What does every way to write a dossier down for somebody outside promise, whatever the standard?

One writer a format: XJustiz for courts, a plain package for who inspects a dossier, a plain package
with a list for another authority. Another one (xdomea 0401) is one more class with ``write``; what
is chosen, asked, logged and kept stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from eakte.errors import Sentence
from eakte.interchange.package import Bound, Dispatch, SelectedDossier


@dataclass(frozen=True)
class Recipient:
    """Who gets a package that is for no court; ``mandate`` is by what they come for another."""

    name: str
    address: str = ""
    role: str = ""
    mandate: str = ""


@dataclass(frozen=True)
class Kept:
    """One content of a document as it lies in the house: a version, or what was made of it.

    ``what`` is "original" or the kind of what was made, ``name`` what the sender called it.
    """

    id: UUID
    version: int
    what: str
    page: int
    name: str
    media_type: str
    sha256: str
    size: int
    made_at: datetime
    path: Path | None = None


@dataclass(frozen=True)
class Shipment:
    """Everything a writer needs: the dossier as it was decided about, for whom, on what ground.

    ``kept`` are, by document, the contents that go beside its stamped copy.
    """

    dispatch: Dispatch
    dossier: SelectedDossier
    recipient: Recipient | None = None
    kept: Mapping[UUID, tuple[Kept, ...]] = field(default_factory=dict)


class LeavingKind(StrEnum):
    """What can be fetched of a package by itself."""

    MESSAGE = "message"
    PACKAGE = "package"
    WHOLE = "whole"
    MANIFEST = "manifest"
    CARRIER = "carrier"


@dataclass(frozen=True)
class Leaving:
    """Something of a package that can be fetched by itself; ``path`` is gone once it was taken."""

    kind: LeavingKind
    part: int
    message_id: UUID | None
    name: str
    path: Path
    files: int


@dataclass(frozen=True)
class Parcel:
    """A whole package; ``sha256`` is that of its list of digests, which names every file.

    ``leaving`` makes what is fetched one after the other, so that it needs no room all at once.
    """

    version: str
    bound: tuple[Bound, ...]
    hints: tuple[Sentence, ...]
    sha256: str
    leaving: Callable[[], Iterator[Leaving]]


class OutgoingFormat(Protocol):
    """One way to write a package."""

    def write(self, shipment: Shipment, target: Path, *, told: Callable[[int], None]) -> Parcel:
        """Write a package into ``target``, which is not there yet; ``told`` hears of documents.

        Raises:
            PackageRefused: with every reason; nothing was left behind.
            OSError: the disk is full or broken.
        """


def stem_of(reference: str) -> str:
    """Return a reference as it may stand in the name of a file."""
    return "".join(sign if sign.isalnum() else "-" for sign in reference).strip("-")
