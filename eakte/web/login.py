"""Who is signed in, and which few addresses are open to everybody?

Everything is closed: what is not on the list needs a session of ours or a program's key.
"""

from __future__ import annotations

import logging
import secrets
from urllib.parse import urlsplit

from flask import Request, g, request
from flask import session as form_session
from flask_babel import lazy_gettext
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from eakte import audit
from eakte.access import accounts, sessions
from eakte.access.acting import actor_of
from eakte.errors import BadInput, PartUnavailable, SignedOut
from eakte.model.login import LoginSession
from eakte.model.user import User, UserKind
from eakte.unit_of_work import UnitOfWork
from eakte.web.per_request import (
    SAFE_METHODS,
    OfficeApp,
    SignedIn,
    signed_in,
    the_app,
    the_office,
)

log = logging.getLogger("eakte.web")

# WARNING: whoever adds a line here opens an address to people who are not signed in.
OPEN_TO_EVERYBODY = frozenset(
    {"health.show", "language.choose", "login.sign_in", "login.try_sign_in", "static"}
)
# These ask by themselves every few seconds; they must not keep an abandoned desk signed in.
ASKED_BY_THE_PAGE = frozenset({"inbox.rows", "documents.status"})

API = "/api/"
BEARER = "Bearer "
# A form around a document needs some bytes of its own.
FORM_BYTES = 1_000_000

# One sentence for an unknown name, a wrong password and a lock: none of them is told apart.
NOT_SIGNED_IN = lazy_gettext(
    "Die Anmeldung ist nicht gelungen. Bitte prüfen Sie Anmeldename und Kennwort; nach mehreren "
    "Fehlversuchen ist die Anmeldung für einige Minuten gesperrt."
)

csrf = CSRFProtect()
login_manager = LoginManager()
# The session's own row says whether it still holds; the cookie session proves nothing here.
login_manager.session_protection = None


def guard_every_view(app: OfficeApp) -> None:
    """Put the guard in front of every view of ``app``."""
    # Pages must not ask again who is there: an error page is written when nobody can say.
    login_manager.init_app(app, add_context_processor=False)
    csrf.init_app(app)
    app.before_request(guard)


def cookie_name() -> str:
    """Return the name of our session's cookie; over HTTPS no other host can set it."""
    return "__Host-eakte" if the_office().settings.cookie_secure else "eakte"


def guard() -> None:
    """Let nobody pass who is not signed in, and no form that does not come from our pages.

    Raises:
        SignedOut: nobody is signed in.
        BadInput: a text contains a zero byte, which no database keeps.
    """
    g.request_id = secrets.token_hex(8)
    view = the_app().view_functions.get(request.endpoint or "")
    if view is not None and view.__dict__.get("takes_bytes"):
        request.max_content_length = the_office().settings.max_upload_bytes + FORM_BYTES
    g.open_view = request.endpoint in OPEN_TO_EVERYBODY
    if request.endpoint == "static":
        return
    who = None if g.open_view and request.method in SAFE_METHODS else signed_in()
    if who is None and not g.open_view:
        raise SignedOut("Sie sind nicht angemeldet, oder die Sitzung ist abgelaufen.")
    if who is None or not who.by_key:
        csrf.protect()
    typed = (*request.args.values(), *request.form.values())
    if any("\0" in value for value in typed):
        raise BadInput("Eine Angabe enthält Zeichen, die in keinem Text vorkommen.")


@login_manager.request_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def identify(incoming: Request) -> SignedIn | None:
    """Return whom the session cookie, or for programs the key, stands for at this moment."""
    header = incoming.headers.get("Authorization", "")
    if header:
        # A wrong key must not fall back on a cookie that happens to be there.
        key = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
        return _by_key(key) if key and incoming.path.startswith(API) else None
    token = incoming.cookies.get(cookie_name(), "")
    return _by_session(token) if token else None


def _by_key(key: str) -> SignedIn | None:
    office = the_office()
    with office.database.transaction(writes=False) as session:
        user = sessions.user_of_token(session, office.clock, office.settings, token=key)
        return SignedIn(user, actor_of(session, user, office.clock), None) if user else None


def _by_session(token: str) -> SignedIn | None:
    office = the_office()
    with office.database.transaction(writes=False) as session:
        found = sessions.session_of(session, office.clock, office.settings, token=token)
        if found is None:
            return None
        started, user = found
        who = SignedIn(user, actor_of(session, user, office.clock), started)
    if request.endpoint not in ASKED_BY_THE_PAGE:
        _keep_awake(token, started)
    return who


def _keep_awake(token: str, started: LoginSession) -> None:
    office = the_office()
    if not sessions.needs_touch(started, office.clock, office.settings):
        return
    try:
        with office.database.transaction() as session:
            found = sessions.session_of(session, office.clock, office.settings, token=token)
            if found is not None:
                sessions.touch(found[0], office.clock, office.settings)
    except PartUnavailable:
        # Reading goes on while the rows cannot be written; only the idle time was not renewed.
        log.warning("the idle time of a session could not be renewed")


def check(login: str, password: str, *, address: str) -> User | None:
    """Return the account when name and password fit; every attempt counts, also parallel ones.

    The attempt is written down before the password is looked at and taken back when it was right,
    so that many at once get no more tries than one after the other.
    """
    office = the_office()
    clock, settings = office.clock, office.settings
    with office.as_system() as work:
        if sessions.locked_until(work.session, clock, settings, login=login, address=address):
            return None
        at = clock.now()
        sessions.note_failure(work.session, clock, settings, login=login, address=address)
    with office.database.transaction(writes=False) as session:
        user = sessions.check_password(session, login=login, password=password)
        known = user or accounts.find_login(session, login)
    with office.as_system() as work:
        # Stations and the application itself have no desk to sign in at.
        if user is not None and user.kind is UserKind.PERSON:
            sessions.forgive(work.session, settings, login=login, address=address, at=at)
            return user
        audit.note(work, "login.failed", kind="user", subject=known.id if known else None)
    return None


def start(work: UnitOfWork, response: Response) -> None:
    """Start a session for the actor of ``work`` and hand its token out in the cookie."""
    token = sessions.start_session(work, device=device_of(request))
    # A new person gets new form tokens, and nothing that was said to the last one.
    form_session.clear()
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        secure=work.settings.cookie_secure,
        samesite="Lax",
        path="/",
    )


def forget(response: Response) -> None:
    """Take the session's cookie and everything said to its person out of the browser."""
    form_session.clear()
    secure = the_office().settings.cookie_secure
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'


def device_of(incoming: Request) -> str:
    """Return a few words by which a person recognises the browser: "Firefox, Linux"."""
    told = incoming.headers.get("User-Agent", "")
    browsers = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {
        "Windows": "Windows",
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Mac OS": "macOS",
        "Linux": "Linux",
    }
    browser = next((name for mark, name in browsers.items() if mark in told), "Browser")
    system = next((name for mark, name in systems.items() if mark in told), "")
    return ", ".join(part for part in (browser, system) if part)


def local_path(wanted: str | None) -> str | None:
    """Return the address to go on to when it is one of ours, None for every other."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    if any(ord(sign) < 0x21 or ord(sign) == 0x7F for sign in wanted) or "\\" in wanted:
        return None
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else None
