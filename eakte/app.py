"""How is the desk in the browser put together?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from werkzeug.middleware.proxy_fix import ProxyFix

from eakte.bootstrap import Office, open_office
from eakte.config import load_settings
from eakte.errors import PartUnavailable
from eakte.intake.delivering import LookAt
from eakte.model.findings import Look, Unlocked
from eakte.processing.blackening import seek as seek_in
from eakte.processing.limits import Limits
from eakte.processing.redacting import Seek
from eakte.processing.redaction_words import Place
from eakte.processing.sandbox import Sandbox
from eakte.processing.unlocking import Unlock
from eakte.web import api, desk, errors, headers, login
from eakte.web.pages import (
    account,
    arranging,
    audit,
    cases,
    checks,
    confirming,
    court,
    deadlines,
    deputies,
    document_care,
    documents,
    dossier_care,
    dossiers,
    duties,
    erasures,
    factors,
    filing,
    giving,
    glass,
    guarded,
    health,
    inbox,
    interface,
    keeping,
    language,
    lists,
    mailroom,
    notices,
    objections,
    offers,
    paper,
    paper_due,
    periods,
    plan,
    proposals,
    redacting,
    reporting,
    representing,
    retention,
    rights,
    search,
    sending_way,
    sendings,
    sign_on,
    stacks,
    stations,
    uploads,
    users,
)
from eakte.web.pages import desk as home
from eakte.web.pages import login as doors
from eakte.web.per_request import OfficeApp

log = logging.getLogger("eakte.web")

FORM_BYTES = 1_000_000
FORM_PARTS = 500
# What was just delivered is recognised first; then the child for the next upload is started.
REST = 1.5
PAGES = (
    account,
    arranging,
    audit,
    cases,
    checks,
    document_care,
    deputies,
    confirming,
    court,
    deadlines,
    documents,
    doors,
    dossier_care,
    dossiers,
    duties,
    erasures,
    factors,
    filing,
    giving,
    glass,
    guarded,
    health,
    home,
    inbox,
    interface,
    keeping,
    language,
    lists,
    mailroom,
    notices,
    offers,
    objections,
    paper,
    paper_due,
    periods,
    plan,
    proposals,
    redacting,
    reporting,
    representing,
    retention,
    rights,
    search,
    sending_way,
    sendings,
    sign_on,
    stacks,
    stations,
    uploads,
    users,
)


def create_app(
    office: Office,
    *,
    look: LookAt | None = None,
    sandbox: Sandbox | None = None,
    seek: Seek | None = None,
) -> OfficeApp:
    """Return the web application of an office; tests replace what the sandbox does."""
    settings = office.settings
    opening = sandbox or Sandbox(Limits.of(settings), warm=True)
    secure = settings.cookie_secure
    app = OfficeApp(
        "eakte.web",
        office=office,
        look=look or _looking_through(opening),
        unlock=_unlocking_through(opening, office.settings.signature_roots),
        seek=seek or _seeking_through(opening),
        title="e-Akte",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.config.update(
        SECRET_KEY=settings.application_secret(),
        # What stands in Flask's own cookie is form tokens and messages; our session is another.
        SESSION_COOKIE_NAME="__Host-eakte-formular" if secure else "eakte-formular",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES // 2,
        MAX_FORM_PARTS=FORM_PARTS,
        # The guard checks forms itself, after it knows who is asking.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages send no referrer at all; the token alone proves where a form comes from.
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "web" / "translations"),
        OPENAPI_VERSION="3.1.0",
    )
    headers.add_headers(app)
    login.guard_every_view(app)
    desk.lay_desk(app)
    errors.answer_failures(app)
    for page in PAGES:
        app.register_blueprint(page.pages)
    app.register_blueprint(sign_on.again)
    api.install(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    return app


def from_environment() -> OfficeApp:
    """Return the web application of the office that the settings name: what a server starts.

    Raises:
        BadInput: a setting is wrong.
        PartUnavailable: the store's address cannot be used.
    """
    settings = load_settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # Which letters of a typeface each receipt takes along is of no interest.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    sandbox = Sandbox(Limits.of(settings), warm=True, rest=REST)
    try:
        # A child that waits warm answers the first upload as fast as the second.
        sandbox.start()
    except PartUnavailable as error:
        log.error("documents cannot be looked at, so none is taken: %s", error)
    return create_app(open_office(settings), sandbox=sandbox)


def _unlocking_through(sandbox: Sandbox, roots: Path | None) -> Unlock:
    def unlock(path: Path, folder: Path, password: str) -> Unlocked:
        sandbox.start()
        made = sandbox.unlock(path, folder, password)
        if not made.signed:
            return made
        # A signature is about the bytes as they were sent, and only now they can be read.
        found = sandbox.verify(path, name="original.pdf", roots=roots, password=password)
        return replace(made, signatures=found or ())

    return unlock


def _seeking_through(sandbox: Sandbox) -> Seek:
    def find(path: Path, phrase: str, pages: Sequence[int]) -> tuple[Place, ...]:
        sandbox.start()
        return seek_in(sandbox, path, phrase=phrase, pages=pages)

    return find


def _looking_through(sandbox: Sandbox) -> LookAt:
    def look(path: Path, name: str) -> Look:
        # Does nothing when it was started before; a start that failed is tried again.
        sandbox.start()
        return sandbox.look(path, name=name)

    return look
