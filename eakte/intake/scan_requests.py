"""What is a station asked to scan again, and which stack answers it?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.errors import BadInput
from eakte.model.batch import Batch
from eakte.model.scan_check import CheckState, ScanCheck, ScanRequest
from eakte.unit_of_work import UnitOfWork

# A station that is asked for more has other troubles.
MOST_OPEN = 500
HIGHEST_NUMBER = 2_147_483_647


def open_scan_requests(work: UnitOfWork) -> Sequence[ScanRequest]:
    """List what is to be scanned again of stacks the actor may see, the oldest first."""
    require(work, Action.SEE_BATCHES)
    return work.session.scalars(
        select(ScanRequest)
        .options(joinedload(ScanRequest.batch))
        .join(Batch, Batch.id == ScanRequest.batch_id)
        .where(ScanRequest.answer_id.is_(None), visible(work.actor, Action.SEE_BATCH, Batch))
        .order_by(ScanRequest.number)
        .limit(MOST_OPEN)
    ).all()


def find_request(work: UnitOfWork, number: int | None) -> ScanRequest | None:
    """Return what was asked for under this number and is not delivered yet, None without any.

    Raises:
        BadInput: there is no such request of a stack the actor may see, or it is answered.
    """
    require(work, Action.DELIVER_BATCH)
    if number is None:
        return None
    request = None
    if 1 <= number <= HIGHEST_NUMBER:
        request = work.session.scalar(
            select(ScanRequest)
            .options(joinedload(ScanRequest.batch))
            .where(ScanRequest.number == number, ScanRequest.answer_id.is_(None))
        )
    if request is None or not may(work.actor, Action.SEE_BATCH, request.batch):
        raise BadInput(
            "Einen offenen Auftrag %(number)s, noch einmal zu scannen, gibt es nicht.",
            number=number,
        )
    return request


def answer_request(work: UnitOfWork, request: ScanRequest, batch: Batch) -> None:
    """Note that a stack is what was asked for; where it is the whole, it takes the other's place.

    The first stack stays as it is, with all that was made of it.
    """
    require(work, Action.DELIVER_BATCH)
    request.answer_id, request.answered_at = batch.id, work.clock.now()
    check = work.session.get(ScanCheck, request.batch_id)
    if check is not None and not request.pages and check.state is CheckState.OPEN:
        check.state, check.decided_at = CheckState.REPLACED, work.clock.now()
    work.session.flush()
    audit.note(
        work,
        "scan-request.answered",
        kind="batch",
        subject=request.batch_id,
        number=request.number,
        answer=str(batch.id),
    )
