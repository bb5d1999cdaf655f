"""How much may one document cost, and how is it shut in?"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from eakte.interchange.xjustiz.courts import COURTS, newest_list

MIB = 1024 * 1024
# What the list of courts is called beside a document.
COURT_LIST = "courts.json"


class Confinement(StrEnum):
    """How the child process is shut in; AUTO takes the strongest that works here."""

    AUTO = "auto"
    BWRAP = "bwrap"
    LIMITS = "limits"


class LimitSettings(Protocol):
    """The settings that matter here, by the names of ``eakte.config.Settings``."""

    @property
    def ocr_language(self) -> str:
        """The language model."""

    @property
    def ocr_jobs(self) -> int:
        """Pages recognised at a time."""

    @property
    def sandbox(self) -> str:
        """auto, bwrap or limits."""

    @property
    def sandbox_memory_mb(self) -> int:
        """Memory of one process."""

    @property
    def page_seconds(self) -> int:
        """Longest time for a page."""

    @property
    def document_seconds(self) -> int:
        """Longest time for a document."""

    @property
    def max_pages(self) -> int:
        """Most pages of a document."""

    @property
    def max_megapixels(self) -> int:
        """Largest picture."""

    @property
    def schemas(self) -> Path | None:
        """Where the official code lists lie."""


@dataclass(frozen=True)
class Limits:
    """What a document may cost; ``scratch`` is where the children's own folders are made."""

    ocr_language: str = "deu"
    jobs: int = 2
    sandbox: Confinement = Confinement.AUTO
    memory_mb: int = 2048
    page_seconds: float = 120
    document_seconds: float = 7200
    max_pages: int = 5000
    max_megapixels: int = 200
    look_seconds: float = 8
    office_seconds: float = 120
    scratch: Path = Path(tempfile.gettempdir())
    courts: Path | None = None
    """The official list of courts, where the office has one."""

    @classmethod
    def of(cls, settings: LimitSettings) -> Limits:
        """Take over what the office has set."""
        folder = getattr(settings, "folder", None)
        return cls(
            ocr_language=settings.ocr_language,
            jobs=settings.ocr_jobs,
            sandbox=Confinement(settings.sandbox),
            memory_mb=settings.sandbox_memory_mb,
            page_seconds=settings.page_seconds,
            document_seconds=settings.document_seconds,
            max_pages=settings.max_pages,
            max_megapixels=settings.max_megapixels,
            courts=_courts(settings.schemas, folder),
            scratch=Path(folder) / "sandbox" if folder else Path(tempfile.gettempdir()),
        )

    @property
    def pixels(self) -> int:
        """The most pixels one picture may have."""
        return self.max_megapixels * 1_000_000

    @property
    def tree_bytes(self) -> int:
        """The most memory that the child and its helpers may occupy together."""
        return (self.memory_mb + 512 * self.jobs) * MIB


def _courts(schemas: Path | None, folder: Path | None) -> Path | None:
    if schemas is None and folder is None:
        return None
    return newest_list(schemas or Path(str(folder)) / "schemas", COURTS)
