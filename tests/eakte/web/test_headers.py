"""Does every answer, whatever it is, carry what protects the reader?"""

from __future__ import annotations

import pytest
from flask import request
from werkzeug.test import TestResponse

from eakte.web.headers import ALWAYS, POLICY
from eakte.web.per_request import OfficeApp
from storage import MemoryStore
from tests.eakte.web.browser import Browser
from tests.eakte.web.test_doors import addresses


def protected(answer: TestResponse) -> bool:
    kept = all(answer.headers.get(name) == value for name, value in ALWAYS.items())
    return (
        kept and bool(answer.headers.get("Cache-Control")) and bool(answer.headers["X-Request-Id"])
    )


def test_the_policy_is_exactly_the_one_that_was_decided() -> None:
    assert POLICY == (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    )


def test_every_address_answers_protected_to_a_stranger(app: OfficeApp) -> None:
    for _, method, path in addresses(app):
        assert protected(app.test_client().open(path, method=method, buffered=True)), (method, path)


def test_every_address_answers_protected_to_a_clerk(app: OfficeApp, clerk: Browser) -> None:
    for _, method, path in addresses(app):
        if path != "/abmelden":
            answer = clerk.client.open(
                path, method=method, headers={"X-CSRFToken": clerk.token}, buffered=True
            )
            assert answer.status_code < 500, (method, path, answer.status)
            assert protected(answer), (method, path)


@pytest.mark.parametrize("method", ["GET", "PUT", "TRACE", "OPTIONS", "DELETE", "BREW"])
def test_odd_methods_and_addresses_are_answered_protected(clerk: Browser, method: str) -> None:
    for path in (
        "/gibt/es/nicht",
        "/posteingang",
        "/api/v1/documents",
        "/hochladen",
        "/%00",
        "/..",
    ):
        answer = clerk.client.open(path, method=method, headers={"X-CSRFToken": clerk.token})
        assert answer.status_code < 500 and protected(answer), (method, path, answer.status)


def test_pages_are_kept_nowhere_and_pictures_of_ours_for_a_while(clerk: Browser) -> None:
    assert clerk.get("/posteingang").headers["Cache-Control"] == "no-store"
    assert clerk.get("/static/mark.svg").headers["Cache-Control"] == "private, max-age=3600"


def test_an_unexpected_fault_is_a_page_without_its_contents(
    app: OfficeApp, clerk: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> str:
        raise RuntimeError("Muster, Änne hat einen GdB von 50")

    app.view_functions["plan.show"] = broken
    answer = clerk.get("/aktenplan")
    assert answer.status_code == 500 and protected(answer)
    assert "Änne" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert answer.headers["X-Request-Id"] in caplog.text
    assert "RuntimeError" in caplog.text and "Änne" not in caplog.text


def test_health_says_which_part_is_away_and_nothing_else(
    app: OfficeApp, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eakte.web.pages.health.SECONDS", 0.0)
    working = app.test_client().get("/gesundheit")
    store.reachable = False
    broken = app.test_client().get("/gesundheit")
    assert (working.status_code, broken.status_code) == (200, 503)
    assert broken.json == {
        "status": "unavailable",
        "parts": {"database": True, "store": False, "index": True},
    }


def test_what_stands_before_us_is_believed_only_when_it_is_ours(app: OfficeApp) -> None:
    seen: list[str | None] = []

    @app.before_request
    def _look() -> None:
        seen.append(request.remote_addr)

    app.test_client().get("/gesundheit", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen == ["127.0.0.1"]
