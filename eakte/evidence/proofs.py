"""What proves to others that an entry stands in the log, and that the log only grew?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.evidence.heads import head_of
from eakte.evidence.signing import Head
from eakte.model.audit_entry import AuditEntry, leaf_of
from eakte.model.audit_tree import KeptTree
from eakte.model.hash_tree import consistency_path, inclusion_path
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Inclusion:
    """What leads from one entry to a signed head (RFC 6962 §2.1.1)."""

    head: Head
    sequence: int
    digest: str
    leaf: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Consistency:
    """What proves that the log of the older head begins that of the newer (RFC 6962 §2.1.2)."""

    older: Head
    newer: Head
    path: tuple[str, ...]


def prove_entry(work: UnitOfWork, sequence: int, *, size: int) -> Inclusion:
    """Prove that an entry stands among those of a head; nothing of its content is told.

    Raises:
        NotFound: there is no head over so many entries.
        BadInput: the entry is not among them.
        LogDamaged: the entry, or a sum that is needed, is not there.
    """
    require(work, Action.SEE_AUDIT)
    head = head_of(work, size)
    if not 1 <= sequence <= size:
        raise BadInput("Diesen Prüfstand betrifft der Eintrag %(number)s nicht.", number=sequence)
    path = inclusion_path(KeptTree(work.session, size), sequence - 1, size)
    digest = work.session.scalars(
        select(AuditEntry.digest).where(AuditEntry.sequence == sequence)
    ).one()
    return Inclusion(head, sequence, digest, leaf_of(digest).hex(), _hex(path))


def prove_growth(work: UnitOfWork, first: int, *, second: int) -> Consistency:
    """Prove that the log of an older head is the beginning of that of a newer one.

    Raises:
        NotFound: there is no head over so many entries.
        BadInput: the first head is not the older one.
        LogDamaged: a sum that is needed is not there.
    """
    require(work, Action.SEE_AUDIT)
    older, newer = head_of(work, first), head_of(work, second)
    if not 0 < older.size <= newer.size:
        raise BadInput("Der erste der beiden Prüfstände muss der ältere sein.")
    path = consistency_path(KeptTree(work.session, newer.size), older.size, newer.size)
    return Consistency(older, newer, _hex(path))


def _hex(path: list[bytes]) -> tuple[str, ...]:
    return tuple(digest.hex() for digest in path)
