"""What is kept of the tree over the log, so that a head costs a few reads and never a walk?

Every eighth level is kept: one row for each 256 entries, one more for each 256 of those. The hash
of an entry follows from its digest, the levels between follow from what is kept.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import BigInteger, SmallInteger, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from eakte.db import Base, Instant
from eakte.errors import LogDamaged
from eakte.model.audit_entry import AuditEntry, leaf_of
from eakte.model.hash_tree import fold

BITS = 8
WIDTH = 1 << BITS
HASH = re.compile("[0-9a-f]{64}")


class AuditNode(Base):
    """The hash over ``256 ** level`` whole entries, the ``position``-th from 0 of its level."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """A signed head: what the tree over the first ``size`` entries hashed to at that instant.

    ``exported_at`` is empty until it lies outside, ``checked_at`` until the whole log was
    walked against it.
    """

    __tablename__ = "audit_head"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    exported_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    faults: Mapped[int | None] = mapped_column()


class KeptTree:
    """The hashes of the first ``size`` entries, read in runs of 256 and each run once."""

    def __init__(self, session: Session, size: int) -> None:
        self._session = session
        self._size = size
        self._runs: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, start: int, end: int) -> bytes:
        """Return the hash over a whole power of two of entries in its place.

        Raises:
            LogDamaged: what is needed for it is not there.
        """
        level = ((end - start).bit_length() - 1) // BITS
        first, last = start >> level * BITS, end >> level * BITS
        run = self._run(level, first // WIDTH)
        hashes = run[first % WIDTH : first % WIDTH + last - first]
        if len(hashes) != last - first:
            raise LogDamaged("Im Protokoll fehlt etwas; eine Summe darüber ist nicht zu bilden.")
        return fold(hashes)

    def _run(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._runs:
            start = number * WIDTH
            end = min(start + WIDTH, self._size >> level * BITS)
            self._runs[level, number] = _read(self._session, level, start, end)
        return self._runs[level, number]


def grow(session: Session, size: int) -> None:
    """Keep the nodes that ``size`` entries have made whole; the caller holds the log's number.

    Where entries are missing the tree stays behind: nobody is kept from working, but no head can
    be written any more, and whoever verifies the log is told why.
    """
    level = 1
    while whole := size >> level * BITS:
        newest = session.scalar(
            select(func.max(AuditNode.position)).where(AuditNode.level == level)
        )
        for position in range(0 if newest is None else newest + 1, whole):
            hashes = _read(session, level - 1, position * WIDTH, (position + 1) * WIDTH)
            if len(hashes) != WIDTH:
                return
            session.add(AuditNode(level=level, position=position, digest=fold(hashes).hex()))
        session.flush()
        level += 1


def _read(session: Session, level: int, start: int, end: int) -> list[bytes]:
    if level == 0:
        digests = session.scalars(
            select(AuditEntry.digest)
            .where(AuditEntry.sequence > start, AuditEntry.sequence <= end)
            .order_by(AuditEntry.sequence)
        )
        return [leaf_of(digest) for digest in digests]
    nodes = session.scalars(
        select(AuditNode.digest)
        .where(AuditNode.level == level, AuditNode.position >= start, AuditNode.position < end)
        .order_by(AuditNode.position)
    )
    # What is no hash is as good as missing.
    return [bytes.fromhex(digest) for digest in nodes if HASH.fullmatch(digest)]
