"""Which number comes next? Given once, never again."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.db import Base


class Counter(Base):
    """The last number given in a scope."""

    __tablename__ = "counter"

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


def next_number(session: Session, scope: str) -> int:
    """Give the next number of a scope, from 1; parallel callers wait for this transaction.

    A number is burnt only together with the transaction that took it, so there is no gap.
    """
    take = (
        update(Counter)
        .where(Counter.scope == scope)
        .values(last=Counter.last + 1)
        .returning(Counter.last)
    )
    taken = session.scalar(take)
    if taken is None:
        insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
        session.execute(insert(Counter).values(scope=scope, last=0).on_conflict_do_nothing())
        taken = session.execute(take).scalar_one()
    return taken


def hold(session: Session, scope: str) -> None:
    """Make parallel callers of the same scope wait for this transaction, without taking a number.

    SQLite's writers already wait for each other.
    """
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    session.execute(insert(Counter).values(scope=scope, last=0).on_conflict_do_nothing())
    session.execute(select(Counter.last).where(Counter.scope == scope).with_for_update())
