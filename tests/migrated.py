"""An embedded database in its present form, migrated once and copied for every house of the tests.

The migrations themselves are run one by one in ``tests/migrations``.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url

from eakte.bootstrap import migrate
from eakte.db import Database


def lay_out(address: str) -> None:
    """Put a migrated database where an embedded one is to begin; others are left alone."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path = Path(url.database)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eakte.db"
        database = Database(f"sqlite:///{path}")
        migrate(database)
        database.close()
        return path.read_bytes()
