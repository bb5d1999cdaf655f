"""How does a scanning PC look that is to be shaken, and what does it believe to have delivered?"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from eakte.access.accounts import departments
from eakte.access.stations import new_station_key, register_station
from eakte.evidence.signing import Signer
from eakte.model.batch import Batch
from eakte.model.document import Document
from eakte.signed import receipt_faults
from tests.crash.houses import House
from tests.tracing import ROOT


@dataclass(frozen=True)
class ScanningPC:
    """A folder with a plan, and the program that delivers what lies in it."""

    house: House
    home: Path
    key: str

    @property
    def folder(self) -> Path:
        return self.home / "eingang"

    @property
    def outbox(self) -> Path:
        return self.home / "station" / "unterwegs"

    @property
    def plan(self) -> Path:
        return self.home / "station.toml"

    def put(self, name: str, content: bytes) -> str:
        """Lay a document into the folder as a scanner does; return its SHA-256."""
        partial = self.folder / f"{name}.part"
        partial.write_bytes(content)
        partial.rename(self.folder / name)
        return hashlib.sha256(content).hexdigest()

    def set_up(self, address: str, **more: object) -> None:
        """Write the plan anew, with the server at this address."""
        told: dict[str, object] = {
            "server": f"http://{address}",
            "token_file": "station.token",
            "key": "office.pem",
            "folder": "eingang",
            "still_seconds": 0.05,
            "first_pause_seconds": 0.05,
            "longest_pause_seconds": 0.3,
            "answer_seconds": 10,
            "part_mb": 0.1,
            **more,
        }
        self.plan.write_text("\n".join(f"{name} = {json.dumps(v)}" for name, v in told.items()))

    def call(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "eakte.station", *arguments, str(self.plan)]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "EAKTE_DATA": str(self.home / "no-house")}

    def run(self, *arguments: str, patience: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.call("station", *arguments),
            env=self.environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Let the program run until the end of the block, where it is killed."""
        with (self.home / "station.log").open("ab") as log:
            program = subprocess.Popen(
                self.call("station", "run"),
                env=self.environment(),
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
        try:
            yield program
        finally:
            program.kill()
            program.wait()

    def status(self) -> list[dict[str, Any]]:
        """Ask the program where everything is; the last line is the sum."""
        ended = self.run("status", "--all", "--json")
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def receipts(self) -> list[dict[str, Any]]:
        """Read the receipts that are kept; each of them has to be genuine."""
        found = []
        for path in sorted((self.home / "station" / "quittungen").glob("*.json")):
            told = json.loads(path.read_bytes())
            assert receipt_faults(told, {self.key}) == [], path.name
            found.append(told)
        return found

    def there_once(self, expected: set[str]) -> None:
        """Every document is in the house once, is receipted, and lies in the folder no more."""
        with self.house.office() as office, office.as_system() as work:
            rows = list(work.session.scalars(select(Batch).order_by(Batch.number)))
            assert work.session.scalars(select(Document.id)).all() == []
            digests = [row.sha256 for row in rows]
            numbers = [row.sender_number for row in rows]
        assert len(digests) == len(set(digests)) == len(expected), "none lost, none twice"
        assert set(digests) == expected
        assert sorted(number or 0 for number in numbers) == list(range(1, len(expected) + 1))
        assert {told["sha256"] for told in self.receipts()} == expected
        assert len(self.receipts()) == len(expected)
        assert [path.name for path in self.folder.iterdir()] == []
        assert [path.name for path in self.outbox.iterdir()] == []


def scanning_pc(house: House, home: Path) -> ScanningPC:
    """Register a station in the house and set its PC up in a folder."""
    (home / "eingang").mkdir(parents=True)
    with house.office() as office, office.as_system() as work:
        [unit] = departments(work.session)
        station = register_station(
            work, "Scanner", department=unit, networks=["127.0.0.0/8"], quota_mb=10_000
        )
        token = new_station_key(work, station, overlap_hours=0)
        signer = Signer(office.settings.audit_key)
    (home / "station.token").write_text(token)
    (home / "office.pem").write_bytes(signer.public_pem())
    return ScanningPC(house, home, signer.public)


def scan_of(number: int, *, size: int = 40_000) -> bytes:
    """Bytes that no other scan has; those above a tenth of a megabyte travel in parts."""
    return (f"Stapel {number}\n" * (size // 10))[:size].encode()
