"""How does a person get a list as a table, in the browser and by a program?"""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from eakte.bootstrap import Office
from eakte.casework.deadlines import add_own_deadline
from eakte.clock import SetClock
from eakte.jobs import claim, heartbeat
from eakte.model.case import Case
from eakte.retrieval.prepared.asking import WRITE_LIST
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, account, opened
from tests.eakte.listing import asked, row, table, work_off
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.statements import heard

HIDDEN = re.compile(r'<input type="hidden" name="(art|worte|eintrag|stand)" value="([^"]*)">')
MOST = 10


def shown_filter(page: str) -> dict[str, str]:
    """What the form beside the list would send."""
    return dict(HIDDEN.findall(page))


def newest(browser: Browser) -> UUID:
    """The list that stands first on the page of the person."""
    found = re.search(r'id="liste-([0-9a-f-]{36})"', browser.get("/listen").text)
    assert found
    return UUID(found[1])


def test_the_list_is_asked_for_with_the_filter_as_it_stands_and_fetched(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    opened(office, staff)
    opened(office, staff, person="Beispiel, Ole")
    page = clerk.post(
        "/akten", {"worte": "muster", "eintrag": str(staff.entry.id), "stand": "open"}
    )
    sent = shown_filter(page.text)
    assert sent == {
        "art": "dossiers",
        "worte": "muster",
        "eintrag": str(staff.entry.id),
        "stand": "open",
    }
    answer = clerk.post("/listen", sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/listen")
    wanted = newest(clerk)
    waiting = clerk.get("/listen").text
    assert "Wartet" in waiting and "„muster“" in waiting and "every 2s" in waiting
    assert f"/listen/{wanted}/datei" not in waiting
    work_off(office)
    rows = clerk.get("/listen/zeilen").text
    assert f'href="/listen/{wanted}/datei"' in rows and "every 2s" not in rows
    fetched = clerk.get(f"/listen/{wanted}/datei")
    assert fetched.status_code == 200
    assert fetched.headers["Content-Disposition"].startswith('attachment; filename="akten-')
    assert fetched.headers["Cache-Control"] == "private, no-store"
    assert [line["Name"] for line in table(fetched.data)] == ["Muster, Änne"]


def test_the_running_deadlines_are_asked_for_on_their_page(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    _, case = opened(office, staff)
    with office.begin(staff.clerk) as work:
        add_own_deadline(
            work,
            work.session.get_one(Case, case.id),
            title="Anhörung",
            basis="§ 24 SGB X",
            ends_on=work.clock.today(),
        )
    sent = shown_filter(clerk.get("/fristen").text)
    assert sent == {"art": "deadlines"}
    assert clerk.post("/listen", sent).status_code == 303
    work_off(office)
    fetched = clerk.get(f"/listen/{newest(clerk)}/datei")
    assert [line["Frist"] for line in table(fetched.data)] == ["Anhörung"]
    # A part of them is no list of its own.
    assert shown_filter(clerk.get("/fristen?auswahl=ueberschritten").text) == {}


def test_progress_is_shown_while_it_is_written(
    clerk: Browser, office: Office, staff: Staff, clock: SetClock
) -> None:
    wanted = asked(office, staff.clerk)
    with office.database.transaction() as session:
        (job,) = claim(session, clock, [WRITE_LIST], holder="somebody")
        assert heartbeat(session, clock, job, step="lines", done=500, total=1234)
    page = clerk.get("/listen").text
    assert "500 von 1.234 Zeilen" in page
    assert 'value="500" max="1234"' in page
    key = key_of(office, staff.clerk)
    told = clerk.app.test_client().get(f"/api/v1/lists/{wanted}", headers=key).json
    assert told is not None
    assert (told["state"], told["done"], told["total"]) == ("writing", 500, 1234)


def with_roles(office: Office, staff: Staff, roles: list[str]) -> None:
    with office.as_system() as work:
        account(work, staff.clerk).roles = roles


def test_a_refused_list_says_why(clerk: Browser, office: Office, staff: Staff) -> None:
    asked(office, staff.clerk)
    with_roles(office, staff, [])
    work_off(office)
    with_roles(office, staff, ["clerk"])
    page = clerk.get("/listen").text
    assert "hatten Sie das Recht dazu nicht mehr" in page
    assert "/datei" not in page


def test_a_list_is_deleted_by_its_person_alone(
    clerk: Browser, other: Browser, office: Office, staff: Staff
) -> None:
    wanted = asked(office, staff.clerk)
    assert other.post(f"/listen/{wanted}/loeschen").status_code == 404
    assert other.get(f"/listen/{wanted}/datei").status_code == 404
    assert clerk.post(f"/listen/{wanted}/loeschen").status_code == 303
    work_off(office)
    assert row(office, wanted) is None
    assert clerk.post(f"/listen/{wanted}/loeschen").status_code == 404


def test_a_kind_that_does_not_exist_is_refused(clerk: Browser) -> None:
    assert clerk.post("/listen", {"art": "alles"}).status_code == 422


@pytest.mark.parametrize("login", ["scan", "admin"])
def test_who_may_have_no_list_is_offered_none(app: OfficeApp, login: str) -> None:
    browser = signed_in(app, login)
    assert browser.get("/listen").status_code == 403
    assert "Meine Listen" not in browser.get("/").text
    assert "Als Tabelle" not in browser.get("/akten").text


def test_the_page_asks_as_little_for_many_lists_as_for_one(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    counted = []
    for more in (1, 8):
        for _ in range(more):
            asked(office, staff.clerk)
        with heard(office.database.engine) as statements:
            assert clerk.get("/listen").status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1] <= MOST


def test_a_program_asks_for_a_list_follows_it_fetches_and_deletes_it(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    opened(office, staff)
    client, key = app.test_client(), key_of(office, staff.clerk)
    answer = client.post("/api/v1/lists", headers=key, json={"kind": "dossiers", "words": "Muster"})
    assert answer.status_code == 201
    address = f"/api/v1/lists/{answer.json['id']}"
    assert (answer.json["state"], answer.json["total"]) == ("waiting", 0)
    early = client.get(f"{address}/file", headers=key)
    assert (early.status_code, early.json["code"]) == (409, "rule-broken")
    work_off(office)
    told = client.get(address, headers=key).json
    assert (told["state"], told["done"], told["total"]) == ("ready", 1, 1)
    fetched = client.get(f"{address}/file", headers=key)
    assert len(fetched.data) == told["size"]
    assert [line["Name"] for line in table(fetched.data)] == ["Muster, Änne"]
    assert [one["id"] for one in client.get("/api/v1/lists", headers=key).json["lists"]] == [
        told["id"]
    ]
    stranger = key_of(office, staff.other_clerk)
    for method, place in (("GET", address), ("GET", f"{address}/file"), ("DELETE", address)):
        assert client.open(place, method=method, headers=stranger).status_code == 404
    assert client.delete(address, headers=key).status_code == 204
    assert client.get(address, headers=key).status_code == 404


def test_a_filter_for_deadlines_is_refused(app: OfficeApp, office: Office, staff: Staff) -> None:
    answer = app.test_client().post(
        "/api/v1/lists",
        headers=key_of(office, staff.clerk),
        json={"kind": "deadlines", "words": "Muster"},
    )
    assert answer.status_code == 422


def test_no_table_leaves_when_the_log_takes_no_entry(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    opened(office, staff)
    wanted = asked(office, staff.clerk)
    work_off(office)
    with office.database.connection() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_entry BEFORE INSERT ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'no entry'); END"
        )
    answer = clerk.get(f"/listen/{wanted}/datei")
    assert answer.status_code == 503
    assert "Änne" not in answer.text
