"""What did the log hash to, signed, so that nobody can rewrite it later without being found?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.audit import Claim, LogState, Walk
from eakte.clock import OFFICE_ZONE
from eakte.errors import LogDamaged, NotFound
from eakte.evidence.outside import Outside
from eakte.evidence.signing import Head, Signer
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import AuditHead, KeptTree
from eakte.model.counter import hold
from eakte.model.hash_tree import root_of
from eakte.unit_of_work import UnitOfWork

Begin = Callable[[], AbstractContextManager[UnitOfWork]]

BATCH = 2000
PER_PAGE = 50


def write_head(work: UnitOfWork, signer: Signer) -> Head:
    """Sign what the log hashes to now; it costs a few reads, however long the log is.

    Nothing is signed that contradicts the head before: two heads of ours always fit together.

    Raises:
        LogDamaged: the log is shorter than it was, or another one.
    """
    require(work, Action.MAINTAIN)
    # Nobody appends while the length and what stands in it are looked at.
    hold(work.session, audit.SCOPE)
    size = _length(work)
    tree = KeptTree(work.session, size)
    newest = _newest(work)
    if newest is not None and not _continues(tree, size, newest):
        raise LogDamaged(
            "Das Protokoll passt nicht mehr zum letzten Prüfstand über %(size)s Einträge; "
            "es wird kein neuer unterschrieben.",
            size=newest.size,
        )
    head = signer.sign(size, root_of(tree, size).hex(), work.clock.now())
    work.session.add(
        AuditHead(
            size=head.size, root=head.root, at=head.at, key=head.key, signature=head.signature
        )
    )
    audit.note(work, "audit.head-written", kind="audit", subject=None, size=size, root=head.root)
    return head


def write_daily_head(work: UnitOfWork, signer: Signer) -> Head | None:
    """Sign a head unless there is one of today, by the calendar of the office."""
    require(work, Action.MAINTAIN)
    newest = _newest(work)
    if newest is not None and newest.at.astimezone(OFFICE_ZONE).date() >= work.clock.today():
        return None
    return write_head(work, signer)


def export_heads(begin: Begin, outside: Outside) -> int:
    """Bring every head outside that is not there yet and return how many it were.

    A head counts as outside only when the place has answered; until then it is tried again.

    Raises:
        PartUnavailable: the place is away.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        waiting = work.session.scalars(
            select(AuditHead).where(AuditHead.exported_at.is_(None)).order_by(AuditHead.size)
        ).all()
    for row in waiting:
        outside.keep(_head(row))
        with begin() as work:
            kept = work.session.get_one(AuditHead, row.size)
            kept.exported_at = work.clock.now()
    return len(waiting)


def check_log(
    begin: Begin, *, trusted: Collection[str], heads: Iterable[Head] = (), own: bool = True
) -> LogState:
    """Walk the log in short transactions and compare it with every head, ours and those given.

    ``trusted`` are the public keys whose signatures count; without ``own`` the heads that lie in
    the same database are left aside.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        rows = work.session.scalars(select(AuditHead)).all() if own else ()
    walk = walk_for([*map(_head, rows), *heads], trusted)
    last: object = None
    while True:
        with begin() as work:
            last, entries = audit.read(work.session, after=last, most=BATCH)
            if not entries:
                return walk.end()
            walk.go(entries)
            audit.compare_nodes(work.session, walk)


def walk_for(heads: Iterable[Head], trusted: Collection[str]) -> Walk:
    """Return a walk that will meet these heads, with what is wrong with their signatures."""
    different = {(head.size, head.root, head.signature): head for head in heads}
    walk = Walk(Claim(head.size, head.root, head.name) for head in different.values())
    for head in different.values():
        for fault in head.faults(trusted):
            walk.fault(fault)
    return walk


def record_check(work: UnitOfWork, state: LogState) -> None:
    """Write down what a walk over the whole log has found."""
    require(work, Action.MAINTAIN)
    newest = work.session.scalar(select(AuditHead).order_by(AuditHead.size.desc()).limit(1))
    if newest is not None:
        newest.checked_at, newest.faults = work.clock.now(), len(state.faults)
    audit.note(
        work,
        "audit.verified",
        kind="audit",
        subject=None,
        entries=state.entries,
        root=state.root,
        faults=len(state.faults),
    )


@dataclass(frozen=True)
class Standing:
    """How the log stands to its newest head, and when it was last walked from end to end.

    ``fits`` compares the head with the kept sums, which costs a few reads; only the whole walk
    looks at every entry again.
    """

    head: Head
    fits: bool
    entries: int
    exported_at: datetime | None
    checked_at: datetime | None
    faults: int


def standing(work: UnitOfWork) -> Standing | None:
    """Say how the log stands; None while there is no head."""
    require(work, Action.SEE_AUDIT)
    rows = work.session.scalars(select(AuditHead).order_by(AuditHead.size.desc()).limit(40)).all()
    if not rows:
        return None
    head, length = _head(rows[0]), _length(work)
    fits = not head.faults({head.key}) and _continues(KeptTree(work.session, length), length, head)
    checked = next((row for row in rows if row.checked_at), rows[0])
    exported = next((row.exported_at for row in rows if row.exported_at), None)
    return Standing(head, fits, length, exported, checked.checked_at, checked.faults or 0)


def heads(work: UnitOfWork, *, before: int | None = None) -> Sequence[Head]:
    """List the heads, the newest first, those before a length when one is given."""
    require(work, Action.SEE_AUDIT)
    query = select(AuditHead).order_by(AuditHead.size.desc()).limit(PER_PAGE)
    if before is not None:
        query = query.where(AuditHead.size < before)
    return [_head(row) for row in work.session.scalars(query)]


def head_of(work: UnitOfWork, size: int) -> Head:
    """Return the head over this many entries.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_AUDIT)
    row = work.session.get(AuditHead, size)
    if row is None:
        raise NotFound("Einen Prüfstand über %(size)s Einträge gibt es nicht.", size=size)
    return _head(row)


def _length(work: UnitOfWork) -> int:
    return work.session.scalar(select(func.max(AuditEntry.sequence))) or 0


def _newest(work: UnitOfWork) -> Head | None:
    row = work.session.scalar(select(AuditHead).order_by(AuditHead.size.desc()).limit(1))
    return _head(row) if row else None


def _continues(tree: KeptTree, size: int, head: Head) -> bool:
    try:
        return head.size <= size and root_of(tree, head.size).hex() == head.root
    except LogDamaged:
        return False


def _head(row: AuditHead) -> Head:
    return Head(row.size, row.root, row.at, row.key, row.signature)
