"""What does a text say that Outlook kept in its own compressed form (MS-OXRTFCP) alone?

Only its words are taken over. How they were set, and pictures between them, stay in the original.
"""

from __future__ import annotations

import struct
import zlib

from compressed_rtf import decompress
from striprtf.striprtf import rtf_to_text

from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps.mail.message import BROKEN

HEAD = struct.Struct("<II4sI")
COMPRESSED, PLAIN = b"LZFu", b"MELA"
# Nobody writes more; one byte of it can stand for eight or nine.
LARGEST = 32_000_000
OBJECTS = (b"\\pict", b"\\object")


def words_of(kept: bytes) -> tuple[str, bool] | None:
    """Return the words, and whether pictures or objects stood between them; None if damaged."""
    if not _is_whole(kept):
        return None
    try:
        written = decompress(kept)
        # In RTF itself every letter is ASCII; what a careless program left is of Windows.
        text: str = rtf_to_text(  # type: ignore[no-untyped-call]  # it tells no types
            written.decode("cp1252", "replace"), errors="replace"
        )
        # Signs beyond the first 65,536 come in halves.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except (*BROKEN, struct.error) as error:
        must_not_be_to_blame(error)
        return None
    said = whole.replace("\0", "").strip()
    return (said, any(mark in written for mark in OBJECTS)) if said else None


def _is_whole(kept: bytes) -> bool:
    """Say whether head, kind and checksum agree: for all else the library knows no error name."""
    if not HEAD.size <= len(kept) <= LARGEST:
        return False
    size, _, kind, checksum = HEAD.unpack_from(kept)
    if size < HEAD.size - 4:
        return False
    if kind == PLAIN:
        return bool(checksum == 0)
    content = kept[HEAD.size : size + 4]
    # The usual checksum without its two inversions.
    told = zlib.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return bool(kind == COMPRESSED and checksum == told)
