"""How do kept bytes leave the house: under which name, as which type, whole or in part?"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import Range
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from eakte.access.acting import actor_of
from eakte.db import folded
from eakte.model.login import LoginSession
from eakte.model.user import User
from eakte.retrieval.reading import Reading
from eakte.web.per_request import LateBody, signed_in, the_office
from storage import Digest, Store

CHUNK = 256 * 1024
# How long, and for how many chunks, bytes go on leaving before the right to them is asked again.
ASK_SECONDS = 1.0
ASK_CHUNKS = 64
# Everything else is handed out as bytes without a type, so that no browser tries to show it.
HARMLESS_TYPES = frozenset(
    {
        "application/pdf",
        "image/heic",
        "image/heif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
    }
)
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-()")


class RightWithdrawn(Exception):
    """The reader lost the right while the bytes were leaving; the rest stays here."""


class StoredBody(LateBody):
    """Bytes of the store, opened when the log entry about their reading is committed."""

    def __init__(self, reading: Reading, *, start: int, length: int, status: int) -> None:
        super().__init__(status=status)
        self._digest = Digest(reading.sha256)
        self._whole = length == reading.size
        self._start, self._length = start, length
        self._stream: BinaryIO | None = None
        self._may_go_on = _asking(reading)

    def open_body(self, store: Store) -> None:
        """Open the bytes; the whole is verified while it leaves, a part is not."""
        if self.status_code not in {200, 206}:
            return
        if self._whole:
            self._stream = store.open(self._digest)
        else:
            self._stream = store.open_range(self._digest, start=self._start, length=self._length)
        self.call_on_close(self._stream.close)
        self.response = _chunks(self._stream, self._length, self._may_go_on)


def send(reading: Reading, *, inline: bool, max_age: int = 0) -> StoredBody:
    """Return a response with the bytes, or the part of them that was asked for (RFC 9110, 14).

    ``inline`` is for what we made ourselves; originals are always attachments. ``max_age`` (in
    seconds) lets the reader's own browser keep a picture for that long.

    Raises:
        RequestedRangeNotSatisfiable: the part that was asked for lies behind the end.
    """
    etag = reading.sha256
    start, length, status = 0, reading.size, 200
    wanted = request.range
    if request.if_none_match.contains(etag):
        status = 304
    elif wanted is not None and _is_one_part(wanted) and _range_is_of(etag):
        span = wanted.range_for_length(reading.size)
        if span is None:
            raise RequestedRangeNotSatisfiable(length=reading.size)
        start, length, status = span[0], span[1] - span[0], 206
    response = StoredBody(reading, start=start, length=length, status=status)
    response.set_etag(etag)
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = f"private, max-age={max_age}" if max_age else "private, no-store"
    headers["Vary"] = "Cookie"
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{reading.size}"
    if status in {200, 206}:
        headers["Content-Length"] = str(length)
        harmless = reading.media_type in HARMLESS_TYPES
        headers["Content-Type"] = reading.media_type if harmless else "application/octet-stream"
        shown = inline and harmless
        headers["Content-Disposition"] = disposition(reading.name, inline=shown)
    return response


def disposition(name: str, *, inline: bool) -> str:
    """Return a Content-Disposition (RFC 6266): a plain name for old readers and the true one."""
    path = PurePosixPath(unicodedata.normalize("NFC", name))
    plain = "".join(sign for sign in folded(path.stem) if sign in PLAIN).strip(" .") or "dokument"
    ending = "".join(sign for sign in path.suffix if sign in PLAIN)
    shown = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}{ending}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _is_one_part(wanted: Range) -> bool:
    # Whoever wants several parts, or counts in something else, gets the whole: that is allowed.
    return wanted.units == "bytes" and len(wanted.ranges) == 1


def _range_is_of(etag: str) -> bool:
    condition = request.if_range
    if condition.date is not None:
        return False
    return condition.etag is None or condition.etag == etag


def _asking(reading: Reading) -> Callable[[], bool]:
    """Return the question whether who is signed in now may still read this then."""
    # While bytes leave there is no request any more, so what is asked about is taken along.
    office, who = the_office(), signed_in()
    person = who.user.id if who else None
    started = who.session.id if who and who.session else None

    def may_go_on() -> bool:
        with office.database.transaction(writes=False) as session:
            user = session.get(User, person) if person else None
            ended = started is not None and session.get(LoginSession, started) is None
            if user is None or not user.active or ended:
                return False
            actor = actor_of(session, user, office.clock)
            return reading.still(office.unit_of(actor, session))

    return may_go_on


def _chunks(stream: BinaryIO, length: int, may_go_on: Callable[[], bool]) -> Iterator[bytes]:
    left, sent, asked = length, 0, time.monotonic()
    while left > 0:
        if sent and (sent % ASK_CHUNKS == 0 or time.monotonic() - asked >= ASK_SECONDS):
            if not may_go_on():
                # As below: the reader notices by the length that was promised and not kept.
                raise RightWithdrawn
            asked = time.monotonic()
        sent += 1
        chunk = stream.read(min(CHUNK, left))
        if not chunk:
            # The promised length cannot be kept; cutting the connection tells the reader so.
            raise EOFError("the store gave fewer bytes than its rows name")
        left -= len(chunk)
        yield chunk
    # The last read is what compares the digest.
    stream.read(1)
