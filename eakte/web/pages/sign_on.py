"""How does a person come in through the office's own sign-in service?"""

from __future__ import annotations

import hmac
import logging
import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eakte import audit
from eakte.access.factors import single_sign_on
from eakte.access.factors.steps import begin_step, take_step
from eakte.errors import BadInput, EakteError, NotFound, PartUnavailable
from eakte.model.login import LoginStep, SignInMethod, StepKind
from eakte.model.user import User
from eakte.web import login
from eakte.web.addresses import whole_address
from eakte.web.confirming import confirmed
from eakte.web.errors import said
from eakte.web.per_request import own_transactions, signed_in, the_office

pages = Blueprint("sign_on", __name__)
again = Blueprint("sign_on_again", __name__)

STATE = "sign-on"
SECRET_BYTES = 48

log = logging.getLogger("eakte.web")


@pages.get("/anmelden/amt")
def start() -> ResponseReturnValue:
    """Send the browser to the office's sign-in service."""
    return _send(login.local_path(request.args.get("next")), None)


@pages.get("/anmelden/amt/zurueck")
def finish() -> ResponseReturnValue:
    """Take what the service says about who came back from it."""
    office = the_office()
    step = _step_taken()
    if step is None:
        return _told(BadInput("Diese Anmeldung ist abgelaufen oder wurde schon benutzt."))
    try:
        if request.args.get("error") or not request.args.get("code"):
            raise BadInput(single_sign_on.REFUSED)
        provider = single_sign_on.discover(office.settings)
        # Who mixes two services up is told by the name that came along (RFC 9207).
        if request.args.get("iss", provider.issuer) != provider.issuer:
            raise BadInput(single_sign_on.REFUSED)
        claims = single_sign_on.identity(
            provider,
            office.settings,
            office.clock,
            step,
            redirect=whole_address("sign_on.finish"),
            code=request.args["code"],
        )
    except (BadInput, PartUnavailable) as error:
        return _refused(error)
    with office.database.transaction(writes=False) as session:
        user = single_sign_on.account_of(session, office.settings, claims)
    if user is None:
        return _refused(
            BadInput("Der Anmeldedienst kennt Sie; hier gibt es aber kein aktives Konto für Sie.")
        )
    return _let_in(step, user)


@again.get("/konto/bestaetigen/amt")
@own_transactions
def confirm() -> ResponseReturnValue:
    """Let somebody who is signed in prove again who they are, at the office's service."""
    who = signed_in()
    if who is None or who.session is None:
        raise NotFound("Ein Programm kann sich nicht ausweisen.")
    return _send(login.local_path(request.args.get("next")), who.user)


def _let_in(step: LoginStep, user: User) -> Response:
    onward = login.local_path(step.onward)
    if step.user_id is None:
        return login.open_desk(user, SignInMethod.SINGLE_SIGN_ON, onward)
    who = signed_in()
    if who is None or not user.id == step.user_id == who.user.id:
        return _refused(BadInput("Der Anmeldedienst hat jemand anderen gemeldet."))
    confirmed(who, SignInMethod.SINGLE_SIGN_ON)
    flash(_("Sie haben sich noch einmal ausgewiesen."), "success")
    return redirect(onward or url_for("account.show"), 303)


def _send(onward: str | None, confirming: User | None) -> Response:
    office = the_office()
    if not office.settings.oidc_issuer:
        raise NotFound("Diese Behörde hat keinen Anmeldedienst eingerichtet.")
    try:
        provider = single_sign_on.discover(office.settings)
    except PartUnavailable as error:
        return _told(error)
    nonce, verifier = secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    with office.as_system() as work:
        state = begin_step(
            work.session,
            office.clock,
            office.settings,
            kind=StepKind.SINGLE_SIGN_ON,
            address=request.remote_addr or "",
            user_id=confirming.id if confirming else None,
            challenge=nonce,
            verifier=verifier,
            onward=(onward or "")[:2000],
        )
    form_session[STATE] = state
    return redirect(
        single_sign_on.authorization_address(
            provider,
            office.settings,
            redirect=whole_address("sign_on.finish"),
            state=state,
            nonce=nonce,
            verifier=verifier,
            again=confirming is not None,
        ),
        303,
    )


def _step_taken() -> LoginStep | None:
    """Return the sign-in that this browser has begun, and use it up."""
    office = the_office()
    state, begun = request.args.get("state", ""), str(form_session.pop(STATE, ""))
    if not begun or not hmac.compare_digest(state.encode(), begun.encode()):
        return None
    with office.as_system() as work:
        return take_step(
            work.session, office.clock, office.settings, kind=StepKind.SINGLE_SIGN_ON, token=state
        )


def _refused(error: EakteError) -> Response:
    log.warning("single sign-on was refused: %s", error.__cause__ or error.code)
    with the_office().as_system() as work:
        method = SignInMethod.SINGLE_SIGN_ON.value
        audit.note(work, "login.failed", kind="user", subject=None, method=method)
    return _told(error)


def _told(error: EakteError) -> Response:
    away = isinstance(error, PartUnavailable)
    page = render_template(
        "login.html",
        login="",
        next="",
        problem=f"{said(error)} {_(error.next_step)}".strip(),
        demo=[],
        single_sign_on=True,
    )
    return Response(page, status=503 if away else 401, mimetype="text/html")
