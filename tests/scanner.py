"""A stand-in for clamd: speaks INSTREAM on loopback, and misbehaves on demand."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# The test file of EICAR, in two parts so that no scanner finds it in this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
VERSION = b"ClamAV 1.0.7/27500/Fri Nov 20 09:30:00 2026\0"


@dataclass
class StandIn:
    """Finds EICAR; ``mood`` is how it behaves: honest, silent, cut, small, odd, gone-after."""

    mood: str = "honest"
    limit: int = 1 << 30
    seen: list[bytes] = field(default_factory=list)
    port: int = 0
    _listening: socket.socket | None = None
    _held: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            # Wakes whoever waits in accept.
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for line in self._held:
            line.close()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self._answer(line)
            if line not in self._held:
                line.close()

    def _answer(self, line: socket.socket) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += line.recv(1)
        if command == b"zVERSION\0":
            line.sendall(VERSION)
            return
        assert command == b"zINSTREAM\0", command
        if self.mood == "silent":
            self._held.append(line)
            return
        if self.mood == "gone-after":
            self.stop()
            return
        content = b""
        while size := struct.unpack("!L", _exactly(line, 4))[0]:
            content += _exactly(line, size)
            if len(content) > self.limit:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            if self.mood == "cut":
                return
        self.seen.append(content)
        if self.mood == "odd":
            line.sendall(b"stream: Can't allocate memory ERROR\0")
        elif EICAR in content:
            line.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            line.sendall(b"stream: OK\0")


def _exactly(line: socket.socket, size: int) -> bytes:
    said = b""
    while len(said) < size:
        piece = line.recv(size - len(said))
        if not piece:
            raise ConnectionError
        said += piece
    return said


@contextmanager
def scanner(mood: str = "honest", **given: int) -> Iterator[StandIn]:
    """Run a stand-in as long as the block lasts."""
    one = StandIn(mood, **given)
    one.start()
    try:
        yield one
    finally:
        one.stop()
