"""What stands against destroying a dossier now? Every reason, computed anew each time it is asked.

Paper of a scanned stack counts: it is part of the same record, and once the dossier is gone nobody
could tell any more to whom the sheets belong and when they have to go (§ 84 Abs. 2 SGB X deletes
data, whatever they stand on). So the paper goes first, by its own record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select, union

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.batch import Batch, BatchPage
from eakte.model.case import Case
from eakte.model.clock_standing import Waits
from eakte.model.columns import Among
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierState, Medium
from eakte.model.erasure import ErasedDossier, ErasedState
from eakte.model.hold import HOLD_WORDS, RetentionHold, held, stands_on
from eakte.model.job import Job, JobState
from eakte.model.keeping import case_rules, combined, known_of, rules_by_entry
from eakte.model.offer import ArchiveSays, Word, archive_says
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
    """Return the same of many dossiers, at the price of a dozen questions for all of them."""
    require(work, Action.SEE_LISTS)
    ids = [one.id for one in dossiers]
    found: Reasons = {one: [] for one in ids}
    if not ids:
        return found
    ruled = _ruled(work, dossiers)
    word = archive_says(work.session, ids)
    for dossier in dossiers:
        found[dossier.id] += _of_state(dossier)
        found[dossier.id] += _of_period(dossier, ruled[dossier.id], today=work.clock.today())
        found[dossier.id] += _of_archive(ruled[dossier.id], word.get(dossier.id))
    for part in (_changed, _holds, _in_use, _papers):
        for one, reasons in part(work, ids).items():
            found[one] += reasons
    for one, reasons in _jobs(work, dossiers, ruled).items():
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


class Ruled(NamedTuple):
    """The editions by which a dossier runs: its own, and those of cases that have their own."""

    edition: RuleEdition | None
    cases: tuple[Rule | None, ...]

    @property
    def rules(self) -> tuple[Rule | None, ...]:
        """What they say."""
        return (self.edition.rule if self.edition else None, *self.cases)


def _ruled(work: UnitOfWork, dossiers: Sequence[Dossier]) -> dict[UUID, Ruled]:
    wanted = {one.edition_id for one in dossiers if one.edition_id}
    editions = {
        one.id: one
        for one in work.session.scalars(select(RuleEdition).where(RuleEdition.id.in_(wanted)))
    }
    cases = case_rules(work.session, [one.id for one in dossiers])
    return {
        one.id: Ruled(
            editions.get(one.edition_id) if one.edition_id else None,
            tuple(cases.get(one.id, ())),
        )
        for one in dossiers
    }


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
    rule = ruled.edition.rule if ruled.edition else None
    period = combined(rule, known_of(dossier), ruled.cases)
    if period.last_day is None:
        return [period.sentence]
    if period.last_day >= today:
        return [Sentence("Die Aufbewahrungsfrist läuft bis %(day)s.", day=said(period.last_day))]
    if dossier.kept_until != period.last_day:
        return [Sentence("Vermerkte und berechnete Frist stimmen nicht überein.")]
    return []


def _of_archive(ruled: Ruled, word: Word | None) -> list[Sentence]:
    """What the archive still has to say; of several rules the one that asks it wins."""
    wanted = {rule.disposal for rule in ruled.rules if rule is not None}
    if not wanted or None in wanted:
        return [Sentence("Es ist nicht entschieden, ob die Akte einem Archiv anzubieten ist.")]
    if word is None:
        if wanted == {Disposal.DESTROY}:
            return []
        return [Sentence("Die Akte wurde dem Archiv noch nicht angeboten.")]
    if word.says is ArchiveSays.RELEASED:
        return []
    return [
        Sentence(
            "Das Archiv hat die Akte nicht freigegeben (Aussonderung Nr. %(number)s).",
            number=word.offer_number,
        )
    ]


def _changed(work: UnitOfWork, ids: Collection[UUID]) -> Reasons:
    """What is not any more as it was when the destruction was proposed."""
    rows = work.session.execute(
        select(
            Dossier.id,
            Dossier.edition_id,
            Dossier.closed_on,
            Dossier.kept_until,
            ErasedDossier.edition_id,
            ErasedDossier.closed_on,
            ErasedDossier.kept_until,
        )
        .join(ErasedDossier, ErasedDossier.dossier_id == Dossier.id)
        .where(Among(Dossier.id, ids), ErasedDossier.state == ErasedState.WAITING)
    )
    found: Reasons = {}
    for one, edition, closed, until, edition_then, closed_then, until_then in rows:
        reasons: list[Sentence] = []
        if closed is not None and closed != closed_then:
            reasons.append(Sentence("Die Akte wurde seit dem Vorschlag geöffnet und geschlossen."))
        elif (edition, until) != (edition_then, until_then) and closed is not None:
            reasons.append(
                Sentence("Die Aufbewahrungsregel oder die Frist wurde seit dem Vorschlag geändert.")
            )
        found[one] = reasons
    return found


def _holds(work: UnitOfWork, ids: Collection[UUID]) -> Reasons:
    """Every hold that stands; which ones, is asked only where any does."""
    standing = set(work.session.scalars(select(Dossier.id).where(Among(Dossier.id, ids), held())))
    if not standing:
        return {}
    rows = work.session.execute(
        select(Dossier.id, RetentionHold.kind)
        .join(RetentionHold, stands_on())
        .where(Among(Dossier.id, standing))
        .order_by(RetentionHold.set_at, RetentionHold.id)
    )
    found: Reasons = {}
    for one, kind in rows:
        found.setdefault(one, []).append(
            Sentence("Es besteht eine Aussonderungssperre: %(kind)s.", kind=HOLD_WORDS[kind])
        )
    return found


def _in_use(work: UnitOfWork, ids: Collection[UUID]) -> Reasons:
    """What is checked out, put together for somebody, or just being blackened."""
    found: Reasons = {}
    out = select(Document.dossier_id, Document.title).where(
        Among(Document.dossier_id, ids), Document.checked_out_by_id.is_not(None)
    )
    for one, title in work.session.execute(out.order_by(Document.receipt_number)):
        found.setdefault(one, []).append(Sentence("„%(title)s“ ist ausgeliehen.", title=title))
    on_its_way = and_(
        Sending.state == SendingState.READY,
        Sending.outbox_asked_at.is_not(None),
        Sending.handed_over_on.is_(None),
        Sending.outbox_fault == "",
    )
    sent = select(Sending.dossier_id, Sending.state).where(
        Among(Sending.dossier_id, ids),
        or_(Sending.state == SendingState.WAITING, on_its_way),
    )
    for one, _ in work.session.execute(sent.distinct()):
        found.setdefault(one, []).append(
            Waits("Ein Paket mit dieser Akte verlässt gerade das Haus.")
        )
    blackened = (
        select(Document.dossier_id)
        .join(Redaction, Redaction.document_id == Document.id)
        .where(Among(Document.dossier_id, ids), Redaction.state == RedactionState.WAITING)
    )
    for one in work.session.scalars(blackened.distinct()):
        if one is not None:
            found.setdefault(one, []).append(Waits("Eine geschwärzte Fassung wird hergestellt."))
    return found


def _papers(work: UnitOfWork, ids: Collection[UUID]) -> Reasons:
    """Stacks whose sheets, as far as anybody has written of them, still exist."""
    lie_in = union(
        select(Document.dossier_id, Document.batch_id.label("batch")).where(
            Among(Document.dossier_id, ids), Document.batch_id.is_not(None)
        ),
        select(Document.dossier_id, BatchPage.batch_id.label("batch"))
        .join(BatchPage, BatchPage.document_id == Document.id)
        .where(Among(Document.dossier_id, ids)),
    ).subquery()
    rows = work.session.execute(
        select(lie_in.c.dossier_id, Batch.number, Paper.keep, Paper.keep_reason)
        .join(Batch, Batch.id == lie_in.c.batch)
        .outerjoin(ScanCheck, ScanCheck.id == Batch.id)
        .outerjoin(Paper, Paper.id == Batch.id)
        .outerjoin(Destruction, Destruction.id == Paper.destruction_id)
        .where(
            or_(ScanCheck.id.is_not(None), Paper.id.is_not(None)),
            # What was scanned again lies in the stack that took its place.
            or_(ScanCheck.id.is_(None), ScanCheck.state != CheckState.REPLACED),
            or_(Destruction.id.is_(None), Destruction.state != DestructionState.CONFIRMED),
        )
        .order_by(Batch.number)
    )
    found: Reasons = {}
    for one, number, keep, why in rows:
        told = {"number": f"{number:06d}"}
        found.setdefault(one, []).append(
            Sentence(
                "Das Papier des Stapels %(number)s soll nie vernichtet werden: %(why)s",
                **told,
                why=why,
            )
            if keep
            else Sentence("Das Papier des Stapels %(number)s ist noch nicht vernichtet.", **told)
        )
    return found


def _jobs(work: UnitOfWork, dossiers: Sequence[Dossier], ruled: Mapping[UUID, Ruled]) -> Reasons:
    """Work that is still to be done on a dossier or its documents, or on its period."""
    ids = [one.id for one in dossiers]
    busy = and_(Job.state.in_((JobState.WAITING, JobState.RUNNING)), Job.kind.not_in(HARMLESS_JOBS))
    rows = union(
        select(Document.dossier_id)
        .join(Job, Job.subject_id == Document.id)
        .where(Among(Document.dossier_id, ids), busy),
        select(Job.subject_id).where(Among(Job.subject_id, ids), busy),
    )
    found: Reasons = {
        one: [Waits("Die Anwendung arbeitet noch an Dokumenten der Akte.")]
        for one in work.session.scalars(rows)
        if one is not None
    }
    # Also one that failed for good: then periods stand that nobody meant.
    moving = set(work.session.scalars(select(Job.subject_id).where(Job.kind == MOVE_PERIODS)))
    if moving:
        by_entry = rules_by_entry(work.session)
        for dossier in dossiers:
            edition = ruled[dossier.id].edition
            rules = {
                dossier.own_rule_id or by_entry.get(dossier.plan_entry_id),
                edition.rule_id if edition else None,
                *_case_rules(work, dossier),
            }
            if rules & moving:
                found.setdefault(dossier.id, []).append(
                    Waits("Eine geänderte Aufbewahrungsregel wird gerade auf Fristen angewandt.")
                )
    return found


def _case_rules(work: UnitOfWork, dossier: Dossier) -> Iterable[UUID | None]:
    return work.session.scalars(
        select(Case.own_rule_id).where(Case.dossier_id == dossier.id, Case.own_rule_id.is_not(None))
    )
