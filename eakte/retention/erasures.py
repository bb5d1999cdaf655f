"""Which destructions are there, what stands against each of their dossiers, and what is proved?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.db import Page, folded, paged
from eakte.errors import NotFound, Sentence
from eakte.model.clock_standing import Waits
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.retention.due import DueFilter, due_conditions
from eakte.retention.proposing import MOST_AT_ONCE
from eakte.retention.standing import against, hints
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
IN_ONE_BITE = 2_000


@dataclass(frozen=True)
class ErasureShown:
    """A destruction with how many of its dossiers stand where; only those the reader sees."""

    erasure: Erasure
    counts: dict[ErasedState, int]

    @property
    def dossiers(self) -> int:
        """How many they are together."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class ErasedShown:
    """One dossier of a destruction, with every reason against its end while it waits."""

    erased: ErasedDossier
    reasons: Sequence[Sentence] = ()
    hints: Sequence[Sentence] = ()

    @property
    def only_waits(self) -> bool:
        """Say whether all of it passes by itself or once somebody has looked."""
        return all(isinstance(one, Waits) for one in self.reasons)


def erasures(
    work: UnitOfWork, *, state: ErasureState | None = None, page: int = 1
) -> Page[ErasureShown]:
    """List the destructions of dossiers the actor may see, the newest first."""
    require(work, Action.SEE_PROOFS)
    query = (
        select(Erasure)
        .join(Department, Department.id == Erasure.department_id)
        .options(contains_eager(Erasure.department))
        .where(_seen(work))
        .order_by(Erasure.number.desc())
    )
    if state is not None:
        query = query.where(Erasure.state == state)
    found = paged(work.session, query, page=page, per_page=PER_PAGE)
    counts = _counts(work, [one.id for one in found.rows])
    return Page(
        [ErasureShown(one, counts.get(one.id, {})) for one in found.rows],
        found.total,
        found.page,
        found.pages,
    )


def erasure_by_id(work: UnitOfWork, erasure_id: UUID) -> Erasure:
    """Return a destruction of at least one dossier that the actor may see.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_PROOFS)
    erasure = work.session.scalar(
        select(Erasure)
        .options(joinedload(Erasure.department))
        .where(Erasure.id == erasure_id, _seen(work))
    )
    if erasure is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return erasure


def erased_by_id(work: UnitOfWork, erased_id: UUID) -> ErasedDossier:
    """Return one dossier of a destruction that the actor may see.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_PROOFS)
    found = work.session.scalar(_erased(work).where(ErasedDossier.id == erased_id))
    if found is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return found


