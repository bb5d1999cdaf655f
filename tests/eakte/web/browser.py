"""A browser for tests: signs in, keeps cookies, sends the form token along."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eakte.access import sessions
from eakte.bootstrap import Office
from eakte.model.user import Actor
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD

LOGINS = ("clerk", "other", "scan", "records", "admin")
PART = "application/offset+octet-stream"


@dataclass
class Browser:
    """One browser at the desk of ``app``; ``token`` is what its forms carry."""

    app: OfficeApp
    client: FlaskClient = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, address: str, **given: Any) -> TestResponse:
        return self.client.get(address, buffered=True, **given)

    def post(self, address: str, sent: dict[str, Any] | None = None, **given: Any) -> TestResponse:
        return self.client.post(address, data={"csrf_token": self.token, **(sent or {})}, **given)

    def read_token(self, address: str = "/konto") -> None:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get(address).text)
        assert found
        self.token = found[1]

    def sign_in(self, login: str, password: str = PASSWORD, **sent: str) -> TestResponse:
        self.read_token("/anmelden")
        answer = self.post("/anmelden", {"login": login, "password": password, **sent})
        if answer.status_code == 303:
            self.read_token()
        return answer

    def tus(self, method: str, address: str, body: bytes = b"", **headers: str) -> TestResponse:
        sent = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(address, method=method, data=body, headers=sent)

    def announce(self, size: int, **told: str) -> TestResponse:
        told = {"filename": "brief.pdf"} | told
        metadata = ",".join(
            f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items()
        )
        return self.tus("POST", "/hochladen", Upload_Length=str(size), Upload_Metadata=metadata)

    def send(self, address: str, body: bytes, *, offset: int, **more: str) -> TestResponse:
        return self.tus(
            "PATCH", address, body, Upload_Offset=str(offset), Content_Type=PART, **more
        )

    def bring(self, content: bytes = b"%PDF-1.7 a letter", name: str = "brief.pdf") -> UUID:
        address = self.announce(len(content), filename=name).headers["Location"]
        answer = self.send(address, content, offset=0)
        assert answer.status_code == 200, answer.text
        return UUID(answer.headers["X-Document"])


def signed_in(app: OfficeApp, login: str) -> Browser:
    """Return a browser in which this person is signed in."""
    browser = Browser(app)
    assert browser.sign_in(login).status_code == 303
    return browser


def key_of(office: Office, actor: Actor) -> dict[str, str]:
    """Return the header with which a program acts as this person."""
    with office.begin(replace(actor, confirmed=True)) as work:
        return {"Authorization": f"Bearer {sessions.new_token(work, 'Prüfprogramm')}"}


def form_file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    """Return a document as a form carries it."""
    return io.BytesIO(content), name


def bare(answer: TestResponse) -> str:
    """Return a page without what is new in every answer: form tokens."""
    return re.sub(r'(content|value)="[A-Za-z0-9_.-]{60,}"', "", answer.text)
