"""When was a package given to the program of the mailbox, which brings it to the court?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput, RuleBroken
from eakte.model.sending import Sending, SendingState
from eakte.unit_of_work import UnitOfWork


def note_handed_over(work: UnitOfWork, sending: Sending, *, on: date) -> Sending:
    """Write down on which day a package was handed over; that is said once.

    Raises:
        RuleBroken: there is no package, or it was written down before.
        BadInput: the day lies before the package was written, or ahead.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    # Locked by its id alone: PostgreSQL locks no row together with the dossier it was read with.
    work.session.scalar(select(Sending.id).where(Sending.id == sending.id).with_for_update())
    work.session.refresh(sending)
    if sending.state is not SendingState.READY or sending.written_at is None:
        raise RuleBroken("Es gibt noch kein Paket, das übergeben werden könnte.")
    if sending.handed_over_on is not None:
        raise RuleBroken("Die Übergabe ist schon vermerkt.")
    if not sending.written_at.astimezone(OFFICE_ZONE).date() <= on <= work.clock.today():
        raise BadInput("Der Tag liegt vor dem Paket oder in der Zukunft.")
    sending.handed_over_on, sending.handed_over_by = on, work.actor.name
    work.session.flush()
    audit.note(
        work,
        sending.logged("handed-over"),
        kind="dossier",
        subject=sending.dossier_id,
        sending=str(sending.id),
        court=sending.court_name,
        recipient=sending.recipient,
        day=on.isoformat(),
        sha256=sending.sha256,
    )
    return sending
