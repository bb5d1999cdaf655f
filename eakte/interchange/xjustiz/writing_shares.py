"""Which documents go into which message, when one message cannot carry them all?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from eakte.errors import Sentence
from eakte.interchange.assembling import Assembled
from eakte.interchange.package import Bound, DocumentClass, PackageRefused
from eakte.interchange.xjustiz.rules import Limits

# What a message holds beside its documents: the message itself with so many bytes a document,
# and the cover. Both are counted generously, so that a part is never too large afterwards.
BYTES_A_DOCUMENT, BYTES_A_MESSAGE, FILES_A_MESSAGE = 4096, 512 * 1024, 4
REFUSED = "Die Akte kann so nicht übersandt werden."


@dataclass(frozen=True)
class Planned:
    """What goes into one message; papers lie in the staging folder until they are moved."""

    bound: tuple[Bound, ...]
    papers: tuple[tuple[str, Path, DocumentClass], ...]


def share_out(assembled: Assembled, limits: Limits | None) -> tuple[list[Planned], list[Sentence]]:
    """Share the documents out in their order.

    Raises:
        PackageRefused: a single document is too large for any message.
    """
    papers = (
        ("Inhaltsverzeichnis", assembled.contents, DocumentClass.TECHNICAL),
        ("Vollständigkeitserklärung", assembled.statement, DocumentClass.NOTE),
    )
    whole = assembled.whole
    last_paper = ("Gesamtakte", whole, DocumentClass.TECHNICAL) if whole else None
    if limits is None:
        return [Planned(assembled.bound, (*papers, *([last_paper] if last_paper else [])))], []
    reserved = BYTES_A_MESSAGE + sum(path.stat().st_size for _, path, _ in papers)
    too_large = [
        one for one in assembled.bound if one.size + reserved + BYTES_A_DOCUMENT > limits.size
    ]
    if too_large:
        raise PackageRefused(
            REFUSED,
            reasons=[
                Sentence(
                    "„%(title)s“ ist mit %(size)s MB größer, als eine Nachricht sein darf "
                    "(%(most)s MB).",
                    title=one.title,
                    size=-(-one.size // 1024**2),
                    most=limits.megabytes,
                )
                for one in too_large
            ],
            next_step="Bitte übersenden Sie die Akte auf einem Datenträger (§ 3 ERVV).",
        )
    shares: list[list[Bound]] = [[]]
    room = limits.size - reserved
    for one in assembled.bound:
        need = one.size + BYTES_A_DOCUMENT
        full = len(shares[-1]) + FILES_A_MESSAGE >= limits.files
        if shares[-1] and (full or need > room):
            shares.append([])
            room = limits.size - BYTES_A_MESSAGE
        shares[-1].append(one)
        room -= need
    planned = [
        Planned(tuple(share), papers if number == 0 else ()) for number, share in enumerate(shares)
    ]
    if last_paper is None or whole is None:
        return planned, []
    size = whole.stat().st_size
    if size <= room and len(shares[-1]) + FILES_A_MESSAGE < limits.files:
        planned[-1] = replace(planned[-1], papers=(*planned[-1].papers, last_paper))
    elif size + BYTES_A_MESSAGE <= limits.size:
        planned.append(Planned((), (last_paper,)))
    else:
        return planned, [
            Sentence(
                "Das Gesamt-PDF ist mit %(size)s MB zu groß für eine Nachricht; es liegt beim "
                "Paket.",
                size=-(-size // 1024**2),
            )
        ]
    return planned, []
