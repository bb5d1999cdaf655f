"""Journeys run on the embedded defaults, on Whoosh, and on PostgreSQL with a real S3 server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[dict[str, Any]]:
        """The lines of JSON it printed."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass
class CommandLine:
    """The command ``eakte`` in a house of its own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: object, given: str | None = None) -> Ended:
        """Run one command to its end."""
        ended = subprocess.run(
            [sys.executable, "-m", "eakte.cli", *map(str, arguments)],
            env=self.full_environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            input=given,
            timeout=300,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def full_environment(self) -> dict[str, str]:
        """Return the environment of the command: nothing of ours but what a program needs."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"EAKTE_DATA": str(self.folder), "EAKTE_OCR_JOBS": "2"} | self.environment


def server_environment() -> dict[str, str]:
    """Return settings for a new database and a new bucket on the servers of the test run."""
    database, store = os.environ.get("EAKTE_TEST_DATABASE_URL"), os.environ.get("EAKTE_TEST_S3_URL")
    if not database or not store:
        pytest.skip("no servers: EAKTE_TEST_DATABASE_URL and EAKTE_TEST_S3_URL are not set")
    name = f"eakte_{uuid4().hex[:12]}"
    plain = database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {
        "EAKTE_DATABASE_URL": database.rsplit("/", 1)[0] + f"/{name}",
        "EAKTE_STORE_URL": store.rsplit("/", 1)[0] + f"/{name.replace('_', '-')}",
        "EAKTE_STORE_ACCESS_KEY": os.environ["EAKTE_TEST_S3_ACCESS_KEY"],
        "EAKTE_STORE_SECRET_KEY": os.environ["EAKTE_TEST_S3_SECRET_KEY"],
    }


@pytest.fixture(
    params=[
        "embedded",
        "whoosh",
        pytest.param("servers", marks=[pytest.mark.postgres, pytest.mark.s3]),
    ]
)
def eakte(request: pytest.FixtureRequest, tmp_path: Path) -> CommandLine:
    """The command line on each set of backends."""
    environment = {
        "embedded": dict,
        "whoosh": lambda: {"EAKTE_SEARCH_ENGINE": "whoosh"},
        "servers": server_environment,
    }[request.param]()
    return CommandLine(tmp_path / "house", environment)
