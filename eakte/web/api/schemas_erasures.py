"""What do programs send and receive about destructions, their proofs and the clock?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.model.erasure import ErasedDossier, ErasedState, ErasureState
from eakte.model.periods import Disposal
from eakte.retention.clock_guard import ClockState
from eakte.retention.erasures import ErasedShown, ErasureShown
from eakte.retention.proposing import MOST_AT_ONCE, Proposed
from eakte.web.api.schemas import Edits, EditsOut, Id, Model, PageIn, SomeText, Text
from eakte.web.errors import in_words

Ids = Annotated[list[Id], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ErasureIn(Model):
    """Was vernichtet werden soll; Akten eines Sachgebiets bilden eine Vernichtung."""

    dossier_ids: Ids
    note: Text = Field(default="", max_length=500)
    leave_out: bool = Field(
        default=False, description="auslassen, wogegen etwas spricht, statt alles abzulehnen"
    )


class DueErasureIn(Model):
    """Was von der Liste abgelaufener Fristen vernichtet werden soll."""

    first: date | None = Field(default=None, description="Fristen, die frühestens dann endeten")
    last: date | None = Field(default=None, description="Fristen, die spätestens dann endeten")
    plan_number: Text = Field(default="", max_length=40)
    disposal: Disposal | None = None
    note: Text = Field(default="", max_length=500)


class ErasuresIn(PageIn):
    """Welche Vernichtungen."""

    state: ErasureState | None = None


class ApprovalIn(Model):
    """Die Freigabe durch eine zweite Person."""

    reason: Text = Field(default="", max_length=500)
    edits: Edits | None = None


class SparedIn(Model):
    """Warum eine Akte bleibt."""

    reason: SomeText = Field(max_length=500)


class ErasureOut(Model):
    """Eine Vernichtung; gezählt wird, was man sieht."""

    id: UUID
    number: int
    department: str
    state: ErasureState
    note: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    not_before: datetime | None
    finished_at: datetime | None
    waiting: int
    spared: int
    erasing: int
    erased: int
    edits: EditsOut


class ErasuresOut(Model):
    """Vernichtungen."""

    total: int
    page: int
    pages: int
    erasures: list[ErasureOut]


class ErasedDossierOut(Model):
    """Eine Akte einer Vernichtung, mit allem, was heute entgegensteht."""

    id: UUID
    dossier_id: UUID
    reference: str
    state: ErasedState
    rule: str
    basis: str
    explained: str
    archive: str
    kept_until: date | None
    documents: int
    spared_reason: str
    erased_at: datetime | None
    log_sequence: int | None
    proof_sha256: str | None
    against: list[str] = Field(description="nur solange sie wartet")
    only_waits: bool = Field(description="alles davon vergeht von selbst, nichts nimmt sie aus")


class ErasureWholeOut(Model):
    """Eine Vernichtung mit einer Seite ihrer Akten."""

    erasure: ErasureOut
    page: int
    pages: int
    dossiers: list[ErasedDossierOut]


class LeftOutOut(Model):
    """Eine Akte, die nicht vorgeschlagen wurde."""

    dossier_id: UUID
    reference: str
    reasons: list[str]


class ProposedOut(Model):
    """Was aus einem Vorschlag wurde."""

    erasure_ids: list[UUID]
    dossiers: int
    left_out: list[LeftOutOut]


class ProofsIn(PageIn):
    """Welche Nachweise."""

    reference: str = Field(default="", max_length=60, description="Anfang des Aktenzeichens")


class ProofsOut(Model):
    """Vernichtete Akten, die neueste Vernichtung zuerst."""

    total: int
    page: int
    pages: int
    dossiers: list[ErasedDossierOut]


class ClockOut(Model):
    """Wie es um die Uhr steht; ohne Gründe ist ihr zu trauen."""

    now: datetime
    today: date
    against: list[str]
    settled_at: datetime | None
    settled_by: str
    settled_reason: str


class ClockIn(Model):
    """Dass die Uhr richtig geht; der Tag ist von einer anderen Uhr abgelesen."""

    today: date
    reason: SomeText = Field(max_length=500)


def proposed_out(made: Proposed) -> ProposedOut:
    """Return what came of a proposal as a program reads it."""
    return ProposedOut(
        erasure_ids=[one.id for one in made.erasures],
        dossiers=made.dossiers,
        left_out=[
            LeftOutOut(
                dossier_id=one.dossier.id,
                reference=one.dossier.reference,
                reasons=[in_words(reason) for reason in one.reasons],
            )
            for one in made.left_out
        ],
    )


def erasure_out(shown: ErasureShown) -> ErasureOut:
    """Return a destruction as a program reads it."""
    one = shown.erasure
    counts = {state.value: shown.counts.get(state, 0) for state in ErasedState}
    return ErasureOut(
        id=one.id,
        number=one.number,
        department=one.department.name,
        state=one.state,
        note=one.note,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        decision_reason=one.decision_reason,
        not_before=one.not_before,
        finished_at=one.finished_at,
        edits=one.edits,
        **counts,
    )


def erased_out(shown: ErasedShown | ErasedDossier) -> ErasedDossierOut:
    """Return one dossier of a destruction as a program reads it."""
    shown = shown if isinstance(shown, ErasedShown) else ErasedShown(shown)
    one = shown.erased
    return ErasedDossierOut(
        id=one.id,
        dossier_id=one.dossier_id,
        reference=one.reference,
        state=one.state,
        rule=one.rule_title,
        basis=one.basis,
        explained=one.explained,
        archive=one.archive,
        kept_until=one.kept_until,
        documents=one.documents,
        spared_reason=one.spared_reason,
        erased_at=one.erased_at,
        log_sequence=one.log_sequence,
        proof_sha256=one.proof_sha256,
        against=[in_words(reason) for reason in shown.reasons],
        only_waits=shown.only_waits,
    )


def clock_out(state: ClockState) -> ClockOut:
    """Return how it stands with the clock as a program reads it."""
    return ClockOut(
        now=state.now,
        today=state.today,
        against=[in_words(reason) for reason in state.reasons],
        settled_at=state.settled_at,
        settled_by=state.settled_by,
        settled_reason=state.settled_reason,
    )
