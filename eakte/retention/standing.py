"""What stands against destroying a dossier now? Every reason, computed anew each time it is asked.

Paper of a scanned stack counts: it is part of the same record, and once the dossier is gone nobody
could tell any more to whom the sheets belong and when they have to go (§ 84 Abs. 2 SGB X deletes
data, whatever they stand on). So the paper goes first, by its own record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    cast,
    literal,
    or_,
    select,
    union,
    union_all,
)

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.batch import Batch, BatchPage
from eakte.model.case import Case, CaseState
from eakte.model.clock_standing import Waits
from eakte.model.columns import Among
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierState, Medium
from eakte.model.erasure import ErasedDossier, ErasedState
from eakte.model.hold import HOLD_WORDS, HoldKind, RetentionHold, held, stands_on
from eakte.model.job import Job, JobState
from eakte.model.keeping import combined, known_of, rules_by_entry
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.paper import Destruction, DestructionState, Paper
from eakte.model.periods import Disposal, Rule, said
from eakte.model.redaction import Redaction, RedactionState
from eakte.model.retention_rule import RuleEdition
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.model.sending import Sending, SendingState
from eakte.retention.clock_guard import clock_doubts
from eakte.unit_of_work import UnitOfWork

# Work that only repeats what rows say, or is the destruction itself.
HARMLESS_JOBS = ("index", "index-dossier", "propose", "erase")
MOVE_PERIODS = "retention-rule"

Reasons = dict[UUID, list[Sentence]]


def may_go(work: UnitOfWork, dossier: Dossier) -> list[Sentence]:
    """Return every reason that stands against destroying this dossier now; none: it may go.

    Whoever destroys asks within the transaction that destroys, after locking the dossier's row and
    reading it anew. Where all reasons are `Waits`, nothing is wrong with the dossier: it is tried
    again later. Any other one spares it.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    return against(work, [dossier])[dossier.id]


def against(work: UnitOfWork, dossiers: Sequence[Dossier]) -> Reasons:
    """Return the same of many dossiers, at the price of a few questions for all of them."""
    require(work, Action.SEE_LISTS)
    ids = [one.id for one in dossiers]
    found: Reasons = {one: [] for one in ids}
    if not ids:
        return found
    ruled = _ruled(work, ids)
    for dossier in dossiers:
        found[dossier.id] += _of_state(dossier)
        found[dossier.id] += _of_period(dossier, ruled[dossier.id], today=work.clock.today())
    for one, reasons in _of_rows(work, dossiers, ruled).items():
        found[one] += reasons
    clock = clock_doubts(work)
    for one in ids:
        found[one] += clock
    return found


def hints(dossier: Dossier) -> list[Sentence]:
    """Return what has to be known before a dossier goes, although it stands against nothing."""
    if dossier.medium is Medium.ELECTRONIC and not dossier.paper_location:
        return []
    place = dossier.paper_location or Sentence("(ohne Ort)")
    return [
        Sentence(
            "Zur Akte gehört Papier: %(place)s. Es muss mit ihr vernichtet werden.", place=place
        )
    ]


@dataclass
class Ruled:
    """What a dossier runs by: the edition of its rule, and those of cases that have their own."""

    rule: Rule | None = None
    cases: list[Rule | None] = field(default_factory=list)
    names: set[UUID | None] = field(default_factory=set)

    @property
    def disposals(self) -> set[Disposal | None]:
        """What becomes of it by any of them; None: one of them does not say."""
        return {rule.disposal if rule else None for rule in (self.rule, *self.cases)}


def _ruled(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Ruled]:
    own = select(
        Dossier.id.label("dossier"),
        Dossier.edition_id.label("edition"),
        Dossier.own_rule_id.label("rule"),
        literal(0).label("of_case"),
    ).where(Among(Dossier.id, ids))
    cases = select(Case.dossier_id, Case.edition_id, Case.own_rule_id, literal(1)).where(
        Among(Case.dossier_id, ids),
        Case.own_rule_id.is_not(None),
        Case.state != CaseState.CANCELLED,
    )
    ways = union_all(own, cases).subquery()
    rows = work.session.execute(
        select(ways.c.dossier, ways.c.rule, ways.c.of_case, RuleEdition).outerjoin(
            RuleEdition, RuleEdition.id == ways.c.edition
        )
    )
    found = {one: Ruled() for one in ids}
    for one, rule_id, of_case, edition in rows:
        ruled, rule = found[one], edition.rule if edition else None
        ruled.names |= {rule_id, edition.rule_id if edition else None}
        if of_case:
            ruled.cases.append(rule)
        else:
            ruled.rule = rule
    return found


def _of_state(dossier: Dossier) -> list[Sentence]:
    reasons: list[Sentence] = []
    if dossier.state is DossierState.OPEN:
        reasons.append(Sentence("Die Akte ist offen."))
    elif dossier.state is not DossierState.CLOSED:
        reasons.append(Sentence("Die Akte ist nicht geschlossen."))
    if dossier.locked:
        reasons.append(Sentence("Auf der Akte liegt ein Sperrvermerk."))
    return reasons


