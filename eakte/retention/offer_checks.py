"""What stands against offering these dossiers to an archive, or handing them over to it, now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.errors import Sentence
from eakte.interchange.xdomea.records import Terms, Verdict
from eakte.model.appraisal import Appraised
from eakte.model.archive import TWO_STEPS, Archive
from eakte.model.columns import Among
from eakte.model.dossier import Dossier, DossierState
from eakte.model.erasure import ErasedDossier, ErasedState
from eakte.model.hold import held
from eakte.model.keeping import case_rules, combined, keeping_by, known_of
from eakte.model.offer import archive_says
from eakte.model.periods import Disposal, Period, Rule, said
from eakte.model.retention_rule import Keeping, RuleEdition
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Standing:
    """By which rule a dossier runs, until when, and how it stands with that."""

    rule: Rule | None
    period: Period
    keeping: Keeping


def dossiers_at(work: UnitOfWork, ids: Iterable[UUID], *, lock: bool) -> list[Dossier]:
    """Return dossiers by reference, as they are now.

    ``lock``: their rows are held until the transaction ends; whoever sets a hold or opens a dossier
    again waits for the same rows.
    """
    require(work, Action.SEE_OFFERS)
    asked = list(ids)
    found = select(Dossier).where(Among(Dossier.id, asked)).order_by(Dossier.id)
    if lock:
        found = found.with_for_update(of=Dossier)
    rows = work.session.scalars(found.execution_options(populate_existing=True)).all()
    return sorted(rows, key=lambda one: (one.reference_folded, one.id))


def standings(work: UnitOfWork, dossiers: Sequence[Dossier]) -> dict[UUID, Standing]:
    """Return how it stands with the periods, computed anew from their rules."""
    require(work, Action.SEE_OFFERS)
    wanted = {one.edition_id for one in dossiers if one.edition_id}
    editions = {
        one.id: one.rule
        for one in work.session.scalars(select(RuleEdition).where(RuleEdition.id.in_(wanted)))
    }
    cases = case_rules(work.session, [one.id for one in dossiers])
    found = {}
    for one in dossiers:
        rule = editions.get(one.edition_id) if one.edition_id else None
        own, known = cases.get(one.id, []), known_of(one)
        keeping, _ = keeping_by(rule, known, own)
        found[one.id] = Standing(rule, combined(rule, known, own), keeping)
    return found


Reasons = dict[UUID, list[Sentence]]


def against_disposal(
    work: UnitOfWork, dossiers: Sequence[Dossier], standing: Mapping[UUID, Standing]
) -> Reasons:
    """Return what keeps each of these dossiers here, whatever an archive says; asked every time."""
    require(work, Action.SEE_OFFERS)
    held_ones, _ = _held_and_going(work, [one.id for one in dossiers])
    return _against_disposal(work, dossiers, standing, held_ones)


def _held_and_going(work: UnitOfWork, ids: Sequence[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Which of these dossiers any hold stands on, and which lie in a destruction; in one go."""
    going = exists().where(
        ErasedDossier.dossier_id == Dossier.id, ErasedDossier.state != ErasedState.SPARED
    )
    rows = work.session.execute(select(Dossier.id, held(), going).where(Among(Dossier.id, ids)))
    found = [(one, bool(stands), bool(goes)) for one, stands, goes in rows]
    return {one for one, stands, _ in found if stands}, {one for one, _, goes in found if goes}


def _against_disposal(
    work: UnitOfWork,
    dossiers: Sequence[Dossier],
    standing: Mapping[UUID, Standing],
    held_ones: set[UUID],
) -> Reasons:
    today = work.clock.today()
    found: Reasons = {}
    for one in dossiers:
        how, reasons = standing[one.id], found.setdefault(one.id, [])
        if one.state is not DossierState.CLOSED:
            reasons.append(Sentence("Die Akte ist nicht geschlossen."))
            continue
        if one.locked or one.staff:
            reasons.append(Sentence("Die Akte trägt einen Sperrvermerk."))
        if one.id in held_ones:
            reasons.append(Sentence("Eine Aussonderungssperre steht entgegen."))
        last = how.period.last_day
        if how.keeping is not Keeping.RUNNING or last is None:
            reasons.append(Sentence("Das Ende der Aufbewahrungsfrist steht nicht fest."))
        elif last >= today:
            reasons.append(Sentence("Die Aufbewahrungsfrist läuft bis %(day)s.", day=said(last)))
    return found


