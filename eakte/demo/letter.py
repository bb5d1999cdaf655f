"""What is a letter of the demo office: its words, its sender's paper, and how it reached us?"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eakte.demo.paper import Block, Paper
from eakte.demo.typesetting import Sheet, set_pages


class Direction(StrEnum):
    """Whether a letter came in, went out or stayed in the house."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"


class Quality(StrEnum):
    """How the paper became a picture."""

    CLEAN = "clean"
    SCAN = "scan"
    FAX = "fax"


class Container(StrEnum):
    """The format in which the pages of one letter are delivered."""

    PDF = "pdf"
    TIFF = "tif"
    JPEG = "jpg"
    PNG = "png"

    @property
    def many(self) -> bool:
        """Whether it can hold more than one page."""
        return self in (Container.PDF, Container.TIFF)


@dataclass(frozen=True)
class Letter:
    """One letter of the demo office; ``key`` names it for ever, also between two runs."""

    key: str
    title: str
    document_type: str
    direction: Direction
    letter_date: date
    received_on: date | None
    sender: str
    paper: Paper
    blocks: tuple[Block, ...]
    quality: Quality
    container: Container
    original_name: str
    fax_line: str = ""
    stamp: tuple[str, ...] = ()

    @functools.cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The letter set on its pages; needs the fonts."""
        return set_pages(self.paper, self.blocks, fax_line=self.fax_line, stamp=self.stamp)

    @property
    def pages(self) -> tuple[str, ...]:
        """The known text of each page, exactly as printed, in reading order."""
        return tuple(sheet.text for sheet in self.sheets)
