"""Does the password alone open nothing where a second factor is set up?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from eakte.access.factors.sealing import seal, unseal
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.audit_entry import AuditEntry
from eakte.model.factor import CodeGenerator, RecoveryCode
from eakte.model.login import LoginSession
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, SECRET, Staff, build_office, hire
from tests.eakte.web.browser import Browser, bare, key_of, signed_in
from tests.eakte.web.conftest import look

PROVED = {"confirm_password": PASSWORD}


def enrol(browser: Browser, clock: SetClock, **proof: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a generator of codes as a person does; return it and the recovery codes."""
    assert browser.post("/konto/zweiter-faktor/code-app", proof or PROVED).status_code == 303
    page = browser.get("/konto/zweiter-faktor/code-app").text
    shown = re.search(r'id="schluessel">([A-Z2-7 ]+)<', page)
    assert shown and "<svg" in page
    generator = pyotp.TOTP(shown[1].replace(" ", ""))
    answer = browser.post(
        "/konto/zweiter-faktor/code-app/bestaetigen", {"code": generator.at(clock.now())}
    )
    assert answer.status_code == 200, answer.text
    clock.move(timedelta(seconds=30))
    return generator, re.findall(r"<li><code>([a-z0-9-]+)</code>", answer.text)


def half_in(app: OfficeApp, login: str = "clerk") -> Browser:
    """Give the right password, and nothing more."""
    browser = Browser(app)
    browser.read_token("/anmelden")
    answer = browser.post("/anmelden", {"login": login, "password": PASSWORD})
    assert answer.headers["Location"] == "/anmelden/zweiter-schritt"
    return browser


def second(browser: Browser, code: str) -> int:
    return browser.post("/anmelden/zweiter-schritt", {"code": code}).status_code


def test_the_password_alone_opens_nothing(app: OfficeApp, clerk: Browser, clock: SetClock) -> None:
    generator, _ = enrol(clerk, clock)
    browser = half_in(app)
    for path in ("/", "/konto", "/api/v1/dossiers", "/konto/zweiter-faktor"):
        assert browser.get(path).status_code in {303, 401}
    assert browser.client.get_cookie("eakte") is None
    assert second(browser, generator.at(clock.now())) == 303
    assert browser.get("/").status_code == 200


def test_a_generator_counts_only_after_its_first_code(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    clerk.post("/konto/zweiter-faktor/code-app", PROVED)
    answer = clerk.post("/konto/zweiter-faktor/code-app/bestaetigen", {"code": "000000"})
    assert answer.status_code == 422 and "Der Code stimmt nicht" in answer.text
    assert Browser(app).sign_in("clerk").headers["Location"] == "/"


def test_a_code_opens_once(app: OfficeApp, clerk: Browser, clock: SetClock) -> None:
    generator, _ = enrol(clerk, clock)
    code = generator.at(clock.now())
    assert second(half_in(app), code) == 303
    assert second(half_in(app), code) == 401
    # Nor does the one before it, which came from the same or an earlier time.
    assert second(half_in(app), generator.at(clock.now() - timedelta(seconds=30))) == 401
    clock.move(timedelta(seconds=30))
    assert second(half_in(app), generator.at(clock.now())) == 303


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 303), (30, 303), (60, 401)])
def test_a_clock_may_go_half_a_minute_wrong(
    app: OfficeApp, clerk: Browser, clock: SetClock, seconds: int, status: int
) -> None:
    generator, _ = enrol(clerk, clock)
    clock.move(timedelta(minutes=5))
    code = generator.at(clock.now() + timedelta(seconds=seconds))
    assert second(half_in(app), code) == status


