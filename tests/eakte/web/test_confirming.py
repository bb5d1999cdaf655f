"""Are weighty acts asked for a second time, without losing what was typed?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import NeedsConfirmation, NotAllowed
from eakte.model.login import AccessToken, LoginSession
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff
from tests.eakte.web.authenticator import Authenticator
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.test_passkeys import register
from tests.eakte.web.test_second_step import enrol

KEY = {"token_name": "Scanner & Söhne", "days": "30"}
PROVED = {"confirm_password": PASSWORD}


def keys(office: Office) -> list[str]:
    with office.database.transaction(writes=False) as session:
        return list(session.scalars(select(AccessToken.name)))


def test_an_act_that_is_allowed_but_for_the_proof_says_so(office: Office, staff: Staff) -> None:
    with office.begin(staff.clerk) as work, pytest.raises(NeedsConfirmation):
        require(work, Action.BREAK_GLASS)
    with office.begin(staff.administrator) as work:
        with pytest.raises(NotAllowed) as refused:
            require(work, Action.BREAK_GLASS)
        assert not isinstance(refused.value, NeedsConfirmation)
    with office.begin(replace(staff.clerk, confirmed=True)) as work:
        require(work, Action.BREAK_GLASS)


def test_signing_in_is_no_proof_for_what_comes_later(clerk: Browser, office: Office) -> None:
    answer = clerk.post("/konto/zugang", KEY)
    assert answer.status_code == 403
    assert "Noch einmal ausweisen" in answer.text and keys(office) == []


def test_what_was_typed_comes_along_and_the_act_is_done(clerk: Browser, office: Office) -> None:
    page = clerk.post("/konto/zugang", KEY).text
    action = re.findall(r'<form class="form" method="post" action="([^"]+)"', page)
    assert action == ["/konto/zugang"]
    kept = dict(re.findall(r'<input type="hidden" name="(token_name|days)" value="([^"]*)"', page))
    assert kept == {"token_name": "Scanner &amp; Söhne", "days": "30"}
    assert clerk.post("/konto/zugang", KEY | PROVED).status_code == 200
    assert keys(office) == ["Scanner & Söhne"]


def test_a_wrong_proof_does_nothing_keeps_what_was_typed_and_counts(
    clerk: Browser, office: Office
) -> None:
    for _ in range(5):
        answer = clerk.post("/konto/zugang", KEY | {"confirm_password": "falsches Kennwort"})
        assert answer.status_code == 403 and "nicht gelungen" in answer.text
        assert "Söhne" in answer.text and "falsches Kennwort" not in answer.text
    assert clerk.post("/konto/zugang", KEY | PROVED).status_code == 403
    assert keys(office) == []


def test_a_proof_holds_for_five_minutes(clerk: Browser, clock: SetClock, office: Office) -> None:
    assert clerk.post("/konto/bestaetigen", PROVED).headers["Location"] == "/konto"
    clock.move(timedelta(minutes=4, seconds=59))
    assert clerk.post("/konto/zugang", KEY).status_code == 200
    clock.move(timedelta(seconds=1))
    assert clerk.post("/konto/zugang", KEY).status_code == 403
    assert len(keys(office)) == 1


def test_a_page_leads_to_the_proof_and_back(clerk: Browser) -> None:
    answer = clerk.get("/konto/zweiter-faktor/code-app")
    assert answer.headers["Location"] == "/konto/bestaetigen?next=/konto/zweiter-faktor/code-app"
    page = clerk.get(answer.headers["Location"]).text
    assert 'name="next" value="/konto/zweiter-faktor/code-app"' in page
    sent = PROVED | {"next": "/konto/zweiter-faktor/code-app"}
    back = clerk.post("/konto/bestaetigen", sent).headers["Location"]
    assert back == "/konto/zweiter-faktor/code-app"


@pytest.mark.parametrize("wanted", ["https://boese.example/", "//boese.example", "/\\boese"])
def test_nobody_is_led_to_a_foreign_address(clerk: Browser, wanted: str) -> None:
    answer = clerk.post("/konto/bestaetigen", PROVED | {"next": wanted})
    assert answer.headers["Location"] == "/konto"


def test_a_part_of_a_page_sends_the_browser_to_the_proof(clerk: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/konto"}
    answer = clerk.get("/konto/zweiter-faktor/code-app", headers=headers)
    assert answer.headers["HX-Redirect"] == "/konto/bestaetigen?next=/konto"


def test_a_proof_gives_the_session_a_new_token(app: OfficeApp, clerk: Browser) -> None:
    before = clerk.client.get_cookie("eakte")
    clerk.post("/konto/bestaetigen", PROVED)
    after = clerk.client.get_cookie("eakte")
    assert before is not None and after is not None and before.value != after.value
    thief = Browser(app)
    thief.client.set_cookie("eakte", before.value)
    assert thief.get("/konto").status_code == 303
    assert clerk.get("/konto").status_code == 200


def test_a_proof_is_one_session_s_alone(app: OfficeApp, clerk: Browser, office: Office) -> None:
    other = signed_in(app, "clerk")
    clerk.post("/konto/bestaetigen", PROVED)
    assert other.post("/konto/zugang", KEY).status_code == 403
    with office.database.transaction(writes=False) as session:
        assert len([one for one in session.scalars(select(LoginSession)) if one.confirmed_at]) == 1


def test_programs_cannot_prove_anything(app: OfficeApp, office: Office, staff: Staff) -> None:
    headers = key_of(office, staff.clerk)
    answer = app.test_client().post("/konto/bestaetigen", data=PROVED, headers=headers)
    assert answer.status_code in {303, 400, 401}
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(LoginSession)).all() == []


def test_with_a_generator_the_password_alone_proves_nothing(
    clerk: Browser, clock: SetClock, office: Office
) -> None:
    generator, _ = enrol(clerk, clock)
    clock.move(timedelta(minutes=6))
    assert clerk.post("/konto/zugang", KEY | PROVED).status_code == 403
    code = generator.at(clock.now())
    assert clerk.post("/konto/zugang", KEY | PROVED | {"confirm_code": code}).status_code == 200
    clock.move(timedelta(minutes=6))
    again = clerk.post("/konto/zugang", KEY | PROVED | {"confirm_code": code})
    assert again.status_code == 403 and len(keys(office)) == 1


def test_a_passkey_proves_it_as_well(
    app: OfficeApp, clerk: Browser, clock: SetClock, office: Office
) -> None:
    device, foreign = Authenticator(), Authenticator()
    register(clerk, device)
    register(signed_in(app, "other"), foreign)
    clock.move(timedelta(minutes=6))
    for used, status in ((foreign, 403), (device, 200)):
        options = clerk.post("/konto/bestaetigen/passkey/aufgabe").json
        assert options is not None
        proof = {"confirm_credential": used.sign(options)}
        assert clerk.post("/konto/zugang", KEY | proof).status_code == status
    assert len(keys(office)) == 1
