"""Under which address do people see this desk?"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, url_for

from eakte.access.factors.passkeys import RelyingParty
from eakte.web.per_request import the_office


def public_origin() -> str:
    """Return scheme and host as the browser sees them: as set, else as this request was sent.

    What a proxy says of them counts only when the settings say that there is one.
    """
    chosen = urlsplit(the_office().settings.public_url or request.host_url)
    return f"{chosen.scheme}://{chosen.netloc}"


def relying_party() -> RelyingParty:
    """Return for whom passkeys are made here."""
    origin = public_origin()
    return RelyingParty(urlsplit(origin).hostname or "", origin)


def whole_address(endpoint: str) -> str:
    """Return a page's address with its host, as another service is told it."""
    return public_origin() + url_for(endpoint)
