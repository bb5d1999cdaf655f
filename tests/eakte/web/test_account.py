"""Who sees sessions, keys and accounts, and who ends and changes them?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.login import LoginSession
from eakte.model.user import FORBIDDEN_PAIRS, ROLE_TITLES, Role, User
from eakte.web.desk import role_label, role_sentence
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff
from tests.eakte.web.browser import Browser, signed_in

NEW = {"login": "neu", "name": "Nele Neu", "password": "vier Wörter ohne Band", "active": "1"}


def sessions_in(office: Office) -> list[LoginSession]:
    with office.database.transaction(writes=False) as session:
        return list(session.scalars(select(LoginSession)))


def test_a_key_is_shown_once_and_can_be_withdrawn(app: OfficeApp, clerk: Browser) -> None:
    page = clerk.post(
        "/konto/zugang", {"token_name": "Scanner", "days": "30", "confirm_password": PASSWORD}
    ).text
    key = re.search(r'id="neuer-schluessel">([^<]+)<', page)
    assert key
    headers = {"Authorization": f"Bearer {key[1]}"}
    assert app.test_client().get("/api/v1/dossiers", headers=headers).status_code == 200
    page = clerk.get("/konto").text
    assert key[1] not in page
    (kept,) = re.findall(r"/konto/zugang/([0-9a-f-]{36})/ende", page)
    clerk.post(f"/konto/zugang/{kept}/ende")
    assert app.test_client().get("/api/v1/dossiers", headers=headers).status_code == 401


def test_one_sees_when_the_own_devices_were_used_by_the_day(
    app: OfficeApp, clerk: Browser, clock: SetClock
) -> None:
    clock.move(timedelta(minutes=30))
    second = signed_in(app, "clerk")
    page = second.get("/konto").text
    assert page.count("gerade aktiv") == 1 and page.count("zuletzt benutzt am") == 1
    assert "09:30" in page and "angemeldet seit" in page


def test_all_other_sessions_end_at_once(app: OfficeApp, clerk: Browser, office: Office) -> None:
    others, foreign = [signed_in(app, "clerk") for _ in range(2)], signed_in(app, "other")
    assert clerk.post("/konto/sitzungen/andere").status_code == 303
    assert [one.get("/").status_code for one in others] == [303, 303]
    assert (clerk.get("/").status_code, foreign.get("/").status_code) == (200, 200)
    assert len(sessions_in(office)) == 2


def test_nobody_ends_the_session_of_somebody_else(
    app: OfficeApp, clerk: Browser, other: Browser, office: Office, staff: Staff
) -> None:
    foreign = next(one for one in sessions_in(office) if one.user_id == staff.other_clerk.id)
    assert clerk.post(f"/konto/sitzung/{foreign.id}").status_code == 404
    path = f"/api/v1/account/sessions/{foreign.id}"
    refused = clerk.client.delete(path, headers={"X-CSRFToken": clerk.token})
    assert refused.status_code == 404
    assert other.get("/").status_code == 200


def test_a_program_lists_and_ends_the_own_sessions(app: OfficeApp, clerk: Browser) -> None:
    second = signed_in(app, "clerk")
    listed = clerk.get("/api/v1/account/sessions").json
    assert listed is not None and [one["here"] for one in listed["sessions"]].count(True) == 1
    there = next(one["id"] for one in listed["sessions"] if not one["here"])
    path = f"/api/v1/account/sessions/{there}"
    assert clerk.client.delete(path, headers={"X-CSRFToken": clerk.token}).status_code == 204
    assert second.get("/").status_code == 303


def test_the_administration_ends_sessions_and_is_not_told_whether_there_were_any(
    app: OfficeApp, clerk: Browser, other: Browser, staff: Staff
) -> None:
    admin = signed_in(app, "admin")
    answers = []
    for actor in (staff.clerk, staff.scanning):
        path = f"/verwaltung/benutzer/{actor.id}/abmelden"
        assert other.post(path).status_code == 403
        answers.append(admin.post(path).status_code)
        answers.append("beendet" in admin.get(f"/verwaltung/benutzer/{actor.id}").text)
    assert answers == [303, True, 303, True]
    assert (clerk.get("/").status_code, other.get("/").status_code) == (303, 200)


def test_the_administration_does_not_see_when_anybody_works(
    app: OfficeApp, clerk: Browser, clock: SetClock, staff: Staff
) -> None:
    clock.move(timedelta(days=3))
    signed_in(app, "clerk")
    admin = signed_in(app, "admin")
    pages = [admin.get("/verwaltung/benutzer").text]
    pages.append(admin.get(f"/verwaltung/benutzer/{staff.clerk.id}").text)
    pages.append(admin.get("/api/v1/users").text)
    for page in pages:
        assert "05.11.2026" not in page and "2026-11-05" not in page
        assert "Zuletzt angemeldet" not in page


def test_another_password_ends_every_other_session(app: OfficeApp, clerk: Browser) -> None:
    second = signed_in(app, "clerk")
    new = "ganz anderes Wort hier"
    sent = {"old_password": PASSWORD, "new_password": new, "repeated": new}
    assert clerk.post("/konto/kennwort", sent).status_code == 303
    assert (clerk.get("/").status_code, second.get("/").status_code) == (200, 303)


@pytest.mark.parametrize(
    "weak",
    ["kurz", "Passwort2026!", "clerk-clerk-1", "Landratsamt Musterkreis 1", "aaaaaaaaaaaaaa"],
)
def test_a_weak_password_is_refused_beside_its_field(clerk: Browser, weak: str) -> None:
    sent = {"old_password": PASSWORD, "new_password": weak, "repeated": weak}
    answer = clerk.post("/konto/kennwort", sent)
    assert answer.status_code == 422 and "new_password-error" in answer.text


@pytest.mark.parametrize(
    "address", ["/verwaltung/benutzer/neu", "/konto/kennwort", "/konto/zugang"]
)
@pytest.mark.parametrize("field", ["is_admin", "kind", "id", "password_hash", "method", "user_id"])
def test_a_field_that_is_not_named_changes_nothing(
    app: OfficeApp, office: Office, staff: Staff, address: str, field: str
) -> None:
    browser = signed_in(app, "admin" if "verwaltung" in address else "clerk")
    given = NEW | {"old_password": PASSWORD, "new_password": "ganz anderes Wort hier"}
    given |= {"repeated": "ganz anderes Wort hier", "token_name": "x", "days": "30"}
    given |= {"confirm_password": PASSWORD, field: str(staff.administrator.id)}
    assert browser.post(address, given).status_code in {200, 303}
    with office.database.transaction(writes=False) as session:
        kinds = {
            user.login: (user.kind.value, user.roles) for user in session.scalars(select(User))
        }
    assert kinds["clerk"] == ("person", ["clerk"])
    assert kinds.get("neu", ("person", [])) == ("person", [])
    assert {one.method.value for one in sessions_in(office)} == {"password"}


def api(browser: Browser, method: str, path: str, body: dict[str, object]) -> tuple[int, object]:
    headers = {"X-CSRFToken": browser.token}
    answer = browser.client.open(path, method=method, json=body, headers=headers)
    return answer.status_code, answer.json if answer.data else None


@pytest.mark.parametrize("field", ["is_admin", "kind", "id", "password_hash", "language", "edits"])
def test_a_program_that_names_a_field_of_its_own_is_refused(app: OfficeApp, field: str) -> None:
    body: dict[str, object] = {"login": "neu", "name": "N", "roles": ["clerk"], field: "1"}
    status, told = api(signed_in(app, "admin"), "POST", "/api/v1/users", body)
    assert status == 422 and isinstance(told, dict)
    assert field in told["reasons"]


def test_programs_of_the_administration_keep_accounts(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    admin = signed_in(app, "admin")
    unit = str(staff.unit.id)
    body: dict[str, object] = {
        "login": "neu",
        "name": "Nele Neu",
        "roles": ["clerk"],
        "department_ids": [unit],
        "password": "vier Wörter ohne Band",
    }
    status, made = api(admin, "POST", "/api/v1/users", body)
    assert status == 201 and isinstance(made, dict) and "password" not in made
    path = f"/api/v1/users/{made['id']}"
    changed: dict[str, object] = {
        "name": "Nele Neu",
        "roles": ["medical"],
        "department_ids": [],
        "active": False,
        "edits": made["edits"],
    }
    status, told = api(admin, "PUT", path, changed)
    assert status == 200 and isinstance(told, dict)
    assert (told["roles"], told["active"], told["department_ids"]) == (["medical"], False, [])
    assert api(admin, "PUT", path, changed)[0] == 409
    assert admin.get(path).json == told
    assert api(admin, "POST", "/api/v1/users", body)[0] == 409
    weak = body | {"login": "noch", "password": "Passwort1234"}
    assert api(admin, "POST", "/api/v1/users", weak)[0] == 422
    nowhere = body | {"login": "noch", "department_ids": [made["id"]]}
    assert api(admin, "POST", "/api/v1/users", nowhere)[0] == 422
    assert api(admin, "POST", f"{path}/end-sessions", {})[0] == 204
    listed = admin.get("/api/v1/users").json
    assert listed is not None and told in listed["users"]


@pytest.mark.parametrize("login", ["clerk", "scan", "records"])
def test_accounts_are_the_administration_s_alone(app: OfficeApp, staff: Staff, login: str) -> None:
    browser = signed_in(app, login)
    assert browser.get("/api/v1/users").status_code == 403
    assert browser.get(f"/api/v1/users/{staff.clerk.id}").status_code == 403
    body: dict[str, object] = {"login": "neu", "name": "N", "roles": ["administrator"]}
    assert api(browser, "POST", "/api/v1/users", body)[0] == 403


def test_every_role_has_its_word_and_its_sentence(app: OfficeApp) -> None:
    page = signed_in(app, "admin").get("/verwaltung/benutzer/neu").text
    with app.test_request_context():
        for role in Role:
            assert role_label(role) == ROLE_TITLES[role] and role_label(role) in page
            assert role_sentence(role) and role_sentence(role) in page


@pytest.mark.parametrize("pair", sorted(tuple(sorted(pair)) for pair in FORBIDDEN_PAIRS))
def test_a_forbidden_pair_is_refused_in_words(
    app: OfficeApp, office: Office, pair: tuple[Role, Role]
) -> None:
    admin = signed_in(app, "admin")
    answer = admin.post("/verwaltung/benutzer/neu", NEW | {"roles": list(pair)})
    assert answer.status_code == 422 and "roles-error" in answer.text
    problem = re.search(r'id="roles-error">.*?<span>(.*?)</span>', answer.text)
    assert problem and all(ROLE_TITLES[role] in problem[1] for role in pair)
    body: dict[str, object] = {"login": "neu", "name": "N", "roles": list(pair)}
    status, told = api(admin, "POST", "/api/v1/users", body)
    assert status == 409 and isinstance(told, dict) and len(told["reasons"]) == 1
    with office.database.transaction(writes=False) as session:
        assert session.scalar(select(User).where(User.login == "neu")) is None


def test_every_forbidden_pair_is_named_not_only_the_first(app: OfficeApp) -> None:
    roles = [Role.CLERK.value, Role.AUDITOR.value, Role.ADMINISTRATOR.value]
    page = signed_in(app, "admin").post("/verwaltung/benutzer/neu", NEW | {"roles": roles}).text
    problem = re.search(r'id="roles-error">.*?<span>(.*?)</span>', page)
    assert problem and problem[1].count("darf nicht dieselbe Person haben") == 3


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("clerk", "/konto"),
        ("clerk", "/konto/zweiter-faktor"),
        ("clerk", "/konto/bestaetigen"),
        ("admin", "/verwaltung/benutzer"),
        ("admin", "/api/v1/users"),
    ],
)
def test_a_page_asks_the_database_no_more_than_ten_times(
    app: OfficeApp, office: Office, login: str, path: str
) -> None:
    browser = signed_in(app, login)
    asked: list[str] = []
    event.listen(
        office.database.engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: asked.append(statement),
    )
    assert browser.get(path).status_code == 200
    assert 0 < len([one for one in asked if one.startswith("SELECT")]) <= 10
