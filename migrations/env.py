"""How does Alembic reach the rows?"""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

import eakte.model  # noqa: F401  # the tables are known once their modules are imported
from eakte.config import load_settings
from eakte.db import Base, Database


def _render(kind: str, thing: Any, context_: Any) -> str | bool:
    # Generated migrations must not import the program: it changes, they do not.
    if kind == "type" and type(thing).__name__ == "Instant":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(thing).__name__ == "Enum":
        return f"sa.String({thing.length})"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    database = Database(load_settings().database)
    with database.engine.begin() as opened:
        _migrate(opened)
    database.close()
