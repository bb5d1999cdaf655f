"""Who gets what answer at which address? Every route, by everybody, about every kind of thing.

The rows come from the map of routes. A new route needs one line in ``BODIES``, and the table is
written anew by ``scripts/matrix``; the test fails when the table is not what is true.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from eakte.model.user import Role
from eakte.web.login import OPEN_TO_EVERYBODY, OPEN_TO_STATIONS
from tests.eakte.web.matrix_bodies import BODIES, MEANT
from tests.eakte.web.matrix_house import (
    DEVICE,
    KINDS,
    NOBODY,
    PROGRAM,
    MatrixHouse,
    build,
)
from tests.held import RULE
from tests.house.tree import ROOT

TABLE = ROOT / "eakte" / "access" / "MATRIX.md"
WRITE = "EAKTE_WRITE_MATRIX"
CALLERS: tuple[Role | str, ...] = (*Role, PROGRAM, DEVICE, NOBODY)
HEADS = {
    Role.CLERK: "Sach-bearb.",
    Role.LEAD: "Leitung",
    Role.SCANNING: "Scan-stelle",
    Role.MEDICAL: "Ärztl. Dienst",
    Role.EXPERT: "Gut-achten",
    Role.AUDITOR: "Prüfung",
    Role.RECORDS_MANAGER: "Schriftgut",
    Role.DATA_PROTECTION: "Daten-schutz",
    Role.PERSONNEL: "Personal",
    Role.ADMINISTRATOR: "Admin.",
    PROGRAM: "Schlüssel",
    DEVICE: "Scan-station",
    NOBODY: "niemand",
}

THINGS = ("document_id", "dossier_id", "case_id", "batch_id")
PLAIN = {
    "year": 2026,
    "page": 1,
    "number": 1,
    "size": 1,
    "code": "en",
    "filename": "mark.svg",
    "key": RULE,
}
# How an answer is written in the table.
DONE, RULE, FORBIDDEN, ABSENT, SIGN_IN = "✓", "○", "✗", "–", "⊘"

LEGEND = """\
# Wer bekommt an welcher Adresse welche Antwort?

Gemessen, nicht behauptet: `scripts/matrix` ruft jede Adresse mit jeder Methode für jede Rolle
auf und schreibt diese Tabelle; ein Test vergleicht sie mit der Wirklichkeit.

{done} geschieht · {rule} dürfte, aber eine Regel oder Angabe steht entgegen · {forbidden} sieht
es, darf es nicht (403) · {absent} gibt es für diese Person nicht (404) · {sign_in} muss sich
anmelden (401).

Sechs Zeichen nebeneinander gelten der Reihe nach für: eigenes Sachgebiet, fremdes Sachgebiet,
gesperrt, Personalakte, storniert, gelöscht. Ein einzelnes Zeichen gilt für alle. Ärztlicher
Dienst und Gutachten sind am eigenen Vorgang beteiligt, der Rechnungsprüfung ist die eigene Akte
freigegeben. „Schlüssel“ ist ein Programm mit dem Schlüssel der Sachbearbeitung, „Scanstation“ ein
Gerät mit seinem eigenen.
"""


@dataclass(frozen=True)
class Row:
    """One method of one route, with what every caller is answered about every kind of thing."""

    endpoint: str
    method: str
    address: str
    answers: dict[Role | str, tuple[str, ...]]


def rows_of(app: Any) -> Iterator[tuple[Rule, str]]:
    """Every route with each of its methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, one.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def _kind_of(rule: Rule) -> str | None:
    return next((name for name in THINGS if name in rule.arguments), None)


def _address(house: MatrixHouse, rule: Rule, kind: str) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name in house.things:
            values[name] = house.things[name][kind]
        elif name in PLAIN:
            values[name] = PLAIN[name]
        else:
            values[name] = house.others[MEANT.get((rule.endpoint, name), name)]
    return house.app.url_map.bind("localhost").build(rule.endpoint, values)


def _called(house: MatrixHouse, caller: Role | str, rule: Rule, method: str, *, kind: str) -> str:
    body = BODIES.get(rule.endpoint) if method != "GET" else None
    sent = dict(body(house)) if body else {}
    headers = dict(sent.get("headers", {}))
    address = _address(house, rule, kind)
    browser = house.browsers.get(caller) if isinstance(caller, Role) else None
    client = browser.client if browser else house.app.test_client(use_cookies=False)
    program = rule.rule.startswith("/api/")
    if caller == PROGRAM:
        headers |= house.keys[Role.CLERK]
    elif caller == DEVICE:
        headers |= house.keys[DEVICE]
    elif isinstance(caller, Role) and program:
        client = house.app.test_client(use_cookies=False)
        headers |= house.keys[caller]
    elif browser is not None:
        headers["X-CSRFToken"] = browser.token
    given: dict[str, Any] = {"headers": headers}
    if "json" in sent:
        given["json"] = sent["json"]
    elif "content" in sent:
        given |= {
            "data": sent["content"],
            "content_type": sent.get("type", headers.get("Content-Type")),
        }
        headers.pop("Content-Type", None)
    elif method != "GET":
        given["data"] = sent.get("form", {})
    kept = dict(client._cookies) if client._cookies is not None else {}
    try:
        with client.open(address, method=method, **given) as answer:
            answer.get_data()
            return _decision(answer, rule, caller)
    finally:
        if client._cookies is not None:
            client._cookies = kept
        house.undo()


