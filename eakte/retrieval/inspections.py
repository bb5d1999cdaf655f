"""Who was given inspection of a dossier, of how much of it, and when was it fetched or handed out?

The list is limited in time: names of people who once inspected are not kept before everybody's eyes
for ever. The log keeps what it keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.audit_entry import AuditEntry
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending, SendingKind, SendingState, SentDocument
from eakte.retrieval.sendings import seen
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Inspected:
    """One inspection: what was shown, what stayed here, and who fetched it for whom, when."""

    sending: Sending
    shown: int
    withheld: int
    fetched: tuple[tuple[datetime, str], ...]


def listed_since(work: UnitOfWork) -> date:
    """Return the first day that the list still knows."""
    require(work, Action.SEE_LISTS)
    return work.clock.today() - timedelta(days=work.settings.inspection_days)


def inspections_of(work: UnitOfWork, dossier: Dossier) -> Sequence[Inspected]:
    """List who was given inspection of a dossier within the time of the list, the latest first."""
    require(work, Action.SEE_SENDINGS, dossier)
    after = work.clock.now() - timedelta(days=work.settings.inspection_days)
    found = work.session.scalars(
        select(Sending)
        .where(
            Sending.dossier_id == dossier.id,
            Sending.kind == SendingKind.INSPECTION,
            Sending.state == SendingState.READY,
            Sending.written_at >= after,
            seen(work),
        )
        .order_by(Sending.written_at.desc(), Sending.id)
    ).all()
    ids = [one.id for one in found]
    decided: dict[UUID, list[Decision]] = {}
    rows = work.session.execute(
        select(SentDocument.sending_id, SentDocument.decision).where(
            SentDocument.sending_id.in_(ids)
        )
    )
    for sending_id, decision in rows:
        decided.setdefault(sending_id, []).append(decision)
    fetched = _fetched(work, dossier)
    return [
        Inspected(
            one,
            shown=decided.get(one.id, []).count(Decision.SEND),
            withheld=sum(
                said in (Decision.WITHHOLD, Decision.MEDIATE) for said in decided.get(one.id, [])
            ),
            fetched=tuple(fetched.get(str(one.id), ())),
        )
        for one in found
    ]


def _fetched(work: UnitOfWork, dossier: Dossier) -> dict[str, list[tuple[datetime, str]]]:
    """Who has fetched which package: the log alone knows, and was told before the bytes left."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    entries = work.session.execute(
        select(AuditEntry.at, AuditEntry.actor_name, AuditEntry.details)
        .where(AuditEntry.subject_id == dossier.id, AuditEntry.act == "dossier-inspection.read")
        .order_by(AuditEntry.sequence)
    )
    for at, actor, details in entries:
        found.setdefault(str(details.get("sending", "")), []).append((at, actor))
    return found
