"""How does a person sign in and out?"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import sessions
from eakte.access.factors.owned import factors_of
from eakte.access.factors.passkeys import sign_in_options
from eakte.access.factors.steps import begin_step, open_step, take_step
from eakte.model.login import LoginStep, SignInMethod, StepKind
from eakte.model.user import User
from eakte.web import login, proving
from eakte.web.addresses import relying_party
from eakte.web.confirming import PASSKEY_STEP
from eakte.web.desk import role_label
from eakte.web.per_request import current_work, signed_in, the_office

pages = Blueprint("login", __name__)

# Written by the demo office beside its rows, so that its logins can be shown; absent elsewhere.
DEMO_LOGINS = "demo-logins.json"
SECOND_STEP = "second-step"


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo office, in which nobody exists."""

    login: str
    password: str
    role_label: str


@pages.get("/anmelden")
def sign_in() -> ResponseReturnValue:
    """Show the form, or go on when somebody is signed in already."""
    onward = login.local_path(request.args.get("next"))
    if signed_in():
        return redirect(onward or url_for("desk.home"), 303)
    return _form(onward or "")


@pages.post("/anmelden")
def try_sign_in() -> ResponseReturnValue:
    """Check name and password; start a session, or ask for the second factor."""
    name = request.form.get("login", "")[:200]
    password = request.form.get("password", "")
    onward = login.local_path(request.form.get("next"))
    known = proving.by_password(name, password, address=_address())
    if known is None:
        return _form(onward or "", name=name, problem=str(login.NOT_SIGNED_IN)), 401
    if not known.half:
        return login.open_desk(known.user, SignInMethod.PASSWORD, onward)
    office = the_office()
    with office.as_system() as work:
        form_session[SECOND_STEP] = begin_step(
            work.session,
            office.clock,
            office.settings,
            kind=StepKind.SECOND_FACTOR,
            address=_address(),
            user_id=known.user.id,
            onward=onward or "",
        )
    return redirect(url_for("login.second"), 303)


@pages.get("/anmelden/zweiter-schritt")
def second() -> ResponseReturnValue:
    """Ask for the second factor of who has just given the right password."""
    found = _second_step()
    if found is None:
        return redirect(url_for("login.sign_in"), 303)
    return _second_form(found[1])


@pages.post("/anmelden/zweiter-schritt")
def try_second() -> ResponseReturnValue:
    """Check the second factor and start a session."""
    found = _second_step()
    if found is None:
        problem = _("Das hat zu lange gedauert. Bitte beginnen Sie noch einmal.")
        return _form("", problem=problem), 401
    step, user = found
    credential = request.form.get("credential", "")
    if credential:
        proved = proving.by_passkey(form_session.pop(PASSKEY_STEP, ""), credential)
        fits = proved is not None and proved.id == user.id
    else:
        fits = proving.by_code(user, request.form.get("code", ""), address=_address())
    if not fits or _taken() is None:
        problem = _(
            "Das hat nicht gestimmt. Jeder Code gilt nur einmal; nach mehreren Fehlversuchen ist "
            "die Anmeldung für einige Minuten gesperrt."
        )
        return _second_form(user, problem=problem), 401
    return login.open_desk(user, SignInMethod.PASSWORD_AND_FACTOR, login.local_path(step.onward))


@pages.post("/anmelden/passkey/aufgabe")
def passkey_options() -> ResponseReturnValue:
    """Give the browser what a passkey has to sign; the same for everybody who asks."""
    office = the_office()
    with office.as_system() as work:
        options, form_session[PASSKEY_STEP] = sign_in_options(
            work.session, office.clock, office.settings, relying_party(), address=_address()
        )
    return jsonify(options)


@pages.post("/anmelden/passkey")
def try_passkey() -> ResponseReturnValue:
    """Start a session for whose passkey has signed."""
    onward = login.local_path(request.form.get("next"))
    token = form_session.pop(PASSKEY_STEP, "")
    user = proving.by_passkey(token, request.form.get("credential", ""))
    if user is None:
        problem = _("Die Anmeldung mit dem Passkey ist nicht gelungen.")
        return _form(onward or "", problem=problem), 401
    return login.open_desk(user, SignInMethod.PASSKEY, onward)


@pages.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """End this session, in the rows and in the browser."""
    who = signed_in()
    response = redirect(url_for("login.sign_in"), 303)
    if who and who.session:
        sessions.end_session(current_work(), who.session.id)
    login.forget(response)
    return response


def _address() -> str:
    return request.remote_addr or ""


def _second_step() -> tuple[LoginStep, User] | None:
    office = the_office()
    token = form_session.get(SECOND_STEP, "")
    with office.database.transaction(writes=False) as session:
        step = open_step(
            session, office.clock, office.settings, kind=StepKind.SECOND_FACTOR, token=token
        )
        user = session.get(User, step.user_id) if step else None
    return (step, user) if step and user and user.active else None


def _taken() -> LoginStep | None:
    office = the_office()
    with office.as_system() as work:
        return take_step(
            work.session,
            office.clock,
            office.settings,
            kind=StepKind.SECOND_FACTOR,
            token=form_session.pop(SECOND_STEP, ""),
        )


def _second_form(user: User, *, problem: str | None = None) -> str:
    with the_office().database.transaction(writes=False) as session:
        owned = factors_of(session, user.id)
    return render_template(
        "login_second.html",
        problem=problem,
        code_app=owned.code_app is not None,
        passkeys=bool(owned.passkeys),
    )


def _form(onward: str, *, name: str = "", problem: str | None = None) -> str:
    return render_template(
        "login.html",
        login=name,
        next=onward,
        problem=problem,
        demo=_demo_accounts(),
        single_sign_on=bool(the_office().settings.oidc_issuer),
    )


def _demo_accounts() -> list[DemoAccount]:
    path = the_office().settings.folder / DEMO_LOGINS
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [
        DemoAccount(one["login"], one["password"], role_label(one["role"]))
        for one in told
        if isinstance(one, dict) and {"login", "password", "role"} <= one.keys()
    ]
