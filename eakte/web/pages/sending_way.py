"""How is a package for a court let go by a second person, and laid into the outbox?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.casework.handover.giving import ask_for_hand_over
from eakte.casework.sending.handing_over import release_sending
from eakte.retrieval.sendings import answers_to, sending_by_id
from eakte.web.per_request import current_work
from eakte.web.sent import way_of

pages = Blueprint("sending_way", __name__)


@pages.get("/uebersendung/<uuid:sending_id>/weg")
def status(sending_id: UUID) -> ResponseReturnValue:
    """Show the way of a package alone: the page asks for it while it is laid into the outbox."""
    work = current_work()
    sending = sending_by_id(work, sending_id).sending
    return render_template(
        "_sending_way.html",
        sending=sending,
        answers=answers_to(work, sending),
        way=way_of(work, sending),
        today=work.clock.today(),
    )


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
