"""What goes today of all that two persons have agreed on, and what is spared before its time?"""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import contains_eager, joinedload

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.clock_standing import Waits
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.job import Job
from eakte.retention.clock_guard import ClockWatch, clock_doubts, note_jump
from eakte.retention.proposing import settle, spare
from eakte.retention.standing import against
from eakte.unit_of_work import UnitOfWork

# The job that destroys one dossier; its subject is the `ErasedDossier`.
ERASE = "erase"
# So many are looked at in one transaction; what is left comes with the next turn.
IN_ONE_BITE = 500


def let_go(work: UnitOfWork, *, most: int = IN_ONE_BITE) -> int:
    """Ask for the end of what has waited long enough, one job a dossier; return how many.

    What something lasting stands against is spared with the reason; what waits for something
    passing, the clock not the least, is looked at again at the next turn. The job asks all of it
    again: this is no permission.
    """
    require(work, Action.MAINTAIN)
    _settle_all(work)
    if clock_doubts(work):
        return 0
    rows = _ripe(work, most)
    reasons = against(work, [row.dossier for row in rows])
    asked = 0
    for row in rows:
        found = reasons[row.dossier_id]
        lasting = [one for one in found if not isinstance(one, Waits)]
        if lasting:
            spare(work, row, _together(lasting))
        elif not found:
            jobs.enqueue(work, ERASE, row.id, priority=jobs.BULK)
            asked += 1
    return asked


def watch_clock(work: UnitOfWork, watch: ClockWatch) -> None:
    """Compare the clock with one that nobody can set; a jump since the last look is noted."""
    require(work, Action.MAINTAIN)
    jump = watch.jumped(work.clock.now(), steady_seconds())
    if jump is not None:
        note_jump(work, jump)


def steady_seconds() -> float:
    """Return the seconds of a clock that nobody sets and that runs on while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _ripe(work: UnitOfWork, most: int) -> Sequence[ErasedDossier]:
    """Those whose waiting time is over and for which no job was made yet."""
    return work.session.scalars(
        select(ErasedDossier)
        .join(Erasure, Erasure.id == ErasedDossier.erasure_id)
        .join(Dossier, Dossier.id == ErasedDossier.dossier_id)
        .options(
            contains_eager(ErasedDossier.erasure),
            contains_eager(ErasedDossier.dossier),
            joinedload(ErasedDossier.dossier, Dossier.plan_entry),
        )
        .where(
            ErasedDossier.state == ErasedState.WAITING,
            Erasure.state == ErasureState.APPROVED,
            Erasure.not_before <= work.clock.now(),
            ~exists().where(Job.subject_id == ErasedDossier.id, Job.kind == ERASE),
        )
        .order_by(Erasure.not_before, ErasedDossier.id)
        .limit(most)
        .with_for_update(of=Dossier)
        .execution_options(populate_existing=True)
    ).all()


def _settle_all(work: UnitOfWork) -> None:
    left = exists().where(
        ErasedDossier.erasure_id == Erasure.id,
        ErasedDossier.state.in_((ErasedState.WAITING, ErasedState.ERASING)),
    )
    for erasure in work.session.scalars(
        select(Erasure).where(Erasure.state == ErasureState.APPROVED, ~left)
    ):
        settle(work, erasure)


def _together(reasons: Sequence[Sentence]) -> str:
    return " ".join(reasons)
