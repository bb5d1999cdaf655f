"""Which letters of the demo office are measured?"""

from __future__ import annotations

from collections.abc import Iterator

from eakte.demo.catalogue import catalogue
from eakte.demo.letter import Letter, Quality


def letters(quality: Quality) -> Iterator[Letter]:
    """Give the letters that the office has in this quality."""
    return (letter for letter in catalogue().letters() if letter.quality is quality)
