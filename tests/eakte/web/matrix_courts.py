"""What a call needs to be understood, for every route about dossiers that go to courts."""

from __future__ import annotations

from tests.eakte.web.matrix_asks import Body, form, today, told
from tests.eakte.web.matrix_house import REASON, MatrixHouse


def _objection(house: MatrixHouse) -> dict[str, str]:
    return {"stand": "told", "on": today(house), "reason": REASON}


SENDINGS: dict[str, Body | None] = {
    "api_objections.of_case": lambda house: {"json": _objection(house)},
    "api_objections.of_document": lambda house: {"json": _objection(house)},
    "api_representatives.add": told(role="lawyer", name="Klug, Petra"),
    "api_representatives.remove": None,
    "api_representatives.revise": told(edits=1, reference="12/26"),
    "api_sending_way.give": None,
    "api_sending_way.release": None,
    "api_sendings.ask": lambda house: {"json": {"court": "D6260", "choices": []}},
    "api_sendings.hand_over": lambda house: {"json": {"on": today(house)}},
    "objections.note": lambda house: {
        "form": _objection(house) | {"about": str(house.things["case_id"]["own"])}
    },
    "representing.add": form(role="lawyer", name="Klug, Petra"),
    "representing.edit": form(role="lawyer", name="Klug, Petra"),
    "representing.remove": form(),
    "sending_way.give": lambda house: {"form": {}},
    "sending_way.release": lambda house: {"form": {}},
    "sendings.ask": lambda house: {"form": {"court": "D6260", "act": "send"}},
    "sendings.hand_over": lambda house: {"form": {"day": today(house)}},
}
