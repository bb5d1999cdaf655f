"""Does the interface keep its description whatever is sent, for whoever sends it?

A prepared house is asked everything that its own description allows, and much that it forbids.
EAKTE_TEST_FUZZ names how many examples each operation gets in each way of asking.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from eakte.bootstrap import Office
from eakte.filing.attaching import attach
from eakte.filing.cases import close_case
from eakte.filing.describing import Description
from eakte.filing.opening import open_case
from eakte.filing.placing import cancel_document, place_document, withdraw_document
from eakte.filing.revising import add_alias, link_dossiers
from eakte.filing.writing import check_out
from eakte.model.batch import Batch
from eakte.model.case import Case
from eakte.model.document import Document, Writing
from eakte.model.dossier import Dossier, DossierAlias, DossierLink
from eakte.model.paper import Destruction
from eakte.model.redaction import Redaction
from eakte.model.representative import Representative
from eakte.model.sending import Sending
from eakte.model.station import Station
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, bring, bring_stack, document, opened
from tests.checking import half_checked
from tests.eakte.web.browser import key_of
from tests.eakte.web.scans import registered
from tests.redacted import one_redacted
from tests.represented import one_represented
from tests.sent import one_sent

EXAMPLES = int(os.environ.get("EAKTE_TEST_FUZZ", "2"))
# Which rows stand behind a name in a path or a body.
KNOWN_AS = {
    "document_id": Document,
    "to": Document,
    "dossier_id": Dossier,
    "case_id": Case,
    "alias_id": DossierAlias,
    "link_id": DossierLink,
    "batch_id": Batch,
    "station_id": Station,
    "destruction_id": Destruction,
    "sending_id": Sending,
    "redaction_id": Redaction,
    "representative_id": Representative,
}
# How many operations somebody must have got done.
AT_LEAST = {"clerk": 40, "records": 12, "administrator": 3}


@dataclass
class Findings:
    """What a run found, and how much it asked."""

    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    succeeded: set[str] = field(default_factory=set)


def furnish(office: Office, staff: Staff, folder: Path) -> None:
    """Give the house a few things in every state, so that acts find something to act on."""
    dossier, case = opened(office, staff)
    other, closed = opened(office, staff, person="Beispiel, Ole")
    with office.begin(staff.clerk) as work:
        mine = work.session.get_one(Dossier, dossier.id)
        add_alias(work, mine, system="Fachverfahren", value="SB-1")
        link_dossiers(work, mine, work.session.get_one(Dossier, other.id), reason="Ehegatten")
        open_case(work, mine, procedure="Widerspruch")
    receipts = [
        bring(office, staff.clerk, folder / str(number), content=f"%PDF-1.7 {number}".encode())
        for number in range(9)
    ]
    with office.begin(staff.clerk) as work:
        home = work.session.get_one(Case, case.id)
        for receipt in receipts[:6]:
            filed = document(work, receipt)
            place_document(work, filed, case=home, description=Description(title="Brief"))
        first, second, third, fourth, *_ = (document(work, one) for one in receipts)
        attach(work, second, to=first)
        withdraw_document(work, third, reason="gehört woanders hin")
        cancel_document(work, fourth, reason="doppelt")
        for receipt in receipts[4:8]:
            document(work, receipt).writing = Writing.DRAFT
        check_out(work, document(work, receipts[5]))
        close_case(work, work.session.get_one(Case, closed.id))
    bring(office, staff.other_clerk, folder / "foreign", content=b"%PDF-1.7 foreign")
    stack = bring_stack(office, staff.clerk, folder / "stack", content=b"%PDF-1.7 stack", key="1")
    with office.as_system() as work:
        half_checked(work, stack)
        one_sent(work, receipts[0].document_id)
        one_redacted(work, receipts[0].document_id)
        one_represented(work, dossier.id)
    registered(office, staff)


def known(office: Office) -> dict[str, list[str]]:
    """Name the rows that exist, for each name by which a program could ask for them."""
    with office.database.transaction(writes=False) as session:
        return {
            name: [str(row.id) for row in session.query(table).order_by(table.id)]
            for name, table in KNOWN_AS.items()
        }


def aim(case: Any, ids: dict[str, list[str]]) -> None:
    """Let most ids that are well formed be those of something that exists."""
    for place in (case.path_parameters, case.body):
        if not isinstance(place, dict):
            continue
        for name, value in place.items():
            try:
                number = UUID(str(value)).int if isinstance(value, str | UUID) else None
            except ValueError:
                continue
            rows = ids.get(name, [])
            if number is not None and rows and number % 8:
                place[name] = rows[number % len(rows)]


def asked(
    app: OfficeApp, headers: dict[str, str], ids: dict[str, list[str]], *, whole: bool
) -> Findings:
    """Ask everything as somebody, and gather what does not keep to the description."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "headers": headers,
            "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
            # What the description alone lets one think of is the same for everybody.
            "phases": {"stateful": {"enabled": False}, "coverage": {"enabled": whole}},
            # What fits the description may still break a rule of the office: 409, or 422 with the
            # rule as its code. That it never breaks the description is looked at below.
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "401", "403", "404", "409", "415", "416", "422"]
                },
                # Its probe hands options of a network client to the client without a network; that
                # nobody gets in without a key is asked of every operation beside the description.
                "ignored_auth": {"enabled": False},
            },
        }
    )
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app, config=config, headers=headers
    )
    schema.validate()

    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        aim(case, ids)

    found = Findings()
    schemathesis.hook(before_call)
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError):
                found.failures.append(f"{event.label}: {event.value!r}")
            if isinstance(event, events.FatalError):
                raise event.exception
            if isinstance(event, events.ScenarioFinished):
                look_at(event.recorder, found)
    finally:
        schemathesis.hooks.unregister(before_call)
    return found


def look_at(recorder: Any, found: Findings) -> None:
    for case_id, interaction in recorder.interactions.items():
        answer = interaction.response
        if answer is None:
            continue
        found.statuses[answer.status_code] += 1
        case = recorder.cases[case_id].value
        if answer.status_code >= 500:
            told = answer.content[:600].decode(errors="replace")
            found.failures.append(f"{case.operation.label}: {answer.status_code} {told}")
        if answer.status_code < 300:
            found.succeeded.add(case.operation.label)
        if answer.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
            told = answer.json()
            if told["code"] == "not-as-described":
                found.failures.append(f"{case.operation.label}: described, yet refused: {told}")
    for nodes in recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                failure = node.failure_info.failure
                found.failures.append(f"{recorder.label}: {failure.title}: {failure.message}")


@pytest.mark.parametrize("login", ["clerk", "records", "administrator"])
def test_no_answer_differs_from_its_description(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path, login: str
) -> None:
    furnish(office, staff, tmp_path / "papers")
    found = asked(app, key_of(office, getattr(staff, login)), known(office), whole=login == "clerk")
    assert not found.failures, "\n\n".join(sorted(set(found.failures))[:20])
    assert max(found.statuses) < 500
    # Who only asks for what is refused has tested nothing.
    assert len(found.succeeded) >= AT_LEAST[login], sorted(found.succeeded)
