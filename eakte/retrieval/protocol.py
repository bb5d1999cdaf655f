"""What stands in the log, for whoever says why and was allowed by a second person?

There is no way to choose, count or sort by who acted: the one exception is an inspection that was
asked for, and allowed, with that person as its subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.accounts import find_login
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.db import folded
from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken, SamePerson
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierAlias
from eakte.model.log_inspection import InspectionState, LogInspection, SubjectKind
from eakte.model.log_words import with_words
from eakte.model.user import UserKind
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
SHORTEST_PURPOSE = 10
LONGEST_TEXT = 500
LONGEST_SUBJECT = 100
LONGEST_NUMBER = 9
# What has no index is looked for among so many entries at a time; then the reader goes on.
LOOK_THROUGH = 10_000
PLACE = re.compile(r"([0-9]{1,15})\.([0-9]{1,16})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Subject:
    """To what an inspection is narrowed: a reference, a receipt number or a sign-in name."""

    kind: SubjectKind
    said: str


@dataclass(frozen=True)
class Place:
    """Where in the log a reader goes on towards the past: before this entry of this instant."""

    sequence: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.sequence}.{(self.at - EPOCH) // MICROSECOND}"


@dataclass(frozen=True)
class Slice:
    """Entries of the log, the newest first; ``older`` is where to go on, None at the end.

    ``told`` are the details of each by its number, with what was said in words and is still kept.
    """

    entries: Sequence[AuditEntry]
    older: Place | None
    told: Mapping[int, dict[str, Any]] = field(default_factory=dict)


def place_of(written: str) -> Place | None:
    """Return the place that was handed out in this form, None when it is none."""
    found = PLACE.fullmatch(written)
    if found is None:
        return None
    return Place(int(found[1]), EPOCH + int(found[2]) * MICROSECOND)


def ask_inspection(
    work: UnitOfWork, *, purpose: str, first: date, last: date, subject: Subject | None = None
) -> LogInspection:
    """Ask to read the log of some days for a purpose; a second person decides.

    A dossier or document that is not known is taken without a word: the answer must not tell
    whether it exists.

    Raises:
        BadInput: the purpose is none, the days are none, or there is no such person.
    """
    require(work, Action.SEE_AUDIT)
    _require_person(work)
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise BadInput(
            "Bitte geben Sie den Zweck der Einsicht in ganzen Worten an.", field="purpose"
        )
    if first > last:
        raise BadInput("Der erste Tag liegt nach dem letzten.", field="first")
    if last > work.clock.today():
        raise BadInput("Der letzte Tag liegt in der Zukunft.", field="last")
    inspection = LogInspection(
        purpose=purpose.strip()[:LONGEST_TEXT],
        first_day=first,
        last_day=last,
        subject_kind=subject.kind if subject else None,
        subject_said=subject.said.strip()[:LONGEST_SUBJECT] if subject else "",
        subject_id=_resolved(work, subject) if subject else None,
        asked_by_id=work.actor.id,
        asked_at=work.clock.now(),
    )
    work.session.add(inspection)
    work.session.flush()
    audit.note(
        work,
        "audit.inspection-asked",
        kind="inspection",
        subject=inspection.id,
        purpose=inspection.purpose,
        first=first.isoformat(),
        last=last.isoformat(),
        about=inspection.subject_kind.value if inspection.subject_kind else None,
    )
    return inspection


def decide_inspection(
    work: UnitOfWork, inspection: LogInspection, *, approve: bool, reason: str = ""
) -> None:
    """Allow or refuse an inspection as the second person; allowed, it holds for a limited time.

    Raises:
        RuleBroken: it was decided already.
        ChangedMeanwhile: somebody else decided at the same moment.
        SamePerson: whoever asked, or whom it is about, cannot decide.
        BadInput: a refusal without its reason.
    """
    require(work, Action.SEE_AUDIT)
    _require_person(work)
    if inspection.approved is not None:
        raise RuleBroken("Über diese Einsicht ist schon entschieden.")
    if work.actor.id in {inspection.asked_by_id, inspection.subject_id}:
        raise SamePerson(
            "Über eine Einsicht entscheidet eine andere Person als die, "
            "die sie beantragt hat oder um die es geht."
        )
    if not approve and not reason.strip():
        raise BadInput("Bitte geben Sie an, warum Sie die Einsicht ablehnen.")
    now = work.clock.now()
    inspection.decided_by_id = work.actor.id
    inspection.decided_at = now
    inspection.approved = approve
    inspection.reason = reason.strip()[:LONGEST_TEXT]
    if approve:
        inspection.ends_at = now + timedelta(hours=work.settings.audit_view_hours)
    work.session.flush()
    audit.note(
        work,
        "audit.inspection-approved" if approve else "audit.inspection-refused",
        kind="inspection",
        subject=inspection.id,
        reason=inspection.reason,
    )


def inspections(work: UnitOfWork, *, before: datetime | None = None) -> Sequence[LogInspection]:
    """List who asked for what and how it was decided, the newest first."""
    require(work, Action.SEE_AUDIT)
    query = select(LogInspection).options(
        joinedload(LogInspection.asked_by), joinedload(LogInspection.decided_by)
    )
    if before is not None:
        query = query.where(LogInspection.asked_at < before)
    ordered = query.order_by(LogInspection.asked_at.desc(), LogInspection.id).limit(PER_PAGE)
    return work.session.scalars(ordered).all()


def inspection_by_id(work: UnitOfWork, inspection_id: UUID) -> LogInspection:
    """Return an inspection.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_AUDIT)
    inspection = work.session.get(
        LogInspection,
        inspection_id,
        options=[joinedload(LogInspection.asked_by), joinedload(LogInspection.decided_by)],
    )
    if inspection is None:
        raise NotFound("Diese Einsicht gibt es nicht.")
    return inspection


