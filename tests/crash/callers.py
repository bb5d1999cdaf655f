"""How does a sender deliver, and how does it behave when the line breaks?"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.crash.houses import House

PART = "application/offset+octet-stream"
LONGEST_ANSWER = 60.0


class Broken(Exception):
    """The line broke before the whole answer was here: nothing is known about the delivery."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """The JSON of the answer."""
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Caller:
    """A sender with the clerk's key, or at the clerk's desk in a browser."""

    house: House
    port: int
    patience: float = LONGEST_ANSWER
    cookies: str = field(default="", init=False)
    form_token: str = field(default="", init=False)

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one request over a line of its own.

        Raises:
            Broken: it ended before its answer did.
        """
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            line.request(
                method, address, body, {n.replace("_", "-"): v for n, v in headers.items()}
            )
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise Broken(str(error)) from error
        finally:
            line.close()

    # --- as a program, with a key ---------------------------------------------------------------

    def deliver(self, content: bytes, *, name: str, key: str) -> Answer:
        """Deliver a document as the body of one request."""
        return self._as_program(
            "POST",
            "/api/v1/documents",
            content,
            Idempotency_Key=key,
            Content_Type="application/octet-stream",
            Content_Disposition=f"attachment; filename*=UTF-8''{quote(name)}",
        )

    def deliver_form(self, content: bytes, *, name: str, key: str) -> Answer:
        """Deliver a document as a part of a form."""
        border = "----eakte"
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
        return self._as_program(
            "POST",
            "/api/v1/documents",
            body,
            Idempotency_Key=key,
            Content_Type=f"multipart/form-data; boundary={border}",
        )

    def deliver_stack(self, content: bytes, *, name: str, key: str, token: str) -> Answer:
        """Deliver a stack as a scanning station does, with its own key for programs."""
        digest = hashlib.sha256(content).hexdigest()
        return self.ask(
            "POST",
            f"/api/v1/batches?sha256={digest}&size={len(content)}",
            content,
            Authorization=f"Bearer {token}",
            Idempotency_Key=key,
            Content_Type="application/octet-stream",
            Content_Disposition=f"attachment; filename*=UTF-8''{quote(name)}",
        )

    def search(self, words: str) -> Answer:
        """Ask for documents with these words."""
        return self._as_program(
            "POST",
            "/api/v1/search",
            json.dumps({"words": words}).encode(),
            Content_Type="application/json",
        )

    def hits(self, words: str) -> set[str]:
        """Return the ids of what is found; nothing while searching stands still."""
        answer = self.search(words)
        if answer.status == 503:
            return set()
        assert answer.status == 200, answer.body
        return {hit["document_id"] for hit in answer.told["hits"]}

    def _as_program(self, method: str, address: str, body: bytes, **headers: str) -> Answer:
        return self.ask(method, address, body, Authorization=f"Bearer {self.house.key}", **headers)

    # --- at the desk, in parts ------------------------------------------------------------------

    def sit_down(self) -> None:
        """Open a page of the desk and keep its form token, as a browser does."""
        session = f"eakte={self.house.session}"
        page = self.ask("GET", "/konto", Cookie=session)
        assert page.status == 200, page.body
        forms = page.headers.get("Set-Cookie", "").partition(";")[0]
        self.cookies = f"{session}; {forms}"
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.body.decode())
        assert found is not None
        self.form_token = found[1]

    def announce(self, size: int, *, name: str) -> Answer:
        """Begin an upload in parts."""
        told = base64.b64encode(name.encode()).decode()
        return self._at_desk(
            "POST",
            "/hochladen",
            Upload_Length=str(size),
            Upload_Metadata=f"filename {told}",
        )

    def send_part(self, address: str, content: bytes, *, offset: int) -> Answer:
        """Send the bytes that begin at ``offset``."""
        return self._at_desk(
            "PATCH", address, content, Upload_Offset=str(offset), Content_Type=PART
        )

    def how_far(self, address: str) -> Answer:
        """Ask where an upload stands."""
        return self._at_desk("HEAD", address)

    def _at_desk(self, method: str, address: str, body: bytes = b"", **headers: str) -> Answer:
        return self.ask(
            method,
            address,
            body,
            Cookie=self.cookies,
            X_CSRFToken=self.form_token,
            Tus_Resumable="1.0.0",
            **headers,
        )
