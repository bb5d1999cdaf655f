"""A rule that is decided, and a dossier on which a hold stands, where a house needs one of each."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from eakte.filing.closing import close_dossier
from eakte.filing.opening import open_dossier
from eakte.filing.plan import plan_entry
from eakte.filing.retention_rules import RuleFields, retention_rule, set_retention_rule
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.hold import HeldDossier, HoldKind, HoldScope, RetentionHold
from eakte.model.keeping import settle
from eakte.model.periods import Disposal
from eakte.model.user import SYSTEM_ID
from eakte.unit_of_work import UnitOfWork

RULE = "zehn"


def one_held(work: UnitOfWork, dossier_id: UUID) -> UUID:
    """Add a rule, and let a hold stand on a dossier; return the id of the hold."""
    set_retention_rule(
        work,
        RuleFields(RULE, "Zehn Jahre", years=10, disposal=Disposal.APPRAISE, basis="Aktenplan"),
    )
    hold = RetentionHold(
        kind=HoldKind.COURT,
        scope=HoldScope.DOSSIER,
        about=work.session.get_one(Dossier, dossier_id).reference,
        reason="S 12 SB 34/26",
        review_on=work.clock.today() + timedelta(days=90),
        set_at=work.clock.now(),
        set_by_id=SYSTEM_ID,
        set_by="Sabine Sacher",
    )
    work.session.add(hold)
    work.session.flush()
    work.session.add(HeldDossier(hold_id=hold.id, dossier_id=dossier_id))
    work.session.flush()
    return hold.id


def one_over(work: UnitOfWork, entry: PlanEntry) -> UUID:
    """Open a dossier that follows the rule, and let its period have ended years ago."""
    old = open_dossier(work, entry, subject="Alt", person_name="Alt, Anton")
    old.own_rule_id = retention_rule(work, RULE).rule.id
    old.own_rule_reason = "Auflage"
    close_dossier(work, old)
    old.closed_on = date(2009, 4, 1)
    settle(work.session, old)
    return old.id


def kept_parts(work: UnitOfWork, dossier_id: UUID) -> dict[str, str]:
    """Let a dossier be held and another one be over; return the parts of addresses."""
    one_held(work, dossier_id)
    one_over(work, plan_entry(work, "5.2"))
    return {"key": RULE}
