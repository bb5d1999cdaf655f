"""Does every address of the desk ask who is there, except those that are named as open?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, Response
from werkzeug.routing import Rule

from eakte.app import create_app
from eakte.web.login import ASKED_BY_THE_PAGE, OPEN_TO_EVERYBODY
from tests.builders import A_PDF, build_office
from tests.house.tree import ROOT

# Said here a second time on purpose: whoever opens an address has to say so in two places.
KNOWN_AS_OPEN = {
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
SOMETHING = {"UUIDConverter": UUID(int=7), "IntegerConverter": 1}
# What the guard has to answer: pages lead to the sign-in, programs and parts of pages get 401.
CLOSED = {302, 303, 401}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Flask]:
    office = build_office(tmp_path)
    yield create_app(office, look=lambda path, name: A_PDF)
    office.close()


def _address(app: Flask, rule: Rule) -> str:
    values = {
        name: SOMETHING.get(type(converter).__name__, "etwas")
        for name, converter in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def _is_closed(app: Flask, address: str, method: str) -> bool:
    answer = app.test_client().open(address, method=method)
    if answer.status_code not in CLOSED:
        return False
    return answer.status_code == 401 or "/anmelden" in answer.headers.get("Location", "")


def open_views(app: Flask) -> set[str]:
    """Name every view that answers somebody who is not signed in, by any method."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not _is_closed(app, _address(app, rule), method)
    }


def test_every_address_asks_who_is_there_except_those_named_as_open(desk: Flask) -> None:
    assert open_views(desk) <= OPEN_TO_EVERYBODY


def test_only_the_known_addresses_are_named_as_open() -> None:
    assert OPEN_TO_EVERYBODY == KNOWN_AS_OPEN


def test_the_list_of_open_addresses_carries_its_warning() -> None:
    source = (ROOT / "eakte/web/login.py").read_text(encoding="utf-8").splitlines()
    (line,) = (number for number, text in enumerate(source) if text.startswith("OPEN_TO_EVERYBODY"))
    assert source[line - 1].startswith("# WARNING")


def test_there_are_addresses_to_look_at(desk: Flask) -> None:
    views = {rule.endpoint for rule in desk.url_map.iter_rules()}
    assert len(views) > 30
    assert views >= OPEN_TO_EVERYBODY


def test_a_view_that_is_planted_later_is_closed_as_well(desk: Flask) -> None:
    desk.add_url_rule("/geplant", "planted.show", lambda: "offen")
    assert "planted.show" not in open_views(desk)


def test_a_planted_answer_before_the_guard_is_caught(desk: Flask) -> None:
    desk.add_url_rule("/geplant", "planted.show", lambda: "nie erreicht")

    def leak() -> Response | None:
        return Response("offen")

    desk.before_request_funcs[None].insert(0, leak)
    assert "planted.show" in open_views(desk)


def test_a_planted_loss_of_the_guard_is_caught(desk: Flask) -> None:
    desk.before_request_funcs[None].clear()
    desk.add_url_rule("/geplant", "planted.show", lambda: "offen")
    assert "planted.show" in open_views(desk)


# What a page asks for again by itself only until it is there: it ends, and keeps nobody awake.
ENDS_BY_ITSELF = {"checks.page", "checks.show", "paper.show", "proposals.show"}


def test_what_a_page_asks_again_and_again_keeps_no_abandoned_desk_signed_in() -> None:
    asked = set()
    for template in sorted((ROOT / "eakte/web/templates").glob("*.html")):
        written = template.read_text("utf-8")
        for tag in re.findall(r"<\w+\b(?:\{%.*?%\}|\{\{.*?\}\}|[^<>])*", written):
            if 'hx-trigger="every' in tag:
                asked |= set(re.findall(r"hx-get=\"\{\{ url_for\('([\w.]+)'", tag))
    assert len(asked) > 5
    assert asked - ENDS_BY_ITSELF == ASKED_BY_THE_PAGE
