"""How does a password turn an encrypted PDF into one that can be read?"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pikepdf

from eakte.model.findings import Flag
from eakte.processing.steps.opening import is_signed


class Note(Protocol):
    """Where problems are told."""

    def note(self, code: str, pages: tuple[int, ...] = ()) -> None:
        """A problem, with the pages it concerns."""


def unlock(path: Path, target: Path, *, password: str, tell: Note) -> frozenset[Flag] | None:
    """Write the PDF without its encryption; return what was seen in it, None if it was not done.

    The password is used here and named nowhere, whatever happens.
    """
    try:
        with pikepdf.open(path, password=password, suppress_warnings=True) as pdf:
            if not pdf.is_encrypted:
                tell.note("not-encrypted")
                return None
            flags = frozenset({Flag.SIGNED} if is_signed(pdf) else ())
            pdf.save(target)
    except pikepdf.PasswordError:
        tell.note("wrong-password")
        return None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        tell.note("damaged")
        return None
    return flags
