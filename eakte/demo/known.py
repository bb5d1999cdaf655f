"""Against which pages with known text is a recognition measured?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte.demo.catalogue import catalogue
from eakte.demo.letter import Container, Letter, Quality
from eakte.demo.scanning import packed, picture

SHORTEST = 400
"""Characters: on a shorter page, one misread signature would weigh as much as a paragraph."""


@dataclass(frozen=True)
class KnownPage:
    """A rendered page, delivered as one document, and every word that is printed on it."""

    path: Path
    text: str
    title: str


def known_pages(
    quality: Quality, folder: Path, *, count: int = 24, container: Container = Container.PDF
) -> Iterator[KnownPage]:
    """Render ``count`` pages of the demo office in one quality, always the same ones.

    Every kind of letter takes its turn, first pages and later ones alike, with letterheads, stamps
    and signatures: nothing is left out but pages with less than ``SHORTEST`` characters.
    """
    for number, (letter, index) in enumerate(_chosen(count), start=1):
        image = picture(letter.sheets[index], quality, seed=f"{letter.key}/{index + 1}")
        path = folder / f"{quality.value}-{number:02}.{container.value}"
        path.write_bytes(packed([image], quality, container))
        yield KnownPage(path, letter.pages[index], f"{letter.title}, Seite {index + 1}")


def _chosen(count: int) -> Iterator[tuple[Letter, int]]:
    """Walk round the kinds of letters; in the n-th round the n-th letter gives its n-th page."""
    kinds: dict[str, list[Letter]] = {}
    for letter in catalogue().letters():
        kinds.setdefault(letter.document_type, []).append(letter)
    given = 0
    for lap in range(max(len(letters) for letters in kinds.values())):
        for letters in kinds.values():
            if lap >= len(letters):
                continue
            letter = letters[lap]
            index = lap % len(letter.sheets)
            if len(letter.pages[index]) >= SHORTEST:
                yield letter, index
                given += 1
                if given == count:
                    return
