"""Which headers go with every response, whatever it is?"""

from __future__ import annotations

from flask import Response, g, request

from eakte.web.per_request import OfficeApp

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), "
        "browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"
# What the pages are made of changes with the version only; nobody's name is in it.
STATIC_CACHE = "private, max-age=3600"


def add_headers(app: OfficeApp) -> None:
    """Let every response of ``app`` carry the security headers, errors included."""
    secure = app.office.settings.cookie_secure

    @app.after_request
    def _secured(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers[name] = value
        if secure:
            response.headers["Strict-Transport-Security"] = ONE_YEAR
        if request.endpoint == "static" and response.status_code < 400:
            response.headers["Cache-Control"] = STATIC_CACHE
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
