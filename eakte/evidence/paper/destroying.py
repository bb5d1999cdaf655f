"""By which two persons is paper destroyed, and what is kept of it?

One proposes, another one confirms and proves again who they are; neither whoever scanned a stack
nor whoever proposed it confirms its end. Between both lies the same waiting time as before the end
of a dossier, and nothing is decided by a clock that was moved. The record is signed and outlives
the paper.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.clock import OFFICE_ZONE
from eakte.db import Page, paged
from eakte.errors import BadInput, NotFound, RuleBroken, SamePerson, Sentence
from eakte.evidence.paper.boxes import MOST_AT_ONCE, seen_papers
from eakte.evidence.paper.homes import lock_homes
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.checking import scanned_by
from eakte.model.batch import Batch
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.content import keep_content
from eakte.model.counter import hold, next_number
from eakte.model.paper import DestroyedPaper, Destruction, DestructionState, Paper
from eakte.model.scan_check import ScanCheck
from eakte.signed import DESTRUCTION_FORM
from eakte.unit_of_work import UnitOfWork

# The job that writes the record once the second person has confirmed.
WRITE_RECORD = "destruction-record"
SCOPE = "destruction"
LONGEST_TEXT = 300
PER_PAGE = 50


def propose_destruction(work: UnitOfWork, batches: Sequence[Batch], *, manner: str) -> Destruction:
    """Propose that the paper of these stacks be destroyed; from now on nothing else is done to it.

    Raises:
        BadInput: nothing or too much was chosen, or it is not said how it is destroyed.
        ClockDoubtful: the clock was moved.
        RuleBroken: naming every reason against it, with the stack.
    """
    require(work, Action.SEE_PAPER)
    for batch in batches:
        require(work, Action.PROPOSE_DESTRUCTION, batch)
    if not 1 <= len(batches) <= MOST_AT_ONCE:
        raise BadInput(
            "Bitte wählen Sie mindestens einen und höchstens %(most)s Stapel.", most=MOST_AT_ONCE
        )
    if not manner.strip() or len(manner.strip()) > LONGEST_TEXT:
        raise BadInput("Bitte geben Sie an, wie das Papier vernichtet wird.", field="manner")
    hold(work.session, SCOPE)
    lock_homes(work, batches)
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
    reasons = _against(work, batches)
    if reasons:
        raise RuleBroken("Nicht alles davon darf vernichtet werden.", reasons=reasons)
    destruction = Destruction(
        number=next_number(work.session, SCOPE),
        manner=manner.strip(),
        proposed_by_id=work.actor.id,
        proposed_at=work.clock.now(),
        not_before=work.clock.now() + timedelta(days=work.settings.erasure_waiting_days),
    )
    work.session.add(destruction)
    work.session.flush()
    ids = [batch.id for batch in batches]
    work.session.add_all(DestroyedPaper(destruction_id=destruction.id, batch_id=one) for one in ids)
    for paper in work.session.scalars(select(Paper).where(Paper.id.in_(ids))):
        paper.destruction_id = destruction.id
    work.session.flush()
    audit.note(
        work,
        "destruction.proposed",
        kind="destruction",
        subject=destruction.id,
        number=destruction.number,
        stacks=len(ids),
        manner=destruction.manner,
    )
    return destruction


def destructions(work: UnitOfWork, *, page: int = 1) -> Page[Destruction]:
    """List the destructions of paper of stacks the actor may see, the newest first."""
    require(work, Action.SEE_PAPER)
    seen = select(DestroyedPaper.destruction_id).join(Batch, Batch.id == DestroyedPaper.batch_id)
    query = (
        select(Destruction)
        .options(joinedload(Destruction.proposed_by), joinedload(Destruction.decided_by))
        .where(Destruction.id.in_(seen.where(visible(work.actor, Action.SEE_BATCH, Batch))))
        .order_by(Destruction.number.desc())
    )
    return paged(work.session, query, page=page, per_page=PER_PAGE)


def destruction_by_id(work: UnitOfWork, destruction_id: UUID) -> Destruction:
    """Return a destruction of paper of which the actor may see every stack.

    Raises:
        NotFound: there is none, or none for them.
    """
    require(work, Action.SEE_PAPER)
    destruction = work.session.get(
        Destruction,
        destruction_id,
        options=[joinedload(Destruction.proposed_by), joinedload(Destruction.decided_by)],
    )
    if destruction is None or not all(
        may(work.actor, Action.SEE_BATCH, batch) for batch in _batches(work, destruction)
    ):
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return destruction


def stacks_of(work: UnitOfWork, destruction: Destruction) -> Sequence[Batch]:
    """List the stacks of a destruction, the oldest first."""
    require(work, Action.SEE_PAPER)
    return [
        batch for batch in _batches(work, destruction) if may(work.actor, Action.SEE_BATCH, batch)
    ]


def boxes_of(work: UnitOfWork, batches: Sequence[Batch]) -> dict[UUID, str]:
    """Return in which box the paper of each stack lies, as far as that is known.

    Whoever confirms has to find it first.
    """
    require(work, Action.SEE_PAPER)
    ids = [one.id for one in batches]
    rows = work.session.execute(select(Paper.id, Paper.box).where(Paper.id.in_(ids)))
    return {batch_id: box for batch_id, box in rows if box}


def decide_destruction(
    work: UnitOfWork, destruction: Destruction, *, confirm: bool, reason: str = ""
) -> None:
    """Confirm as the second person that the paper is destroyed, or refuse it and let it stay.

    Raises:
        NeedsConfirmation: whoever confirms has to prove again who they are.
        RuleBroken: it is decided already, the waiting time is not over, or something stands
            against it by now.
        ClockDoubtful: the clock was moved.
        SamePerson: whoever proposed it, or scanned one of the stacks, cannot confirm.
        BadInput: a refusal without its reason.
    """
    require(work, Action.SEE_PAPER)
    batches = _batches(work, destruction)
    for batch in batches:
        require(work, Action.CONFIRM_DESTRUCTION, batch)
    if destruction.state is not DestructionState.PROPOSED:
        raise RuleBroken("Über diese Vernichtung ist schon entschieden.")
    if destruction.proposed_by_id == work.actor.id:
        raise SamePerson("Über den eigenen Vorschlag entscheidet eine andere Person.")
    if len(reason.strip()) > LONGEST_TEXT or (not confirm and not reason.strip()):
        raise BadInput("Bitte geben Sie an, warum das Papier bleibt.", field="reason")
    if confirm and any(scanned_by(work.actor, batch) for batch in batches):
        raise SamePerson("Wer gescannt hat, bestätigt nicht, dass das Papier vernichtet ist.")
    hold(work.session, SCOPE)
    if confirm:
        lock_homes(work, batches)
        refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap)
        reasons = _waits(work, destruction) + _against(work, batches, of=destruction)
        if reasons:
            raise RuleBroken("Nicht alles davon darf vernichtet werden.", reasons=reasons)
    destruction.state = DestructionState.CONFIRMED if confirm else DestructionState.REFUSED
    destruction.decided_by_id, destruction.decided_at = work.actor.id, work.clock.now()
    destruction.reason = reason.strip()
    if not confirm:
        for paper in work.session.scalars(
            select(Paper).where(Paper.destruction_id == destruction.id)
        ):
            paper.destruction_id = None
    work.session.flush()
    audit.note(
        work,
        "destruction.confirmed" if confirm else "destruction.refused",
        kind="destruction",
        subject=destruction.id,
        number=destruction.number,
        stacks=len(batches),
        reason=destruction.reason,
    )
    if confirm:
        jobs.enqueue(work, WRITE_RECORD, destruction.id)


def write_record(work: UnitOfWork, destruction_id: UUID) -> None:
    """Write, sign and keep the record of a destruction that two persons have agreed on.

    Raises:
        StorageError, PartUnavailable: the store or the key is out of reach; nothing was written.
    """
    require(work, Action.MAINTAIN)
    destruction = work.session.get(
        Destruction,
        destruction_id,
        options=[joinedload(Destruction.proposed_by), joinedload(Destruction.decided_by)],
    )
    if destruction is None or destruction.record_sha256 is not None:
        return
    if destruction.state is not DestructionState.CONFIRMED or destruction.decided_by is None:
        return
    told = {
        "office": work.settings.office_name,
        "number": destruction.number,
        "manner": destruction.manner,
        "proposed_by": destruction.proposed_by.name,
        "proposed_at": _written(destruction.proposed_at),
        "confirmed_by": destruction.decided_by.name,
        "confirmed_at": _written(destruction.decided_at),
        "remark": destruction.reason,
        "stacks": _told_of_stacks(work, destruction),
    }
    signed = Signer(work.settings.audit_key).sign_proof(told, form=DESTRUCTION_FORM)
    stored = work.store.put(io.BytesIO(signed))
    keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
    destruction.record_sha256 = str(stored.digest)
    work.session.flush()
    audit.note(
        work,
        "destruction.recorded",
        kind="destruction",
        subject=destruction.id,
        sha256=destruction.record_sha256,
    )


def _told_of_stacks(work: UnitOfWork, destruction: Destruction) -> list[dict[str, object]]:
    rows = work.session.execute(
        select(Batch, Paper, ScanCheck)
        .join(DestroyedPaper, DestroyedPaper.batch_id == Batch.id)
        .join(Paper, Paper.id == Batch.id)
        .join(ScanCheck, ScanCheck.id == Batch.id)
        .where(DestroyedPaper.destruction_id == destruction.id)
        .order_by(Batch.number)
    )
    return [
        {
            "number": batch.number,
            "box": paper.box,
            "pages": batch.pages,
            "sha256": batch.sha256,
            "transfer_note": check.note_sha256,
            "released_at": _written(check.decided_at),
        }
        for batch, paper, check in rows
    ]


def _against(
    work: UnitOfWork, batches: Sequence[Batch], *, of: Destruction | None = None
) -> list[str]:
    """Every reason against destroying this paper; its own proposal is none."""
    reasons: list[str] = []
    for seen in seen_papers(work, batches):
        own = of is not None and seen.destruction is not None and seen.destruction.id == of.id
        against = seen.against[:-1] if own else seen.against
        reasons += [
            Sentence("Stapel %(number)s: %(reason)s", number=f"{seen.batch.number:06d}", reason=one)
            for one in against
        ]
    return reasons


def _waits(work: UnitOfWork, destruction: Destruction) -> list[str]:
    first = destruction.not_before
    if first is None or first <= work.clock.now():
        return []
    day = f"{first.astimezone(OFFICE_ZONE):%d.%m.%Y, %H:%M}"
    return [Sentence("Die Wartezeit endet am %(day)s Uhr; vorher wird nichts bestätigt.", day=day)]


def _batches(work: UnitOfWork, destruction: Destruction) -> Sequence[Batch]:
    return work.session.scalars(
        select(Batch)
        .join(DestroyedPaper, DestroyedPaper.batch_id == Batch.id)
        .where(DestroyedPaper.destruction_id == destruction.id)
        .order_by(Batch.number)
    ).all()


def _written(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(OFFICE_ZONE).isoformat(timespec="seconds")
