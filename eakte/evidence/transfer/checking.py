"""Which pages of a stack are looked at, and what was seen on them?

BSI TR-03138 asks for a check by eye after scanning, of all pages or of a sample, by rules that the
office writes down. Which pages are drawn nobody can foresee, and everybody can see afterwards.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.errors import BadInput, NotFound, RuleBroken, SamePerson, Sentence
from eakte.model.batch import Batch, BatchPage, BatchState
from eakte.model.counter import hold
from eakte.model.document import Document, ProcessingState
from eakte.model.legibility import CheckRules, anomalies_of
from eakte.model.scan_check import (
    CheckState,
    PageCheck,
    ScanCheck,
    ScanRequest,
    Verdict,
    rules_of_unit,
)
from eakte.model.user import Actor
from eakte.unit_of_work import UnitOfWork

# The job that draws the chosen pages.
PICTURE = "picture"
LONGEST_REASON = 300
UNCOUNTED = Sentence(
    "Seine Seiten ließen sich nicht zählen, also kann sie niemand ansehen; bitte lassen Sie den "
    "ganzen Stapel noch einmal scannen."
)
TURNS = (0, 90, 180, 270)


@dataclass(frozen=True)
class SeenPage:
    """A page that was chosen, what was measured on it, and what is out of the ordinary."""

    check: PageCheck
    page: BatchPage
    anomalies: tuple[Sentence, ...]


@dataclass(frozen=True)
class CheckSeen:
    """How far the check of a stack is; ``anomalous`` are all its pages with anomalies."""

    check: ScanCheck
    pages: Sequence[SeenPage]
    requests: Sequence[ScanRequest]

    @property
    def left(self) -> list[int]:
        """The pages that nobody has looked at."""
        return [one.check.page for one in self.pages if one.check.verdict is None]

    @property
    def bad(self) -> list[int]:
        """The pages that were found bad."""
        return [one.check.page for one in self.pages if one.check.verdict is Verdict.BAD]

    @property
    def waiting(self) -> bool:
        """Whether pictures are still being drawn."""
        return any(_awaits_picture(one.check) for one in self.pages)

    @property
    def open_request(self) -> ScanRequest | None:
        """What the station was asked for and has not delivered."""
        return next((one for one in self.requests if one.answer_id is None), None)


def begin_check(work: UnitOfWork, batch: Batch) -> ScanCheck:
    """Choose the pages of a stack that are looked at; it is chosen once and kept.

    The unit's share is drawn by chance, and every page with an anomaly is looked at besides.

    Raises:
        RuleBroken: naming every reason against it.
        SamePerson: whoever scanned does not check here.
    """
    require(work, Action.CHECK_SCAN, batch)
    hold(work.session, f"scan-check:{batch.id}")
    rules = rules_of_unit(work.session, batch.department_id)
    reasons = _not_yet(work, batch)
    if reasons:
        raise RuleBroken("Die Qualitätsprüfung kann noch nicht beginnen.", reasons=reasons)
    _refuse_own(work.actor, batch, rules)
    if batch.pages is None:
        raise RuleBroken("Die Qualitätsprüfung kann nicht beginnen.", reasons=[UNCOUNTED])
    check = _begun(work, batch, rules)
    pages = _pages_of(work, batch)
    drawn = drawn_by_chance(work, batch, [one.page for one in pages], share=rules.share)
    odd = {one.page for one in pages if anomalies_of(one, rules)}
    for page in sorted(drawn | odd):
        work.session.add(PageCheck(batch_id=batch.id, page=page, by_chance=page in drawn))
    work.session.flush()
    audit.note(
        work,
        "batch.check-begun",
        kind="batch",
        subject=batch.id,
        pages=len(pages),
        chosen=len(drawn | odd),
        share=rules.share,
    )
    jobs.enqueue(work, PICTURE, batch.id, priority=jobs.URGENT)
    return check


def check_of_uncounted(work: UnitOfWork, batch: Batch) -> ScanCheck:
    """Return the check of a stack whose pages nobody can count, so that it can be scanned again.

    There is nothing in it to look at; it stays open until a new stack takes its place.

    Raises:
        RuleBroken: the pages can be counted, or it is too early or too late.
        SamePerson: whoever scanned does not check here.
    """
    require(work, Action.CHECK_SCAN, batch)
    hold(work.session, f"scan-check:{batch.id}")
    if work.session.get(ScanCheck, batch.id) is not None or batch.pages is not None:
        return open_check(work, batch)
    reasons = _not_yet(work, batch)
    if reasons:
        raise RuleBroken("Die Qualitätsprüfung kann noch nicht beginnen.", reasons=reasons)
    rules = rules_of_unit(work.session, batch.department_id)
    _refuse_own(work.actor, batch, rules)
    check = _begun(work, batch, rules)
    audit.note(
        work,
        "batch.check-begun",
        kind="batch",
        subject=batch.id,
        pages=0,
        chosen=0,
        share=rules.share,
    )
    return check


def _begun(work: UnitOfWork, batch: Batch, rules: CheckRules) -> ScanCheck:
    check = ScanCheck(
        id=batch.id,
        rules=rules.kept(),
        begun_by_id=work.actor.id,
        begun_at=work.clock.now(),
    )
    work.session.add(check)
    work.session.flush()
    return check


def drawn_by_chance(
    work: UnitOfWork, batch: Batch, pages: Sequence[int], *, share: int
) -> frozenset[int]:
    """Return the pages that are drawn: the same ones however often it is asked.

    Only who holds the key of the house can foresee them; afterwards it can be shown that nobody
    has picked them.
    """
    require(work, Action.CHECK_SCAN, batch)
    key = work.settings.application_secret().encode()

    def lot(page: int) -> bytes:
        told = f"scan-check|{batch.id}|{batch.sha256}|{page}"
        return hmac.digest(key, told.encode(), sha256)

    wanted = -(-len(pages) * share // 100)
    return frozenset(sorted(pages, key=lot)[:wanted])


def check_of(work: UnitOfWork, batch: Batch) -> CheckSeen | None:
    """Return how far the check of a stack is, None before it has begun."""
    require(work, Action.SEE_BATCH, batch)
    check = work.session.get(ScanCheck, batch.id, options=[joinedload(ScanCheck.decided_by)])
    if check is None:
        return None
    rules = check.by
    rows = work.session.execute(
        select(PageCheck, BatchPage)
        .options(joinedload(PageCheck.by))
        .join(
            BatchPage,
            (BatchPage.batch_id == PageCheck.batch_id) & (BatchPage.page == PageCheck.page),
        )
        .where(PageCheck.batch_id == batch.id)
        .order_by(PageCheck.page)
    )
    pages = [SeenPage(one, page, anomalies_of(page, rules)) for one, page in rows]
    return CheckSeen(check, pages, requests_for(work, batch))


def requests_for(work: UnitOfWork, batch: Batch) -> Sequence[ScanRequest]:
    """List what was to be scanned again of a stack, in the order in which it was asked."""
    require(work, Action.SEE_BATCH, batch)
    return work.session.scalars(
        select(ScanRequest)
        .options(joinedload(ScanRequest.answer))
        .where(ScanRequest.batch_id == batch.id)
        .order_by(ScanRequest.number)
    ).all()


def judge_page(
    work: UnitOfWork,
    batch: Batch,
    page: int,
    *,
    verdict: Verdict,
    reason: str = "",
    turn: int = 0,
) -> None:
    """Keep what was seen on a page, by whom and when; a later look replaces an earlier one.

    Raises:
        NotFound: the page was not chosen.
        BadInput: a bad page without its reason, or a turn that is none.
        RuleBroken: the check has not begun or is over, or the page has no picture yet.
        SamePerson: whoever scanned does not check here.
    """
    require(work, Action.CHECK_SCAN, batch)
    check = open_check(work, batch)
    _refuse_own(work.actor, batch, check.by)
    row = work.session.get(PageCheck, (batch.id, page))
    if row is None:
        raise NotFound("Diese Seite wird nicht geprüft.")
    if _awaits_picture(row):
        raise RuleBroken("Das Bild dieser Seite wird noch vorbereitet.")
    if verdict is Verdict.BAD and not reason.strip():
        raise BadInput("Bitte geben Sie an, was an der Seite schlecht ist.")
    if len(reason.strip()) > LONGEST_REASON or turn not in TURNS:
        raise BadInput("Der Grund ist zu lang, oder die Drehung ist keine.")
    row.verdict, row.turn = verdict, turn
    row.reason = reason.strip() if verdict is Verdict.BAD else ""
    row.by_id, row.at = work.actor.id, work.clock.now()
    work.session.flush()
    audit.note(
        work,
        "batch.page-checked",
        kind="batch",
        subject=batch.id,
        page=page,
        verdict=verdict.value,
        reason=row.reason,
    )


def open_check(work: UnitOfWork, batch: Batch) -> ScanCheck:
    """Return the check of a stack that is under way.

    Raises:
        RuleBroken: it has not begun, or it is over.
    """
    require(work, Action.CHECK_SCAN, batch)
    check = work.session.get(ScanCheck, batch.id)
    if check is None:
        raise RuleBroken("Die Qualitätsprüfung dieses Stapels hat noch nicht begonnen.")
    if check.state is CheckState.RELEASED:
        raise RuleBroken("Der Stapel ist schon freigegeben.")
    if check.state is CheckState.REPLACED:
        raise RuleBroken("Der Stapel wurde im Ganzen noch einmal gescannt.")
    return check


def refuse_own_scan(work: UnitOfWork, batch: Batch, rules: CheckRules) -> None:
    """Return unless the actor has scanned the stack, where the unit wants somebody else.

    Raises:
        SamePerson: they have.
    """
    require(work, Action.CHECK_SCAN, batch)
    _refuse_own(work.actor, batch, rules)


def scanned_by(actor: Actor, batch: Batch) -> bool:
    """Say whether somebody has delivered the stack, or is named as the person at the device."""
    return batch.sender_id == actor.id or folded(batch.operator) == folded(actor.name)


def _refuse_own(actor: Actor, batch: Batch, rules: CheckRules) -> None:
    if rules.other_person and scanned_by(actor, batch):
        raise SamePerson("Wer gescannt hat, prüft den Stapel hier nicht selbst.")


def _awaits_picture(row: PageCheck) -> bool:
    return row.picture_sha256 is None and not row.no_picture


def _not_yet(work: UnitOfWork, batch: Batch) -> list[str]:
    reasons: list[str] = []
    if work.session.get(ScanCheck, batch.id) is not None:
        return [Sentence("Sie hat schon begonnen.")]
    if batch.state is not BatchState.READY:
        return [Sentence("Der Stapel ist noch nicht getrennt.")]
    busy = work.session.scalar(
        select(func.count())
        .select_from(Document)
        .where(
            Document.batch_id == batch.id,
            Document.processing.in_([ProcessingState.WAITING, ProcessingState.RUNNING]),
        )
    )
    if busy:
        reasons.append(
            Sentence("Noch nicht gelesene Schreiben des Stapels: %(count)s.", count=busy)
        )
    return reasons


def _pages_of(work: UnitOfWork, batch: Batch) -> Sequence[BatchPage]:
    return work.session.scalars(
        select(BatchPage).where(BatchPage.batch_id == batch.id).order_by(BatchPage.page)
    ).all()