def test_wrong_codes_lock_like_wrong_passwords_and_the_password_buys_no_new_ones(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    generator, _ = enrol(clerk, clock)
    for _ in range(5):
        assert second(half_in(app), "000000") == 401
    # The right password no longer leads on, and is told nothing else than a wrong one.
    locked = Browser(app).sign_in("clerk")
    assert locked.status_code == 401
    assert bare(locked) == bare(Browser(app).sign_in("clerk", "falsches Kennwort"))
    clock.move(timedelta(minutes=16))
    assert second(half_in(app), generator.at(clock.now())) == 303


def test_a_second_step_that_is_locked_takes_not_even_the_right_code(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    generator, _ = enrol(clerk, clock)
    browser = half_in(app)
    for _ in range(5):
        assert second(browser, "000000") == 401
    assert second(browser, generator.at(clock.now())) == 401


def test_a_second_step_ends_after_a_while_and_belongs_to_its_browser(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    generator, _ = enrol(clerk, clock)
    stranger = Browser(app)
    stranger.read_token("/anmelden")
    assert second(stranger, generator.at(clock.now())) == 401
    browser = half_in(app)
    clock.move(timedelta(minutes=11))
    assert second(browser, generator.at(clock.now())) == 401
    assert browser.get("/anmelden/zweiter-schritt").headers["Location"] == "/anmelden"


def test_a_second_step_is_used_up(app: OfficeApp, clerk: Browser, clock: SetClock) -> None:
    generator, codes = enrol(clerk, clock)
    browser = half_in(app)
    kept = browser.client.get_cookie("eakte-formular")
    assert kept is not None
    assert second(browser, generator.at(clock.now())) == 303
    again = Browser(app)
    again.token = browser.token
    again.client.set_cookie("eakte-formular", kept.value)
    again.read_token("/anmelden")
    assert second(again, codes[0]) == 401


def test_ten_recovery_codes_open_once_each(
    app: OfficeApp, office: Office, clerk: Browser, clock: SetClock
) -> None:
    _, codes = enrol(clerk, clock)
    assert len(set(codes)) == 10
    assert second(half_in(app), codes[0]) == 303
    assert second(half_in(app), codes[0]) == 401
    assert second(half_in(app), codes[1].upper().replace("-", " ")) == 303
    with office.database.transaction(writes=False) as session:
        kept = session.scalars(select(RecoveryCode)).all()
        assert sum(one.used_at is not None for one in kept) == 2
        assert not {one.code_digest for one in kept} & set(codes)
        assert "factor.code-used" in session.scalars(select(AuditEntry.act)).all()


def test_new_recovery_codes_withdraw_the_old(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    _, old = enrol(clerk, clock)
    page = clerk.post("/konto/zweiter-faktor/wiederherstellung").text
    new = re.findall(r"<li><code>([a-z0-9-]+)</code>", page)
    assert len(new) == 10 and not set(new) & set(old)
    assert second(half_in(app), old[0]) == 401
    assert second(half_in(app), new[0]) == 303


def test_the_secret_does_not_lie_open_in_the_database(
    office: Office, clerk: Browser, clock: SetClock, staff: Staff
) -> None:
    generator, _ = enrol(clerk, clock)
    with office.database.transaction(writes=False) as session:
        kept = session.get_one(CodeGenerator, staff.clerk.id)
        assert generator.secret.encode() not in kept.sealed_secret
    given = {"owner": staff.clerk.id, "purpose": "code generator"}
    assert unseal(kept.sealed_secret, office.settings, **given) == generator.secret.encode()  # type: ignore[arg-type]  # both are named above
    foreign = given | {"owner": staff.scanning.id}
    assert unseal(kept.sealed_secret, office.settings, **foreign) is None  # type: ignore[arg-type]  # both are named above


def test_what_is_sealed_with_another_key_is_no_secret_any_more(
    office: Office, tmp_path: Path, staff: Staff
) -> None:
    other = build_office(tmp_path / "other", secret_key=SECRET[::-1])
    sealed = seal(b"secret", other.settings, owner=staff.clerk.id, purpose="a")
    other.close()
    assert unseal(sealed, office.settings, owner=staff.clerk.id, purpose="a") is None


def test_a_new_factor_ends_every_other_session(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    thief = signed_in(app, "clerk")
    enrol(clerk, clock)
    assert thief.get("/").status_code == 303
    assert clerk.get("/").status_code == 200


def test_the_last_factor_takes_its_recovery_codes_along(
    app: OfficeApp, office: Office, clerk: Browser, clock: SetClock
) -> None:
    enrol(clerk, clock)
    assert clerk.post("/konto/zweiter-faktor/code-app/entfernen").status_code == 303
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(RecoveryCode)).all() == []
    assert Browser(app).sign_in("clerk").headers["Location"] == "/"


def test_the_administrator_helps_who_lost_the_factor_and_takes_no_other_way(
    app: OfficeApp, office: Office, clerk: Browser, clock: SetClock, staff: Staff
) -> None:
    enrol(clerk, clock)
    admin, other = signed_in(app, "admin"), signed_in(app, "other")
    path = f"/verwaltung/benutzer/{staff.clerk.id}/faktoren"
    assert other.post(path).status_code == 403
    assert admin.post(path).status_code == 303
    assert clerk.get("/").status_code == 303
    assert Browser(app).sign_in("clerk").headers["Location"] == "/"
    own = f"/verwaltung/benutzer/{staff.administrator.id}/faktoren"
    assert admin.post(own).status_code == 422


@pytest.fixture
def strict(tmp_path: Path, clock: SetClock) -> Iterator[tuple[OfficeApp, Office, Staff]]:
    office = build_office(tmp_path / "strict", clock=clock, second_factor="required")
    yield create_app(office, look=look), office, hire(office)
    office.close()


def test_where_a_factor_is_required_nobody_works_without_one(
    strict: tuple[OfficeApp, Office, Staff], clock: SetClock
) -> None:
    app, _, _ = strict
    browser = Browser(app)
    browser.read_token("/anmelden")
    browser.post("/anmelden", {"login": "clerk", "password": PASSWORD})
    for path in ("/", "/konto", "/posteingang", "/suche"):
        assert browser.get(path).headers["Location"] == "/konto/zweiter-faktor", path
    told = browser.get("/api/v1/dossiers")
    assert told.status_code == 403 and told.json is not None
    assert told.json["code"] == "second-factor-needed"
    browser.read_token("/konto/zweiter-faktor")
    assert browser.post("/akten/neu").headers["Location"] == "/konto/zweiter-faktor"
    page = browser.get("/konto/zweiter-faktor").text
    assert "verlangt einen zweiten Faktor" in page and "/posteingang" not in page
    # The password was given a moment ago; it is not asked for again.
    enrol(browser, clock, nothing="")
    assert browser.get("/").status_code == 200


def test_where_a_factor_is_required_the_last_one_stays(
    strict: tuple[OfficeApp, Office, Staff], clock: SetClock
) -> None:
    app, office, _ = strict
    browser = Browser(app)
    browser.read_token("/anmelden")
    browser.post("/anmelden", {"login": "clerk", "password": PASSWORD})
    browser.read_token("/konto/zweiter-faktor")
    enrol(browser, clock, nothing="")
    answer = browser.post("/konto/zweiter-faktor/code-app/entfernen")
    assert answer.status_code == 409 and "Ihr letzter" in answer.text
    with office.database.transaction(writes=False) as session:
        assert len(session.scalars(select(CodeGenerator)).all()) == 1


def test_a_key_for_programs_goes_on_where_a_factor_is_required(
    strict: tuple[OfficeApp, Office, Staff],
) -> None:
    app, office, staff = strict
    headers = key_of(office, staff.clerk)
    assert app.test_client().get("/api/v1/dossiers", headers=headers).status_code == 200
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(LoginSession)).all() == []
