"""How are files named that a person opens: readable, sorted as the dossier is, safe everywhere?"""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from uuid import UUID

COVER = "0000_Deckblatt.pdf"
CONTENTS = "0000_Inhaltsverzeichnis.pdf"
STATEMENT = "0000_Vollständigkeitserklärung.pdf"
WHOLE = "0000_Gesamtakte.pdf"
LONGEST_STEM = 60
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
# What no file system forbids and nobody reads as a command.
_ALLOWED = re.compile(r"[A-Za-zÄÖÜäöüß0-9-]")


def plain_name(number: int, title: str, file_id: UUID) -> str:
    """Return ``0012_Befundbericht.pdf``; the number alone makes it unique."""
    signs = (_sign(one) for one in unicodedata.normalize("NFC", title))
    stem = re.sub(r"_{2,}", "_", "".join(signs))[:LONGEST_STEM].strip("_-")
    return f"{number:04}_{stem or 'Dokument'}.pdf"


def kept_name(
    number: int, version: int, what: str, *, page: int, name: str, media_type: str
) -> str:
    """Return ``0012.v1_original.docx``: what was kept of a document, beside its stamped copy.

    The dot tells it from every name that is made of a title. The type of a version is that of the
    name under which it came.
    """
    suffix = PurePosixPath(name).suffix if name else mimetypes.guess_extension(media_type) or ""
    at = f"_{page}" if page else ""
    ending = suffix.lower() if SUFFIX.fullmatch(suffix) else ".bin"
    return f"{number:04}.v{version}_{what}{at}{ending}"


def _sign(sign: str) -> str:
    if _ALLOWED.fullmatch(sign):
        return sign
    if sign.isspace() or unicodedata.category(sign).startswith(("P", "S", "Z")):
        return "_"
    folded = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in folded if _ALLOWED.fullmatch(part))
