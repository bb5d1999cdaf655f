"""A destruction on which two persons agree, and a log that bears witness to the clock."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.evidence.heads import write_head
from eakte.evidence.signing import Signer
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, Erasure
from eakte.model.user import Actor
from eakte.retention.proposing import approve_erasure, propose_erasure
from tests.builders import now_


def witness(office: Office) -> None:
    """Sign a head of the log, so that the clock can be compared with something."""
    with office.as_system() as work:
        write_head(work, Signer(work.settings.audit_key))


def proposed(office: Office, proposer: Actor, dossiers: Iterable[UUID]) -> UUID:
    """Propose that dossiers of one unit be destroyed; return the id of the destruction."""
    with office.begin(proposer) as work:
        chosen = [work.session.get_one(Dossier, one) for one in dossiers]
        (made,) = propose_erasure(work, chosen, note="Jahresaussonderung").erasures
        return made.id


def approved(office: Office, approver: Actor, erasure_id: UUID) -> None:
    """Approve a destruction as somebody who has just proved who they are."""
    with office.begin(now_(office, approver, confirmed=True)) as work:
        approve_erasure(work, work.session.get_one(Erasure, erasure_id), reason="geprüft")


def rows_of(office: Office, erasure_id: UUID) -> list[ErasedDossier]:
    """Return the dossiers of a destruction as they stand, by their references."""
    with office.database.transaction(writes=False) as session:
        return list(
            session.scalars(
                select(ErasedDossier)
                .where(ErasedDossier.erasure_id == erasure_id)
                .order_by(ErasedDossier.reference)
            )
        )