def _of_period(dossier: Dossier, ruled: Ruled, *, today: date) -> list[Sentence]:
    """Whether the period, computed again from what is known, is over."""
    if dossier.state is not DossierState.CLOSED:
        return []
    period = combined(ruled.rule, known_of(dossier), ruled.cases)
    if period.last_day is None:
        return [period.sentence]
    if period.last_day >= today:
        return [Sentence("Die Aufbewahrungsfrist läuft bis %(day)s.", day=said(period.last_day))]
    if dossier.kept_until != period.last_day:
        return [Sentence("Vermerkte und berechnete Frist stimmen nicht überein.")]
    return []


Asked = Select[tuple[Any, ...]]


class What(StrEnum):
    """What a row stands for that stands against the end of a dossier."""

    ARCHIVE = "archive"
    REOPENED = "reopened"
    CHANGED = "changed"
    HELD = "held"
    OUT = "out"
    SENDING = "sending"
    REDACTING = "redacting"
    KEPT_PAPER = "kept-paper"
    PAPER = "paper"
    WORK = "work"
    MOVING = "moving"


def _of_rows(work: UnitOfWork, dossiers: Sequence[Dossier], ruled: Mapping[UUID, Ruled]) -> Reasons:
    """Ask for everything else at once: what archives say, holds, what is in use, paper, work."""
    ids = [one.id for one in dossiers]
    parts = (*_decided(ids), *_in_use(ids), *_papers(ids), *_work(ids))
    rows = work.session.execute(union_all(*parts)).all()
    found: Reasons = {one: [] for one in ids}
    offered: set[UUID] = set()
    moving: set[UUID] = set()
    standing: set[UUID] = set()
    for of, what, number, words in rows:
        match What(what):
            case What.ARCHIVE:
                offered.add(of)
                if words != ArchiveSays.RELEASED.value:
                    found[of].append(
                        Sentence(
                            "Das Archiv hat die Akte nicht freigegeben "
                            "(Aussonderung Nr. %(number)s).",
                            number=number,
                        )
                    )
            case What.MOVING:
                moving.add(of)
            case What.HELD:
                standing.add(of)
            case said:
                found[of].append(_sentence(said, number, words))
    for one in ids:
        found[one] += _of_archive(ruled[one], offered=one in offered)
    for one, kind in _kinds(work, standing):
        found[one].append(
            Sentence("Es besteht eine Aussonderungssperre: %(kind)s.", kind=HOLD_WORDS[kind])
        )
    for one in _moved(work, dossiers, ruled, moving):
        found[one].append(
            Waits("Eine geänderte Aufbewahrungsregel wird gerade auf Fristen angewandt.")
        )
    return found


def _sentence(what: What, number: int | None, words: str | None) -> Sentence:
    told = {"number": f"{number or 0:06d}"}
    match what:
        case What.REOPENED:
            return Sentence("Die Akte wurde seit dem Vorschlag geöffnet und geschlossen.")
        case What.CHANGED:
            return Sentence(
                "Die Aufbewahrungsregel oder die Frist wurde seit dem Vorschlag geändert."
            )
        case What.OUT:
            return Sentence("„%(title)s“ ist ausgeliehen.", title=words)
        case What.SENDING:
            return Waits("Ein Paket mit dieser Akte verlässt gerade das Haus.")
        case What.REDACTING:
            return Waits("Eine geschwärzte Fassung wird gerade hergestellt.")
        case What.KEPT_PAPER:
            return Sentence(
                "Das Papier des Stapels %(number)s soll nie vernichtet werden: %(why)s",
                **told,
                why=words,
            )
        case What.PAPER:
            return Sentence("Das Papier des Stapels %(number)s ist noch nicht vernichtet.", **told)
        case _:
            return Waits("Die Anwendung arbeitet noch an Dokumenten der Akte.")


def _of_archive(ruled: Ruled, *, offered: bool) -> list[Sentence]:
    """What the archive still has to be asked; of several rules the one that asks it wins."""
    if None in ruled.disposals:
        return [Sentence("Es ist nicht entschieden, ob die Akte einem Archiv anzubieten ist.")]
    if offered or ruled.disposals == {Disposal.DESTROY}:
        return []
    return [Sentence("Die Akte wurde dem Archiv noch nicht angeboten.")]


NO_NUMBER, NO_WORDS = literal(None, Integer()), literal(None, String())


def _part(of: Any, what: What, number: Any = NO_NUMBER, words: Any = NO_WORDS) -> Asked:
    return select(of.label("of"), literal(what.value), number, words)


