"""How does somebody ask for a list as a table, follow it, fetch it and let go of it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from eakte import audit, jobs
from eakte.access.acting import fingerprint
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import NotAllowed, NotFound, RuleBroken
from eakte.model.file_plan import PlanEntry
from eakte.model.job import Job, JobState
from eakte.model.prepared import ListKind, ListState, PreparedList
from eakte.model.user import User
from eakte.retrieval.prepared.lines import GRANTS, Filter, still_visible
from eakte.retrieval.reading import Reading
from eakte.retrieval.register import entries
from eakte.unit_of_work import UnitOfWork

WRITE_LIST, DESTROY_LIST = "write-list", "destroy-list"
MOST_AT_ONCE = 10
MEDIA_TYPE = "text/csv"
NAMES = {
    ListKind.DOSSIERS: "akten",
    ListKind.DEADLINES: "fristen",
    ListKind.REGISTER: "postbuch",
}


@dataclass(frozen=True)
class ListRow:
    """A list with how far it is; ``total`` is 0 as long as nobody knows."""

    prepared: PreparedList
    writing: bool
    done: int
    total: int


def ask_for_list(work: UnitOfWork, kind: ListKind, wanted: Filter) -> PreparedList:
    """Promise a list as a table; it is written with the rights the actor has by then.

    Raises:
        NotFound: the filter names an entry of the plan that does not exist.
        RuleBroken: the actor has too many lists already.
    """
    require(work, Action.MAKE_LIST)
    require(work, GRANTS[kind])
    if kind is ListKind.REGISTER:
        # A filter that cannot be is refused now, not when the list is written.
        entries(work, wanted.register)
    entry = None
    if wanted.plan_entry_id is not None:
        entry = work.session.get(PlanEntry, wanted.plan_entry_id)
        if entry is None:
            raise NotFound("Diesen Eintrag gibt es im Aktenplan nicht.")
    # One request after the other, or two at once would both be the tenth.
    work.session.scalar(select(User.id).where(User.id == work.actor.id).with_for_update())
    if _count(work) >= MOST_AT_ONCE:
        raise RuleBroken(
            "Sie haben schon %(most)s Listen; mehr werden nicht zugleich aufbewahrt.",
            most=MOST_AT_ONCE,
            next_step="Bitte löschen Sie unter „Meine Listen“ eine, die Sie nicht mehr brauchen.",
        )
    now = work.clock.now()
    prepared = PreparedList(
        owner_id=work.actor.id,
        kind=kind,
        asked=wanted.told(f"{entry.number} {entry.title}" if entry else ""),
        asked_at=now,
        ends_at=now + timedelta(hours=work.settings.list_hours),
    )
    work.session.add(prepared)
    work.session.flush()
    audit.note(
        work,
        "list.asked",
        kind="list",
        subject=prepared.id,
        about=kind.value,
        plan_entry=str(entry.id) if entry else None,
        state=wanted.state.value if wanted.state else None,
    )
    jobs.enqueue(work, WRITE_LIST, prepared.id, on_behalf=True)
    return prepared


def own_lists(work: UnitOfWork) -> Sequence[ListRow]:
    """List what the actor has asked for and is still kept, the latest first."""
    require(work, Action.MAKE_LIST)
    found = work.session.scalars(
        select(PreparedList)
        .where(*_kept(work))
        .order_by(PreparedList.asked_at.desc(), PreparedList.id)
    ).all()
    return _rows(work, found)


def own_list(work: UnitOfWork, list_id: UUID) -> ListRow:
    """Return one list of the actor; that of anybody else looks like none."""
    require(work, Action.MAKE_LIST)
    return _rows(work, [_own(work, list_id)])[0]


def read_list(work: UnitOfWork, list_id: UUID) -> Reading:
    """Return the table, for whoever has asked for it and has the same rights as then.

    Raises:
        NotFound: there is no such list of the actor, or its time is over.
        RuleBroken: it is not written.
        NotAllowed: the actor may see less by now, or something else, than what stands in it.
    """
    require(work, Action.MAKE_LIST)
    prepared = _own(work, list_id)
    if prepared.state is not ListState.READY or prepared.sha256 is None:
        raise RuleBroken(
            "Diese Liste ist nicht geschrieben.",
            next_step="Bitte sehen Sie unter „Meine Listen“ nach, wie weit sie ist.",
        )
    if not _same_rights(work, prepared):
        raise NotAllowed(
            "Ihre Rechte sind nicht mehr die, mit denen diese Liste geschrieben wurde.",
            next_step="Bitte löschen Sie die Liste und lassen Sie sie neu schreiben.",
        )
    audit.note(work, "list.read", kind="list", subject=prepared.id, sha256=prepared.sha256)
    name = f"{NAMES[prepared.kind]}-{prepared.written_at or prepared.asked_at:%Y-%m-%d}.csv"
    return Reading(prepared.sha256, prepared.size, MEDIA_TYPE, name, _still(prepared.id))


def drop_list(work: UnitOfWork, list_id: UUID) -> None:
    """Let go of a list; nobody gets it from now on, and its bytes are destroyed at once."""
    require(work, Action.MAKE_LIST)
    prepared = _own(work, list_id)
    let_go(work, prepared, act="list.dropped")


def let_go(work: UnitOfWork, prepared: PreparedList, *, act: str) -> None:
    """Close a list for good: whoever writes it loses the job, and its bytes have no name."""
    require(work, Action.MAKE_LIST if prepared.owner_id == work.actor.id else Action.MAINTAIN)
    prepared.state = ListState.GONE
    work.session.flush()
    jobs.forget(work, WRITE_LIST, prepared.id)
    audit.note(work, act, kind="list", subject=prepared.id)
    jobs.enqueue(work, DESTROY_LIST, prepared.id)


def _kept(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (
        PreparedList.owner_id == work.actor.id,
        PreparedList.state != ListState.GONE,
        PreparedList.ends_at > work.clock.now(),
    )


def _count(work: UnitOfWork) -> int:
    query = select(func.count()).select_from(PreparedList).where(*_kept(work))
    return work.session.scalar(query) or 0


def _own(work: UnitOfWork, list_id: UUID) -> PreparedList:
    query = select(PreparedList).where(PreparedList.id == list_id, *_kept(work))
    prepared = work.session.scalar(query)
    if prepared is None:
        raise NotFound("Diese Liste gibt es nicht, oder ihre Zeit ist um.")
    return prepared


def _rows(work: UnitOfWork, found: Sequence[PreparedList]) -> list[ListRow]:
    waiting = [one.id for one in found if one.state is ListState.WAITING]
    running = {}
    if waiting:
        query = select(Job).where(Job.subject_id.in_(waiting), Job.kind == WRITE_LIST)
        running = {
            job.subject_id: job
            for job in work.session.scalars(query)
            if job.state is JobState.RUNNING
        }
    rows = []
    for one in found:
        job = running.get(one.id)
        rows.append(ListRow(one, job is not None, job.done if job else 0, job.total if job else 0))
    return rows


def _same_rights(work: UnitOfWork, prepared: PreparedList) -> bool:
    """Say whether the actor's rights are the same, and no dossier was shut to them since."""
    return fingerprint(work.actor) == prepared.rights and still_visible(
        work, prepared.kind, prepared.about, seen=prepared.seen
    )


def _still(list_id: UUID) -> Callable[[UnitOfWork], bool]:
    """Return the question whether the rest of a list may go on leaving."""

    def ask(work: UnitOfWork) -> bool:
        if not may(work.actor, Action.MAKE_LIST):
            return False
        prepared = work.session.scalar(
            select(PreparedList).where(
                PreparedList.id == list_id, PreparedList.state == ListState.READY, *_kept(work)
            )
        )
        if prepared is None or not may(work.actor, GRANTS[prepared.kind]):
            return False
        return _same_rights(work, prepared)

    return ask