def erased_of(
    work: UnitOfWork, erasure: Erasure, *, page: int = 1
) -> tuple[ErasureShown, Page[ErasedShown]]:
    """Return a destruction with one page of its dossiers, and what stands against each today."""
    require(work, Action.SEE_PROOFS)
    shown = ErasureShown(erasure, _counts(work, [erasure.id]).get(erasure.id, {}))
    pages = max(1, -(-shown.dossiers // PER_PAGE))
    page = min(max(1, page), pages)
    rows = work.session.scalars(
        _erased(work)
        .where(ErasedDossier.erasure_id == erasure.id)
        .order_by(ErasedDossier.reference, ErasedDossier.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    waiting = [row.dossier for row in rows if row.state is ErasedState.WAITING]
    reasons = against(work, waiting)
    return shown, Page(
        [
            ErasedShown(row, reasons[row.dossier_id], hints(row.dossier))
            if row.state is ErasedState.WAITING
            else ErasedShown(row)
            for row in rows
        ],
        shown.dossiers,
        page,
        pages,
    )


def proofs(work: UnitOfWork, *, reference: str = "", page: int = 1) -> Page[ErasedDossier]:
    """List the dossiers that are gone and of which the actor may know, the latest first."""
    require(work, Action.SEE_PROOFS)
    query = _erased(work).where(ErasedDossier.state == ErasedState.ERASED)
    if reference.strip():
        query = query.where(
            Dossier.reference_folded.startswith(folded(reference.strip()), autoescape=True)
        )
    query = query.order_by(ErasedDossier.erased_at.desc(), ErasedDossier.id)
    return paged(work.session, query, page=page, per_page=PER_PAGE)


def due_for_erasure(work: UnitOfWork, asked: DueFilter) -> Sequence[Dossier]:
    """Return what a filter of the due list finds and the actor may propose, one more than allowed.

    Whatever lies in a destruction already is left aside.
    """
    require(work, Action.SEE_RETENTION)
    running = exists().where(
        ErasedDossier.dossier_id == Dossier.id, ErasedDossier.state != ErasedState.SPARED
    )
    return work.session.scalars(
        select(Dossier)
        .options(joinedload(Dossier.plan_entry))
        .where(
            *due_conditions(work, asked),
            visible(work.actor, Action.PROPOSE_ERASURE, Dossier),
            ~running,
        )
        .order_by(Dossier.kept_until, Dossier.reference_folded, Dossier.id)
        .limit(MOST_AT_ONCE + 1)
    ).all()


def chosen_dossiers(work: UnitOfWork, ids: Sequence[UUID]) -> Sequence[Dossier]:
    """Return these dossiers.

    Raises:
        NotFound: one of them is none, or none for the actor.
    """
    require(work, Action.SEE_RETENTION)
    wanted = list(dict.fromkeys(ids))
    found = work.session.scalars(
        select(Dossier)
        .options(joinedload(Dossier.plan_entry))
        .where(Dossier.id.in_(wanted), visible(work.actor, Action.SEE_DOSSIER, Dossier))
    ).all()
    if len(found) != len(wanted):
        raise NotFound("Eine der Akten gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return found


def each_erased(work: UnitOfWork, *, gone: bool) -> Iterator[ErasedDossier]:
    """Return every dossier of every destruction, for a table; that it went out is noted.

    ``gone``: only those of which there is a proof.
    """
    require(work, Action.SEE_PROOFS)
    what = "proofs" if gone else "erasures"
    audit.note(work, "retention.exported", kind="retention", subject=None, what=what)
    query = _erased(work).order_by(Erasure.number, ErasedDossier.reference, ErasedDossier.id)
    if gone:
        query = query.where(ErasedDossier.state == ErasedState.ERASED)
    return iter(work.session.scalars(query).yield_per(IN_ONE_BITE))


def running_of(work: UnitOfWork, dossier: Dossier) -> ErasedDossier | None:
    """Return in which destruction a dossier lies; None: in none that is not over for it."""
    require(work, Action.SEE_DOSSIER, dossier)
    return work.session.scalar(
        select(ErasedDossier)
        .options(joinedload(ErasedDossier.erasure))
        .where(ErasedDossier.dossier_id == dossier.id, ErasedDossier.state != ErasedState.SPARED)
    )


def running_among(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, ErasedDossier]:
    """Return which of these dossiers lie in a destruction that is not over for them."""
    require(work, Action.SEE_RETENTION)
    rows = work.session.scalars(
        select(ErasedDossier)
        .options(joinedload(ErasedDossier.erasure))
        .where(ErasedDossier.dossier_id.in_(ids), ErasedDossier.state != ErasedState.SPARED)
    )
    return {row.dossier_id: row for row in rows}


def may_approve(work: UnitOfWork, shown: Sequence[ErasedShown], erasure: Erasure) -> bool:
    """Say whether somebody may approve once they have proved again who they are."""
    require(work, Action.SEE_PROOFS)
    confirmed = replace(work.actor, confirmed=True)
    return (
        erasure.state is ErasureState.PROPOSED
        and erasure.proposed_by_id != work.actor.id
        and all(
            may(confirmed, Action.APPROVE_ERASURE, one.erased.dossier)
            for one in shown
            if one.erased.state is ErasedState.WAITING
        )
    )


def _seen(work: UnitOfWork) -> ColumnElement[bool]:
    return exists().where(
        ErasedDossier.erasure_id == Erasure.id,
        Dossier.id == ErasedDossier.dossier_id,
        visible(work.actor, Action.SEE_DOSSIER, Dossier),
    )


def _erased(work: UnitOfWork) -> Select[ErasedDossier]:
    return (
        select(ErasedDossier)
        .join(Erasure, Erasure.id == ErasedDossier.erasure_id)
        .join(Dossier, Dossier.id == ErasedDossier.dossier_id)
        .options(contains_eager(ErasedDossier.erasure), contains_eager(ErasedDossier.dossier))
        .where(visible(work.actor, Action.SEE_DOSSIER, Dossier))
    )


def _counts(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, dict[ErasedState, int]]:
    rows = work.session.execute(
        select(ErasedDossier.erasure_id, ErasedDossier.state, func.count())
        .join(Dossier, Dossier.id == ErasedDossier.dossier_id)
        .where(ErasedDossier.erasure_id.in_(ids), visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .group_by(ErasedDossier.erasure_id, ErasedDossier.state)
    )
    found: dict[UUID, dict[ErasedState, int]] = {}
    for one, state, count in rows:
        found.setdefault(one, {})[state] = count
    return found
