"""Is the description of the interface whole, true in form, and readable by programs?"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31

from eakte.web import api
from eakte.web.headers import POLICY
from eakte.web.per_request import OfficeApp
from tests.eakte.web.browser import Browser

Spec = dict[str, Any]
# The description itself, and the page on which people read it.
NO_OPERATIONS = {"openapi.spec", "interface.show"}
# What a program could try to write by guessing its name; none of them is a field of any body.
GUESSED = ("is_admin", "roles", "state", "locked", "created_by_id", "position", "number")
TRUE = (True, "true", 1, [True])


@pytest.fixture
def spec(clerk: Browser) -> Spec:
    described = clerk.get("/api/v1/openapi.json").json
    assert described is not None
    return dict(described)


def operations(spec: Spec) -> list[tuple[str, str, Spec]]:
    return [
        (path, method, operation)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_fits_the_schema_of_openapi_3_1(spec: Spec) -> None:
    assert spec["openapi"] == "3.1.0"
    assert [fault.message for fault in Draft202012Validator(OPENAPI_31).iter_errors(spec)] == []


def test_a_planted_fault_in_the_description_is_found(spec: Spec) -> None:
    del spec["paths"]["/api/v1/me"]["get"]["responses"]["200"]["description"]
    assert list(Draft202012Validator(OPENAPI_31).iter_errors(spec))


def test_every_schema_in_it_is_one(spec: Spec) -> None:
    for name, schema in spec["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert "." not in name
        # So pydantic writes bounds that it knows and JSON Schema does not.
        assert not re.search(r"'(ge|le|gt|lt)':", str(schema)), name


def test_no_two_models_share_the_name_by_which_they_are_described() -> None:
    names = Counter(
        found
        for module in Path(api.__file__).parent.glob("*.py")
        for found in re.findall(r"^class (\w+(?:In|Out))\(", module.read_text(), re.MULTILINE)
    )
    assert len(names) > 100
    assert [name for name, times in names.items() if times > 1] == []


def test_every_reference_leads_somewhere(spec: Spec) -> None:
    named = set(re.findall(r"#/components/schemas/([\w.]+)", str(spec)))
    assert named <= set(spec["components"]["schemas"])
    assert "ProblemOut" in named


def test_every_address_is_described(app: OfficeApp, spec: Spec) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in NO_OPERATIONS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(spec)} == served
    assert len(served) > 45


def test_every_operation_says_what_it_does_who_may_and_what_can_come_back(spec: Spec) -> None:
    for path, method, operation in operations(spec):
        where = f"{method} {path}"
        assert operation["security"] == [{"key": []}, {"session": []}], where
        assert {"401", "422", "503"} <= set(operation["responses"]), where
        assert operation["tags"], where
        for status, answer in operation["responses"].items():
            assert answer["description"], (where, status)
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (where, status)


def test_every_view_has_a_german_title(app: OfficeApp) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in NO_OPERATIONS:
            view = app.view_functions[rule.endpoint]
            # Without one, the title would be the first line of the docstring, which is English.
            assert view.__dict__["_spec"]["summary"], rule.endpoint


def test_every_parameter_has_its_bounds(spec: Spec) -> None:
    for path, method, operation in operations(spec):
        for parameter in operation["parameters"]:
            schema, where = parameter["schema"], (method, path, parameter["name"])
            kind = schema.get("type")
            if kind == "integer":
                assert "minimum" in schema and "maximum" in schema, where
            # A range that cannot be read is no fault: it is passed over.
            elif kind == "string" and parameter["name"] != "Range":
                assert {"format", "pattern", "maxLength"} & set(schema), where


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer falsch"}, {"Cookie": "eakte=x"}])
def test_no_operation_answers_without_a_key_that_holds(
    app: OfficeApp, spec: Spec, headers: dict[str, str]
) -> None:
    for path, method, _ in operations(spec):
        answer = app.test_client().open(address(path), method=method.upper(), headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def bodies(spec: Spec) -> list[tuple[str, str, Spec]]:
    """Give every operation with a JSON body and the schema of the body."""
    found = []
    for path, method, operation in operations(spec):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
            found.append((path, method, spec["components"]["schemas"][name]))
    return found


def address(path: str) -> str:
    numbered = path.replace("{number}", "1").replace("{page}", "1")
    return re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000007", numbered)


def test_no_field_is_written_by_guessing_its_name(clerk: Browser, spec: Spec) -> None:
    tried = 0
    for path, method, schema in bodies(spec):
        assert schema["additionalProperties"] is False, path
        for name in (*GUESSED, "department_id", "edits_"):
            if name in schema["properties"]:
                continue
            for value in TRUE:
                answer = clerk.client.open(
                    address(path),
                    method=method.upper(),
                    json={name: value},
                    headers={"X-CSRFToken": clerk.token},
                )
                assert answer.status_code == 422, (method, path, name, value)
                assert answer.json is not None and name in answer.json["reasons"]
                tried += 1
    assert tried > 500


def test_no_number_text_or_truth_is_taken_for_another(clerk: Browser, spec: Spec) -> None:
    tried = 0
    for path, method, schema in bodies(spec):
        for name, field in schema["properties"].items():
            kinds = {one.get("type") for one in field.get("anyOf", [field])}
            wrong: list[Any] = [{}, [{}], "x" * 20_000]
            wrong += [] if "boolean" in kinds else [True]
            wrong += [] if "string" in kinds else ["true", "1"]
            wrong += [] if "integer" in kinds else [1]
            wrong += [] if "null" in kinds else [None]
            for value in wrong:
                answer = clerk.client.open(
                    address(path),
                    method=method.upper(),
                    json={name: value},
                    headers={"X-CSRFToken": clerk.token},
                )
                assert answer.status_code == 422, (method, path, name, value)
                assert answer.json is not None
                assert any(reason.split(".")[0] == name for reason in answer.json["reasons"])
                tried += 1
    assert tried > 100


def test_people_read_the_description_on_a_page_under_the_same_policy(
    app: OfficeApp, clerk: Browser
) -> None:
    page = clerk.get("/api/v1/docs")
    assert page.status_code == 200 and page.mimetype == "text/html"
    assert 'data-description="/api/v1/openapi.json"' in page.text
    assert page.headers["Content-Security-Policy"] == POLICY
    assert "<script>" not in page.text and "style=" not in page.text
    for address in ("swagger-ui/swagger-ui-bundle.js", "swagger-ui/swagger-ui.css"):
        assert f"/static/vendor/{address}" in page.text
    assert 'href="/api/v1/docs"' in clerk.get("/konto").text
    stranger = app.test_client().get("/api/v1/docs")
    assert stranger.status_code == 303 and "/anmelden" in stranger.headers["Location"]
