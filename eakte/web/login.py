"""Who is signed in, and which few addresses are open to everybody?

Everything is closed: what is not on the list needs a session of ours or a program's key.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Request, g, redirect, request, url_for
from flask import Response as FlaskResponse
from flask import session as form_session
from flask_babel import lazy_gettext
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from eakte.access import sessions, station_life, stations
from eakte.access.acting import actor_of
from eakte.errors import BadInput, NeedsSecondFactor, PartUnavailable, SignedOut
from eakte.model.login import LoginSession, SignInMethod
from eakte.model.user import User, UserKind
from eakte.unit_of_work import UnitOfWork
from eakte.web.confirming import confirm, takes_proof
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
    {
        "health.show",
        "language.choose",
        "login.passkey_options",
        "login.second",
        "login.sign_in",
        "login.try_passkey",
        "login.try_second",
        "login.try_sign_in",
        "sign_on.finish",
        "sign_on.start",
        "static",
    }
)
# What somebody may enter who has no second factor where the office asks everybody for one.
LEADS_TO_A_FACTOR = frozenset({"confirming", "factors", "language", "sign_on_again"})
# WARNING: whoever adds a line here opens an address to devices that nobody watches.
OPEN_TO_STATIONS = frozenset(
    {
        "api_batches.deliver",
        "api_batches.index",
        "api_batches.pages_of_batch",
        "api_batches.receipt",
        "api_batches.receipt_pdf",
        "api_batches.show",
        "api_checks.requests",
        "api_stations.report",
        "uploads.create",
        "uploads.describe",
        "uploads.part",
    }
)
REPORTS = "api_stations.report"
# These ask by themselves every few seconds; they must not keep an abandoned desk signed in.
ASKED_BY_THE_PAGE = frozenset(
    {
        "arranging.status",
        "documents.status",
        "inbox.rows",
        "lists.rows",
        "offers.state",
        "redacting.status",
        "sending_way.status",
        "sendings.status",
        "stacks.rows",
        "stacks.status",
        "stations.rows",
    }
)

API = "/api/"
BEARER = "Bearer "
# A form around a document needs some bytes of its own.
FORM_BYTES = 1_000_000
# What becomes of each of 2,000 documents, with the longest of reasons in umlauts and their ids.
CHOICES_BYTES, CHOICES_PARTS = 8_000_000, 10_000

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
    app.after_request(_hand_out_renewed)


def cookie_name() -> str:
    """Return the name of our session's cookie; over HTTPS no other host can set it."""
    return "__Host-eakte" if the_office().settings.cookie_secure else "eakte"


def guard() -> None:
    """Let nobody pass who is not signed in, and no form that does not come from our pages.

    Raises:
        SignedOut: nobody is signed in.
        BadInput: a text contains a zero byte, which no database keeps.
        NeedsConfirmation: the form carries a proof of who sends it, and the proof is wrong.
        NeedsSecondFactor: the office asks everybody for a second factor, and here is none.
    """
    g.request_id = secrets.token_hex(8)
    _measure(the_app().view_functions.get(request.endpoint or ""))
    g.open_view = request.endpoint in OPEN_TO_EVERYBODY
    if request.endpoint == "static":
        return
    who = None if g.open_view and request.method in SAFE_METHODS else signed_in()
    if who is None and not g.open_view:
        raise SignedOut("Sie sind nicht angemeldet, oder die Sitzung ist abgelaufen.")
    if who is None or not who.by_key:
        csrf.protect()
    if who is not None and not g.open_view:
        if takes_proof(who):
            confirm(who)
        _refuse_without_factor(who)
    typed = (*request.args.values(), *request.form.values())
    if any("\0" in value for value in typed):
        raise BadInput("Eine Angabe enthält Zeichen, die in keinem Text vorkommen.")


def _measure(view: Callable[..., object] | None) -> None:
    """Let a request be as long as its view needs it, before anything of it is read."""
    marks = view.__dict__ if view is not None else {}
    if marks.get("takes_bytes"):
        request.max_content_length = the_office().settings.max_upload_bytes + FORM_BYTES
    if marks.get("takes_choices"):
        request.max_content_length = CHOICES_BYTES
        request.max_form_parts = CHOICES_PARTS


def _refuse_without_factor(who: SignedIn) -> None:
    """Refuse all but setting a factor up; programs got their keys from somebody who had one."""
    started, settings = who.session, the_office().settings
    if started is None or started.method is not SignInMethod.PASSWORD:
        return
    if settings.second_factor == "required":
        g.only_factors = True
        if request.blueprint not in LEADS_TO_A_FACTOR and request.endpoint != "login.sign_out":
            raise NeedsSecondFactor("Diese Behörde verlangt einen zweiten Faktor.")


