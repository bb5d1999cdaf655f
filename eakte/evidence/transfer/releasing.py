"""How is a scanned stack released, or the station asked to scan again?

Until it is released its documents are worked with, unless the office wants to wait; its paper is
not destroyed in any case.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.evidence.transfer.checking import (
    UNCOUNTED,
    CheckSeen,
    check_of,
    check_of_uncounted,
    open_check,
    refuse_own_scan,
)
from eakte.evidence.transfer.noting import WRITE_NOTE
from eakte.model.batch import Batch, BatchPage
from eakte.model.counter import next_number
from eakte.model.page_span import spans_of
from eakte.model.paper_period import keep_paper_from
from eakte.model.scan_check import CheckState, ScanCheck, ScanRequest
from eakte.unit_of_work import UnitOfWork

REQUEST_SCOPE = "scan-request"
LONGEST_REASON, LONGEST_REMARK = 300, 500
MOST_PAGES_NAMED = 500


def against_release(work: UnitOfWork, batch: Batch, seen: CheckSeen) -> list[str]:
    """Name every reason why a stack cannot be released."""
    require(work, Action.SEE_BATCH, batch)
    if batch.pages is None:
        return [UNCOUNTED]
    reasons: list[str] = []
    if len(seen.left) == 1:
        reasons.append(Sentence("Eine Seite ist noch nicht angesehen."))
    elif seen.left:
        reasons.append(
            Sentence("%(count)s Seiten sind noch nicht angesehen.", count=len(seen.left))
        )
    unmended = sorted(set(seen.bad) - _scanned_again(work, seen))
    if unmended:
        reasons.append(
            Sentence(
                "Schlechte Seiten ohne freigegebenen neuen Scan: %(pages)s.",
                pages=spans_of(unmended),
            )
        )
    if seen.open_request is not None:
        reasons.append(
            Sentence(
                "Der Auftrag %(number)s, noch einmal zu scannen, ist offen.",
                number=seen.open_request.number,
            )
        )
    counted = work.session.scalar(
        select(func.count()).select_from(BatchPage).where(BatchPage.batch_id == batch.id)
    )
    if counted != batch.pages:
        reasons.append(
            Sentence("Die Seitenbilanz stimmt nicht; bitte lassen Sie den Stapel neu scannen.")
        )
    return reasons


def release_batch(work: UnitOfWork, batch: Batch, *, remark: str = "") -> None:
    """Release a stack whose pages were looked at; its transfer note is then written and signed.

    Raises:
        RuleBroken: naming every reason against it.
        SamePerson: whoever scanned does not check here.
        BadInput: the remark is too long.
    """
    require(work, Action.CHECK_SCAN, batch)
    check = open_check(work, batch)
    refuse_own_scan(work, batch, check.by)
    if len(remark.strip()) > LONGEST_REMARK:
        raise BadInput("Die Bemerkung ist zu lang.")
    seen = check_of(work, batch)
    reasons = against_release(work, batch, seen) if seen is not None else []
    if reasons:
        raise RuleBroken("Der Stapel kann noch nicht freigegeben werden.", reasons=reasons)
    check.state, check.remark = CheckState.RELEASED, remark.strip()
    check.decided_by_id, check.decided_at = work.actor.id, work.clock.now()
    keep_paper_from(work.session, check, on=work.clock.today())
    work.session.flush()
    audit.note(work, "batch.released", kind="batch", subject=batch.id, reason=check.remark)
    jobs.enqueue(work, WRITE_NOTE, batch.id)


def ask_to_scan_again(
    work: UnitOfWork, batch: Batch, *, pages: Collection[int], reason: str
) -> ScanRequest:
    """Ask the station to scan these pages again, or without any the whole stack.

    Raises:
        BadInput: there is no reason, or no such page.
        RuleBroken: the check is not under way, or the station was asked already.
        SamePerson: whoever scanned does not check here.
    """
    require(work, Action.CHECK_SCAN, batch)
    check = check_of_uncounted(work, batch) if batch.pages is None else open_check(work, batch)
    refuse_own_scan(work, batch, check.by)
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise BadInput("Bitte geben Sie an, warum noch einmal gescannt wird.", field="reason")
    wanted = sorted(set(pages))
    if len(wanted) > MOST_PAGES_NAMED or any(
        not 1 <= page <= (batch.pages or 0) for page in wanted
    ):
        raise BadInput("Diese Seiten gibt es in dem Stapel nicht.", field="pages")
    seen = check_of(work, batch)
    if seen is not None and seen.open_request is not None:
        raise RuleBroken(
            "Die Scanstelle ist schon gebeten, diesen Stapel noch einmal zu scannen.",
            next_step="Bitte warten Sie, bis der neue Stapel da ist.",
        )
    request = ScanRequest(
        number=next_number(work.session, REQUEST_SCOPE),
        batch_id=batch.id,
        pages=wanted,
        reason=reason.strip(),
        asked_by_id=work.actor.id,
        asked_at=work.clock.now(),
    )
    work.session.add(request)
    work.session.flush()
    audit.note(
        work,
        "scan-request.asked",
        kind="batch",
        subject=batch.id,
        number=request.number,
        pages=wanted,
        reason=request.reason,
    )
    return request


def _scanned_again(work: UnitOfWork, seen: CheckSeen) -> set[int]:
    """The pages that a later stack shows, itself released."""
    answers = {one.answer_id: one for one in seen.requests if one.answer_id is not None}
    if not answers:
        return set()
    released = work.session.scalars(
        select(ScanCheck.id).where(
            ScanCheck.id.in_(answers), ScanCheck.state == CheckState.RELEASED
        )
    )
    return {page for answer in released for page in answers[answer].pages}
