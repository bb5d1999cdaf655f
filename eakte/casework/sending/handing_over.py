"""Which way does a written package go: may it go, who let it go, when was it handed over?

From PREPARED it is released by a second person where the office wants that, then handed over, by
the outbox of the mailbox program or by hand; what the court answers is written down elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.objections import objected_since
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.model.sending import Sending, SendingKind, SendingState
from eakte.unit_of_work import UnitOfWork

# The office lets a package go by two persons (the setting ``court_release``).
TWO = "two"


def release_sending(work: UnitOfWork, sending: Sending) -> Sending:
    """Let a package go as the second person; whoever put it together cannot.

    Raises:
        NeedsConfirmation: the actor has not just proved again who they are.
        RuleBroken: there is no package, or it was released or handed over before.
    """
    require(work, Action.RELEASE_SENDING, sending)
    hold_sending(work, sending)
    reasons = [*_against_release(sending), *objected_since(work, sending)]
    if reasons:
        raise RuleBroken("Das Paket kann nicht freigegeben werden.", reasons=reasons)
    sending.released_at = work.clock.now()
    sending.released_by_id, sending.released_by = work.actor.id, work.actor.name
    work.session.flush()
    note_way(work, sending, "sending.released", asked_by=sending.asked_by)
    return sending


def note_handed_over(work: UnitOfWork, sending: Sending, *, on: date) -> Sending:
    """Write down on which day a package was handed over; that is said once.

    Raises:
        RuleBroken: there is no package, nobody has released it who has to, or it was written down
            before.
        BadInput: the day lies before the package was written, or ahead.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    hold_sending(work, sending)
    if sending.state is not SendingState.READY or sending.written_at is None:
        raise RuleBroken("Es gibt noch kein Paket, das übergeben werden könnte.")
    if sending.handed_over_on is not None:
        raise RuleBroken("Die Übergabe ist schon vermerkt.")
    if needs_release(work, sending):
        raise RuleBroken("Das Paket ist noch nicht von einer zweiten Person freigegeben.")
    if not sending.written_at.astimezone(OFFICE_ZONE).date() <= on <= work.clock.today():
        raise BadInput("Der Tag liegt vor dem Paket oder in der Zukunft.")
    sending.handed_over_on, sending.handed_over_by = on, work.actor.name
    work.session.flush()
    note_way(work, sending, sending.logged("handed-over"), day=on.isoformat())
    return sending


def needs_release(work: UnitOfWork, sending: Sending) -> bool:
    """Say whether a second person has to let the package go first, as the office is set now."""
    require(work, Action.SEE_LISTS)
    court = sending.kind is SendingKind.COURT
    return court and work.settings.court_release == TWO and sending.released_at is None


def hold_sending(work: UnitOfWork, sending: Sending) -> None:
    """Let nobody else change the package until this is done, and look at how it stands now."""
    require(work, Action.SEE_LISTS)
    # Locked by its id alone: PostgreSQL locks no row together with the dossier it was read with.
    work.session.scalar(select(Sending.id).where(Sending.id == sending.id).with_for_update())
    work.session.refresh(sending)


def note_way(work: UnitOfWork, sending: Sending, act: str, **more: object) -> None:
    """Write into the log what of the dossier goes where, by which right and with which digest."""
    require(work, Action.SEE_LISTS)
    audit.note(
        work,
        act,
        kind="dossier",
        subject=sending.dossier_id,
        sending=str(sending.id),
        court=sending.court_name,
        basis=sending.legal_ground,
        documents=sending.documents,
        pages=sending.pages,
        recipient=sending.recipient,
        sha256=sending.sha256,
        **more,
    )


def _against_release(sending: Sending) -> Iterator[Sentence]:
    if sending.kind is not SendingKind.COURT:
        yield Sentence("Das Paket geht an kein Gericht.")
    if sending.state is not SendingState.READY:
        yield Sentence("Es gibt noch kein Paket, das freigegeben werden könnte.")
    if sending.released_at is not None:
        yield Sentence("Das Paket ist schon freigegeben, von %(name)s.", name=sending.released_by)
    if sending.handed_over_on is not None:
        yield Sentence("Das Paket ist schon übergeben.")
