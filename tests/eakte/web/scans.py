"""A scanning station for tests: registered, with a key, delivering as the program on a PC does."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eakte.access.stations import new_station_key, register_station, station_by_id
from eakte.bootstrap import Office
from eakte.model.department import Department
from eakte.web.per_request import OfficeApp
from tests.builders import Staff

A_STACK = b"%PDF-1.7 a stack of the station"
HERE = "127.0.0.1/32"
PART = "application/offset+octet-stream"


@dataclass
class Device:
    """A station at the line of ``app``."""

    app: OfficeApp
    id: UUID
    token: str
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client(use_cookies=False)

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, address: str, **given: Any) -> TestResponse:
        headers = self.key | given.pop("headers", {})
        return self.client.open(address, method=method, headers=headers, **given)

    def deliver(
        self, content: bytes = A_STACK, *, key: str = "lauf-1", **said: object
    ) -> TestResponse:
        told = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), **said}
        return self.ask(
            "POST",
            "/api/v1/batches",
            query_string={name: value for name, value in told.items() if value is not None},
            data=content,
            content_type="application/octet-stream",
            headers={
                "Idempotency-Key": key,
                "Content-Disposition": "attachment; filename=stapel.pdf",
            },
        )

    def announce(self, content: bytes, *, key: str = "lauf-1", **said: object) -> TestResponse:
        told = {
            "filename": "stapel.pdf",
            "batch_key": key,
            "sha256": hashlib.sha256(content).hexdigest(),
            **said,
        }
        metadata = ",".join(
            f"{name} {base64.b64encode(str(value).encode()).decode()}"
            for name, value in told.items()
        )
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Upload-Metadata": metadata,
        }
        return self.ask("POST", "/hochladen", headers=headers)

    def send_part(self, address: str, part: bytes, *, offset: int) -> TestResponse:
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
        return self.ask("PATCH", address, data=part, content_type=PART, headers=headers)

    def how_far(self, address: str) -> TestResponse:
        return self.ask("HEAD", address, headers={"Tus-Resumable": "1.0.0"})


def registered(
    office: Office,
    staff: Staff,
    name: str = "Scanner Erdgeschoss",
    *,
    networks: tuple[str, ...] = (HERE,),
    quota_mb: int = 100,
) -> UUID:
    """Register a station of the staff's unit."""
    with office.begin(staff.administrator) as work:
        unit = work.session.get_one(Department, staff.unit.id)
        made = register_station(work, name, department=unit, networks=networks, quota_mb=quota_mb)
        return made.id


def key_of_station(office: Office, staff: Staff, station_id: UUID, *, overlap: int = 0) -> str:
    """Give a station its next key."""
    with office.begin(staff.administrator) as work:
        station = station_by_id(work, station_id)
        return new_station_key(work, station, overlap_hours=overlap)


def device(app: OfficeApp, office: Office, staff: Staff, **given: Any) -> Device:
    """Register a station and give it its first key."""
    station_id = registered(office, staff, **given)
    return Device(app, station_id, key_of_station(office, staff, station_id))