def against_offer(
    work: UnitOfWork,
    archive: Archive,
    dossiers: Sequence[Dossier],
    standing: Mapping[UUID, Standing],
    appraised: Mapping[UUID, Appraised],
) -> Reasons:
    """Return why each of these dossiers cannot be offered to this archive; empty: it can."""
    require(work, Action.SEE_OFFERS)
    ids = [one.id for one in dossiers]
    held_ones, going = _held_and_going(work, ids)
    found = _against_disposal(work, dossiers, standing, held_ones)
    offered = archive_says(work.session, ids)
    for one in dossiers:
        rule, reasons = standing[one.id].rule, found[one.id]
        if one.department_id != archive.department_id:
            reasons.append(Sentence("Das Archiv gehört zu einem anderen Sachgebiet."))
        if one.id in offered:
            number = offered[one.id].offer_number
            reasons.append(Sentence("Schon angeboten (Nr. %(number)s).", number=number))
        if one.id in going:
            reasons.append(Sentence("Die Akte ist zur Vernichtung vorgeschlagen."))
        named = rule.archive if rule else ""
        if named and folded(named) not in (folded(archive.name), archive.key):
            reasons.append(Sentence("Zuständig ist „%(archive)s“.", archive=named))
        # By which rule an open one will run is known when it is closed.
        if one.state is DossierState.CLOSED:
            reasons += _of_disposal(archive, rule, appraised.get(one.id))
    return found


def together(dossiers: Sequence[Dossier], found: Reasons) -> list[Sentence]:
    """Return all reasons one after the other, each with the dossier it is about."""
    return [
        Sentence("%(reference)s: %(reason)s", reference=one.reference, reason=reason)
        for one in dossiers
        for reason in found.get(one.id, ())
    ]


def _of_disposal(
    archive: Archive, rule: Rule | None, appraised: Appraised | None
) -> Iterable[Sentence]:
    disposal = rule.disposal if rule else None
    if disposal is None:
        yield Sentence("Die Aussonderungsart ist noch nicht entschieden.")
    elif disposal is Disposal.DESTROY:
        yield Sentence("Nach der Regel ist die Akte zu vernichten (V), nicht anzubieten.")
    elif archive.steps == TWO_STEPS and disposal is Disposal.APPRAISE:
        if appraised is None or appraised.rule is None or appraised.verdict is Disposal.APPRAISE:
            yield Sentence(
                "Der Bewertungskatalog entscheidet nicht über die Akte; im zweistufigen Verfahren "
                "muss er es."
            )
        elif appraised.verdict is Disposal.DESTROY and not appraised.rule.basis:
            yield Sentence(
                "Die Regel „%(rule)s“ nennt keine Grundlage; ohne Vereinbarung mit dem Archiv "
                "gibt sie nichts frei.",
                rule=appraised.rule.sentence,
            )


def verdict_of(rule: Rule | None, appraised: Appraised | None) -> Verdict | None:
    """Return what the office itself decides in two steps: by the rule, else by the catalogue."""
    if rule is None or rule.disposal is None:
        return None
    if rule.disposal is not Disposal.APPRAISE:
        return Verdict(rule.disposal.value)
    return Verdict(appraised.verdict.value) if appraised and appraised.rule else None


def terms_of(standing: Standing, appraised: Appraised | None, verdict: Verdict | None) -> Terms:
    """Return what is told of the end of a dossier; the catalogue's word is a proposal."""
    rule = standing.rule
    proposed = appraised if appraised is not None and appraised.rule is not None else None
    return Terms(
        verdict=verdict,
        years=rule.years if rule else None,
        retention_ends=standing.period.last_day,
        transfer_ends=standing.period.transfer_ends,
        proposal=Verdict(proposed.verdict.value) if proposed else None,
        proposal_reason=str(proposed.sentence) if proposed else "",
    )
