"""What does the description of the interface say beyond what each view says of itself?"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from eakte.web.api.schemas import HIGHEST, ProblemOut

Spec = dict[str, Any]

ABOUT = """Die Schnittstelle tut dasselbe wie die Seiten, mit denselben Rechten: Ein Schlüssel aus
„Mein Konto“ handelt als die Person, der er gehört; der einer Scanstation öffnet nur die Stapel.
Was jemand nicht sehen darf, gibt es für ihn
nicht (404). Jede Antwort auf einen Fehler ist ein Problem nach RFC 9457 mit einem deutschen Satz.
Wer ändert, sendet den gelesenen Zählerstand `edits` zurück; war jemand schneller, kommt 409, und
nichts ist geändert. Was nicht beschrieben ist, wird abgelehnt (422)."""
KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "ein Schlüssel aus „Mein Konto“",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
MEANING = {
    "200": "erledigt",
    "201": "angelegt",
    "204": "erledigt; es gibt nichts zu sagen",
    "206": "der verlangte Ausschnitt",
    "304": "unverändert, wie der Fragende es schon hat",
    "400": "die Anfrage ist nicht lesbar",
    "401": "der Schlüssel fehlt oder gilt nicht mehr",
    "403": "sichtbar, aber nicht erlaubt",
    "404": "das gibt es nicht, oder es ist nicht zu sehen",
    "409": "ein Grund steht dagegen, oder jemand war schneller",
    "413": "mehr Bytes, als angenommen werden",
    "415": "diese Art von Inhalt wird nicht angenommen",
    "416": "diesen Ausschnitt gibt es nicht",
    "422": "eine Angabe fehlt, ist unbekannt oder kann nicht sein",
    "429": "heute wurde schon so viel geliefert, wie die Scanstation darf",
    "503": "ein Teil ist gerade nicht erreichbar; nichts ist halb getan",
}
RETRY = {
    "Retry-After": {
        "description": "nach so vielen Sekunden lohnt sich ein neuer Versuch",
        "schema": {"type": "integer", "minimum": 1},
    }
}
BYTES: Spec = {"type": "string", "format": "binary"}
READ = {
    "200": {"description": "die Bytes", "content": {"*/*": {"schema": BYTES}}},
    "206": {"description": MEANING["206"], "content": {"*/*": {"schema": BYTES}}},
    "304": {"description": MEANING["304"]},
    "416": {"description": MEANING["416"]},
}
RANGE: Spec = {
    "name": "Range",
    "in": "header",
    "required": False,
    "description": "ein Ausschnitt in Bytes; anderes wird übergangen (RFC 9110)",
    "schema": {"type": "string"},
    "example": "bytes=0-1023",
}
REPEAT: Spec = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "derselbe Schlüssel mit denselben Bytes gibt dieselbe Quittung noch einmal",
    "schema": {"type": "string", "maxLength": 150},
    "example": "lauf-2026-11-02-0001",
}
SAID: dict[str, Spec] = {
    "department": {
        "type": "string",
        "maxLength": 40,
        "description": "Kürzel oder id des Sachgebiets",
    },
    "received_on": {"type": "string", "format": "date", "description": "Tag des Eingangs"},
    "sha256": {
        "type": "string",
        "pattern": "^[0-9a-fA-F]{64}$",
        "description": "Prüfsumme, mit der die angekommenen Bytes verglichen werden",
    },
    "size": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10**15 - 1,
        "description": "Größe in Bytes, mit der verglichen wird",
    },
    "number": {
        "type": "integer",
        "minimum": 1,
        "maximum": HIGHEST,
        "description": "laufende Nummer des Geräts; was fehlt, wird benannt",
    },
    "answers": {
        "type": "integer",
        "minimum": 1,
        "maximum": HIGHEST,
        "description": "Nummer des Auftrags, noch einmal zu scannen, den der Stapel erfüllt",
    },
    "operator": {"type": "string", "maxLength": 200, "description": "wer gescannt hat"},
    "device": {"type": "string", "maxLength": 200, "description": "womit gescannt wurde"},
    "settings": {
        "type": "string",
        "maxLength": 4000,
        "description": "Einstellungen des Geräts: ein JSON-Objekt aus Texten",
    },
    "order": {
        "type": "string",
        "maxLength": 40,
        "enum": ["as-read", "fronts-then-backs", "fronts-then-backs-reversed"],
        "description": "in welcher Reihenfolge die Seiten gelesen wurden",
    },
    "remark": {"type": "string", "maxLength": 300, "description": "Bemerkung zur Fassung"},
    "edits": {
        "type": "integer",
        "minimum": 0,
        "maximum": HIGHEST,
        "description": "der zuletzt gelesene Zählerstand; ist er veraltet, kommt 409",
    },
    "give_back": {
        "type": "boolean",
        "description": "das ausgeliehene Schreiben damit zurückgeben",
    },
}
NESTED = re.compile(r"#/components/schemas/(?:\w+\.)+(\w+)")


def complete(spec: Spec, *, said_of: dict[str, tuple[str, ...]], cookie: str) -> Spec:
    """Return the description with all that is true of every operation.

    ``said_of`` names for each address that takes bytes what else may be said of them; ``cookie`` is
    what a signed-in browser is known by.
    """
    spec["info"]["description"] = ABOUT
    # Relative, because the host of a request is whatever the sender says it is.
    spec["servers"] = [{"url": "/"}]
    spec = _with_flat_names(spec)
    components = spec["components"]
    components["schemas"]["ProblemOut"] = ProblemOut.model_json_schema()
    components["securitySchemes"] = {
        "key": KEY,
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "die Sitzung im Browser; wer ändert, sendet dazu X-CSRFToken",
        },
    }
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _describe_parameters(operation)
            if method == "post" and path in said_of:
                _describe_bytes_in(path, operation, said_of[path])
            if method == "get" and "content" not in operation["responses"].get("200", {}):
                operation["responses"] |= deepcopy(READ)
                operation["parameters"].append(RANGE)
            _describe_body(spec, operation)
            _describe_answers(path, method, operation)
    return spec


def _with_flat_names(spec: Spec) -> Spec:
    """Give a model one name, also where it stands inside others."""
    schemas = spec["components"]["schemas"]
    for name in [name for name in schemas if "." in name]:
        schemas.setdefault(name.rsplit(".", 1)[1], schemas[name])
        del schemas[name]
    flat: Spec = json.loads(NESTED.sub(r"#/components/schemas/\1", json.dumps(spec)))
    flat["components"]["schemas"] = dict(sorted(flat["components"]["schemas"].items()))
    return flat


def _describe_parameters(operation: Spec) -> None:
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        name, schema = parameter["name"], parameter["schema"]
        if parameter["in"] == "path":
            parameter["required"] = True
            if schema["type"] == "integer":
                schema |= {"minimum": 1, "maximum": HIGHEST}
            else:
                schema["format"] = "uuid"
        parameter.setdefault("description", schema.get("description", name))


def _describe_bytes_in(path: str, operation: Spec, said: tuple[str, ...]) -> None:
    fields = {name: SAID[name] for name in said}
    stack = path.endswith("/batches")
    operation["requestBody"] = {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["document", *(("sha256", "size") if stack else ())],
                    "additionalProperties": False,
                    "properties": {"document": BYTES} | fields,
                }
            },
            "application/octet-stream": {"schema": BYTES},
        },
    }
    operation["parameters"] += [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema["description"],
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in fields.items()
    ]
    if path.endswith("/documents") or stack:
        operation["parameters"].append(REPEAT | {"required": stack})
        operation["responses"]["200"] = operation["responses"]["201"]


def _describe_body(spec: Spec, operation: Spec) -> None:
    """A body may be left out when nothing in it is required."""
    body = operation.get("requestBody")
    if body is None or "application/json" not in body["content"]:
        return
    schema = body["content"]["application/json"]["schema"]
    named = schema.get("$ref", "").rsplit("/", 1)[-1]
    body["required"] = bool(spec["components"]["schemas"].get(named, schema).get("required"))


def _describe_answers(path: str, method: str, operation: Spec) -> None:
    answers = operation["responses"]
    given = {"401", "422", "503"}
    if "{" in path:
        given |= {"404"}
    if method != "get":
        given |= {"400", "403"}
        # What is only asked by POST changes nothing, so nobody can have been faster.
        given |= set() if path.endswith("/search") else {"409"}
    if "requestBody" in operation:
        given |= {"413", "415"}
    for status in given:
        answers.setdefault(status, {})
    for status, answer in answers.items():
        phrase = HTTPStatus(int(status)).phrase
        answer["description"] = MEANING.get(status, answer.get("description") or phrase)
        if int(status) >= 400:
            answer["content"] = PROBLEM
        if status == "204":
            answer.pop("content", None)
        if status in {"429", "503"}:
            answer["headers"] = RETRY
    operation["responses"] = dict(sorted(answers.items()))
