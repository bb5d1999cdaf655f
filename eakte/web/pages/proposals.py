"""Where could this document go? The part of its page that is fetched after the page."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.filing.proposing.proposals import still_read
from eakte.retrieval.listing import document_by_id
from eakte.web.per_request import current_work
from eakte.web.proposed import shown_proposals

pages = Blueprint("proposals", __name__, url_prefix="/dokument/<uuid:document_id>")


@pages.get("/vorschlaege")
def show(document_id: UUID) -> ResponseReturnValue:
    """Show the proposals for a document that the person may file; nothing to anybody else."""
    work = current_work()
    document = document_by_id(work, document_id)
    files = may(work.actor, Action.PLACE_DOCUMENT, document)
    # Asked before the proposals are: made in between, they are found, and never both missed.
    coming = files and still_read(work, document)
    proposals = shown_proposals(work, document) if files else []
    return render_template(
        "_proposals.html",
        document=document,
        proposals=proposals,
        wait=coming and not proposals,
    )
