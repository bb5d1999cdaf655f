"""A destruction on which two persons agree, and a log that bears witness to the clock."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select

from eakte.bootstrap import Office
from eakte.evidence.heads import write_head
from eakte.evidence.signing import Signer
from eakte.filing.closing import close_dossier
from eakte.filing.opening import open_dossier
from eakte.filing.retention_rules import RuleFields, retention_rule, set_retention_rule
from eakte.model.content import keep_content
from eakte.model.counter import next_number
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure
from eakte.model.file_plan import PlanEntry
from eakte.model.job import Job
from eakte.model.keeping import settle
from eakte.model.periods import Disposal
from eakte.model.retention_rule import RetentionRule
from eakte.model.user import SYSTEM_ID, Actor
from eakte.retention.proposing import SCOPE, approve_erasure, propose_erasure
from eakte.unit_of_work import UnitOfWork
from tests.builders import now_

RULE = "ohne-archiv"


def witness(office: Office) -> None:
    """Sign a head of the log, so that the clock can be compared with something."""
    with office.as_system() as work:
        write_head(work, Signer(work.settings.audit_key))


def some_over(work: UnitOfWork, entry: PlanEntry, *, dossiers: int = 1) -> list[UUID]:
    """Open dossiers that are to be destroyed, and let their periods have ended years ago."""
    if work.session.scalar(select(RetentionRule).where(RetentionRule.key == RULE)) is None:
        fields = RuleFields(
            RULE, "Ohne Archiv", years=10, disposal=Disposal.DESTROY, basis="Aktenplan 2026"
        )
        set_retention_rule(work, fields)
    made = []
    for number in range(dossiers):
        old = open_dossier(work, entry, subject="Alt", person_name=f"Uralt, {number}")
        old.own_rule_id = retention_rule(work, RULE).rule.id
        old.own_rule_reason = "Auflage"
        work.session.flush()
        close_dossier(work, old)
        old.closed_on = date(2009, 4, 1)
        settle(work.session, old)
        made.append(old.id)
    work.session.flush()
    work.session.execute(delete(Job).where(Job.kind != "process"))
    return made


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


def one_erasure(work: UnitOfWork, dossiers: Sequence[UUID], *, gone: int = 0) -> tuple[UUID, UUID]:
    """Write down a destruction that waits for its second person, past all questions.

    Of the first ``gone`` dossiers a proof is kept. Return its id and that of the first dossier's.
    """
    first = work.session.get_one(Dossier, dossiers[0])
    erasure = Erasure(
        number=next_number(work.session, SCOPE),
        department_id=first.department_id,
        proposed_at=work.clock.now(),
        proposed_by_id=SYSTEM_ID,
        proposed_by="Sabine Sacher",
    )
    work.session.add(erasure)
    work.session.flush()
    rows = []
    for place, one in enumerate(dossiers):
        dossier = work.session.get_one(Dossier, one)
        row = ErasedDossier(
            erasure_id=erasure.id,
            dossier_id=one,
            reference=dossier.reference,
            edition_id=dossier.edition_id,
            closed_on=dossier.closed_on,
            kept_until=dossier.kept_until,
        )
        if place < gone:
            stored = work.store.put(io.BytesIO(b"{}"))
            keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
            row.state, row.erased_at = ErasedState.ERASED, work.clock.now()
            row.proof_sha256 = row.proof_pdf_sha256 = str(stored.digest)
        rows.append(row)
    work.session.add_all(rows)
    work.session.flush()
    return erasure.id, rows[0].id
