"""How does a person sign in and out?"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eakte.access import sessions
from eakte.access.acting import actor_of
from eakte.web import login
from eakte.web.desk import role_label
from eakte.web.per_request import current_work, signed_in, the_office

pages = Blueprint("login", __name__)

# Written by the demo office beside its rows, so that its logins can be shown; absent elsewhere.
DEMO_LOGINS = "demo-logins.json"


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
    """Check name and password and start a session."""
    name = request.form.get("login", "")[:200]
    password = request.form.get("password", "")
    onward = login.local_path(request.form.get("next"))
    user = login.check(name, password, address=request.remote_addr or "")
    if user is None:
        return _form(onward or "", name=name, problem=str(login.NOT_SIGNED_IN)), 401
    office = the_office()
    response = redirect(onward or url_for("desk.home"), 303)
    with office.database.transaction(writes=False) as session:
        actor = actor_of(session, user, office.clock)
    before = signed_in()
    with office.begin(actor) as work:
        if before and before.session and before.actor.id == actor.id:
            sessions.end_session(work, before.session.id)
        login.start(work, response)
    return response


@pages.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """End this session, in the rows and in the browser."""
    who = signed_in()
    response = redirect(url_for("login.sign_in"), 303)
    if who and who.session:
        sessions.end_session(current_work(), who.session.id)
    login.forget(response)
    return response


def _form(onward: str, *, name: str = "", problem: str | None = None) -> str:
    return render_template(
        "login.html", login=name, next=onward, problem=problem, demo=_demo_accounts()
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
