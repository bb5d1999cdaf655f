"""Where could this document go? The answers to what is being typed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.targets import targets as proposed
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.web.forms import text
from eakte.web.per_request import current_work, reads

pages = Blueprint("filing", __name__)


@dataclass(frozen=True)
class Option:
    """One place; ``value`` comes back when it is chosen."""

    value: str
    dossier: Dossier
    case: Case


@pages.post("/ablageziele")
@reads
def targets() -> ResponseReturnValue:
    """Propose places for what was typed so far."""
    work = current_work()
    require(work, Action.SEE_INBOX)
    typed = text("words", most=200)
    options = [
        Option(str(target.case.id), target.dossier, target.case) for target in proposed(work, typed)
    ]
    return render_template("_targets.html", typed=typed, targets=options)