def _decided(ids: Collection[UUID]) -> Iterator[Asked]:
    """What an archive says, what is another one since the proposal, and holds."""
    yield (
        _part(
            OfferedDossier.dossier_id, What.ARCHIVE, Offer.number, cast(OfferedDossier.says, String)
        )
        .join(Offer, Offer.id == OfferedDossier.offer_id)
        .where(Among(OfferedDossier.dossier_id, ids), OfferedDossier.says != ArchiveSays.CALLED_OFF)
    )
    closed = and_(
        Among(Dossier.id, ids),
        ErasedDossier.dossier_id == Dossier.id,
        ErasedDossier.state == ErasedState.WAITING,
        Dossier.closed_on.is_not(None),
    )
    again = Dossier.closed_on.is_distinct_from(ErasedDossier.closed_on)
    yield _part(Dossier.id, What.REOPENED).where(closed, again)
    yield _part(Dossier.id, What.CHANGED).where(
        closed,
        ~again,
        or_(
            Dossier.edition_id.is_distinct_from(ErasedDossier.edition_id),
            Dossier.kept_until.is_distinct_from(ErasedDossier.kept_until),
        ),
    )
    yield _part(Dossier.id, What.HELD).where(Among(Dossier.id, ids), held())


def _kinds(work: UnitOfWork, standing: Collection[UUID]) -> Iterable[tuple[UUID, HoldKind]]:
    """Which holds they are; asked only where there are any."""
    if not standing:
        return ()
    rows = work.session.execute(
        select(Dossier.id, RetentionHold.kind)
        .join(RetentionHold, stands_on())
        .where(Among(Dossier.id, standing))
        .order_by(RetentionHold.set_at, RetentionHold.id)
    )
    return [(one, kind) for one, kind in rows]


def _in_use(ids: Collection[UUID]) -> Iterator[Asked]:
    """What is checked out, put together for somebody, or just being blackened."""
    yield _part(Document.dossier_id, What.OUT, words=Document.title).where(
        Among(Document.dossier_id, ids), Document.checked_out_by_id.is_not(None)
    )
    on_its_way = and_(
        Sending.state == SendingState.READY,
        Sending.outbox_asked_at.is_not(None),
        Sending.handed_over_on.is_(None),
        Sending.outbox_fault == "",
    )
    yield (
        _part(Sending.dossier_id, What.SENDING)
        .where(
            Among(Sending.dossier_id, ids),
            or_(Sending.state == SendingState.WAITING, on_its_way),
        )
        .distinct()
    )
    yield (
        _part(Document.dossier_id, What.REDACTING)
        .join(Redaction, Redaction.document_id == Document.id)
        .where(Among(Document.dossier_id, ids), Redaction.state == RedactionState.WAITING)
        .distinct()
    )


def _papers(ids: Collection[UUID]) -> Iterator[Asked]:
    """Stacks whose sheets, as far as anybody has written of them, still exist."""
    lie_in = union(
        select(Document.dossier_id.label("dossier"), Document.batch_id.label("batch")).where(
            Among(Document.dossier_id, ids), Document.batch_id.is_not(None)
        ),
        select(Document.dossier_id, BatchPage.batch_id)
        .join(BatchPage, BatchPage.document_id == Document.id)
        .where(Among(Document.dossier_id, ids)),
    ).subquery()
    for kept, what in ((True, What.KEPT_PAPER), (False, What.PAPER)):
        keeps = and_(Paper.id.is_not(None), Paper.keep)
        yield (
            _part(lie_in.c.dossier, what, Batch.number, Paper.keep_reason if kept else NO_WORDS)
            .join(Batch, Batch.id == lie_in.c.batch)
            .outerjoin(ScanCheck, ScanCheck.id == Batch.id)
            .outerjoin(Paper, Paper.id == Batch.id)
            .outerjoin(Destruction, Destruction.id == Paper.destruction_id)
            .where(
                keeps if kept else ~keeps,
                or_(ScanCheck.id.is_not(None), Paper.id.is_not(None)),
                # What was scanned again lies in the stack that took its place.
                or_(ScanCheck.id.is_(None), ScanCheck.state != CheckState.REPLACED),
                or_(Destruction.id.is_(None), Destruction.state != DestructionState.CONFIRMED),
            )
        )


def _work(ids: Collection[UUID]) -> Iterator[Asked]:
    """Work that is still to be done on a dossier or its documents, or on anybody's periods."""
    busy = and_(Job.state.in_((JobState.WAITING, JobState.RUNNING)), Job.kind.not_in(HARMLESS_JOBS))
    yield (
        _part(Document.dossier_id, What.WORK)
        .join(Job, Job.subject_id == Document.id)
        .where(Among(Document.dossier_id, ids), busy)
        .distinct()
    )
    yield _part(Job.subject_id, What.WORK).where(Among(Job.subject_id, ids), busy).distinct()
    # Also one that failed for good: then periods stand that nobody meant.
    yield _part(Job.subject_id, What.MOVING).where(Job.kind == MOVE_PERIODS)


def _moved(
    work: UnitOfWork,
    dossiers: Sequence[Dossier],
    ruled: Mapping[UUID, Ruled],
    moving: Collection[UUID],
) -> Iterator[UUID]:
    """Those to which a rule applies, or is to apply, that is just being followed."""
    if not moving:
        return
    by_entry = rules_by_entry(work.session)
    for dossier in dossiers:
        if {by_entry.get(dossier.plan_entry_id), *ruled[dossier.id].names} & set(moving):
            yield dossier.id
