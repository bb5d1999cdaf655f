"""How does a program read the log it was allowed to read, and check that it only grew?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.evidence.heads import head_of
from eakte.evidence.heads import heads as listed_heads
from eakte.evidence.proofs import prove_entry, prove_growth
from eakte.evidence.signing import FORM, Head
from eakte.model.audit_entry import AuditEntry
from eakte.model.log_inspection import InspectionState, LogInspection, SubjectKind
from eakte.retrieval.protocol import (
    PLACE,
    Subject,
    ask_inspection,
    decide_inspection,
    inspection_by_id,
    inspections,
    place_of,
)
from eakte.retrieval.protocol import entries as read_entries
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model, Text
from eakte.web.per_request import current_work, writes

audit = APIBlueprint("api_audit", __name__, url_prefix="/api/v1/audit", tag="Protokoll")

LARGEST = 2**53
# An entry of the log, or a number of entries.
Counted = Annotated[int, Field(ge=1, le=LARGEST)]


class InspectionIn(Model):
    """What somebody wants to read of the log, and why; both days are included."""

    purpose: Text = Field(min_length=10, max_length=500)
    first_day: date
    last_day: date
    subject_kind: SubjectKind | None = None
    subject: Text = Field(
        default="", max_length=100, description="a reference, receipt number or sign-in name"
    )


class DecisionIn(Model):
    """What the second person says; a refusal needs its reason."""

    approved: bool
    reason: Text = Field(default="", max_length=500)


class InspectionOut(Model):
    """Who asked for what, and how it was decided."""

    id: UUID
    state: InspectionState
    purpose: str
    first_day: date
    last_day: date
    subject_kind: SubjectKind | None
    subject: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    ends_at: datetime | None


class InspectionsOut(Model):
    """The latest inspections, the newest first."""

    inspections: list[InspectionOut]


class LogEntryOut(Model):
    """One entry of the log; what was said in words lies beside it, as long as that is kept."""

    sequence: int
    at: datetime
    actor: str
    act: str
    subject_kind: str
    subject_id: UUID | None
    details: dict[str, Any]
    words: dict[str, str]
    previous: str
    digest: str


class EntriesOut(Model):
    """Entries, the newest first."""

    entries: list[LogEntryOut]
    older: str | None = Field(description="send it as `before` to go on; null at the end")


class EntriesIn(Model):
    """Where to go on, and which act alone."""

    before: Text | None = Field(default=None, pattern=PLACE.pattern, max_length=40)
    act: Text = Field(default="", max_length=60)


class HeadOut(Model):
    """A signed head; the signature is Ed25519 over the canonical JSON of the other fields."""

    form: str
    size: int
    root: str
    at: str
    key: str
    signature: str


class HeadsOut(Model):
    """Heads, the newest first."""

    heads: list[HeadOut]


class BeforeIn(Model):
    """Where to go on towards the past."""

    before: int | None = Field(default=None, ge=0, le=LARGEST)


class InclusionIn(Model):
    """Which entry, in the tree of which head."""

    sequence: Counted
    size: Counted


class InclusionOut(Model):
    """The path from an entry to a head (RFC 6962 §2.1.1); its index is the sequence less one."""

    head: HeadOut
    sequence: int
    digest: str
    leaf: str
    path: list[str]


class ConsistencyIn(Model):
    """Which two heads."""

    first: Counted
    second: Counted


class ConsistencyOut(Model):
    """The proof that the older log begins the newer one (RFC 6962 §2.1.2)."""

    older: HeadOut
    newer: HeadOut
    path: list[str]


@audit.get("/inspections")
@audit.output(InspectionsOut)
@audit.doc(summary="Einsichten auflisten", security=LOCKED, responses=[401, 403])
def list_inspections() -> InspectionsOut:
    """List who asked to read the log and how it was decided."""
    work = current_work()
    return InspectionsOut(inspections=[_inspection(work, one) for one in inspections(work)])


@audit.post("/inspections")
@audit.input(InspectionIn, arg_name="asked")
@audit.output(InspectionOut, status_code=201)
@audit.doc(summary="Einsicht beantragen", security=LOCKED, responses=[401, 403])
def ask(asked: InspectionIn) -> InspectionOut:
    """Ask to read the log; another person has to allow it."""
    work = current_work()
    require(work, Action.SEE_AUDIT)
    kind = asked.subject_kind
    if (kind is None) != (not asked.subject.strip()):
        raise BadInput("Wonach gesucht wird, braucht beides: die Art und den Namen.")
    made = ask_inspection(
        work,
        purpose=asked.purpose,
        first=asked.first_day,
        last=asked.last_day,
        subject=Subject(kind, asked.subject) if kind else None,
    )
    return _inspection(work, made)


@audit.get("/inspections/<uuid:inspection_id>")
@audit.output(InspectionOut)
@audit.doc(summary="Eine Einsicht", security=LOCKED, responses=[401, 403, 404])
def show_inspection(inspection_id: UUID) -> InspectionOut:
    """Show one inspection."""
    work = current_work()
    return _inspection(work, inspection_by_id(work, inspection_id))


@audit.post("/inspections/<uuid:inspection_id>/decision")
@audit.input(DecisionIn, arg_name="decided")
@audit.output(InspectionOut)
@audit.doc(
    summary="Über eine Einsicht entscheiden", security=LOCKED, responses=[401, 403, 404, 409]
)
def decide(inspection_id: UUID, decided: DecisionIn) -> InspectionOut:
    """Allow or refuse what another person asked for."""
    work = current_work()
    wanted = inspection_by_id(work, inspection_id)
    decide_inspection(work, wanted, approve=decided.approved, reason=decided.reason)
    return _inspection(work, wanted)


@audit.get("/inspections/<uuid:inspection_id>/entries")
@audit.input(EntriesIn, location="query", arg_name="wanted")
@audit.output(EntriesOut)
@audit.doc(
    summary="Einträge einer genehmigten Einsicht", security=LOCKED, responses=[401, 403, 404]
)
@writes
def read(inspection_id: UUID, wanted: EntriesIn) -> EntriesOut:
    """Read the entries of an inspection that was allowed; each page is itself an entry."""
    work = current_work()
    inspection = inspection_by_id(work, inspection_id)
    before = place_of(wanted.before or "")
    found = read_entries(work, inspection, act=wanted.act, before=before)
    return EntriesOut(
        entries=[_entry(one, found.told[one.sequence]) for one in found.entries],
        older=str(found.older) if found.older else None,
    )


@audit.get("/heads")
@audit.input(BeforeIn, location="query", arg_name="wanted")
@audit.output(HeadsOut)
@audit.doc(summary="Prüfstände auflisten", security=LOCKED, responses=[401, 403])
def list_heads(wanted: BeforeIn) -> HeadsOut:
    """List the signed heads."""
    work = current_work()
    require(work, Action.SEE_AUDIT)
    return HeadsOut(heads=[_head(head) for head in listed_heads(work, before=wanted.before)])


@audit.get("/heads/<int:size>")
@audit.output(HeadOut)
@audit.doc(summary="Ein Prüfstand", security=LOCKED, responses=[401, 403, 404])
def show_head(size: int) -> HeadOut:
    """Show the head over so many entries."""
    return _head(head_of(current_work(), min(size, LARGEST)))


@audit.get("/proofs/inclusion")
@audit.input(InclusionIn, location="query", arg_name="wanted")
@audit.output(InclusionOut)
@audit.doc(
    summary="Beweis, dass ein Eintrag im Protokoll steht",
    security=LOCKED,
    responses=[401, 403, 404, 409],
)
def inclusion(wanted: InclusionIn) -> InclusionOut:
    """Prove that an entry stands among those of a head; its content is not told."""
    proof = prove_entry(current_work(), wanted.sequence, size=wanted.size)
    return InclusionOut(
        head=_head(proof.head),
        sequence=proof.sequence,
        digest=proof.digest,
        leaf=proof.leaf,
        path=list(proof.path),
    )


@audit.get("/proofs/consistency")
@audit.input(ConsistencyIn, location="query", arg_name="wanted")
@audit.output(ConsistencyOut)
@audit.doc(
    summary="Beweis, dass das Protokoll nur gewachsen ist",
    security=LOCKED,
    responses=[401, 403, 404, 409],
)
def consistency(wanted: ConsistencyIn) -> ConsistencyOut:
    """Prove that the log of the older head is the beginning of that of the newer one."""
    proof = prove_growth(current_work(), wanted.first, second=wanted.second)
    return ConsistencyOut(older=_head(proof.older), newer=_head(proof.newer), path=list(proof.path))


def _inspection(work: UnitOfWork, one: LogInspection) -> InspectionOut:
    return InspectionOut(
        id=one.id,
        state=one.state(work.clock.now()),
        purpose=one.purpose,
        first_day=one.first_day,
        last_day=one.last_day,
        subject_kind=one.subject_kind,
        subject=one.subject_said,
        asked_by=one.asked_by.name,
        asked_at=one.asked_at,
        decided_by=one.decided_by.name if one.decided_by else None,
        decided_at=one.decided_at,
        reason=one.reason,
        ends_at=one.ends_at,
    )


def _entry(entry: AuditEntry, told: Mapping[str, Any]) -> LogEntryOut:
    return LogEntryOut(
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor_name,
        act=entry.act,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        details=entry.details,
        words={name: said for name, said in told.items() if said != entry.details.get(name)},
        previous=entry.previous,
        digest=entry.digest,
    )


def _head(head: Head) -> HeadOut:
    return HeadOut(
        form=FORM,
        size=head.size,
        root=head.root,
        at=head.at.isoformat(timespec="microseconds"),
        key=head.key,
        signature=head.signature,
    )
