"""In which language does this browser want the pages?"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eakte.access.accounts import choose_language
from eakte.errors import NotFound
from eakte.web.desk import LANGUAGE_COOKIE, LANGUAGES
from eakte.web.login import local_path
from eakte.web.per_request import own_work, signed_in, the_office

pages = Blueprint("language", __name__)

ONE_YEAR = 365 * 24 * 3600


@pages.post("/sprache/<code>")
def choose(code: str) -> ResponseReturnValue:
    """Remember the language in the browser, and in the account of who is signed in."""
    if code not in LANGUAGES:
        raise NotFound("Diese Sprache gibt es nicht.")
    if signed_in():
        with own_work() as work:
            choose_language(work, code)
    back = _where_from()
    response = redirect(back or url_for("desk.home"), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=ONE_YEAR,
        httponly=True,
        secure=the_office().settings.cookie_secure,
        samesite="Lax",
    )
    return response


def _where_from() -> str | None:
    """Return the page that was shown, when the browser says so and it is one of ours."""
    came = urlsplit(request.referrer or "")
    return local_path(came.path) if came.netloc == request.host else None
