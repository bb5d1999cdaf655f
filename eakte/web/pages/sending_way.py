"""How is a package for a court let go by a second person, and laid into the outbox?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.casework.handover.giving import ask_for_hand_over
from eakte.casework.sending.handing_over import release_sending
from eakte.retrieval.sendings import sending_by_id
from eakte.web.per_request import current_work

pages = Blueprint("sending_way", __name__)


@pages.post("/uebersendung/<uuid:sending_id>/freigabe")
def release(sending_id: UUID) -> ResponseReturnValue:
    """Let a package go as the second person."""
    work = current_work()
    release_sending(work, sending_by_id(work, sending_id).sending)
    flash(_("Das Paket ist freigegeben."), "success")
    return redirect(url_for("sendings.show", sending_id=sending_id), 303)


@pages.post("/uebersendung/<uuid:sending_id>/ausgang")
def give(sending_id: UUID) -> ResponseReturnValue:
    """Have a package laid into the outbox of the mailbox program."""
    work = current_work()
    ask_for_hand_over(work, sending_by_id(work, sending_id).sending)
    flash(_("Das Paket wird in den Ausgang des Gerichtspostfachs gelegt."), "success")
    return redirect(url_for("sendings.show", sending_id=sending_id), 303)
