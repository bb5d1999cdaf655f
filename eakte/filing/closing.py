"""How is a dossier closed (z. d. A.), so that its period runs, and how is it opened again?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.errors import BadInput, DossierClosed, RuleBroken, Sentence
from eakte.filing.proposing.clues import clues_kept
from eakte.filing.revising import running
from eakte.history import change
from eakte.model.case import Case, CaseState
from eakte.model.clock_standing import refuse_moved_clock
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document, DocumentState, Writing
from eakte.model.dossier import Dossier, DossierState
from eakte.model.keeping import Kept, period_kept, start_period
from eakte.model.proposal import Recognised
from eakte.model.sending import Sending, SendingState
from eakte.unit_of_work import UnitOfWork

LONGEST_REASON = 300


@dataclass(frozen=True)
class Closing:
    """Whether a dossier can be closed, and what is closed along with it."""

    reasons: tuple[str, ...]
    open_cases: int

    @property
    def possible(self) -> bool:
        """Say whether nothing stands against it."""
        return not self.reasons


def closing_of(work: UnitOfWork, dossier: Dossier) -> Closing:
    """Say every reason against closing a dossier; changes nothing."""
    require(work, Action.CLOSE_DOSSIER, dossier)
    reasons, cases = _looked_through(work, dossier)
    return Closing(tuple(reasons), cases)


def close_dossier(work: UnitOfWork, dossier: Dossier) -> Kept:
    """Close a dossier with all its cases; its period runs by what its rule says today.

    Raises:
        DossierClosed: it is closed already.
        RuleBroken: naming every reason against it.
        ClockDoubtful: the clock went backwards, so that the period would end too early.
    """
    require(work, Action.CLOSE_DOSSIER, dossier)
    _hold(work, dossier)
    refuse_moved_clock(work.session, work.clock, gap=work.settings.clock_gap, only_backwards=True)
    if dossier.state is DossierState.CLOSED:
        raise DossierClosed(
            "Die Akte %(reference)s ist schon geschlossen.", reference=dossier.reference
        )
    reasons, _ = _looked_through(work, dossier)
    if reasons:
        raise RuleBroken("Die Akte kann noch nicht geschlossen werden.", reasons=reasons)
    today = work.clock.today()
    for case in work.session.scalars(
        select(Case).where(Case.dossier_id == dossier.id, Case.state == CaseState.OPEN)
    ):
        wanted = {"state": CaseState.CLOSED, "closed_on": today}
        change(work, case, kind="case", act="case.closed", wanted=wanted)
    newest = work.session.scalar(
        select(func.max(Document.received_on)).where(Document.dossier_id == dossier.id)
    )
    wanted = {"state": DossierState.CLOSED, "closed_on": today, "newest_on": newest}
    change(work, dossier, kind="dossier", act="dossier.closed", wanted=wanted)
    kept = start_period(work.session, dossier, on=today)
    jobs.enqueue(work, "index-dossier", dossier.id)
    return kept


def reopen_dossier(work: UnitOfWork, dossier: Dossier, *, reason: str) -> None:
    """Open a closed dossier again; its period stops and begins anew with the next closing.

    Its cases stay closed, so that only what is needed is opened.

    Raises:
        RuleBroken: it is not closed.
        BadInput: no reason was given.
    """
    require(work, Action.CLOSE_DOSSIER, dossier)
    _hold(work, dossier)
    if dossier.state is not DossierState.CLOSED:
        raise RuleBroken("Die Akte ist nicht geschlossen.")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum die Akte wieder geöffnet wird.", field="reason")
    wanted = {"state": DossierState.OPEN, "closed_on": None, "newest_on": None}
    told = reason.strip()[:LONGEST_REASON]
    change(work, dossier, kind="dossier", act="dossier.reopened", wanted=wanted, reason=told)
    start_period(work.session, dossier, on=work.clock.today())
    jobs.enqueue(work, "index-dossier", dossier.id)


def period_of_dossier(work: UnitOfWork, dossier: Dossier) -> Kept:
    """Return until when a dossier is kept, explained in one sentence."""
    require(work, Action.SEE_DOSSIER, dossier)
    return period_kept(work.session, dossier, on=work.clock.today())


def _hold(work: UnitOfWork, dossier: Dossier) -> None:
    """Keep the dossier's row, and see it as it is: what decides about its end comes in turn."""
    work.session.refresh(dossier, with_for_update=True)


def _looked_through(work: UnitOfWork, dossier: Dossier) -> tuple[list[str], int]:
    """Every reason against closing, and how many cases are still open."""
    written, cases = work.session.execute(
        select(
            select(func.count())
            .where(Sending.dossier_id == dossier.id, Sending.state == SendingState.WAITING)
            .scalar_subquery(),
            select(func.count())
            .where(Case.dossier_id == dossier.id, Case.state == CaseState.OPEN)
            .scalar_subquery(),
        )
    ).one()
    reasons = running(work, Case.dossier_id == dossier.id)
    reasons += _unfinished(work, dossier)
    if written:
        reasons.append(Sentence("Eine Übersendung an ein Gericht wird noch geschrieben."))
    return reasons + _letters_waiting(work, dossier), cases


def _unfinished(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """Drafts, what is checked out, and what a court waits to be acknowledged."""
    owed = and_(CourtMessage.confirmation_wanted, CourtMessage.confirmed_on.is_(None))
    rows = work.session.execute(
        select(
            Document.title,
            Document.writing,
            Document.checked_out_by_id,
            CourtMessage.confirmation_wanted,
            CourtMessage.confirmed_on,
        )
        .outerjoin(CourtMessage, CourtMessage.document_id == Document.id)
        .where(
            Document.dossier_id == dossier.id,
            Document.state == DocumentState.FILED,
            or_(Document.writing == Writing.DRAFT, Document.checked_out_by_id.is_not(None), owed),
        )
        .order_by(Document.receipt_number)
    )
    reasons: list[str] = []
    for title, writing, holder, wanted, confirmed_on in rows:
        if writing is Writing.DRAFT:
            reasons.append(Sentence("„%(title)s“ ist noch ein Entwurf.", title=title))
        if holder is not None:
            reasons.append(Sentence("„%(title)s“ ist ausgeliehen.", title=title))
        if wanted and confirmed_on is None:
            reasons.append(
                Sentence(
                    "Zu „%(title)s“ ist das Empfangsbekenntnis noch nicht zurückgesandt.",
                    title=title,
                )
            )
    return reasons


def _letters_waiting(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """Letters in the inbox of the unit that name the reference of this dossier.

    Only letters whose unit keeps the dossier are looked at, as only they wait for its people.
    """
    rows = work.session.execute(
        select(Document.receipt_number, Recognised.clues)
        .join(Recognised, Recognised.document_id == Document.id)
        .where(
            Document.state == DocumentState.INBOX, Document.department_id == dossier.department_id
        )
        .order_by(Document.receipt_number)
    )
    return [
        Sentence(
            "Im Posteingang wartet das Schreiben Nr. %(number)s, das dieses Aktenzeichen nennt.",
            number=f"{number:06d}",
        )
        for number, clues in rows
        if any(
            folded(one.value) == dossier.reference_folded for one in clues_kept(clues).references
        )
    ]