@login_manager.request_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def identify(incoming: Request) -> SignedIn | None:
    """Return whom the session cookie, or for programs the key, stands for at this moment."""
    header = incoming.headers.get("Authorization", "")
    if header:
        # A wrong key must not fall back on a cookie that happens to be there.
        key = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
        if not key:
            return None
        if incoming.path.startswith(API) or incoming.endpoint in OPEN_TO_STATIONS:
            return _by_key(key, incoming)
        return None
    token = incoming.cookies.get(cookie_name(), "")
    return _by_session(token) if token else None


def _by_key(key: str, incoming: Request) -> SignedIn | None:
    office = the_office()
    address = incoming.remote_addr or ""
    with office.database.transaction(writes=False) as session:
        user = sessions.user_of_token(session, office.clock, office.settings, token=key)
        if user is None:
            return None
        if user.kind is not UserKind.STATION:
            actor = actor_of(session, user, office.clock)
            return SignedIn(user, actor, None) if incoming.path.startswith(API) else None
        # Anywhere else, and from anywhere else, a device is a stranger.
        if incoming.endpoint not in OPEN_TO_STATIONS:
            return None
        let_in = stations.lets_in(session, user.id, address=address)
        # A report is a sign of life that is written with what it says.
        due = not (let_in and incoming.endpoint == REPORTS) and station_life.contact_due(
            session, user.id, office.clock, let_in=let_in
        )
        actor = actor_of(session, user, office.clock)
    if due:
        _note_contact(user, address, let_in=let_in)
    if not let_in:
        log.warning("the key of station %s was used from a foreign address", user.id)
        return None
    return SignedIn(user, actor, None)


def _note_contact(station: User, address: str, *, let_in: bool) -> None:
    office = the_office()
    try:
        with office.database.transaction() as session:
            if let_in:
                station_life.note_contact(session, station.id, office.clock)
            else:
                station_life.note_turned_away(session, station.id, office.clock, address=address)
    except PartUnavailable:
        # What it came for goes on, or says itself that the rows cannot be written.
        log.warning("a contact of station %s could not be noted", station.id)


def _by_session(token: str) -> SignedIn | None:
    office = the_office()
    with office.database.transaction(writes=False) as session:
        found = sessions.actor_of_session(session, office.clock, office.settings, token=token)
    if found is None:
        return None
    started, user, actor = found
    if request.endpoint not in ASKED_BY_THE_PAGE:
        _keep_awake(token, started)
    return SignedIn(user, actor, started)


def _keep_awake(token: str, started: LoginSession) -> None:
    office = the_office()
    if not sessions.needs_touch(started, office.clock, office.settings):
        return
    try:
        with office.database.transaction() as session:
            sessions.touch(session, office.clock, office.settings, token=token)
    except PartUnavailable:
        # Reading goes on while the rows cannot be written; only the idle time was not renewed.
        log.warning("the idle time of a session could not be renewed")


def open_desk(user: User, method: SignInMethod, onward: str | None) -> Response:
    """Start a session for a person who has proved who they are, and send them on their way."""
    office = the_office()
    response = redirect(onward or url_for("desk.home"), 303)
    with office.database.transaction(writes=False) as session:
        actor = actor_of(session, user, office.clock)
    before = signed_in()
    # Who is led to set up a factor at once need not type the same password a second time.
    led = method is SignInMethod.PASSWORD and office.settings.second_factor == "required"
    with office.begin(actor) as work:
        if before and before.session and before.actor.id == actor.id:
            sessions.end_session(work, before.session.id)
        start(work, response, method=method, confirmed=led)
    return response


def start(
    work: UnitOfWork,
    response: Response,
    *,
    method: SignInMethod = SignInMethod.PASSWORD,
    confirmed: bool = False,
) -> None:
    """Start a session for the actor of ``work`` and hand its token out in the cookie."""
    token = sessions.start_session(
        work, device=device_of(request), method=method, confirmed=confirmed
    )
    # A new person gets new form tokens, and nothing that was said to the last one.
    form_session.clear()
    _hand_out(response, token)


def _hand_out(response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        secure=the_office().settings.cookie_secure,
        samesite="Lax",
        path="/",
    )


def _hand_out_renewed(response: FlaskResponse) -> FlaskResponse:
    token = g.pop("renewed_token", None)
    if token is not None:
        _hand_out(response, token)
    return response


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
