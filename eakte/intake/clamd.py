"""How is clamd asked what it thinks of some bytes? By INSTREAM, as clamd(8) describes it.

The bytes travel in pieces, each after its length in four bytes; a piece of length zero ends them.
What the scanner does not say in so many words is no clean bill: everything else raises.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from eakte.errors import EakteError, PartUnavailable

PIECE = 64 * 1024
LONGEST_ANSWER = 4096
LONGEST_FIND = 200
FOUND = re.compile(r"stream: (.+) FOUND")
CLEAN = "stream: OK"
TOO_LARGE = "size limit exceeded"
UNUSUAL = re.compile(r"[^\w.,:+()/ -]")


class ScannerAway(PartUnavailable):
    """Nobody answers at the scanner's address."""

    code = "scanner-away"

    def __init__(self) -> None:
        super().__init__("Der Virenscanner antwortet nicht.")


class NotScanned(EakteError):
    """The scanner is there but has not said what it thinks of these bytes."""

    code = "not-scanned"


class TooLargeToScan(NotScanned):
    """The scanner takes fewer bytes at a time."""

    code = "too-large-to-scan"


class Clamd:
    """A scanner at ``host:port`` or ``unix:/path``; ``seconds`` is the longest silence."""

    def __init__(self, address: str, *, seconds: float) -> None:
        self._address = address
        self._seconds = seconds

    def version(self) -> str:
        """Return the scanner's own name with the state of its database; proves that it is there.

        Raises:
            ScannerAway: nobody answers, or nobody who is a scanner.
        """
        try:
            with self._called() as line:
                line.sendall(b"zVERSION\0")
                told = self._answer(line)
        except OSError as error:
            raise ScannerAway from error
        if not told:
            raise ScannerAway
        return UNUSUAL.sub("?", told)[:LONGEST_FIND]

    def scan(self, stream: BinaryIO) -> str | None:
        """Return the name of what was found in the bytes, None when nothing was.

        Raises:
            ScannerAway: nobody takes the call.
            TooLargeToScan: the scanner's StreamMaxLength is smaller.
            NotScanned: it is silent, hangs up or says something else.
        """
        try:
            line = self._call()
        except OSError as error:
            raise ScannerAway from error
        with line:
            try:
                # Whoever refuses in the middle hangs up: what it said before is read all the same.
                with suppress(BrokenPipeError, ConnectionResetError):
                    self._send(line, stream)
                told = self._answer(line)
            except OSError as error:
                raise NotScanned(
                    "Der Virenscanner hat die Prüfung nicht zu Ende gebracht."
                ) from error
        return _verdict(told)

    def _send(self, line: socket.socket, stream: BinaryIO) -> None:
        line.sendall(b"zINSTREAM\0")
        while piece := stream.read(PIECE):
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))

    def _answer(self, line: socket.socket) -> str:
        said = b""
        until = time.monotonic() + self._seconds
        while b"\0" not in said and len(said) < LONGEST_ANSWER and time.monotonic() < until:
            piece = line.recv(LONGEST_ANSWER)
            if not piece:
                break
            said += piece
        return said.split(b"\0")[0].decode("utf-8", "replace").strip()

    @contextmanager
    def _called(self) -> Iterator[socket.socket]:
        with self._call() as line:
            yield line

    def _call(self) -> socket.socket:
        if self._address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._seconds)
            try:
                line.connect(self._address.removeprefix("unix:"))
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self._seconds)


def _verdict(told: str) -> str | None:
    if told == CLEAN:
        return None
    found = FOUND.fullmatch(told)
    if found:
        return UNUSUAL.sub("?", found[1])[:LONGEST_FIND]
    if TOO_LARGE in told:
        raise TooLargeToScan("Der Virenscanner nimmt so große Dokumente nicht an.")
    raise NotScanned("Der Virenscanner hat die Prüfung nicht zu Ende gebracht.")
