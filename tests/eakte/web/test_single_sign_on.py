"""Does the office's own sign-in service let in exactly those it vouches for?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.audit_entry import AuditEntry
from eakte.model.login import LoginSession, LoginStep, SignInMethod
from eakte.model.user import User
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, account, build_office
from tests.eakte.web.browser import Browser
from tests.eakte.web.conftest import look
from tests.eakte.web.provider import CLIENT, CLIENT_SECRET, Provider, running


@pytest.fixture
def provider(clock: SetClock) -> Iterator[Provider]:
    with running(clock) as started:
        yield started


@pytest.fixture
def office(
    tmp_path: Path, hired: tuple[Path, Staff], clock: SetClock, provider: Provider
) -> Iterator[Office]:
    shutil.copy(hired[0], tmp_path / "eakte.db")
    opened = build_office(
        tmp_path,
        clock=clock,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=CLIENT_SECRET,
    )
    yield opened
    opened.close()


@pytest.fixture
def app(office: Office) -> OfficeApp:
    return create_app(office, look=look)


def sign_on(browser: Browser, provider: Provider, address: str = "/anmelden/amt") -> TestResponse:
    """Walk the whole way: to the service, through it, and back."""
    sent = browser.get(address)
    assert sent.status_code == 303 and sent.headers["Location"].startswith(provider.issuer)
    return browser.get(provider.walk(sent.headers["Location"]))


def running_sessions(office: Office) -> list[LoginSession]:
    with office.database.transaction(writes=False) as session:
        return list(session.scalars(select(LoginSession)))


def test_whom_the_service_names_is_let_in_and_led_on(
    app: OfficeApp, office: Office, provider: Provider
) -> None:
    browser = Browser(app)
    answer = sign_on(browser, provider, "/anmelden/amt?next=/suche")
    assert answer.headers["Location"] == "/suche"
    assert browser.get("/suche").status_code == 200
    (started,) = running_sessions(office)
    assert started.method is SignInMethod.SINGLE_SIGN_ON
    # Having signed in some time today, somewhere else, is no proof of sitting here now.
    assert started.confirmed_at is None
    assert "prompt" not in provider.asked[0]


def test_the_sign_in_page_offers_the_service(app: OfficeApp) -> None:
    assert "/anmelden/amt" in Browser(app).get("/anmelden").text


LIES: dict[str, dict[str, Any]] = {
    "wrong nonce": {"claims": {"nonce": "a"}},
    "no nonce": {"left_out": ("nonce",)},
    "wrong audience": {"claims": {"aud": "another"}},
    "several audiences and no party": {"claims": {"aud": [CLIENT, "another"]}},
    "another party": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "wrong issuer": {"claims": {"iss": "https://other.example"}},
    "no end": {"left_out": ("exp",)},
    "expired": {"claims": {"exp": 1_000_000_000}},
    "not yet": {"claims": {"nbf": 4_000_000_000}},
    "no algorithm": {"unsigned": True},
    "foreign key": {"foreign": True},
    "unknown account": {"login": "niemand"},
    "the application itself": {"login": "e-akte"},
    "no name": {"left_out": ("preferred_username",)},
    "a list for a name": {"claims": {"preferred_username": ["clerk"]}},
    "another issuer in its description": {"called": "https://other.example"},
}


@pytest.mark.parametrize("lie", LIES)
def test_nobody_is_let_in_by(app: OfficeApp, office: Office, provider: Provider, lie: str) -> None:
    browser = Browser(app)
    sent = browser.get("/anmelden/amt")
    for name, value in LIES[lie].items():
        setattr(provider, name, value)
    answer = browser.get(provider.walk(sent.headers["Location"]))
    assert answer.status_code == (503 if "description" in lie else 401)
    assert running_sessions(office) == []
    assert browser.get("/").status_code == 303
    with office.database.transaction(writes=False) as session:
        assert "login.failed" in session.scalars(select(AuditEntry.act)).all()


def test_the_claims_make_no_account_and_give_no_role(
    app: OfficeApp, office: Office, provider: Provider, staff: Staff
) -> None:
    with office.database.transaction(writes=False) as session:
        before = session.execute(select(User.login, User.roles).order_by(User.login)).all()
    provider.claims = {"roles": ["administrator"], "groups": ["administrator"]}
    for login in ("niemand", "clerk"):
        provider.login = login
        sign_on(Browser(app), provider)
    with office.database.transaction(writes=False) as session:
        after = session.execute(select(User.login, User.roles).order_by(User.login)).all()
    assert after == before


def test_a_locked_account_stays_out(
    app: OfficeApp, office: Office, provider: Provider, staff: Staff
) -> None:
    with office.begin(staff.administrator) as work:
        account(work, staff.clerk).active = False
    assert sign_on(Browser(app), provider).status_code == 401


def test_a_way_back_works_once(app: OfficeApp, provider: Provider) -> None:
    browser = Browser(app)
    back = provider.walk(browser.get("/anmelden/amt").headers["Location"])
    assert browser.get(back).status_code == 303
    again = browser.get(back)
    assert again.status_code == 401 and "schon benutzt" in again.text


def test_a_way_back_belongs_to_the_browser_that_went(app: OfficeApp, provider: Provider) -> None:
    back = provider.walk(Browser(app).get("/anmelden/amt").headers["Location"])
    other = Browser(app)
    assert other.get(back).status_code == 401
    other.get("/anmelden/amt")
    assert other.get(back).status_code == 401


def test_a_way_back_closes_after_a_while(
    app: OfficeApp, provider: Provider, clock: SetClock
) -> None:
    browser = Browser(app)
    back = provider.walk(browser.get("/anmelden/amt").headers["Location"])
    clock.move(timedelta(minutes=11))
    assert browser.get(back).status_code == 401


def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    app: OfficeApp, provider: Provider
) -> None:
    stolen = provider.walk(Browser(app).get("/anmelden/amt").headers["Location"])
    thief = Browser(app)
    own = provider.walk(thief.get("/anmelden/amt").headers["Location"])
    code, state = stolen.split("code=")[1].split("&")[0], own.split("state=")[1]
    answer = thief.get(f"/anmelden/amt/zurueck?code={code}&state={state}")
    assert answer.status_code == 401


def test_a_refusal_of_the_service_is_told(app: OfficeApp, provider: Provider) -> None:
    browser = Browser(app)
    sent = browser.get("/anmelden/amt").headers["Location"]
    state = provider.walk(sent).split("state=")[1]
    answer = browser.get(f"/anmelden/amt/zurueck?error=access_denied&state={state}")
    assert answer.status_code == 401 and "nicht bestätigt" in answer.text


def test_a_service_that_is_away_is_named_and_keeps_nobody_from_the_password(
    app: OfficeApp, office: Office, clock: SetClock
) -> None:
    with running(clock) as gone:
        object.__setattr__(office.settings, "oidc_issuer", gone.issuer)
    browser = Browser(app)
    answer = browser.get("/anmelden/amt")
    assert answer.status_code == 503 and "nicht erreichbar" in answer.text
    assert browser.sign_in("clerk").status_code == 303
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(LoginStep)).all() == []


def test_an_office_without_a_service_has_no_such_door(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    browser = Browser(create_app(office, look=look))
    assert "/anmelden/amt" not in browser.get("/anmelden").text
    assert browser.get("/anmelden/amt").status_code == 404
    office.close()


def test_who_came_through_the_service_proves_it_again_there(
    app: OfficeApp, office: Office, provider: Provider
) -> None:
    browser = Browser(app)
    sign_on(browser, provider)
    answer = sign_on(browser, provider, "/konto/bestaetigen/amt?next=/konto/zweiter-faktor")
    assert answer.headers["Location"] == "/konto/zweiter-faktor"
    assert provider.asked[1]["prompt"] == "login" and provider.asked[1]["max_age"] == "0"
    (started,) = running_sessions(office)
    assert started.confirmed_at is not None
    assert browser.get("/konto").status_code == 200


@pytest.mark.parametrize("lie", ["somebody else", "not asked again", "asked long ago"])
def test_a_proof_from_the_service_is_not_taken_from(
    app: OfficeApp, office: Office, provider: Provider, lie: str
) -> None:
    browser = Browser(app)
    sign_on(browser, provider)
    if lie == "somebody else":
        provider.login = "other"
    elif lie == "not asked again":
        provider.left_out = ("auth_time",)
    else:
        provider.claims = {"auth_time": 1_000_000_000}
    assert sign_on(browser, provider, "/konto/bestaetigen/amt").status_code == 401
    assert [one.confirmed_at for one in running_sessions(office)] == [None]
