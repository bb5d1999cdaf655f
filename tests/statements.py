"""Which statements does a database get to hear?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

# The borders of transactions are no questions.
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def heard(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that ``engine`` runs meanwhile, in their order."""
    statements: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *_the_rest: object) -> None:
        if not statement.startswith(NOT_COUNTED):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", listen)
