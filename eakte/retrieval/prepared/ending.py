"""What becomes of a list whose time is over, and of its bytes?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.content import Content, keep_content
from eakte.model.naming import is_named
from eakte.model.prepared import ListState, PreparedList
from eakte.retrieval.prepared.asking import DESTROY_LIST, let_go
from eakte.unit_of_work import UnitOfWork
from storage import Digest


def end_lists(work: UnitOfWork) -> int:
    """Let go of every list whose time is over; returns how many.

    What is gone and still has its row is promised to be destroyed once more.
    """
    require(work, Action.MAINTAIN)
    over = work.session.scalars(
        select(PreparedList)
        .where(PreparedList.ends_at <= work.clock.now(), PreparedList.state != ListState.GONE)
        .with_for_update()
    ).all()
    for prepared in over:
        let_go(work, prepared, act="list.expired")
    left = select(PreparedList.id).where(PreparedList.state == ListState.GONE)
    for list_id in work.session.scalars(left).all():
        jobs.enqueue(work, DESTROY_LIST, list_id)
    return len(over)


def destroy_list(work: UnitOfWork, list_id: UUID) -> None:
    """Destroy the bytes of a list that is gone, and its row, with an entry in the log.

    It may run again after it was cut off: then the bytes are missing and nobody names them.
    """
    require(work, Action.MAINTAIN)
    prepared = work.session.get(PreparedList, list_id, with_for_update=True)
    if prepared is None or prepared.state is not ListState.GONE:
        return
    sha256, size = prepared.sha256, prepared.size
    work.session.delete(prepared)
    work.session.flush()
    if sha256 is not None:
        destroy_bytes(work, sha256, size=size)
    audit.note(work, "list.destroyed", kind="list", subject=list_id, sha256=sha256)


def destroy_bytes(work: UnitOfWork, sha256: str, *, size: int) -> bool:
    """Destroy bytes that no row names; False when one does.

    The row of the bytes is held meanwhile: whoever names the same ones at this moment waits, and
    then finds them gone instead of half gone.
    """
    require(work, Action.MAINTAIN)
    session = work.session
    keep_content(session, sha256, size=size, at=work.clock.now())
    held = select(Content.sha256).where(Content.sha256 == sha256).with_for_update()
    session.execute(held)
    if is_named(session, sha256):
        return False
    # Another list that is gone as well may still point to the row.
    for other in session.scalars(select(PreparedList).where(PreparedList.sha256 == sha256)):
        other.sha256 = None
    session.flush()
    work.store.delete(Digest(sha256))
    session.execute(delete(Content).where(Content.sha256 == sha256))
    return True
