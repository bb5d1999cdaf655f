"""A database in which whatever happens can be undone, so that thousands of calls start alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from eakte.db import Database


class UndoneDatabase(Database):
    """All transactions run inside one that is never committed; ``undo`` takes them all back."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._one = self.engine.connect()
        self._outer = self._one.begin()

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[Session]:
        """Open a savepoint: returning keeps it until ``undo``, raising takes it back at once."""
        with Session(
            bind=self._one, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def undo(self) -> None:
        """Take back everything since the last time."""
        self._outer.rollback()
        self._outer = self._one.begin()

    def close(self) -> None:
        """Let go of the connection."""
        self._outer.rollback()
        self._one.close()
        super().close()
