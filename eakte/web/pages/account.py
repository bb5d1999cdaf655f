"""What does a person set up for themselves?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import sessions
from eakte.access.accounts import change_own_password
from eakte.access.factors.owned import own_factor_counts
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput, WeakPassword
from eakte.model.login import LoginSession, SignInMethod
from eakte.unit_of_work import UnitOfWork
from eakte.web import login
from eakte.web.errors import said
from eakte.web.forms import text
from eakte.web.per_request import current_work, signed_in

pages = Blueprint("account", __name__, url_prefix="/konto")

# A key is valid for one of these spans, in days.
SPANS = {"30": 30, "90": 90, "365": 365}
# Longer ago than this, a device is only told to have been used on a day.
ACTIVE = timedelta(minutes=5)


@pages.get("")
def show() -> ResponseReturnValue:
    """Show password, sessions and keys."""
    return _page(current_work())


@pages.post("/kennwort")
def password() -> ResponseReturnValue:
    """Change the own password; every other session and key ends."""
    work = current_work()
    old, new = request.form.get("old_password", ""), request.form.get("new_password", "")
    if new != request.form.get("repeated", ""):
        errors = {"repeated": _("Die beiden neuen Kennwörter sind nicht gleich.")}
        return _page(work, errors=errors), 422
    try:
        change_own_password(work, old=old, new=new)
    except BadInput as fault:
        field = "new_password" if isinstance(fault, WeakPassword) else "old_password"
        return _page(work, errors={field: said(fault)}), 422
    response = redirect(url_for("account.show"), 303)
    who = signed_in()
    method = who.session.method if who and who.session else SignInMethod.PASSWORD
    login.start(work, response, method=method)
    flash(_("Das Kennwort ist geändert; alle anderen Geräte sind abgemeldet."), "success")
    return response


@pages.post("/sitzung/<uuid:id>")
def end_session(id: UUID) -> ResponseReturnValue:
    """End one of the own sessions."""
    sessions.end_session(current_work(), id)
    flash(_("Das Gerät ist abgemeldet."), "success")
    return redirect(url_for("account.show"), 303)


@pages.post("/sitzungen/andere")
def end_others() -> ResponseReturnValue:
    """End every own session but this one."""
    who = signed_in()
    keep = who.session.id if who and who.session else None
    sessions.end_other_sessions(current_work(), keep=keep)
    flash(_("Alle anderen Geräte sind abgemeldet."), "success")
    return redirect(url_for("account.show"), 303)


@pages.post("/zugang")
def new_token() -> ResponseReturnValue:
    """Make a key for a program; it is shown in this answer and never again."""
    work = current_work()
    days = SPANS.get(request.form.get("days", ""), 90)
    try:
        made = sessions.new_token(work, text("token_name", most=100), days=days)
    except BadInput as fault:
        return _page(work, errors={"token_name": said(fault)}), 422
    return _page(work, new_token=made)


@pages.post("/zugang/<uuid:id>/ende")
def end_token(id: UUID) -> ResponseReturnValue:
    """Withdraw a key."""
    sessions.end_token(current_work(), id)
    flash(_("Der Zugang ist widerrufen."), "success")
    return redirect(url_for("account.show"), 303)


@dataclass(frozen=True)
class Device:
    """A signed-in browser as its owner sees it; nobody else is told when it was used."""

    session: LoginSession
    here: bool
    active: bool
    last_day: date


def _devices(work: UnitOfWork) -> list[Device]:
    who = signed_in()
    here = who.session.id if who and who.session else None
    now, settings = work.clock.now(), work.settings
    devices = []
    for session in sessions.own_sessions(work):
        seen = sessions.last_seen(session, settings)
        day = seen.astimezone(OFFICE_ZONE).date()
        devices.append(Device(session, session.id == here, now - seen < ACTIVE, day))
    return devices


def _page(
    work: UnitOfWork, *, new_token: str | None = None, errors: dict[str, str] | None = None
) -> str:
    code_app, passkeys = own_factor_counts(work)
    return render_template(
        "account.html",
        code_app=code_app,
        passkeys=passkeys,
        devices=_devices(work),
        tokens=sessions.own_tokens(work),
        new_token=new_token,
        errors=errors or {},
    )