def _decision(answer: TestResponse, rule: Rule, caller: Role | str) -> str:
    status = answer.status_code
    if status == 401 or (status == 303 and "/anmelden" in answer.headers["Location"]):
        # Whoever signs out is led to the sign-in as well.
        left = rule.endpoint == "login.sign_out" and isinstance(caller, Role)
        return DONE if left else SIGN_IN
    if status < 400:
        return DONE
    known = {400: RULE, 409: RULE, 422: RULE, 403: FORBIDDEN, 404: ABSENT}
    assert status in known, (rule.rule, status, answer.text[:500])
    return known[status]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Row]]:
    house = build(tmp_path_factory.mktemp("matrix"))
    found = []
    for rule, method in rows_of(house.app):
        kinds = KINDS if _kind_of(rule) else KINDS[:1]
        answers = {
            caller: tuple(_called(house, caller, rule, method, kind=kind) for kind in kinds)
            for caller in CALLERS
        }
        found.append(Row(rule.endpoint, method, rule.rule, answers))
    yield found
    house.office.close()


def _cell(answers: tuple[str, ...]) -> str:
    return answers[0] if len(set(answers)) == 1 else "".join(answers)


def written(rows: list[Row]) -> str:
    """The table as it is kept."""
    lines = [
        *LEGEND.format(
            done=DONE, rule=RULE, forbidden=FORBIDDEN, absent=ABSENT, sign_in=SIGN_IN
        ).splitlines(),
        "",
        "| Adresse | " + " | ".join(HEADS[caller] for caller in CALLERS) + " |",
        "|---|" + "---|" * len(CALLERS),
    ]
    for row in rows:
        cells = " | ".join(_cell(row.answers[caller]) for caller in CALLERS)
        lines.append(f"| {row.method} `{row.address}` | {cells} |")
    return "\n".join(lines) + "\n"


def test_every_route_that_takes_something_has_its_line(matrix: list[Row]) -> None:
    taking = {row.endpoint for row in matrix if row.method != "GET"}
    assert taking - BODIES.keys() == set()
    assert BODIES.keys() - taking == set()


def test_the_table_says_what_is_true(matrix: list[Row]) -> None:
    true = written(matrix)
    if os.environ.get(WRITE):
        TABLE.write_text(true, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8").splitlines() == true.splitlines()


def test_nobody_gets_in_without_signing_in(matrix: list[Row]) -> None:
    inside = {row.endpoint for row in matrix if row.answers[NOBODY][0] is not SIGN_IN}
    assert inside <= OPEN_TO_EVERYBODY


def test_what_is_hidden_is_answered_like_what_never_was(matrix: list[Row]) -> None:
    differing = [
        (row.method, row.address, caller, answers)
        for row in matrix
        for caller, answers in row.answers.items()
        if len(answers) == len(KINDS) and len({answers[1], answers[2], answers[3], answers[5]}) > 1
    ]
    assert differing == []


def test_a_key_opens_no_page(matrix: list[Row]) -> None:
    opened = {
        row.endpoint
        for row in matrix
        if not row.address.startswith("/api/") and row.answers[PROGRAM][0] is not SIGN_IN
    }
    assert opened <= OPEN_TO_EVERYBODY


def test_a_station_enters_its_few_addresses_alone(matrix: list[Row]) -> None:
    entered = {row.endpoint for row in matrix if set(row.answers[DEVICE]) != {SIGN_IN}}
    assert entered - OPEN_TO_EVERYBODY <= OPEN_TO_STATIONS
    others = [row.answers[DEVICE] for row in matrix if "batch_id" in row.address]
    assert {DONE} not in [set(answers) for answers in others]


def test_the_administrator_reaches_no_dossier_and_no_document(matrix: list[Row]) -> None:
    reached = [
        row.address
        for row in matrix
        if len(row.answers[Role.ADMINISTRATOR]) == len(KINDS)
        and set(row.answers[Role.ADMINISTRATOR]) != {ABSENT}
    ]
    assert reached == []
