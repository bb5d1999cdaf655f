"""How do programs talk to the office? REST, described by OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from eakte.web.api.accounts import accounts
from eakte.web.api.arranging import arranging
from eakte.web.api.audit import audit
from eakte.web.api.batches import batches
from eakte.web.api.cases import cases
from eakte.web.api.checks import checks
from eakte.web.api.court import court
from eakte.web.api.deadlines import deadlines
from eakte.web.api.description import MEANING, PROBLEM, complete
from eakte.web.api.document_acts import acts
from eakte.web.api.documents import SAID_OF_DELIVERY, documents
from eakte.web.api.dossiers import dossiers
from eakte.web.api.erasures import erasures_api
from eakte.web.api.giving import giving
from eakte.web.api.lists import lists
from eakte.web.api.mailroom import mailroom
from eakte.web.api.messages import messages
from eakte.web.api.objections import objections
from eakte.web.api.offers import offers_api
from eakte.web.api.office import office
from eakte.web.api.paper import paper
from eakte.web.api.plan import plan_api
from eakte.web.api.proposals import proposals
from eakte.web.api.redactions import redactions
from eakte.web.api.reporting import reporting
from eakte.web.api.representatives import representatives
from eakte.web.api.retention import retention
from eakte.web.api.rights import rights
from eakte.web.api.schemas import ProblemOut
from eakte.web.api.sending_way import way
from eakte.web.api.sendings import sendings
from eakte.web.api.stations import stations
from eakte.web.api.ties import ties
from eakte.web.api.versions import SAID_OF_VERSION, versions
from eakte.web.login import cookie_name
from eakte.web.per_request import OfficeApp
from eakte.web.scanned import SAID_OF_BATCH

PARTS = (
    documents,
    proposals,
    messages,
    court,
    acts,
    versions,
    dossiers,
    ties,
    cases,
    office,
    plan_api,
    deadlines,
    lists,
    rights,
    accounts,
    audit,
    batches,
    checks,
    paper,
    retention,
    reporting,
    sendings,
    way,
    objections,
    giving,
    stations,
    arranging,
    mailroom,
    redactions,
    erasures_api,
    offers_api,
    representatives,
)
SAID_OF = {
    "/api/v1/batches": SAID_OF_BATCH,
    "/api/v1/documents": SAID_OF_DELIVERY,
    "/api/v1/documents/{document_id}/versions": SAID_OF_VERSION,
}

TABLE = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
PACKAGE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


def install(app: OfficeApp) -> None:
    """Add the interface and its description to ``app``."""
    problem = ProblemOut.model_json_schema()
    app.config["HTTP_ERROR_SCHEMA"] = problem
    app.config["VALIDATION_ERROR_SCHEMA"] = problem
    for part in PARTS:
        app.register_blueprint(part)

    @app.spec_processor
    def _complete(spec: dict[str, Any] | str) -> dict[str, Any] | str:
        if isinstance(spec, str):
            return spec
        told = complete(spec, said_of=SAID_OF, cookie=cookie_name())
        _describe_table(told["paths"]["/api/v1/plan/table"])
        _describe_whole(told["paths"]["/api/v1/batches/{batch_id}/receipt.pdf"]["get"], PDF)
        _describe_package(told["paths"])
        return told


def _describe_package(paths: dict[str, Any]) -> None:
    """What an archive sends comes and goes as one package."""
    _describe_whole(paths["/api/v1/retention/offer-messages/{message_id}/content"]["get"], PACKAGE)
    take = paths["/api/v1/retention/offer-messages"]["post"]
    take["requestBody"] = {"required": True, "content": PACKAGE}
    take["responses"] |= {
        status: {"description": MEANING[status], "content": PROBLEM} for status in ("413", "415")
    }


def _describe_whole(fetch: dict[str, Any], content: dict[str, Any]) -> None:
    """What is made for the answer leaves whole, as one type."""
    for status in ("206", "304", "416"):
        fetch["responses"].pop(status, None)
    fetch["responses"]["200"] = {"description": MEANING["200"], "content": content}
    fetch["parameters"] = [one for one in fetch["parameters"] if one["name"] != "Range"]


def _describe_table(plan: dict[str, Any]) -> None:
    """The plan goes in and out as one table, never in parts."""
    _describe_whole(plan["get"], TABLE)
    plan["put"]["requestBody"] = {"required": True, "content": TABLE}
    plan["put"]["responses"] |= {
        status: {"description": MEANING[status], "content": PROBLEM} for status in ("413", "415")
    }
