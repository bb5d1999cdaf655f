"""How does a network look, on the way to a server, that refuses, delays, cuts or swallows?"""

import re
import socket
import struct
import threading
import time
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

PIECE = 65536


class Kind(Enum):
    """What happens to a request."""

    REFUSE = "breaks every connection and listens no more, until it is told to"
    DELAY = "passes on after `seconds`"
    CUT_REQUEST = "breaks the connection after `after` bytes of the request"
    CUT_ANSWER = "breaks the connection after `after` bytes of the answer"
    SWALLOW_ANSWER = "lets the server do it, then breaks the connection"
    HANG = "lets the server do it, and never answers"
    LIE = "answers 200 without asking the server"


@dataclass(frozen=True)
class Fault:
    """One kind of trouble; of the requests whose first line has `words`, after `spared` of them,
    it befalls `times` or, with None, all."""

    kind: Kind
    words: bytes = b""
    spared: int = 0
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0


class Proxy:
    """A TCP proxy on loopback; `fired` counts the requests that a fault befell."""

    def __init__(self, target: str) -> None:
        host, _, port = target.partition(":")
        self._target = (host, int(port))
        self._guard = threading.Lock()
        self._fault: Fault | None = None
        self._matching = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.fired = 0
        self.requests: list[bytes] = []

    def __enter__(self) -> Self:
        self.accept()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.refuse()
        for thread in self._threads:
            thread.join(5)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def inject(self, fault: Fault | None) -> None:
        """From now on this fault and no other; open connections end, so that it meets all."""
        with self._guard:
            self._fault, self._matching, self.fired = fault, 0, 0
            self.requests.clear()
        self._break_all()

    def lead_to(self, port: int) -> None:
        """From now on pass on to a server at another port of loopback."""
        self._target = ("127.0.0.1", port)

    def accept(self) -> None:
        """Listen, on the same port as before; nothing happens where that is done already."""
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._serve, listener)

    def refuse(self) -> None:
        """Close the port and every connection, as a server that has died."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._break_all()

    def _start(self, act: object, *arguments: object) -> None:
        thread = threading.Thread(target=act, args=arguments, daemon=True)  # type: ignore[arg-type]  # any callable
        self._threads.append(thread)
        thread.start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, timeout=5)
            except OSError:
                _break(client)
                continue
            server.settimeout(None)
            with self._guard:
                self._open |= {client, server}
            connection = _Connection(self, client, server)
            self._start(connection.requests)
            self._start(connection.answers)

    def _break_all(self) -> None:
        with self._guard:
            ending, self._open = self._open, set()
        for end in ending:
            _break(end)

    def strike(self, first_line: bytes) -> Fault | None:
        """Return the fault that befalls a request, and count it."""
        with self._guard:
            self.requests.append(first_line)
            fault = self._fault
            if fault is None or fault.words not in first_line:
                return None
            self._matching += 1
            if self._matching <= fault.spared:
                return None
            if fault.times is not None and self.fired >= fault.times:
                return None
            self.fired += 1
            return fault


class _Connection:
    """One connection: what the client sends after an answer has begun is the next request."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._fault: Fault | None = None
        self._left = 0
        self._between = True

    def requests(self) -> None:
        try:
            while piece := self._client.recv(PIECE):
                if self._between:
                    self._between = False
                    self._fault = self._proxy.strike(piece.partition(b"\r\n")[0])
                    self._begin(piece)
                self._pass_on(piece)
        except OSError:
            pass
        self._end()

    def _begin(self, piece: bytes) -> None:
        if self._fault is None:
            return
        self._left = self._fault.after
        if self._fault.kind is Kind.REFUSE:
            self._proxy.refuse()
            raise ConnectionAbortedError
        if self._fault.kind is Kind.DELAY:
            time.sleep(self._fault.seconds)
        if self._fault.kind is Kind.LIE:
            head, _, _ = piece.partition(b"\r\n\r\n")
            announced = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            self._left = len(head) + 4 + (int(announced[1]) if announced else 0)

    def _pass_on(self, piece: bytes) -> None:
        kind = self._fault.kind if self._fault else None
        if kind is Kind.LIE:
            self._left -= len(piece)
            if self._left <= 0:
                self._between = True
                self._client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        if kind is Kind.CUT_REQUEST:
            piece = piece[: self._left]
            self._left -= len(piece)
        if piece:
            self._server.sendall(piece)
        if kind is Kind.CUT_REQUEST and self._left == 0:
            raise ConnectionAbortedError

    def answers(self) -> None:
        try:
            while piece := self._server.recv(PIECE):
                kind = self._fault.kind if self._fault else None
                if kind is Kind.SWALLOW_ANSWER:
                    break
                if kind is Kind.HANG:
                    continue
                if kind is Kind.CUT_ANSWER:
                    piece = piece[: self._left]
                    self._left -= len(piece)
                self._between = True
                if piece:
                    self._client.sendall(piece)
                if kind is Kind.CUT_ANSWER and self._left == 0:
                    break
        except OSError:
            pass
        self._end()

    def _end(self) -> None:
        _break(self._client)
        _break(self._server)


def _break(end: socket.socket) -> None:
    """Close with a reset: the other side must not take it for an orderly end."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # already closed
    end.close()
