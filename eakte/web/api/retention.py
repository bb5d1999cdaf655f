"""How does a program see what becomes due, decide rules, close dossiers and hold them?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput
from eakte.filing.closing import (
    close_dossier,
    closing_of,
    period_of_dossier,
    reopen_dossier,
)
from eakte.filing.moving_periods import preview_rule
from eakte.filing.retention_rules import (
    retention_rule,
    retention_rules,
    set_retention_rule,
)
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.hold import HoldScope
from eakte.model.retention_rule import Keeping
from eakte.retention.deciding import rule_alone, say_what_starts
from eakte.retention.due import DueFilter, due_dossiers
from eakte.retention.holds import (
    HoldSaid,
    end_hold,
    hold_by_id,
    hold_case,
    hold_dossier,
    hold_person,
    holds,
    holds_of,
    review_hold,
)
from eakte.retrieval.listing import case_by_id, dossier_by_id
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import PageIn, ReasonIn, refuse_stale
from eakte.web.api.schemas_retention import (
    ClosingIn,
    DueIn,
    DueOut,
    DueRowOut,
    FactsIn,
    HoldIn,
    HoldOut,
    HoldsOut,
    KeptOut,
    MoveOut,
    OwnRuleIn,
    ReviewIn,
    RuleChangeIn,
    RuleChangeOut,
    RuleIn,
    RuleOut,
    RulesOut,
    hold_out,
    rule_out,
)
from eakte.web.errors import in_words
from eakte.web.per_request import current_work

retention = APIBlueprint("api_retention", __name__, url_prefix="/api/v1", tag="Aufbewahrung")


@retention.get("/retention/rules")
@retention.output(RulesOut)
@retention.doc(summary="Die Aufbewahrungsregeln", security=LOCKED, responses=[403])
def rules() -> RulesOut:
    """List the rules with what they say."""
    return RulesOut(rules=[rule_out(one) for one in retention_rules(current_work())])


@retention.put("/retention/rules/<key>")
@retention.input(RuleChangeIn, arg_name="wanted")
@retention.output(RuleOut)
@retention.doc(summary="Eine Aufbewahrungsregel anlegen oder ändern", security=LOCKED)
def decide(key: str, wanted: RuleChangeIn) -> RuleOut:
    """Let a rule say something; what runs follows unless it would end earlier."""
    work = current_work()
    set_retention_rule(work, wanted.fields(key), shorten=wanted.shorten, number=wanted.edition)
    return rule_out(retention_rule(work, key))


@retention.post("/retention/rules/<key>/preview")
@retention.input(RuleIn, arg_name="wanted")
@retention.output(RuleChangeOut)
@retention.doc(summary="Wen eine Änderung träfe", security=LOCKED, responses=[403])
def preview(key: str, wanted: RuleIn) -> RuleChangeOut:
    """Say whom a change would touch; nothing is done."""
    change = preview_rule(current_work(), wanted.fields(key))
    return RuleChangeOut(
        moves=[MoveOut.model_validate(one.__dict__) for one in change.moves],
        moved=change.moved,
        shortened=change.shortened,
        unmoved=change.unmoved,
        open=change.open,
        edition=change.number,
    )


@retention.get("/retention/due")
@retention.input(DueIn, location="query", arg_name="asked")
@retention.output(DueOut)
@retention.doc(summary="Was fällig wird", security=LOCKED, responses=[403])
def due(asked: DueIn) -> DueOut:
    """List closed dossiers by the end of their periods."""
    chosen = DueFilter(
        asked.which, asked.first, asked.last, asked.plan_number, asked.disposal, asked.held
    )
    found = due_dossiers(current_work(), chosen, page=asked.page)
    return DueOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        dossiers=[
            DueRowOut(
                dossier_id=row.dossier.id,
                reference=row.dossier.reference,
                closed_on=row.dossier.closed_on,
                kept_until=row.dossier.kept_until,
                keeping=row.dossier.keeping,
                disposal=row.rule.disposal if row.rule else None,
                held=row.held,
            )
            for row in found.rows
        ],
    )


@retention.get("/dossiers/<uuid:dossier_id>/retention")
@retention.output(KeptOut)
@retention.doc(summary="Bis wann eine Akte bleibt", security=LOCKED, responses=[403])
def show(dossier_id: UUID) -> KeptOut:
    """Say until when a dossier is kept, and what stands against its end."""
    work = current_work()
    return _kept(work, dossier_by_id(work, dossier_id))


@retention.post("/dossiers/<uuid:dossier_id>/closing")
@retention.input(ClosingIn, arg_name="wanted")
@retention.output(KeptOut)
@retention.doc(summary="Eine Akte schließen (z. d. A.)", security=LOCKED)
def close(dossier_id: UUID, wanted: ClosingIn) -> KeptOut:
    """Close a dossier with its cases; every reason against it stands in `reasons`."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.CLOSE_DOSSIER, dossier)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    close_dossier(work, dossier)
    return _kept(work, dossier)


