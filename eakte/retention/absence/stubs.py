"""What is left of a dossier, of a stack and of an offer once the dossier is destroyed?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.columns import Among
from eakte.model.dossier import Dossier, DossierState
from eakte.model.offer import Offer, OfferMessage
from eakte.model.prepared import ListState, PreparedList
from eakte.model.retention_rule import Keeping
from eakte.model.scan_check import PageCheck, ScanCheck, ScanRequest
from eakte.retention.absence.belongings import Belongings
from eakte.retention.absence.rows import GONE
from eakte.unit_of_work import UnitOfWork

# The same names as where lists are written and destroyed.
WRITE_LIST, DESTROY_LIST = "write-list", "destroy-list"


def leave_stub(work: UnitOfWork, dossier: Dossier, *, subject: str) -> None:
    """Empty the row of a dossier but for what shows that there was one, and until when.

    Reference, plan entry, unit, days of opening and closing, edition of the rule and end of the
    period stay, and who may see that it existed.
    """
    require(work, Action.MAINTAIN)
    dossier.state, dossier.keeping = DossierState.ERASED, Keeping.ERASED
    dossier.subject = subject
    for name in ("person_name", "person_folded", "letter", "address", "paper_location"):
        setattr(dossier, name, "")
    dossier.lock_reason = dossier.own_rule_reason = ""
    dossier.cancel_reason = None
    dossier.birth_date = dossier.death_date = None
    dossier.term_from = dossier.term_until = None
    dossier.decided_on = dossier.newest_on = None
    dossier.clerk_id = None
    dossier.keywords, dossier.period_events = [], {}
    dossier.procedures = "|"
    work.session.flush()


def empty_stacks(work: UnitOfWork, own: Belongings, *, last_of: Iterable[UUID]) -> None:
    """Take away what a stack shows of its pages; that they were there, and their digests, stay."""
    require(work, Action.MAINTAIN)
    session, now = work.session, work.clock.now()
    for batch in session.scalars(
        select(Batch).where(Among(Batch.id, own.batches)).with_for_update()
    ):
        if batch.erased_at is None:
            batch.erased_at, batch.name, batch.problem = now, GONE, None
            if batch.told is not None:
                batch.told = batch.told | {"name": GONE}
    session.flush()
    # Past the counter of edits: nobody has changed what was checked.
    for statement in (
        update(PageCheck)
        .where(Among(PageCheck.batch_id, own.batches))
        .values(picture_sha256=None, no_picture=True),
        update(BatchPage)
        .where(Among(BatchPage.batch_id, own.batches), BatchPage.fate != Fate.FILED)
        .values(codes=[], remark=""),
        update(PageCheck)
        .where(
            Among(PageCheck.batch_id, own.batches),
            PageCheck.page.in_(
                select(BatchPage.page).where(
                    BatchPage.batch_id == PageCheck.batch_id, BatchPage.fate == Fate.ERASED
                )
            ),
        )
        .values(reason=""),
        update(ScanCheck)
        .where(Among(ScanCheck.id, list(last_of)))
        .values(note_sha256=None, note_pdf_sha256=None, remark=""),
        update(ScanRequest).where(Among(ScanRequest.batch_id, list(last_of))).values(reason=GONE),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()


def empty_offers(work: UnitOfWork, own: Belongings) -> list[str]:
    """Take the titles out of what is remembered of offers; returns the names of their packages."""
    require(work, Action.MAINTAIN)
    session, now = work.session, work.clock.now()
    names = []
    for message in session.scalars(
        select(OfferMessage).where(Among(OfferMessage.offer_id, own.offers))
    ):
        names.append(message.name)
        if message.erased_at is None:
            message.erased_at = now
    for offer in session.scalars(select(Offer).where(Among(Offer.id, own.offers))):
        offer.proceeding = _without_names(offer.proceeding, own.dossier)
    session.flush()
    return names


def _without_names(proceeding: dict[str, Any], dossier: UUID) -> dict[str, Any]:
    """The same proceeding, with the records of one dossier known by their ids alone."""
    gone, stubs = {str(dossier)}, []
    for stub in proceeding.get("stubs", []):
        # Each stands behind the one it lies in.
        if str(stub.get("id")) in gone or str(stub.get("above")) in gone:
            gone.add(str(stub.get("id")))
            stubs.append(stub | {"name": ""})
        else:
            stubs.append(stub)
    return proceeding | ({"stubs": stubs} if stubs else {})


def let_lists_go(work: UnitOfWork, own: Belongings) -> None:
    """Let go of every list that names the dossier, or may by the time it is written."""
    require(work, Action.MAINTAIN)
    about = [one.bytes for one in own.subjects]
    for prepared in work.session.scalars(
        select(PreparedList).where(PreparedList.state != ListState.GONE).with_for_update()
    ):
        if prepared.state is ListState.READY and not _names(prepared.about, about):
            continue
        prepared.state = ListState.GONE
        work.session.flush()
        jobs.forget(work, WRITE_LIST, prepared.id)
        audit.note(work, "list.expired", kind="list", subject=prepared.id)
        jobs.enqueue(work, DESTROY_LIST, prepared.id)


def _names(kept: bytes, about: list[bytes]) -> bool:
    standing = {kept[first : first + 16] for first in range(0, len(kept), 16)}
    return not standing.isdisjoint(about)
