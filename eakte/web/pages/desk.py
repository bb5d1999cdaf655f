"""Where does a signed-in person start?"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.casework.deadlines import next_deadlines
from eakte.intake.scan_requests import open_scan_requests
from eakte.model.user import Actor, Role
from eakte.retrieval.inbox import newest
from eakte.retrieval.listing import recent_dossiers
from eakte.web.desk import sections_of, waiting
from eakte.web.per_request import current_work

pages = Blueprint("desk", __name__)

MOST = 8


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what waits."""
    work = current_work()
    has_inbox = may(work.actor, Action.SEE_INBOX)
    counts = waiting(work) if has_inbox else None
    sections = sections_of(work.actor)
    return render_template(
        "home.html",
        waiting=counts.ready if counts else None,
        failed=counts.failed if counts else 0,
        recent=newest(work, most=MOST) if has_inbox else (),
        dossiers=recent_dossiers(work, most=MOST) if "dossiers" in sections else (),
        deadlines=next_deadlines(work, most=MOST) if "deadlines" in sections else None,
        today=work.clock.today(),
        may_upload=may(work.actor, Action.DELIVER_DOCUMENT),
        again=len(open_scan_requests(work)) if _scans(work.actor) else None,
    )


def _scans(actor: Actor) -> bool:
    """Whether stacks are this person's daily work; others find them beside the inbox."""
    return Role.SCANNING in actor.roles and may(actor, Action.SEE_BATCHES)