def entries(
    work: UnitOfWork, inspection: LogInspection, *, act: str = "", before: Place | None = None
) -> Slice:
    """Read one page of an inspection that was allowed; that it was read is itself an entry.

    ``before`` is where the page before ended.

    Raises:
        NotAllowed: it was not allowed, is over, or somebody else asked for it.
    """
    require(work, Action.SEE_AUDIT)
    if inspection.asked_by_id != work.actor.id:
        raise NotAllowed("Das Protokoll liest nur, wer diese Einsicht beantragt hat.")
    if inspection.state(work.clock.now()) is not InspectionState.OPEN:
        raise NotAllowed(
            "Diese Einsicht ist nicht genehmigt oder ihre Zeit ist abgelaufen.",
            next_step="Bitte beantragen Sie die Einsicht neu.",
        )
    found = _slice(work, inspection, act=act, before=before)
    details = {one.sequence: one.details for one in found.entries}
    found = replace(found, told=with_words(work.session, details))
    audit.note(
        work,
        "audit.read",
        kind="inspection",
        subject=inspection.id,
        entries=len(found.entries),
        newest=found.entries[0].sequence if found.entries else None,
        oldest=found.entries[-1].sequence if found.entries else None,
    )
    return found


def _require_person(work: UnitOfWork) -> None:
    if work.actor.kind is not UserKind.PERSON:
        raise NotAllowed("Einsicht in das Protokoll beantragen und genehmigen nur Personen.")


def _slice(work: UnitOfWork, inspection: LogInspection, *, act: str, before: Place | None) -> Slice:
    span = _span(inspection, before=before)
    if inspection.subject_kind in {SubjectKind.DOSSIER, SubjectKind.DOCUMENT}:
        span = span.where(_about(inspection))
        if act:
            span = span.where(AuditEntry.act == act)
        return _page(work, span)
    conditions = [AuditEntry.act == act] if act else []
    if inspection.subject_kind is SubjectKind.PERSON:
        person = inspection.subject_id
        conditions.append(or_(AuditEntry.actor_id == person, AuditEntry.subject_id == person))
    return _looked_through(work, span, and_(*conditions)) if conditions else _page(work, span)


def _span(inspection: LogInspection, *, before: Place | None) -> Select[AuditEntry]:
    """Select the entries of the days, older than the one where the reader goes on."""
    start = _midnight(inspection.first_day)
    end = _midnight(inspection.last_day + timedelta(days=1))
    span = select(AuditEntry).where(AuditEntry.at >= start)
    if before is None or before.at >= end:
        return span.where(AuditEntry.at < end)
    # One plain bound on the time: with two, or with one that has to be found out, the database
    # would walk the index from its end.
    earlier = or_(AuditEntry.at < before.at, AuditEntry.sequence < before.sequence)
    return span.where(AuditEntry.at <= before.at, earlier)


def _page(work: UnitOfWork, query: Select[AuditEntry]) -> Slice:
    ordered = query.order_by(AuditEntry.at.desc(), AuditEntry.sequence.desc())
    rows = work.session.scalars(ordered.limit(PER_PAGE + 1)).all()
    shown = rows[:PER_PAGE]
    last = shown[-1] if len(rows) > PER_PAGE else None
    return Slice(shown, Place(last.sequence, last.at) if last else None)


def _looked_through(
    work: UnitOfWork, span: Select[AuditEntry], condition: ColumnElement[bool]
) -> Slice:
    """Look for entries by something that has no index, and never through more than a window."""
    newest = (AuditEntry.at.desc(), AuditEntry.sequence.desc())
    ordered = span.with_only_columns(AuditEntry.sequence, AuditEntry.at).order_by(*newest)
    window = ordered.limit(LOOK_THROUGH).subquery()
    query = select(AuditEntry).where(AuditEntry.sequence.in_(select(window.c.sequence)), condition)
    found = _page(work, query)
    if found.older is not None:
        return found
    end = work.session.execute(ordered.offset(LOOK_THROUGH - 1).limit(1)).first()
    return Slice(found.entries, Place(*end) if end else None)


def _about(inspection: LogInspection) -> ColumnElement[bool]:
    """The condition on entries that they are about the subject or something in it."""
    one = inspection.subject_id
    if inspection.subject_kind is SubjectKind.DOCUMENT:
        return AuditEntry.subject_id == one
    cases = select(Case.id).where(Case.dossier_id == one)
    documents = select(Document.id).where(Document.dossier_id == one)
    themselves = select(Dossier.id).where(Dossier.id == one)
    return AuditEntry.subject_id.in_(themselves.union_all(cases, documents))


def _resolved(work: UnitOfWork, subject: Subject) -> UUID | None:
    said = subject.said.strip()
    match subject.kind:
        case SubjectKind.PERSON:
            user = find_login(work.session, said)
            if user is None:
                raise BadInput("Das Konto „%(login)s“ gibt es nicht.", login=said, field="said")
            return user.id
        case SubjectKind.DOCUMENT:
            if not said.isdecimal() or len(said) > LONGEST_NUMBER:
                raise BadInput(
                    "Bitte geben Sie die Eingangsnummer des Schreibens an.", field="said"
                )
            return work.session.scalar(
                select(Document.id).where(Document.receipt_number == int(said))
            )
    if not said:
        raise BadInput("Bitte geben Sie das Aktenzeichen an.", field="said")
    aliases = select(DossierAlias.dossier_id).where(DossierAlias.value_folded == folded(said))
    return work.session.scalar(
        select(Dossier.id)
        .where(or_(Dossier.reference_folded == folded(said), Dossier.id.in_(aliases)))
        .limit(1)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_ZONE)
