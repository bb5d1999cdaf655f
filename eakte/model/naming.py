"""Which rows still name these bytes? Asked of every table that can, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlalchemy import Column, ColumnElement, and_, exists, or_, select, true, union_all
from sqlalchemy.orm import Session

from eakte.db import Base
from eakte.model.prepared import ListState, PreparedList

CONTENT = "content.sha256"
ERASED_AT = "erased_at"
AT_ONCE = 200


@lru_cache
def naming() -> tuple[tuple[Column[str], ColumnElement[bool]], ...]:
    """Return every column that can name bytes, with the condition under which its row does.

    A list that is gone names its bytes only until they are destroyed; what says that its bytes
    were destroyed tells their digest and nothing else.
    """
    return tuple(_naming())


def _naming() -> Iterator[tuple[Column[str], ColumnElement[bool]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not any(key.target_fullname == CONTENT for key in column.foreign_keys):
                continue
            if table.name == PreparedList.__tablename__:
                yield column, table.c.state == ListState.READY
            elif ERASED_AT in table.c:
                yield column, table.c[ERASED_AT].is_(None)
            else:
                yield column, true()


def is_named(session: Session, sha256: str) -> bool:
    """Say whether any row still needs these bytes."""
    asked = or_(*(exists().where(and_(column == sha256, holds)) for column, holds in naming()))
    return bool(session.scalar(select(asked)))


def named_among(session: Session, digests: Iterable[str]) -> set[str]:
    """Return which of these bytes any row still needs."""
    asked, found = sorted(set(digests)), set[str]()
    for first in range(0, len(asked), AT_ONCE):
        some = asked[first : first + AT_ONCE]
        found.update(
            session.scalars(
                union_all(
                    *(select(column).where(column.in_(some), holds) for column, holds in naming())
                )
            )
        )
    return found


def spoken_of(session: Session, digests: Iterable[str]) -> set[str]:
    """Return which of these digests any row still tells, whether it needs the bytes or not."""
    asked, found = sorted(set(digests)), set[str]()
    for first in range(0, len(asked), AT_ONCE):
        some = asked[first : first + AT_ONCE]
        found.update(
            session.scalars(
                union_all(*(select(column).where(column.in_(some)) for column, _ in naming()))
            )
        )
    return found
