"""Which second factors does a person set up for themselves?"""

from __future__ import annotations

from uuid import UUID

import segno
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from eakte.access.factors import codes, passkeys, recovery
from eakte.access.factors.owned import own_factors
from eakte.errors import BadInput, NotUnique
from eakte.web.addresses import relying_party
from eakte.web.errors import said
from eakte.web.forms import text
from eakte.web.per_request import current_work, signed_in

pages = Blueprint("factors", __name__, url_prefix="/konto/zweiter-faktor")

REGISTRATION = "registration"


@pages.get("")
def show() -> ResponseReturnValue:
    """Show what is set up."""
    return _page()


@pages.post("/code-app")
def begin_codes() -> ResponseReturnValue:
    """Begin to set up a generator of codes."""
    codes.begin_codes(current_work())
    return redirect(url_for("factors.scan"), 303)


@pages.get("/code-app")
def scan() -> ResponseReturnValue:
    """Show what the generator has to be given."""
    begun = codes.begun_codes(current_work())
    return _scan_page(begun) if begun else redirect(url_for("factors.show"), 303)


@pages.post("/code-app/bestaetigen")
def confirm_codes() -> ResponseReturnValue:
    """Let the generator count, proved by its first code."""
    work = current_work()
    try:
        made = codes.confirm_codes(work, text("code", most=20), session_id=_session_id())
    except BadInput as fault:
        begun = codes.begun_codes(work)
        if begun is None:
            return redirect(url_for("factors.show"), 303)
        return _scan_page(begun, errors={"code": f"{said(fault)} {_(fault.next_step)}"}), 422
    return _settled(made, _("Die Code-App ist eingerichtet."))


@pages.post("/code-app/entfernen")
def remove_codes() -> ResponseReturnValue:
    """Take the generator away."""
    codes.remove_codes(current_work())
    flash(_("Die Code-App ist entfernt."), "success")
    return redirect(url_for("factors.show"), 303)


@pages.post("/wiederherstellung")
def renew_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes; they are shown in this answer and never again."""
    return _codes_page(recovery.renew_recovery_codes(current_work()))


@pages.post("/passkey/aufgabe")
def passkey_options() -> ResponseReturnValue:
    """Give the browser what it needs to make a key."""
    options, form_session[REGISTRATION] = passkeys.registration_options(
        current_work(), relying_party(), address=request.remote_addr or ""
    )
    return jsonify(options)


@pages.post("/passkey")
def add_passkey() -> ResponseReturnValue:
    """Keep the key that the browser has made."""
    try:
        made = passkeys.register_passkey(
            current_work(),
            relying_party(),
            token=form_session.pop(REGISTRATION, ""),
            credential=request.form.get("credential", ""),
            name=text("passkey_name", most=100),
            session_id=_session_id(),
        )
    except (BadInput, NotUnique) as fault:
        return _page(errors={"passkey_name": said(fault)}), 422
    return _settled(made, _("Der Passkey ist eingerichtet."))


@pages.post("/passkey/<uuid:id>/entfernen")
def remove_passkey(id: UUID) -> ResponseReturnValue:
    """Take a key away."""
    passkeys.remove_passkey(current_work(), id)
    flash(_("Der Passkey ist entfernt."), "success")
    return redirect(url_for("factors.show"), 303)


def _session_id() -> UUID | None:
    who = signed_in()
    return who.session.id if who and who.session else None


def _settled(made: tuple[str, ...], sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return _codes_page(made) if made else redirect(url_for("factors.show"), 303)


def _codes_page(made: tuple[str, ...]) -> str:
    return render_template("account_codes.html", codes=made)


def _page(*, errors: dict[str, str] | None = None) -> str:
    work = current_work()
    return render_template(
        "account_factors.html",
        owned=own_factors(work),
        required=work.settings.second_factor == "required",
        errors=errors or {},
    )


def _scan_page(begun: codes.Enrolment, *, errors: dict[str, str] | None = None) -> str:
    # A drawing of black squares made here from our own secret, with nothing of anybody's typing.
    drawn = segno.make(begun.address, error="m").svg_inline(scale=5, border=3, light="#fff")
    return render_template(
        "account_scan.html",
        drawing=Markup(drawn),  # noqa: S704  # segno draws squares, see above
        secret=begun.grouped,
        errors=errors or {},
    )
