"""Which paper of scanned stacks becomes due: a page of records management."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.evidence.paper.due import (
    PER_PAGE,
    PaperDue,
    counted_papers,
    due_papers,
    each_due_paper,
)
from eakte.web.errors import in_words
from eakte.web.forms import paging_of, wanted_page
from eakte.web.papers import table_of_papers
from eakte.web.per_request import current_work, writes
from eakte.web.streaming import disposition

pages = Blueprint("paper_due", __name__, url_prefix="/aussonderung/papier")


@pages.get("")
def index() -> ResponseReturnValue:
    """List the paper of released stacks by the day on which it may go."""
    work = current_work()
    which = _which()
    found = due_papers(work, which, page=wanted_page())
    return render_template(
        "retention_paper.html",
        rows=[(one, _against(one.against), in_words(one.explained or "")) for one in found.rows],
        page=paging_of(found, PER_PAGE),
        counts=counted_papers(work),
        chosen=which.value,
        choices=[
            (PaperDue.DUE, _("Frist abgelaufen")),
            (PaperDue.RUNNING, _("Frist läuft")),
            (PaperDue.STAYS, _("Bleibt")),
        ],
    )


@pages.get("/tabelle")
@writes
def table() -> ResponseReturnValue:
    """Hand out the list as a table."""
    content = table_of_papers(each_due_paper(current_work(), _which()))
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = disposition(_("Papier.csv"), inline=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _which() -> PaperDue:
    asked = request.args.get("zeige", "")
    return PaperDue(asked) if asked in set(PaperDue) else PaperDue.DUE


def _against(sentences: tuple[str, ...]) -> str:
    return " ".join(in_words(one) for one in sentences)
