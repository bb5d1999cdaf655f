"""How do programs talk to the office? REST, described by OpenAPI 3.1."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from eakte.web.api.accounts import accounts
from eakte.web.api.audit import audit
from eakte.web.api.deadlines import deadlines
from eakte.web.api.documents import documents
from eakte.web.api.dossiers import dossiers
from eakte.web.api.plan import plan_api
from eakte.web.api.rights import rights
from eakte.web.api.schemas import ProblemOut
from eakte.web.per_request import OfficeApp

BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["document"],
                "properties": {
                    "document": {"type": "string", "format": "binary"},
                    "department": {"type": "string", "description": "key or id of the unit"},
                    "received_on": {"type": "string", "format": "date"},
                    "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
                    "size": {"type": "integer", "minimum": 1},
                },
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}
HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "the same key with the same bytes gives the same receipt again",
    "schema": {"type": "string", "maxLength": 150},
}
WHOLE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}

TABLE = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}


def install(app: OfficeApp) -> None:
    """Add the interface and its description to ``app``."""
    app.security_schemes = {
        "key": {"type": "http", "scheme": "bearer", "description": "a key from »Mein Konto«"}
    }
    problem = ProblemOut.model_json_schema()
    app.config["HTTP_ERROR_SCHEMA"] = problem
    app.config["VALIDATION_ERROR_SCHEMA"] = problem
    app.register_blueprint(accounts)
    app.register_blueprint(documents)
    app.register_blueprint(dossiers)
    app.register_blueprint(rights)
    app.register_blueprint(audit)
    app.register_blueprint(plan_api)
    app.register_blueprint(deadlines)

    @app.spec_processor
    def _complete(spec: dict[str, Any] | str) -> dict[str, Any] | str:
        if isinstance(spec, str):
            return spec
        # What goes in and out as bytes is no schema of fields, so it is described by hand.
        paths = spec["paths"]
        delivery = paths["/api/v1/documents"]["post"]
        delivery["requestBody"] = BODY
        delivery.setdefault("parameters", []).append(HEADER)
        delivery["responses"]["200"] = delivery["responses"]["201"]
        for name in ("original", "reading-copy"):
            answers = paths[f"/api/v1/documents/{{document_id}}/{name}"]["get"]["responses"]
            answers["200"] = {"description": "the bytes", "content": WHOLE}
            answers["206"] = {"description": "the part that was asked for", "content": WHOLE}
        exchange = paths["/api/v1/plan/table"]
        exchange["get"]["responses"]["200"] = {"description": "the plan", "content": TABLE}
        exchange["put"]["requestBody"] = {"required": True, "content": TABLE}
        for path in paths.values():
            for operation in path.values():
                _answer_with_problems(operation["responses"])
        spec["components"]["schemas"]["Problem"] = problem
        return spec


def _answer_with_problems(responses: dict[str, Any]) -> None:
    """Let every failure of an operation be described as what it is."""
    told = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status in ("400", "401", "403", "404", "422", "503"):
        responses.setdefault(status, {"description": HTTPStatus(int(status)).phrase})
    for status, answer in responses.items():
        if int(status) >= 400:
            answer["content"] = {"application/problem+json": told}
