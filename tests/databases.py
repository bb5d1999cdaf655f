"""A new, empty database on the PostgreSQL server of the test run."""

from __future__ import annotations

import os
from uuid import uuid4

import psycopg
import pytest


def new_database() -> str:
    """Return the address of a database that nobody else uses; skips where there is no server."""
    server = os.environ.get("EAKTE_TEST_DATABASE_URL")
    if not server:
        pytest.skip("no PostgreSQL: EAKTE_TEST_DATABASE_URL is not set")
    name = f"eakte_{uuid4().hex[:12]}"
    plain = server.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.rsplit("/", 1)[0] + f"/{name}"
