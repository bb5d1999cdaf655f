"""Does a passkey open the desk of its owner, and nothing else do?"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.factor import Passkey, RecoveryCode
from eakte.model.login import LoginSession, LoginStep, SignInMethod
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff, account
from tests.eakte.web.authenticator import PRESENT, Authenticator
from tests.eakte.web.browser import Browser, signed_in

FACTORS = "/konto/zweiter-faktor"


def register(browser: Browser, device: Authenticator, name: str = "Laptop") -> TestResponse:
    """Register a passkey as passkey.js does."""
    browser.post("/konto/bestaetigen", {"confirm_password": PASSWORD})
    options = browser.post(f"{FACTORS}/passkey/aufgabe").json
    assert options is not None
    sent = {"credential": device.make(options), "passkey_name": name}
    return browser.post(f"{FACTORS}/passkey", sent)


def sign_in(app: OfficeApp, device: Authenticator) -> tuple[Browser, TestResponse]:
    """Sign in as passkey.js does: no name, no password."""
    browser = Browser(app)
    browser.read_token("/anmelden")
    options = browser.post("/anmelden/passkey/aufgabe").json
    assert options is not None and options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    answer = browser.post("/anmelden/passkey", {"credential": device.sign(options)})
    if answer.status_code == 303:
        browser.read_token()
    return browser, answer


@pytest.fixture
def device(clerk: Browser) -> Authenticator:
    made = Authenticator()
    assert register(clerk, made).status_code == 200
    return made


def kept(office: Office) -> list[Passkey]:
    with office.database.transaction(writes=False) as session:
        return list(session.scalars(select(Passkey)))


def test_a_passkey_opens_the_desk_without_a_password(
    app: OfficeApp, office: Office, device: Authenticator, staff: Staff
) -> None:
    browser, answer = sign_in(app, device)
    assert answer.headers["Location"] == "/"
    assert "Clerk" in browser.get("/konto").text
    with office.database.transaction(writes=False) as session:
        methods = set(session.scalars(select(LoginSession.method)))
    assert SignInMethod.PASSKEY in methods
    (passkey,) = kept(office)
    assert (passkey.user_id, passkey.sign_count, passkey.name) == (staff.clerk.id, 1, "Laptop")


def test_registering_needs_a_proof_and_asks_for_a_key_that_stays_and_verifies(
    clerk: Browser,
) -> None:
    refused = clerk.post(f"{FACTORS}/passkey/aufgabe", headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert refused.json is not None and refused.json["code"] == "confirmation-needed"
    clerk.post("/konto/bestaetigen", {"confirm_password": PASSWORD})
    options = clerk.post(f"{FACTORS}/passkey/aufgabe").json
    assert options is not None
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert options["rp"]["id"] == "localhost"


def test_several_passkeys_have_names_and_are_removed_one_by_one(
    app: OfficeApp, office: Office, clerk: Browser, device: Authenticator
) -> None:
    second = Authenticator()
    assert register(clerk, second, "Schlüssel am Bund").status_code == 303
    page = clerk.get(FACTORS).text
    assert "Laptop" in page and "Schlüssel am Bund" in page
    first = next(one for one in kept(office) if one.name == "Laptop")
    assert clerk.post(f"{FACTORS}/passkey/{first.id}/entfernen").status_code == 303
    assert sign_in(app, device)[1].status_code == 401
    assert sign_in(app, second)[1].status_code == 303


def test_nobody_removes_the_passkey_of_somebody_else(
    app: OfficeApp, office: Office, device: Authenticator
) -> None:
    (passkey,) = kept(office)
    other = signed_in(app, "other")
    sent = {"confirm_password": PASSWORD}
    assert other.post(f"{FACTORS}/passkey/{passkey.id}/entfernen", sent).status_code == 404
    assert len(kept(office)) == 1


def test_with_a_passkey_the_password_alone_opens_nothing(
    app: OfficeApp, office: Office, device: Authenticator
) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    answer = browser.post("/anmelden", {"login": "clerk", "password": PASSWORD})
    assert answer.headers["Location"] == "/anmelden/zweiter-schritt"
    options = browser.post("/anmelden/passkey/aufgabe").json
    assert options is not None
    answer = browser.post("/anmelden/zweiter-schritt", {"credential": device.sign(options)})
    assert answer.headers["Location"] == "/"
    with office.database.transaction(writes=False) as session:
        assert len(session.scalars(select(RecoveryCode)).all()) == 10


def test_the_second_step_of_one_is_not_done_by_the_passkey_of_another(
    app: OfficeApp, device: Authenticator
) -> None:
    foreign = Authenticator()
    assert register(signed_in(app, "other"), foreign).status_code == 200
    browser = Browser(app)
    browser.read_token("/anmelden")
    browser.post("/anmelden", {"login": "clerk", "password": PASSWORD})
    options = browser.post("/anmelden/passkey/aufgabe").json
    assert options is not None
    answer = browser.post("/anmelden/zweiter-schritt", {"credential": foreign.sign(options)})
    assert answer.status_code == 401 and browser.client.get_cookie("eakte") is None


@pytest.mark.parametrize(
    "lie",
    [
        {"flags": PRESENT},
        {"origin": "https://akte.boese.example"},
        {"host": "boese.example"},
        {"count": -1},
        {"owner": b"\0" * 16},
        {"owner": b""},
        {"credential_id": b"\1" * 32},
        {"key": Authenticator().key},
    ],
    ids=["unverified", "origin", "host", "copied", "owner", "nobody", "unknown", "key"],
)
def test_nobody_is_let_in_by(app: OfficeApp, device: Authenticator, lie: dict[str, object]) -> None:
    assert sign_in(app, device)[1].status_code == 303
    for name, value in lie.items():
        setattr(device, name, value)
    browser, answer = sign_in(app, device)
    assert answer.status_code == 401
    assert browser.client.get_cookie("eakte") is None


def test_a_counter_that_stands_still_is_a_copy(app: OfficeApp, device: Authenticator) -> None:
    assert sign_in(app, device)[1].status_code == 303
    device.count -= 1
    assert sign_in(app, device)[1].status_code == 401


def test_an_unverified_or_foreign_key_is_not_registered(clerk: Browser, office: Office) -> None:
    for lie in ({"flags": PRESENT}, {"origin": "https://boese.example"}, {"host": "boese"}):
        answer = register(clerk, Authenticator(**lie))  # type: ignore[arg-type]  # each lies in one field
        assert answer.status_code == 422
    assert kept(office) == []


def test_an_answer_opens_once(app: OfficeApp, device: Authenticator) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    options = browser.post("/anmelden/passkey/aufgabe").json
    before = browser.client.get_cookie("eakte-formular")
    assert options is not None and before is not None
    signed = device.sign(options)
    assert browser.post("/anmelden/passkey", {"credential": signed}).status_code == 303
    thief = Browser(app)
    thief.client.set_cookie("eakte-formular", before.value)
    thief.read_token("/anmelden")
    assert thief.post("/anmelden/passkey", {"credential": signed}).status_code == 401


def test_a_challenge_ends_after_a_while(
    app: OfficeApp, device: Authenticator, clock: SetClock
) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    options = browser.post("/anmelden/passkey/aufgabe").json
    assert options is not None
    clock.move(timedelta(minutes=11))
    answer = browser.post("/anmelden/passkey", {"credential": device.sign(options)})
    assert answer.status_code == 401


def test_a_locked_account_is_not_opened_by_its_passkey(
    app: OfficeApp, office: Office, device: Authenticator, staff: Staff
) -> None:
    with office.begin(staff.administrator) as work:
        account(work, staff.clerk).active = False
    assert sign_in(app, device)[1].status_code == 401


def test_who_guesses_passwords_locks_no_passkey_out(app: OfficeApp, device: Authenticator) -> None:
    for _ in range(6):
        Browser(app).sign_in("clerk", "falsches Kennwort")
    assert sign_in(app, device)[1].status_code == 303


ODD = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    '"x"',
    "{",
    "[" * 5000,
    '{"id": 1, "response": 2}',
    "x" * 30_000,
]
RESPONSES = [{}, {"userHandle": "AA"}, {"userHandle": 7}, {"userHandle": "AA", "signature": []}]


@pytest.mark.parametrize(
    "credential", ODD + [json.dumps({"id": "a", "response": one}) for one in RESPONSES]
)
def test_odd_answers_are_refused_in_peace(
    app: OfficeApp, device: Authenticator, credential: str
) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    browser.post("/anmelden/passkey/aufgabe")
    assert browser.post("/anmelden/passkey", {"credential": credential}).status_code == 401


@pytest.mark.parametrize("field", ["attestationObject", "clientDataJSON"])
@pytest.mark.parametrize("content", ["", "AAAA", "oWNmbXRkbm9uZQ", "____", 7])
def test_odd_registrations_are_refused_in_peace(
    clerk: Browser, office: Office, field: str, content: object
) -> None:
    clerk.post("/konto/bestaetigen", {"confirm_password": PASSWORD})
    options = clerk.post(f"{FACTORS}/passkey/aufgabe").json
    assert options is not None
    told = json.loads(Authenticator().make(options))
    told["response"][field] = content
    sent = {"credential": json.dumps(told), "passkey_name": "x"}
    assert clerk.post(f"{FACTORS}/passkey", sent).status_code == 422
    assert kept(office) == []


def test_one_address_does_not_begin_any_number(app: OfficeApp, office: Office) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    for _ in range(3):
        assert browser.post("/anmelden/passkey/aufgabe").status_code == 200
    with office.as_system() as work:
        first = work.session.scalars(select(LoginStep).limit(1)).one()
        work.session.add_all(
            LoginStep(
                token_digest=f"{number:064}",
                kind=first.kind,
                address_key=first.address_key,
                begun_at=first.begun_at,
                ends_at=first.ends_at,
            )
            for number in range(500)
        )
    assert browser.post("/anmelden/passkey/aufgabe").status_code == 429
