"""Where does somebody who is signed in prove again who they are?"""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.factors.passkeys import sign_in_options
from eakte.errors import NotFound
from eakte.web.addresses import relying_party
from eakte.web.confirming import PASSKEY_STEP, confirmation_page
from eakte.web.login import local_path
from eakte.web.per_request import current_work, own_transactions, signed_in

pages = Blueprint("confirming", __name__, url_prefix="/konto/bestaetigen")


@pages.get("")
@own_transactions
def show() -> ResponseReturnValue:
    """Ask for the proof."""
    who = signed_in()
    if who is None or who.session is None:
        raise NotFound("Ein Programm kann sich nicht ausweisen.")
    onward = local_path(request.args.get("next")) or ""
    return confirmation_page(who, action=url_for("confirming.show"), onward=onward)


@pages.post("")
@own_transactions
def confirm() -> ResponseReturnValue:
    """Go on to where the proof was asked for; the guard has taken it already."""
    who = signed_in()
    onward = local_path(request.form.get("next"))
    if who is None or not who.actor.confirmed:
        return redirect(url_for("confirming.show", next=onward), 303)
    flash(_("Sie haben sich noch einmal ausgewiesen."), "success")
    return redirect(onward or url_for("account.show"), 303)


@pages.post("/passkey/aufgabe")
def passkey_options() -> ResponseReturnValue:
    """Give the browser what a passkey of this person has to sign."""
    work = current_work()
    options, form_session[PASSKEY_STEP] = sign_in_options(
        work.session,
        work.clock,
        work.settings,
        relying_party(),
        address=request.remote_addr or "",
        user_id=work.actor.id,
    )
    return jsonify(options)
