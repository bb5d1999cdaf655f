"""Who comes in, who does not, and what does the door tell them?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.audit_entry import AuditEntry
from eakte.model.login import LoginAttempt, LoginSession
from eakte.web.login import OPEN_TO_EVERYBODY, local_path
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff, account, build_office, hire
from tests.eakte.web.browser import Browser, bare, key_of, signed_in

# What stands in an address for things that do not exist.
FILLED = (
    ("<key>", "zehn"),
    (r"<uuid:\w+>", "00000000-0000-0000-0000-000000000007"),
    (r"<int:\w+>", "1"),
    (r"<code>", "en"),
    (r"<path:filename>", "mark.svg"),
)


def addresses(app: OfficeApp) -> list[tuple[str, str, str]]:
    """Give every address with one method each: endpoint, method, path."""
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for kind, value in FILLED:
            path = re.sub(kind, value, path)
        assert "<" not in path
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            found.append((rule.endpoint, method, path))
    return found


def test_every_address_but_the_named_ones_is_closed(app: OfficeApp) -> None:
    for endpoint, method, path in addresses(app):
        if endpoint in OPEN_TO_EVERYBODY:
            continue
        answer = app.test_client().open(path, method=method)
        to_login = answer.status_code == 303 and answer.headers["Location"].startswith("/anmelden")
        assert to_login or answer.status_code == 401, (endpoint, method, answer.status)


def test_an_address_that_does_not_exist_tells_a_stranger_nothing(app: OfficeApp) -> None:
    assert app.test_client().get("/gibt-es-nicht").headers["Location"].startswith("/anmelden")


def test_programs_are_told_401_in_their_own_form(app: OfficeApp) -> None:
    answer = app.test_client().get("/api/v1/dossiers")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None and answer.json["code"] == "signed-out"


def test_a_part_of_a_page_sends_the_browser_to_the_door(app: OfficeApp) -> None:
    answer = app.test_client().get("/posteingang/zeilen", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/anmelden")


def test_signing_in_opens_the_desk_and_signing_out_closes_it(
    app: OfficeApp, office: Office
) -> None:
    browser = Browser(app)
    assert browser.sign_in("clerk").headers["Location"] == "/"
    assert browser.get("/").status_code == 200
    kept = browser.client.get_cookie("eakte")
    assert kept is not None
    answer = browser.post("/abmelden")
    assert answer.headers["Location"] == "/anmelden"
    assert browser.client.get_cookie("eakte") is None
    # The session itself is over, not only its cookie.
    browser.client.set_cookie("eakte", kept.value)
    assert browser.get("/").status_code == 303
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(LoginSession)).all() == []


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: OfficeApp) -> None:
    browser = Browser(app)
    (cookie,) = [
        line
        for line in browser.sign_in("clerk").headers.getlist("Set-Cookie")
        if line.startswith("eakte=")
    ]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Max-Age" not in cookie and "Domain" not in cookie


def test_over_https_the_cookies_belong_to_this_host_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's own fixture
    office = build_office(tmp_path, cookie_secure=True)
    hire(office)
    client = create_app(office, look=lambda path, name: None).test_client()  # type: ignore[arg-type,return-value]  # nothing is looked at
    answer = client.get("/anmelden", base_url="https://akte.example")
    token = answer.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        "/anmelden",
        data={"login": "clerk", "password": PASSWORD, "csrf_token": token},
        base_url="https://akte.example",
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(line.startswith("__Host-eakte=") and "Secure" in line for line in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    office.close()


def test_unknown_name_wrong_password_and_lock_get_the_same_answer(
    app: OfficeApp, clock: SetClock
) -> None:
    unknown = Browser(app).sign_in("niemand", "falsches Kennwort")
    wrong = Browser(app).sign_in("clerk", "falsches Kennwort")
    for _ in range(5):
        Browser(app).sign_in("clerk", "falsches Kennwort")
    locked = Browser(app).sign_in("clerk", PASSWORD)
    answers = {bare(answer).replace("niemand", "clerk") for answer in (unknown, wrong, locked)}
    assert len(answers) == 1
    assert {answer.status_code for answer in (unknown, wrong, locked)} == {401}
    clock.move(timedelta(minutes=16))
    assert Browser(app).sign_in("clerk").status_code == 303


def test_a_name_that_does_not_exist_is_locked_like_one_that_does(
    app: OfficeApp, office: Office
) -> None:
    for _ in range(8):
        Browser(app).sign_in("niemand", "falsches Kennwort")
    with office.database.transaction(writes=False) as session:
        tries = session.scalars(select(LoginAttempt)).all()
    assert len(tries) == 2 * 5


def test_failures_are_kept_in_rows_and_log_although_the_sign_in_fails(
    app: OfficeApp, office: Office
) -> None:
    Browser(app).sign_in("clerk", "falsches Kennwort")
    with office.database.transaction(writes=False) as session:
        acts = session.scalars(select(AuditEntry.act)).all()
        assert "login.failed" in acts
        assert len(session.scalars(select(LoginAttempt)).all()) == 2


def test_a_right_password_takes_its_own_attempt_back(app: OfficeApp, office: Office) -> None:
    for _ in range(9):
        assert Browser(app).sign_in("clerk").status_code == 303
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(LoginAttempt)).all() == []


@pytest.mark.parametrize(
    "wanted",
    [
        "https://boese.example/",
        "//boese.example/",
        "/\\boese.example",
        "/\t/boese.example",
        "javascript:alert(1)",
        "boese.example",
        "/pfad\r\nX: 1",
        "\\\\boese.example",
        "",
    ],
)
def test_nobody_is_sent_to_a_foreign_address(app: OfficeApp, wanted: str) -> None:
    assert local_path(wanted) is None
    assert Browser(app).sign_in("clerk", next=wanted).headers["Location"] == "/"


def test_one_goes_on_to_where_one_wanted(app: OfficeApp) -> None:
    closed = app.test_client().get("/posteingang?zustand=bereit").headers["Location"]
    assert closed == "/anmelden?next=/posteingang?zustand%3Dbereit"
    answer = Browser(app).sign_in("clerk", next="/posteingang?zustand=bereit")
    assert answer.headers["Location"] == "/posteingang?zustand=bereit"


def test_a_session_ends_when_nobody_works_and_after_a_day_of_work(
    app: OfficeApp, clock: SetClock
) -> None:
    browser = signed_in(app, "clerk")
    for _ in range(13):
        clock.move(timedelta(minutes=55))
        browser.get("/")
    assert browser.get("/").status_code == 200
    clock.move(timedelta(minutes=55))
    assert browser.get("/").status_code == 303
    browser = signed_in(app, "clerk")
    clock.move(timedelta(minutes=61))
    assert browser.get("/").status_code == 303


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(app: OfficeApp, clock: SetClock) -> None:
    browser = signed_in(app, "clerk")
    for _ in range(7):
        clock.move(timedelta(minutes=10))
        browser.get("/posteingang/zeilen")
    assert browser.get("/posteingang/zeilen").status_code == 303


def test_a_locked_account_is_out_with_its_next_request(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    browser = signed_in(app, "clerk")
    headers = key_of(office, staff.clerk)
    with office.begin(staff.administrator) as work:
        account(work, staff.clerk).active = False
    assert browser.get("/").status_code == 303
    assert app.test_client().get("/api/v1/dossiers", headers=headers).status_code == 401


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    browser = signed_in(app, "clerk")
    assert browser.get("/suche").status_code == 200
    with office.begin(staff.administrator) as work:
        account(work, staff.clerk).roles = []
    assert browser.get("/suche").status_code == 403


def test_a_wrong_key_does_not_fall_back_on_a_cookie(app: OfficeApp) -> None:
    browser = signed_in(app, "clerk")
    headers = {"Authorization": "Bearer falsch"}
    assert browser.get("/api/v1/dossiers", headers=headers).status_code == 401
    assert browser.get("/api/v1/dossiers").status_code == 200


def test_a_key_opens_no_page(app: OfficeApp, office: Office, staff: Staff) -> None:
    headers = key_of(office, staff.clerk)
    assert app.test_client().get("/api/v1/dossiers", headers=headers).status_code == 200
    assert app.test_client().get("/posteingang", headers=headers).status_code == 303


def test_every_change_needs_the_token_of_our_forms(app: OfficeApp) -> None:
    browser = signed_in(app, "clerk")
    tried = 0
    for _, method, path in addresses(app):
        if method in {"POST", "PATCH", "DELETE", "PUT"}:
            answer = browser.client.open(
                path, method=method, headers={"Accept": "application/json"}
            )
            assert answer.status_code == 400, (method, path, answer.status)
            assert answer.json is not None and answer.json["code"] == "form-expired"
            tried += 1
    assert tried > 20


def test_a_token_of_one_session_is_worth_nothing_in_another(app: OfficeApp) -> None:
    clerk, other = signed_in(app, "clerk"), signed_in(app, "other")
    clerk.token = other.token
    assert clerk.post("/akten").status_code == 400


def test_signing_in_gives_a_new_session_each_time(app: OfficeApp) -> None:
    browser = Browser(app)
    browser.client.set_cookie("eakte", "untergeschoben")
    browser.sign_in("clerk")
    first = browser.client.get_cookie("eakte")
    assert first is not None and first.value != "untergeschoben"


def test_a_header_names_nobody(app: OfficeApp) -> None:
    forged = {"X-Remote-User": "clerk", "Remote-User": "clerk", "X-Forwarded-User": "clerk"}
    assert app.test_client().get("/", headers=forged).status_code == 303