@retention.post("/dossiers/<uuid:dossier_id>/reopening")
@retention.input(ReasonIn, arg_name="wanted")
@retention.output(KeptOut)
@retention.doc(summary="Eine Akte wieder öffnen", security=LOCKED)
def reopen(dossier_id: UUID, wanted: ReasonIn) -> KeptOut:
    """Open a closed dossier again; its period stops."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.CLOSE_DOSSIER, dossier)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    reopen_dossier(work, dossier, reason=wanted.reason)
    return _kept(work, dossier)


@retention.put("/dossiers/<uuid:dossier_id>/retention/facts")
@retention.input(FactsIn, arg_name="wanted")
@retention.output(KeptOut)
@retention.doc(summary="Wovon die Frist zählt", security=LOCKED)
def facts(dossier_id: UUID, wanted: FactsIn) -> KeptOut:
    """Enter death, last decision and events; what is left out is emptied."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    say_what_starts(
        work,
        dossier,
        died_on=wanted.died_on,
        decided_on=wanted.decided_on,
        events={one.name: one.on for one in wanted.events},
    )
    return _kept(work, dossier)


@retention.put("/dossiers/<uuid:dossier_id>/retention/rule")
@retention.input(OwnRuleIn, arg_name="wanted")
@retention.output(KeptOut)
@retention.doc(summary="Eine eigene Regel für eine Akte", security=LOCKED)
def own_rule(dossier_id: UUID, wanted: OwnRuleIn) -> KeptOut:
    """Let a dossier, or one of its cases, follow a rule of its own."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.DECIDE_PERIOD, dossier)
    refuse_stale(dossier.edits, wanted=wanted.edits)
    thing = _case(work, dossier, wanted.case_id) if wanted.case_id else dossier
    rule_alone(work, thing, key=wanted.rule, reason=wanted.reason, shorten=wanted.shorten)
    return _kept(work, dossier)


@retention.post("/dossiers/<uuid:dossier_id>/holds")
@retention.input(HoldIn, arg_name="wanted")
@retention.output(HoldOut, status_code=201)
@retention.doc(summary="Eine Aussonderungssperre setzen", security=LOCKED)
def set_hold(dossier_id: UUID, wanted: HoldIn) -> HoldOut:
    """Set a hold on a dossier, on one of its cases or on its person."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.SET_HOLD, dossier)
    said = HoldSaid(wanted.kind, wanted.reason, wanted.review_on)
    match wanted.scope:
        case HoldScope.DOSSIER:
            return hold_out(hold_dossier(work, dossier, said))
        case HoldScope.PERSON:
            return hold_out(hold_person(work, dossier, said))
        case HoldScope.CASE if wanted.case_id is not None:
            return hold_out(hold_case(work, _case(work, dossier, wanted.case_id), said))
        case _:
            raise BadInput("So kann hier nicht gesperrt werden.")


@retention.get("/retention/holds")
@retention.input(PageIn, location="query", arg_name="wanted")
@retention.output(HoldsOut)
@retention.doc(summary="Aussonderungssperren auflisten", security=LOCKED, responses=[403])
def list_holds(wanted: PageIn) -> HoldsOut:
    """List holds that stand, the next day of review first."""
    found = holds(current_work(), page=wanted.page)
    return HoldsOut(total=found.total, holds=[hold_out(row.hold) for row in found.rows])


@retention.post("/retention/holds/<uuid:hold_id>/end")
@retention.input(ReasonIn, arg_name="wanted")
@retention.output(HoldOut)
@retention.doc(summary="Eine Aussonderungssperre beenden", security=LOCKED)
def end(hold_id: UUID, wanted: ReasonIn) -> HoldOut:
    """End a hold, with the reason."""
    work = current_work()
    hold = hold_by_id(work, hold_id)
    refuse_stale(hold.edits, wanted=wanted.edits)
    end_hold(work, hold, reason=wanted.reason)
    return hold_out(hold)


@retention.post("/retention/holds/<uuid:hold_id>/review")
@retention.input(ReviewIn, arg_name="wanted")
@retention.output(HoldOut)
@retention.doc(summary="Eine Aussonderungssperre bestehen lassen", security=LOCKED)
def review(hold_id: UUID, wanted: ReviewIn) -> HoldOut:
    """Say when a hold is to be looked at again."""
    work = current_work()
    hold = hold_by_id(work, hold_id)
    review_hold(work, hold, review_on=wanted.review_on)
    return hold_out(hold)


def _case(work: UnitOfWork, dossier: Dossier, case_id: UUID) -> Case:
    case = case_by_id(work, case_id)
    if case.dossier_id != dossier.id:
        raise BadInput("Der Vorgang gehört zu einer anderen Akte.")
    return case


def _kept(work: UnitOfWork, dossier: Dossier) -> KeptOut:
    kept = period_of_dossier(work, dossier)
    closable = dossier.keeping is Keeping.OPEN and dossier.cancel_reason is None
    return KeptOut(
        dossier_id=dossier.id,
        reference=dossier.reference,
        keeping=dossier.keeping,
        kept_until=dossier.kept_until,
        sentence=in_words(kept.period.sentence),
        transfer_ends=kept.period.transfer_ends,
        rule=kept.title,
        disposal=kept.rule.disposal if kept.rule else None,
        against_closing=[in_words(one) for one in _against(work, dossier)] if closable else [],
        holds=[hold_out(one) for one in holds_of(work, dossier)],
        edits=dossier.edits,
    )


def _against(work: UnitOfWork, dossier: Dossier) -> tuple[str, ...]:
    return (
        closing_of(work, dossier).reasons if may(work.actor, Action.CLOSE_DOSSIER, dossier) else ()
    )
